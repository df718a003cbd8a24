namespace Tollgate.Core.Authentication;

/// <summary>When an app's customers are authenticated.</summary>
public enum AuthenticationPolicy
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When the issuer or its range of cards asks for it.</summary>
    WhenRequired,

    /// <summary>Whenever the customer pays, by a challenge where the issuer offers one.</summary>
    Always,
}

/// <summary>What becomes of a payment whose authentication could not be made.</summary>
public enum WhenUnavailable
{
    /// <summary>It goes on without: the merchant bears the risk.</summary>
    Proceed,

    /// <summary>It is refused.</summary>
    Refuse,
}

/// <summary>An app's rules for authentication.</summary>
/// <param name="Policy">When customers are authenticated.</param>
/// <param name="Unavailable">What becomes of a payment when that cannot be done.</param>
public sealed record AuthenticationRules(AuthenticationPolicy Policy, WhenUnavailable Unavailable);
