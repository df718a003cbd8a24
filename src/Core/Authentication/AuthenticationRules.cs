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

/// <summary>Why a payment's cardholder is to be authenticated.</summary>
public enum AuthenticationCause
{
    /// <summary>The issuer's range of cards asks for it.</summary>
    RangeAsks,

    /// <summary>The issuer's range of cards offers it, and it costs the customer nothing.</summary>
    RangeOffers,

    /// <summary>The app's policy is always.</summary>
    PolicyAlways,

    /// <summary>The amount is one from which on the app wants it.</summary>
    Amount,

    /// <summary>Our own rules against abuse want it.</summary>
    Risk,
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
public sealed record AuthenticationRules(AuthenticationPolicy Policy, WhenUnavailable Unavailable)
{
    /// <summary>From which amount on customers are authenticated though the issuer does not ask for it, in the smallest unit; <see langword="null"/> for none.</summary>
    public long? From { get; init; }

    /// <summary>The fraud because of which the policy is not the one that was set.</summary>
    public FraudBreach? ForcedBy { get; init; }

    /// <summary>The rules as fraud leaves them: always, when it must be.</summary>
    /// <param name="complete">The app's quarters that are over, without a gap, the latest last.</param>
    public AuthenticationRules Under(IReadOnlyList<FraudFigures> complete) =>
        Policy != AuthenticationPolicy.Always && FraudRule.RequiresAuthentication(complete)
            ? this with { Policy = AuthenticationPolicy.Always, ForcedBy = new(Policy, complete[^2], complete[^1]) }
            : this;
}

/// <summary>Why a policy is not the one that was set: two quarters, one after the other, breached the thresholds of <see cref="FraudRule"/>.</summary>
/// <param name="Instead">The policy that was set.</param>
/// <param name="Earlier">The first of the two.</param>
/// <param name="Latest">The second.</param>
public sealed record FraudBreach(AuthenticationPolicy Instead, FraudFigures Earlier, FraudFigures Latest);
