namespace Tollgate.Core.Risk;

/// <summary>What is counted against the testing of stolen cards. Of one app, unless it says otherwise; the attempt that is looked at is counted in.</summary>
public enum RiskCounter
{
    /// <summary>Declines of the card within an hour.</summary>
    CardDeclinesHour,

    /// <summary>Declines of the card within a day.</summary>
    CardDeclinesDay,

    /// <summary>Attempts with the card, at all apps.</summary>
    CardAttempts,

    /// <summary>Cards from one address; of IPv6, one network of 64 bits.</summary>
    AddressCards,

    /// <summary>Cards with one e-mail address.</summary>
    EmailCards,

    /// <summary>Declines of one address for a wrong security code, a number that nobody has, or a card that has expired.</summary>
    AddressBadCards,

    /// <summary>Cards that share their first twelve digits.</summary>
    PrefixCards,

    /// <summary>Cards of one issuer's range, its first eight digits, beyond what is usual for the app.</summary>
    BinCards,

    /// <summary>Attempts for one order.</summary>
    OrderAttempts,

    /// <summary>How many of a hundred attempts were declined.</summary>
    DeclineShare,

    /// <summary>How many of a hundred attempts were declined because nobody has that number.</summary>
    UnknownCardShare,

    /// <summary>How many of a hundred attempts were for next to nothing.</summary>
    SmallAmountShare,
}

/// <summary>One row of the table: from which count on an attempt is challenged, and from which it is refused.</summary>
/// <param name="Counter">What is counted.</param>
/// <param name="Window">Over which time, sliding.</param>
/// <param name="Challenge">From which count on the cardholder is to be authenticated; <see langword="null"/> for never.</param>
/// <param name="Refuse">From which count on it is refused; <see langword="null"/> for never. Of a share of all attempts: above which every cardholder is to be authenticated.</param>
public sealed record RiskRule(RiskCounter Counter, TimeSpan Window, int? Challenge, int? Refuse)
{
    /// <summary>Whether it looks at all of the app's attempts: then it counts in hundredths and above its thresholds, and never refuses, or whoever attacks could close the shop.</summary>
    public bool IsShare => Counter is RiskCounter.DeclineShare or RiskCounter.UnknownCardShare or RiskCounter.SmallAmountShare;
}

/// <summary>The table of rules, and what it takes for granted.</summary>
public static class RiskRules
{
    /// <summary>How many attempts it takes until a share of them says anything.</summary>
    public const int AttemptsForShare = 30;

    /// <summary>An amount up to which it is next to nothing, in the smallest unit.</summary>
    public const long SmallAmount = 200;

    /// <summary>The largest threshold that can be set: no more than that is kept of what is counted one by one.</summary>
    public const int LargestCount = 100;

    /// <summary>The table as it is when nobody has set anything.</summary>
    public static IReadOnlyList<RiskRule> Default { get; } =
    [
        new(RiskCounter.CardDeclinesHour, TimeSpan.FromHours(1), 3, 5),
        new(RiskCounter.CardDeclinesDay, TimeSpan.FromDays(1), null, 10),
        new(RiskCounter.CardAttempts, TimeSpan.FromMinutes(10), 3, 6),
        new(RiskCounter.AddressCards, TimeSpan.FromHours(1), 3, 6),
        new(RiskCounter.EmailCards, TimeSpan.FromDays(1), 3, 5),
        new(RiskCounter.AddressBadCards, TimeSpan.FromHours(1), 2, 4),
        new(RiskCounter.PrefixCards, TimeSpan.FromMinutes(10), 5, 10),
        new(RiskCounter.BinCards, TimeSpan.FromMinutes(10), 5, 10),
        new(RiskCounter.OrderAttempts, TimeSpan.FromHours(1), 5, 10),
        new(RiskCounter.DeclineShare, TimeSpan.FromMinutes(10), 40, 70),
        new(RiskCounter.UnknownCardShare, TimeSpan.FromHours(1), 20, 40),
        new(RiskCounter.SmallAmountShare, TimeSpan.FromHours(1), 50, null),
    ];
}
