using Tollgate.Core.Risk;

namespace Tollgate.Core.Tests.Risk;

public class RiskDeciderTests
{
    /// <summary>A counter, what it stands at and what is usual, whose card it is, and the verdict: below, at and above each threshold of the table.</summary>
    private const string Table = """
        CardDeclinesHour  |   2 |   | new   | Allow
        CardDeclinesHour  |   3 |   | new   | Challenge
        CardDeclinesHour  |   4 |   | new   | Challenge
        CardDeclinesHour  |   5 |   | new   | Refuse
        CardDeclinesHour  |   6 |   | saved | Refuse
        CardDeclinesDay   |   9 |   | new   | Allow
        CardDeclinesDay   |  10 |   | new   | Refuse
        CardDeclinesDay   |  11 |   | new   | Refuse
        CardAttempts      |   2 |   | new   | Allow
        CardAttempts      |   3 |   | new   | Challenge
        CardAttempts      |   5 |   | new   | Challenge
        CardAttempts      |   6 |   | new   | Refuse
        CardAttempts      |   7 |   | new   | Refuse
        AddressCards      |   2 |   | new   | Allow
        AddressCards      |   3 |   | new   | Challenge
        AddressCards      |   5 |   | new   | Challenge
        AddressCards      |   6 |   | new   | Refuse
        AddressCards      |   7 |   | new   | Refuse
        EmailCards        |   2 |   | new   | Allow
        EmailCards        |   3 |   | new   | Challenge
        EmailCards        |   4 |   | new   | Challenge
        EmailCards        |   5 |   | new   | Refuse
        EmailCards        |   6 |   | new   | Refuse
        AddressBadCards   |   1 |   | new   | Allow
        AddressBadCards   |   2 |   | new   | Challenge
        AddressBadCards   |   3 |   | new   | Challenge
        AddressBadCards   |   4 |   | new   | Refuse
        AddressBadCards   |   5 |   | new   | Refuse
        PrefixCards       |   4 |   | new   | Allow
        PrefixCards       |   5 |   | new   | Challenge
        PrefixCards       |   9 |   | new   | Challenge
        PrefixCards       |  10 |   | new   | Refuse
        PrefixCards       |  11 |   | new   | Refuse
        BinCards          |   4 |   | new   | Allow
        BinCards          |   5 |   | new   | Challenge
        BinCards          |   9 |   | new   | Challenge
        BinCards          |  10 |   | new   | Refuse
        BinCards          |  11 |   | new   | Refuse
        OrderAttempts     |   4 |   | new   | Allow
        OrderAttempts     |   5 |   | new   | Challenge
        OrderAttempts     |   9 |   | new   | Challenge
        OrderAttempts     |  10 |   | new   | Refuse
        OrderAttempts     |  11 |   | new   | Refuse
        # A share says something above its threshold, and challenges: first those whose card nobody knows, then everybody. It refuses nobody.
        DeclineShare      |  40 |   | new   | Allow
        DeclineShare      |  41 |   | new   | Challenge
        DeclineShare      |  70 |   | saved | Allow
        DeclineShare      |  71 |   | saved | Challenge
        DeclineShare      | 100 |   | new   | Challenge
        UnknownCardShare  |  20 |   | new   | Allow
        UnknownCardShare  |  21 |   | new   | Challenge
        UnknownCardShare  |  40 |   | saved | Allow
        UnknownCardShare  |  41 |   | saved | Challenge
        SmallAmountShare  |  50 |   | new   | Allow
        SmallAmountShare  |  51 |   | new   | Challenge
        SmallAmountShare  | 100 |   | saved | Allow
        # Where half of all are declined on every day, it takes more than three quarters.
        DeclineShare      |  75 | 50 | new   | Allow
        DeclineShare      |  76 | 50 | new   | Challenge
        """;

    [Fact]
    public void Every_line_of_the_table_holds()
    {
        var lines = (from line in Table.Split('\n')
                     let text = line.Trim()
                     where text.Length > 0 && text[0] != '#'
                     select text.Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.Empty(from columns in lines
                     let counter = Enum.Parse<RiskCounter>(columns[0])
                     let reading = new RiskReading(counter, Number(columns[1]), Number(columns[2]))
                     let says = RiskDecider.Decide(RiskRules.Default, [reading], columns[3] == "saved")
                     where says.Verdict.ToString() != columns[4] || (says.Because == counter) != (columns[4] != "Allow")
                     select $"{string.Join(" | ", columns)}, but: {says}");
        Assert.Equal(RiskRules.Default.Select(r => r.Counter), lines.Select(columns => Enum.Parse<RiskCounter>(columns[0])).Distinct());
        Assert.Equal(Enum.GetValues<RiskCounter>(), RiskRules.Default.Select(r => r.Counter));

        static int Number(string text) => text.Length == 0 ? 0 : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_strictest_rule_decides_and_of_those_the_first() => Assert.Equal(
        (RiskVerdict.Refuse, RiskCounter.AddressCards),
        RiskDecider.Decide(RiskRules.Default, [new(RiskCounter.CardAttempts, 3), new(RiskCounter.AddressCards, 6), new(RiskCounter.BinCards, 10)], isSaved: false));

    [Fact]
    public void A_rule_that_is_off_says_nothing()
    {
        List<RiskRule> rules = [new(RiskCounter.CardAttempts, TimeSpan.FromMinutes(10), null, null)];
        Assert.Equal(RiskVerdict.Allow, RiskDecider.Decide(rules, [new(RiskCounter.CardAttempts, 100)], isSaved: false).Verdict);
    }

    [Fact]
    public void What_is_kept_of_the_counters_is_what_is_not_nothing() => Assert.Equal(
        "card_attempts=2;decline_share=12",
        RiskDecider.Write([new(RiskCounter.CardDeclinesHour, 0), new(RiskCounter.CardAttempts, 2), new(RiskCounter.DeclineShare, 12)]));

    [Theory]
    [InlineData(RiskMode.Enforce, RiskCause.Rule, RiskVerdict.Refuse)]
    [InlineData(RiskMode.Monitor, RiskCause.Rule, RiskVerdict.Allow)]
    [InlineData(RiskMode.Monitor, RiskCause.Retry, RiskVerdict.Allow)]
    [InlineData(RiskMode.Monitor, RiskCause.BlockList, RiskVerdict.Refuse)]
    [InlineData(RiskMode.Off, RiskCause.BlockList, RiskVerdict.Refuse)]
    public void What_is_only_watched_is_not_done_unless_somebody_has_said_so(RiskMode mode, RiskCause cause, RiskVerdict effect) =>
        Assert.Equal(effect, new RiskAssessment { Mode = mode, Verdict = RiskVerdict.Refuse, Cause = cause }.Effect());
}
