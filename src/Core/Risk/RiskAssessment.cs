namespace Tollgate.Core.Risk;

/// <summary>What an app has done with what is counted.</summary>
public enum RiskMode
{
    /// <summary>Nothing is counted. Lists hold all the same.</summary>
    Off,

    /// <summary>It is counted and written down what would have been decided; nobody is challenged or refused for it.</summary>
    Monitor,

    /// <summary>What is decided is done.</summary>
    Enforce,
}

/// <summary>What is to become of an attempt, the mildest first.</summary>
public enum RiskVerdict
{
    /// <summary>It goes on.</summary>
    Allow,

    /// <summary>It goes on when the cardholder has been authenticated.</summary>
    Challenge,

    /// <summary>Nothing is sent.</summary>
    Refuse,
}

/// <summary>What decided, in the order of looking.</summary>
public enum RiskCause
{
    /// <summary>No rule came to bear.</summary>
    Nothing,

    /// <summary>An entry of a block list.</summary>
    BlockList,

    /// <summary>What the schemes, or the issuer, say about trying a declined card again.</summary>
    Retry,

    /// <summary>An entry of an allow list.</summary>
    AllowList,

    /// <summary>A rule of the table.</summary>
    Rule,

    /// <summary>The merchant makes the payment with a saved card: whoever tests cards does not.</summary>
    MerchantInitiated,
}

/// <summary>What was decided of an attempt before anything was sent, and on what ground. It is kept with the payment.</summary>
public sealed record RiskAssessment
{
    /// <summary>How the app had it then.</summary>
    public required RiskMode Mode { get; init; }

    /// <summary>What was decided.</summary>
    public required RiskVerdict Verdict { get; init; }

    /// <summary>What decided.</summary>
    public required RiskCause Cause { get; init; }

    /// <summary>Which rule, entry or advice, by its name.</summary>
    public string? Because { get; init; }

    /// <summary>Until when that holds, where it ends.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The counters that were not nothing, such as <c>card_attempts=2;decline_share=12</c>.</summary>
    public string? Counters { get; init; }

    /// <summary>By what the card is counted: a keyed digest of its number, in hexadecimal.</summary>
    public string? Card { get; init; }

    /// <summary>What is done: what was decided, unless that is only watched. An entry of a list is somebody's word, and is never only watched.</summary>
    public RiskVerdict Effect() => Mode == RiskMode.Enforce || Cause is RiskCause.BlockList or RiskCause.AllowList ? Verdict : RiskVerdict.Allow;
}
