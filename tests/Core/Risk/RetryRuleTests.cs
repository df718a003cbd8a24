using Tollgate.Core.Cards;
using Tollgate.Core.Risk;

namespace Tollgate.Core.Tests.Risk;

/// <summary>What the schemes allow of trying a declined card again.</summary>
public class RetryRuleTests
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;
    private const long Noon = (20_000 * Day) + (12 * Hour);
    private const int Expiry = 203012;

    private readonly RiskCounters counters = new([RiskRules.Default], 1000);

    public static TheoryData<string> NeverCodes => ["04", "07", "41", "43", "12", "14", "15", "46", "57", "R0", "R1", "R3"];

    [Theory]
    [MemberData(nameof(NeverCodes))]
    public void After_a_hard_decline_the_card_is_never_tried_again_by_that_app(string code)
    {
        Decline(code, null, 1);
        Assert.Equal("never_again", Why(Brand.Visa, Noon + 1));
        Assert.Equal("never_again", Why(Brand.Mastercard, Noon + (400 * Day)));
        Assert.Null(counters.DecideRetry("app-two", 7, Brand.Visa, 1000, Expiry, true, Noon + 1));
        Assert.Null(counters.DecideRetry("app-one", 8, Brand.Visa, 1000, Expiry, true, Noon + 1));
    }

    [Theory]
    [InlineData("05")]
    [InlineData("51")]
    [InlineData("54")]
    [InlineData("61")]
    [InlineData("91")]
    [InlineData("96")]
    [InlineData("N7")]
    [InlineData("")]
    public void After_a_soft_decline_it_may_be_tried_again(string code)
    {
        Decline(code, null, 1);
        Assert.Null(Why(Brand.Visa, Noon + 1));
    }

    [Theory]
    [InlineData(14, null)]
    [InlineData(15, "visa_30_days")]
    [InlineData(16, "visa_30_days")]
    public void Visa_lets_a_card_be_declined_fifteen_times_in_thirty_days(int declines, string? because)
    {
        Decline("05", null, declines, every: Day);
        Assert.Equal(because, Why(Brand.Visa, Noon + (20 * Day)));
        Assert.Null(Why(Brand.Visa, Noon + (46 * Day)));
        Assert.Null(Why(Brand.Amex, Noon + (20 * Day)));
    }

    [Theory]
    [InlineData(9, null)]
    [InlineData(10, "mastercard_24_hours")]
    [InlineData(11, "mastercard_24_hours")]
    public void Mastercard_lets_a_card_be_declined_ten_times_in_a_day(int declines, string? because)
    {
        Decline("05", null, declines);
        Assert.Equal(because, Why(Brand.Mastercard, Noon + Hour));
        Assert.Null(Why(Brand.Mastercard, Noon + Day + Hour));
    }

    [Theory]
    [InlineData(34, 1000, null)]
    [InlineData(35, 1000, "mastercard_30_days")]
    [InlineData(36, 1000, "mastercard_30_days")]
    [InlineData(36, 999, null)]
    public void Mastercard_lets_an_amount_be_declined_thirty_five_times_in_thirty_days(int declines, long amount, string? because)
    {
        Decline("05", null, declines, every: 12 * Hour);
        Assert.Equal(because, counters.DecideRetry("app-one", 7, Brand.Mastercard, amount, Expiry, true, Noon + (20 * Day))?.Because);
    }

    [Theory]
    [InlineData("03")]
    [InlineData("21")]
    public void Advice_never_to_try_again_is_taken(string advice)
    {
        Decline("05", advice, 1);
        Assert.Equal("never_again", Why(Brand.Mastercard, Noon + (100 * Day)));
    }

    [Theory]
    [InlineData("24", 1)]
    [InlineData("25", 24)]
    [InlineData("26", 48)]
    [InlineData("27", 96)]
    [InlineData("28", 144)]
    [InlineData("29", 192)]
    [InlineData("30", 240)]
    public void Advice_to_wait_is_taken_for_its_time(string advice, int hours)
    {
        Decline("51", advice, 1);
        Assert.Equal(("advice_wait", Noon + (hours * Hour)), counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, Expiry, true, Noon + (hours * Hour) - 1));
        Assert.Null(Why(Brand.Mastercard, Noon + (hours * Hour)));
    }

    [Fact]
    public void Without_the_customer_a_card_waits_or_needs_another_expiry_and_with_the_customer_it_does_not()
    {
        Decline("51", "02", 1);
        Assert.Equal("advice_later", counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, Expiry, false, Noon + Hour - 1)?.Because);
        Assert.Null(counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, Expiry, false, Noon + Hour));
        Assert.Null(counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, Expiry, true, Noon + 1));

        Decline("54", "01", 1);
        Assert.Equal("advice_new_information", counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, Expiry, false, Noon + Day)?.Because);
        Assert.Null(counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, 203112, false, Noon + Day));
        Assert.Null(counters.DecideRetry("app-one", 7, Brand.Mastercard, 1000, Expiry, true, Noon + Day));
    }

    private string? Why(Brand brand, long now) => counters.DecideRetry("app-one", 7, brand, 1000, Expiry, true, now)?.Because;

    private void Decline(string code, string? advice, int times, long every = 0)
    {
        for (var i = 0; i < times; i++)
        {
            counters.Add(new RiskDecline("app-one", Noon + (i * every), 7, null, 1000, Expiry, code, advice));
        }
    }
}
