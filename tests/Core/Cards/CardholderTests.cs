using CsCheck;
using Tollgate.Core.Cards;

namespace Tollgate.Core.Tests.Cards;

/// <summary>What else stands on a card, and what must not stand beside it.</summary>
public class CardholderTests
{
    [Theory]
    // A month ends last at UTC−12: there the first of the next month begins at noon UTC.
    [InlineData("2026-01-31T23:59:59Z", 2026, 1, false)]
    [InlineData("2026-02-01T00:00:00Z", 2026, 1, false)]
    [InlineData("2026-02-01T11:59:59.999Z", 2026, 1, false)]
    [InlineData("2026-02-01T12:00:00Z", 2026, 1, true)]
    [InlineData("2026-02-01T12:00:00Z", 2026, 2, false)]
    // The end of a year, and of a February with 29 days.
    [InlineData("2027-01-01T11:59:59.999Z", 2026, 12, false)]
    [InlineData("2027-01-01T12:00:00Z", 2026, 12, true)]
    [InlineData("2028-02-29T23:00:00Z", 2028, 2, false)]
    [InlineData("2028-03-01T11:59:59Z", 2028, 2, false)]
    [InlineData("2028-03-01T12:00:00Z", 2028, 2, true)]
    // The same instant is the same answer, wherever the clock hangs.
    [InlineData("2026-02-01T22:59:59+11:00", 2026, 1, false)]
    [InlineData("2026-02-01T23:00:00+11:00", 2026, 1, true)]
    [InlineData("2026-02-01T00:00:00-12:00", 2026, 1, true)]
    // Years ago, and years ahead.
    [InlineData("2026-06-15T00:00:00Z", 2025, 12, true)]
    [InlineData("2026-06-15T00:00:00Z", 1999, 12, true)]
    [InlineData("2026-06-15T00:00:00Z", 2046, 1, false)]
    public void A_card_is_valid_to_the_last_day_of_its_month_at_the_last_place_on_earth(string now, int year, int month, bool over) =>
        Assert.Equal(over, new Expiry(year, month).IsOver(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void An_expiry_prints_its_year_and_month() => Assert.Equal("2028-02", new Expiry(2028, 2).ToString());

    [Theory]
    [InlineData("John Doe")]
    [InlineData("John Doe 3")]
    [InlineData("O'Brien-Smith, 1st floor 12345678")]
    [InlineData("tel. 0412 345 678")]
    public void A_name_is_a_name(string name) => Assert.False(Luhn.HidesCardNumber(name));

    [Fact]
    public void A_card_number_in_a_name_is_found_wherever_it_stands_and_however_it_is_grouped() => Assert.All(PublishedNumbers.All, number =>
    {
        var grouped = string.Join(' ', number.Chunk(4).Select(four => new string(four)));
        Assert.All(
            [number, "John " + number, number + " Doe", "John" + number + "Doe", grouped, grouped.Replace(' ', '-'), "1 " + number, "99" + number, number + "99", "Card: " + grouped + "."],
            name => Assert.True(Luhn.HidesCardNumber(name)));
        Assert.False(Luhn.HidesCardNumber(string.Join(" x ", number.Chunk(4).Select(four => new string(four)))));
    });

    [Fact]
    public void Twelve_digits_are_not_taken_for_a_card_number() => Gen.Char['0', '9'].Array[1, 12].Sample(digits => Assert.False(Luhn.HidesCardNumber(digits)));

    [Fact]
    public void Luhn_wants_digits_and_at_least_one()
    {
        Assert.False(Luhn.IsValid(""));
        Assert.False(Luhn.IsValid(" 0"));
        Assert.False(Luhn.IsValid("0 "));
        Assert.False(Luhn.IsValid("/0"));
        Assert.False(Luhn.IsValid("0:"));
        Assert.True(Luhn.IsValid("0"));
        Assert.True(Luhn.IsValid("18"));
    }

    [Fact]
    public void Exactly_one_check_digit_is_right_behind_any_digits() => Gen.Char['0', '9'].Array[0, 30].Sample(digits =>
    {
        var right = Enumerable.Range(0, 10).Select(d => new string(digits) + d).Where(number => Luhn.IsValid(number));
        Assert.Equal([CheckDigit.After(new(digits))], right);
    });

    [Fact]
    public void There_are_249_countries_and_each_is_two_capitals()
    {
        var pairs = from first in Letters from second in Letters select $"{first}{second}";
        Assert.Equal(249, Countries.Count);
        Assert.Equal(249, pairs.Count(Countries.Contains));
        Assert.All(["AU", "US", "GB", "NZ", "AX", "SS", "ZW"], code => Assert.True(Countries.Contains(code)));
        Assert.All(["UK", "EU", "XK", "AN", "SU", "au", "Au", "AUS", "A", ""], code => Assert.False(Countries.Contains(code)));
    }

    [Theory]
    [InlineData("AU", "036")]
    [InlineData("NZ", "554")]
    [InlineData("AF", "004")]
    [InlineData("US", "840")]
    [InlineData("GB", "826")]
    [InlineData("ZW", "716")]
    [InlineData("UK", null)]
    [InlineData("au", null)]
    [InlineData("", null)]
    public void A_country_has_three_digits_too(string code, string? number) => Assert.Equal(number, Countries.NumberOf(code));

    [Fact]
    public void No_two_countries_share_their_digits()
    {
        var numbers = (from first in Letters from second in Letters select Countries.NumberOf($"{first}{second}")).OfType<string>().ToList();
        Assert.Equal(249, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.Matches("^[0-9]{3}$", number));
    }

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
}
