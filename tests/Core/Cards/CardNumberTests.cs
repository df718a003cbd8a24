using CsCheck;
using Tollgate.Core.Cards;

namespace Tollgate.Core.Tests.Cards;

public class CardNumberTests
{
    public static TheoryData<string, string> BrandRows => new()
    {
        // The first digits, and the brand: the edges of each range, and numbers where the longer prefix of another brand wins.
        { "4", "visa" },
        { "51", "mastercard" },
        { "55", "mastercard" },
        { "2221", "mastercard" },
        { "2720", "mastercard" },
        { "34", "amex" },
        { "37", "amex" },
        { "300", "diners" },
        { "305", "diners" },
        { "36", "diners" },
        { "38", "diners" },
        { "39", "diners" },
        { "6011", "discover" },
        { "644", "discover" },
        { "649", "discover" },
        { "65", "discover" },
        { "2131", "jcb" },
        { "1800", "jcb" },
        { "3528", "jcb" },
        { "3589", "jcb" },
        { "61", "maestro" },
        { "620", "unionpay" },
        { "622126", "unionpay" },
        { "622925", "unionpay" },
        { "810", "unionpay" },
        { "8171", "unionpay" },
        { "500000", "maestro" },
        { "56", "maestro" },
        { "59", "maestro" },
        { "63", "maestro" },
        { "67", "maestro" },
        { "2200", "mir" },
        { "2204", "mir" },
        { "9792", "troy" },
        { "650052", "troy" },
        { "401178", "elo" },
        { "509000", "elo" },
        { "506699", "elo" },
        { "506698", "maestro" },
        { "506099", "verve" },
        { "589562", "naranja" },
        { "637095", "hiper" },
        { "606282", "hipercard" },
    };

    private static readonly Dictionary<string, int[]> Lengths = new(StringComparer.Ordinal)
    {
        ["visa"] = [16, 18, 19],
        ["mastercard"] = [16],
        ["amex"] = [15],
        ["diners"] = [14, 16, 19],
        ["discover"] = [16, 19],
        ["jcb"] = [16, 17, 18, 19],
        ["unionpay"] = [14, 15, 16, 17, 18, 19],
        ["maestro"] = [12, 13, 14, 15, 16, 17, 18, 19],
        ["mir"] = [16, 17, 18, 19],
        ["troy"] = [16],
        ["elo"] = [16],
        ["verve"] = [16, 18, 19],
        ["naranja"] = [16],
        ["hiper"] = [16],
        ["hipercard"] = [16],
    };

    [Theory]
    [MemberData(nameof(BrandRows))]
    public void The_first_digits_name_the_brand_and_the_brand_says_which_lengths_are_right(string prefix, string brand)
    {
        for (var length = 8; length <= 21; length++)
        {
            var number = CheckDigit.After(prefix.PadRight(length - 1, '0'));
            var right = CardNumber.TryParse(number, out var parsed);
            Assert.Equal(Lengths[brand].Contains(length), right);
            Assert.True(!right || parsed!.Brand.WireName() == brand, $"{prefix} with {length} digits is {parsed?.Brand}");
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("2199")]
    [InlineData("2721")]
    [InlineData("306")]
    [InlineData("3527")]
    [InlineData("3590")]
    [InlineData("8172")]
    public void Numbers_of_nobody_are_none(string prefix) =>
        Assert.All(Enumerable.Range(12, 8), length => Assert.False(CardNumber.TryParse(CheckDigit.After(prefix.PadRight(length - 1, '0')), out _)));

    [Fact]
    public void Every_published_test_number_is_right_and_with_another_last_digit_wrong() => Assert.All(PublishedNumbers.All, number =>
    {
        Assert.True(CardNumber.TryParse(number, out var parsed));
        Assert.Equal(number, parsed.Reveal());
        Assert.Equal(number[^4..], parsed.LastFour);
        Assert.All("0123456789", digit => Assert.Equal(digit == number[^1], CardNumber.TryParse(number[..^1] + digit, out _)));
    });

    [Fact]
    public void One_wrong_digit_anywhere_is_found() =>
        Assert.All(PublishedNumbers.All, number => Assert.All(Enumerable.Range(0, number.Length), place =>
        {
            var wrong = number.ToCharArray();
            wrong[place] = (char)('0' + ((wrong[place] - '0' + 1) % 10));
            Assert.False(CardNumber.TryParse(wrong, out _));
            Assert.False(Luhn.IsValid(wrong));
        }));

    [Fact]
    public void Spaces_and_dashes_are_tolerated_and_nothing_else()
    {
        var number = PublishedNumbers.All[0];
        foreach (var written in (string[])[" " + number + " ", number.Insert(4, " ").Insert(9, "-"), string.Join('-', number.ToCharArray()), number])
        {
            Assert.True(CardNumber.TryParse(written, out var parsed), "with spaces or dashes");
            Assert.Equal(number, parsed.Reveal());
        }

        foreach (var written in (string[])[number.Insert(4, "\t"), number.Insert(4, "\n"), number.Insert(4, "."), number.Insert(4, "_"), number.Insert(4, "\u00a0"), number + "a", "+" + number, number + "\0"])
        {
            Assert.False(CardNumber.TryParse(written, out _));
        }
    }

    [Fact]
    public void Digits_of_other_scripts_are_no_digits()
    {
        var arabic = string.Concat(PublishedNumbers.All[0].Select(c => (char)(c - '0' + '\u0660')));
        var fullWidth = string.Concat(PublishedNumbers.All[0].Select(c => (char)(c - '0' + '\uff10')));
        Assert.All([arabic, fullWidth], text => Assert.False(CardNumber.TryParse(text, out _)));
        Assert.False(CardVerificationCode.TryParse("\u0661\u0662\u0663", Brand.Visa, out _));
    }

    [Fact]
    public void No_text_makes_parsing_throw() => Gen.String.Sample(text =>
    {
        Assert.Equal(CardNumber.TryParse(text, out var number), number is not null);
        Assert.False(Luhn.HidesCardNumber(text) && text.Count(char.IsAsciiDigit) < 13);
        Assert.False(Luhn.IsValid(text) && !text.All(char.IsAsciiDigit));
    });

    [Fact]
    public void Numbers_are_equal_when_their_digits_are()
    {
        var number = Parse(PublishedNumbers.All[0]);
        var same = Parse(PublishedNumbers.All[0].Insert(4, " "));
        Assert.Equal(number, same);
        Assert.Equal(number.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(number, Parse(PublishedNumbers.All[1]));
    }

    [Theory]
    [InlineData(Brand.Amex, "1234", true)]
    [InlineData(Brand.Amex, "123", false)]
    [InlineData(Brand.Visa, "123", true)]
    [InlineData(Brand.Visa, "000", true)]
    [InlineData(Brand.Visa, "1234", false)]
    [InlineData(Brand.Visa, "12", false)]
    [InlineData(Brand.Visa, "12a", false)]
    [InlineData(Brand.Visa, "12 ", false)]
    [InlineData(Brand.Visa, "-12", false)]
    [InlineData(Brand.Visa, "", false)]
    [InlineData(Brand.Visa, null, false)]
    public void A_security_code_has_as_many_digits_as_its_brand_prints(Brand brand, string? text, bool right)
    {
        Assert.Equal(right, CardVerificationCode.TryParse(text, brand, out var code));
        Assert.Equal(right ? text : null, code?.Reveal());
    }

    [Fact]
    public void Only_American_Express_prints_four_digits() => Assert.All(
        Enum.GetValues<Brand>(), brand => Assert.Equal(brand == Brand.Amex ? 4 : 3, brand.SecurityCodeLength()));

    [Theory]
    [InlineData("4111111111111111", "US")]
    [InlineData("4000008400001629", "US")]
    [InlineData("4000000360000006", "AU")]
    [InlineData("4000000000000002", "US")]
    [InlineData("3530111333300000", "JP")]
    [InlineData("6200000000000005", "CN")]
    [InlineData("378282246310005", "US")]
    [InlineData("4100000000000100", null)]
    public void The_first_digits_name_the_issuers_country_where_the_table_knows_it(string number, string? country)
    {
        Assert.Equal(country, BinTable.CountryOf(Parse(number)));
        Assert.True(country is null || Countries.Contains(country));
    }

    internal static CardNumber Parse(string digits) => CardNumber.TryParse(digits, out var number) ? number : throw new ArgumentException("It is no card number.");
}
