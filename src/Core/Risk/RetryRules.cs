using Tollgate.Core.Cards;

namespace Tollgate.Core.Risk;

/// <summary>What the schemes allow of trying a declined card again. ISO 8583 DE39 and Mastercard's merchant advice code.</summary>
public static class RetryRules
{
    /// <summary>Visa: how many declines of a card one merchant may have in thirty days. The rulebook's twenty came after the fifteen that most hold to.</summary>
    public const int VisaInThirtyDays = 15;

    /// <summary>Mastercard: how many declines in a day.</summary>
    public const int MastercardInDay = 10;

    /// <summary>Mastercard: how many declines of the same amount in thirty days.</summary>
    public const int MastercardSameAmountInThirtyDays = 35;

    /// <summary>The time over which declines are counted.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromDays(30);

    /// <summary>Whether the card must not be tried again: picked up, lost, stolen, not there, closed, not permitted, or stopped.</summary>
    public static bool IsNever(string? code, string? advice) =>
        advice is "03" or "21" || code is "04" or "07" or "41" or "43" or "12" or "14" or "15" or "46" or "57" or "R0" or "R1" or "R3";

    /// <summary>Whether what was typed was wrong, so that it speaks of testing: the number, the expiry or the security code.</summary>
    public static bool IsBadCard(string? code) => code is "14" or "54" or "63" or "82" or "N7";

    /// <summary>How long the issuer asks to wait.</summary>
    public static TimeSpan? WaitOf(string? advice) => advice switch
    {
        "24" => TimeSpan.FromHours(1),
        "25" => TimeSpan.FromDays(1),
        "26" => TimeSpan.FromDays(2),
        "27" => TimeSpan.FromDays(4),
        "28" => TimeSpan.FromDays(6),
        "29" => TimeSpan.FromDays(8),
        "30" => TimeSpan.FromDays(10),
        _ => null,
    };

    /// <summary>Decides whether a card may be tried; why not, when it may not, and until when.</summary>
    /// <param name="history">The card's declines at the app; <see langword="null"/> when there were none.</param>
    /// <param name="brand">The scheme.</param>
    /// <param name="amount">How much, in the smallest unit.</param>
    /// <param name="expiry">Year and month of the card as it is given now, such as 203012.</param>
    /// <param name="isTyped">Whether the customer gave the card just now: that is new information.</param>
    /// <param name="now">Now, in milliseconds.</param>
    internal static (string Because, long? Until)? Decide(RetryHistory? history, Brand brand, long amount, int expiry, bool isTyped, long now)
    {
        if (history is null)
        {
            return null;
        }

        if (history.NeverAt is not null)
        {
            return ("never_again", null);
        }

        if (history.WaitsUntil > now)
        {
            return ("advice_wait", history.WaitsUntil);
        }

        if (!isTyped && history.WantsNewExpiry is { } old && old == expiry)
        {
            return ("advice_new_information", null);
        }

        if (!isTyped && history.LaterUntil > now)
        {
            return ("advice_later", history.LaterUntil);
        }

        var month = now - (long)Period.TotalMilliseconds;
        return brand switch
        {
            Brand.Visa when history.CountAfter(month) >= VisaInThirtyDays => ("visa_30_days", null),
            Brand.Mastercard or Brand.Maestro when history.CountAfter(now - (long)TimeSpan.FromDays(1).TotalMilliseconds) >= MastercardInDay => ("mastercard_24_hours", null),
            Brand.Mastercard or Brand.Maestro when history.CountAfter(month, amount) >= MastercardSameAmountInThirtyDays => ("mastercard_30_days", null),
            _ => null,
        };
    }
}

/// <summary>The declines of one card at one app.</summary>
internal sealed class RetryHistory
{
    private const int Most = RetryRules.MastercardSameAmountInThirtyDays * 2;

    private readonly List<(long At, long Amount)> declines = new(1);

    /// <summary>When it was said that the card must not be tried again.</summary>
    public long? NeverAt { get; private set; }

    /// <summary>Until when the issuer asks to wait.</summary>
    public long? WaitsUntil { get; private set; }

    /// <summary>Until when it is too early without the customer.</summary>
    public long? LaterUntil { get; private set; }

    /// <summary>The expiry with which it must not be tried without the customer any more.</summary>
    public int? WantsNewExpiry { get; private set; }

    /// <summary>Takes a decline.</summary>
    public void Add(RiskDecline decline)
    {
        if (declines.Count == Most)
        {
            declines.RemoveAt(0);
        }

        declines.Add((decline.At, decline.Amount));
        if (RetryRules.IsNever(decline.Code, decline.Advice))
        {
            NeverAt ??= decline.At;
        }

        if (RetryRules.WaitOf(decline.Advice) is { } wait)
        {
            WaitsUntil = Math.Max(WaitsUntil ?? 0, decline.At + (long)wait.TotalMilliseconds);
        }

        LaterUntil = decline.Advice == "02" ? decline.At + (long)TimeSpan.FromHours(1).TotalMilliseconds : LaterUntil;
        WantsNewExpiry = decline.Advice == "01" ? decline.Expiry : WantsNewExpiry;
    }

    /// <summary>How many declines came after an instant, of one amount where it is said.</summary>
    public int CountAfter(long instant, long? amount = null)
    {
        var found = 0;
        foreach (var (at, much) in declines)
        {
            found += at > instant && (amount is null || much == amount) ? 1 : 0;
        }

        return found;
    }
}
