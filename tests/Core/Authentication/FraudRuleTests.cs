using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;

namespace Tollgate.Core.Tests.Authentication;

/// <summary>The thresholds of AusPayNet's framework, and when they oblige.</summary>
public class FraudRuleTests
{
    private static readonly Quarter First = new(2026, 1);

    [Theory]
    // Both thresholds at once: more than 50,000 dollars, and a fifth of a per cent or more.
    [InlineData(5_000_000, 100_000_000, false, "500")]
    [InlineData(5_000_001, 100_000_000, true, "500")]
    [InlineData(6_000_000, 3_000_000_000, true, "20")]
    [InlineData(6_000_000, 3_000_000_001, false, "19.99")]
    [InlineData(0, 3_000_000_000, false, "0")]
    // Fraud without sales is more than any part of them.
    [InlineData(5_000_001, 0, true, null)]
    [InlineData(0, 0, false, null)]
    // The largest sums do not overflow.
    [InlineData(long.MaxValue, long.MaxValue, true, "10000")]
    public void A_quarter_breaches_by_value_and_by_ratio(long fraud, long sales, bool breached, string? basisPoints)
    {
        var figures = new FraudFigures(First, fraud, sales);
        Assert.Equal(breached, FraudRule.IsBreached(figures));
        Assert.Equal(basisPoints is null ? null : decimal.Parse(basisPoints, System.Globalization.CultureInfo.InvariantCulture), FraudRule.BasisPoints(figures));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("x", false)]
    [InlineData("xx", true)]
    [InlineData(".x", false)]
    // It holds until a quarter is over that does not breach.
    [InlineData(".xxx", true)]
    [InlineData("xx.", false)]
    [InlineData("xx.x", false)]
    [InlineData("x.xx", true)]
    public void Two_quarters_one_after_the_other_oblige_until_one_does_not_breach(string quarters, bool obliges)
    {
        FraudFigures[] complete = [.. quarters.Select((c, i) => new FraudFigures(First.Plus(i), c == 'x' ? 5_000_001 : 0, 100))];
        Assert.Equal(obliges, FraudRule.RequiresAuthentication(complete));

        var rules = new AuthenticationRules(AuthenticationPolicy.WhenRequired, WhenUnavailable.Proceed);
        var under = rules.Under(complete);
        Assert.Equal(
            obliges ? rules with { Policy = AuthenticationPolicy.Always, ForcedBy = new(AuthenticationPolicy.WhenRequired, complete[^2], complete[^1]) } : rules, under);
    }

    [Fact]
    public void An_app_that_always_authenticates_is_forced_to_nothing()
    {
        var rules = new AuthenticationRules(AuthenticationPolicy.Always, WhenUnavailable.Refuse);
        Assert.Equal(rules, rules.Under([new(First, 5_000_001, 100), new(First.Plus(1), 5_000_001, 100)]));
    }

    [Fact]
    public void Quarters_that_are_not_neighbours_do_not_oblige() =>
        Assert.False(FraudRule.RequiresAuthentication([new(First, 5_000_001, 100), new(First.Plus(2), 5_000_001, 100)]));

    [Theory]
    [InlineData(null, true)]
    [InlineData("AU", true)]
    [InlineData("NZ", false)]
    [InlineData("US", false)]
    public void Cards_that_are_known_to_be_foreign_do_not_count(string? country, bool covered) => Assert.Equal(covered, FraudRule.Covers(country));

    [Theory]
    [InlineData(Brand.Visa, "10.1 10.2 10.3 10.4 10.5", "11.3 12.5 13.1 10 10.40")]
    [InlineData(Brand.Mastercard, "4837 4870 4871", "4808 4834 4853")]
    [InlineData(Brand.Maestro, "4837 4870 4871", "4853")]
    [InlineData(Brand.Amex, "F10 F14 F22 F24 F29 F30 F31", "C08 C02 C31")]
    [InlineData(Brand.Discover, "UA01 UA02 UA05 UA06", "RG")]
    [InlineData(Brand.Diners, "UA01 UA02 UA05 UA06", "RG")]
    [InlineData(Brand.Jcb, "546", "10.4")]
    [InlineData(Brand.UnionPay, "4802", "4837")]
    [InlineData(Brand.Troy, "", "10.4 4837")]
    public void Reasons_are_fraud_by_the_scheme_of_the_card(Brand brand, string fraud, string other)
    {
        Assert.All(fraud.Split(' ', StringSplitOptions.RemoveEmptyEntries), code => Assert.True(FraudRule.IsFraud(brand, code), code));
        Assert.All(other.Split(' '), code => Assert.False(FraudRule.IsFraud(brand, code), code));
    }

    [Theory]
    [InlineData(2026, 1, "2026-Q1")]
    [InlineData(2026, 3, "2026-Q1")]
    [InlineData(2026, 4, "2026-Q2")]
    [InlineData(2026, 12, "2026-Q4")]
    public void A_quarter_is_three_months(int year, int month, string name)
    {
        var quarter = Quarter.Of(year, month);
        Assert.Equal(name, quarter.ToString());
        Assert.InRange(month, quarter.FirstMonth, quarter.FirstMonth + 2);
        Assert.True(Quarter.TryParse(name, out var read));
        Assert.Equal(quarter, read);
    }

    [Fact]
    public void Quarters_go_round_the_years()
    {
        Assert.Equal(new(2027, 1), new Quarter(2026, 4).Plus(1));
        Assert.Equal(new(2025, 4), First.Plus(-1));
        Assert.Equal(new(2024, 4), First.Plus(-5));
        Assert.Equal(First, First.Plus(17).Plus(-17));
    }

    [Theory]
    [InlineData("2026-Q5")]
    [InlineData("2026-Q0")]
    [InlineData("26-Q1")]
    [InlineData("2026Q1")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_quarter_is_not_read(string? text) => Assert.False(Quarter.TryParse(text, out _));
}
