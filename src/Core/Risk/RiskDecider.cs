using System.Globalization;
using System.Text;

namespace Tollgate.Core.Risk;

/// <summary>What a counter stands at.</summary>
/// <param name="Counter">The counter.</param>
/// <param name="Value">How many; of a share, how many of a hundred.</param>
/// <param name="Usual">Of a share, what it usually is.</param>
public readonly record struct RiskReading(RiskCounter Counter, int Value, int Usual = 0);

/// <summary>Decides by the table of rules. Pure.</summary>
public static class RiskDecider
{
    /// <summary>The verdict of the table, and the rule that gave it: the strictest, and of those the first.</summary>
    /// <param name="rules">The app's table.</param>
    /// <param name="readings">What the counters stand at.</param>
    /// <param name="isSaved">Whether the card was saved by an approved payment before, so that it is none that is being tested.</param>
    public static (RiskVerdict Verdict, RiskCounter? Because) Decide(IReadOnlyList<RiskRule> rules, ReadOnlySpan<RiskReading> readings, bool isSaved)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var (verdict, because) = (RiskVerdict.Allow, default(RiskCounter?));
        foreach (var reading in readings)
        {
            foreach (var rule in rules)
            {
                if (rule.Counter == reading.Counter && Decide(rule, reading, isSaved) is var says && says > verdict)
                {
                    (verdict, because) = (says, rule.Counter);
                }
            }
        }

        return (verdict, because);
    }

    /// <summary>The counters that are not nothing, as an assessment keeps them.</summary>
    public static string? Write(ReadOnlySpan<RiskReading> readings)
    {
        var text = new StringBuilder(160);
        foreach (var reading in readings)
        {
            if (reading.Value > 0)
            {
                text.Append(text.Length == 0 ? string.Empty : ";").Append(NameOf(reading.Counter)).Append('=').Append(CultureInfo.InvariantCulture, $"{reading.Value}");
            }
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>A counter's name in what is kept and told.</summary>
    public static string NameOf(RiskCounter counter) => counter switch
    {
        RiskCounter.CardDeclinesHour => "card_declines_hour",
        RiskCounter.CardDeclinesDay => "card_declines_day",
        RiskCounter.CardAttempts => "card_attempts",
        RiskCounter.AddressCards => "address_cards",
        RiskCounter.EmailCards => "email_cards",
        RiskCounter.AddressBadCards => "address_bad_cards",
        RiskCounter.PrefixCards => "prefix_cards",
        RiskCounter.BinCards => "bin_cards",
        RiskCounter.OrderAttempts => "order_attempts",
        RiskCounter.DeclineShare => "decline_share",
        RiskCounter.UnknownCardShare => "unknown_card_share",
        RiskCounter.SmallAmountShare => "small_amount_share",
        _ => throw new InvariantViolationException("every counter has a name"),
    };

    private static RiskVerdict Decide(RiskRule rule, RiskReading reading, bool isSaved)
    {
        if (!rule.IsShare)
        {
            return reading.Value >= rule.Refuse ? RiskVerdict.Refuse : reading.Value >= rule.Challenge ? RiskVerdict.Challenge : RiskVerdict.Allow;
        }

        // Where many declines, or small amounts, are usual, it takes half as many again.
        bool IsAbove(int? threshold) => threshold is { } share && reading.Value > share && reading.Value * 2 > reading.Usual * 3;
        return IsAbove(rule.Refuse) || (IsAbove(rule.Challenge) && !isSaved) ? RiskVerdict.Challenge : RiskVerdict.Allow;
    }
}
