using CsCheck;

namespace Tollgate.Core.Tests;

public class MoneyTests
{
    private static readonly Currency Yen = new("JPY", "392", 0);

    [Fact]
    public void A_sum_that_does_not_fit_throws_and_never_wraps()
    {
        Assert.Throws<OverflowException>(() => Aud(long.MaxValue) + Aud(1));
        Assert.Throws<OverflowException>(() => Aud(long.MinValue) + Aud(-1));
        Assert.Throws<OverflowException>(() => Aud(long.MinValue) - Aud(1));
        Assert.Throws<OverflowException>(() => Aud(0) - Aud(long.MinValue));
        Assert.Throws<OverflowException>(() => Money.Add(Aud(long.MaxValue), Aud(long.MaxValue)));
        Assert.Throws<OverflowException>(() => Money.Subtract(Aud(long.MinValue), Aud(long.MaxValue)));
    }

    [Fact]
    public void Currencies_do_not_mix()
    {
        var yen = new Money(1, Yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1) + yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1) - yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1) < yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1) > yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1) <= yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1) >= yen);
        Assert.Throws<InvariantViolationException>(() => Aud(1).CompareTo(yen));
        Assert.NotEqual(Aud(1), yen);
    }

    [Fact]
    public void What_was_added_can_be_taken_away_again() => Gen.Select(Gen.Int, Gen.Int).Sample((left, right) =>
    {
        var sum = Aud(left) + Aud(right);
        Assert.Equal((long)left + right, sum.Minor);
        Assert.Equal(Aud(left), sum - Aud(right));
        Assert.Equal(sum, Aud(right) + Aud(left));
    });

    [Fact]
    public void Amounts_are_ordered_as_their_numbers_are() => Gen.Select(Gen.Long, Gen.Long).Sample((left, right) =>
    {
        Assert.Equal(left < right, Aud(left) < Aud(right));
        Assert.Equal(left <= right, Aud(left) <= Aud(right));
        Assert.Equal(left > right, Aud(left) > Aud(right));
        Assert.Equal(left >= right, Aud(left) >= Aud(right));
        Assert.Equal(left > 0, Aud(left).IsPositive);
    });

    [Fact]
    public void Only_the_Australian_dollar_is_switched_on_exactly_as_written()
    {
        Assert.True(Currency.TryParse("AUD", out var found));
        Assert.Equal(new("AUD", "036", 2), found);
        Assert.All(["aud", "AUD ", "USD", "", null], text => Assert.False(Currency.TryParse(text, out _)));
    }

    [Fact]
    public void An_amount_prints_its_smallest_units_and_its_currency() => Assert.Equal("1000 AUD", Aud(1000).ToString());

    private static Money Aud(long minor) => new(minor, Currency.Aud);
}
