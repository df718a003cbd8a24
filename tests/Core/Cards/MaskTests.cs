using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Tollgate.Core.Cards;

namespace Tollgate.Core.Tests.Cards;

/// <summary>Whatever prints an object prints no digits but the last four of a number, and none of a code.</summary>
public class MaskTests
{
    private const string Digits = "378282246310005";
    private const string CodeDigits = "7391";

    private static readonly CardNumber Number = CardNumberTests.Parse(Digits);
    private static readonly CardVerificationCode Code = CardVerificationCode.TryParse(CodeDigits, Brand.Amex, out var code) ? code : throw new ArgumentException("It is no code.");

    private sealed record Holder(CardNumber Number, CardVerificationCode Code);

    [Fact]
    public void A_number_prints_its_last_four_digits_and_a_code_prints_none()
    {
        Assert.Equal("****0005", Number.ToString());
        Assert.Equal("***", Code.ToString());
    }

    [Fact]
    public void Text_that_holds_them_shows_nothing() => Assert.All(
        [
            $"{Number} {Code}",
            $"{Number,40} {Code,40}",
            string.Format(CultureInfo.InvariantCulture, "{0} {1:G} {0:N} {1:X}", Number, Code),
            string.Concat(Number, Code),
            string.Join(' ', Number, Code),
            new Holder(Number, Code).ToString(),
            (Number, Code).ToString(),
            new { Number, Code }.ToString()!,
            Convert.ToString((object)Number, CultureInfo.InvariantCulture) + Convert.ToString((object)Code, CultureInfo.InvariantCulture),
        ],
        ShowsNothing);

    [Fact]
    public void Json_that_holds_them_shows_nothing()
    {
        JsonSerializerOptions everything = new() { IncludeFields = true, WriteIndented = true };
        Assert.All(
            [
                JsonSerializer.Serialize(Number),
                JsonSerializer.Serialize(Code),
                JsonSerializer.Serialize(new Holder(Number, Code), everything),
                JsonSerializer.Serialize<object[]>([Number, Code], everything),
                JsonSerializer.Serialize(new Dictionary<string, object> { ["number"] = Number, ["code"] = Code }, everything),
            ],
            ShowsNothing);
    }

    [Fact]
    public void No_public_property_or_field_gives_the_digits()
    {
        Assert.Equal(["Brand", "LastFour"], PublicValues(typeof(CardNumber)));
        Assert.Empty(PublicValues(typeof(CardVerificationCode)));
        Assert.False(typeof(CardNumber).IsAssignableTo(typeof(IEnumerable)) || typeof(CardNumber).IsAssignableTo(typeof(IFormattable)));
    }

    [Fact]
    public void An_exception_about_them_shows_nothing()
    {
        var wrong = new ArgumentOutOfRangeException("card", Number, "is wrong") { Data = { ["code"] = Code } };
        ShowsNothing(wrong.ToString());
        ShowsNothing(wrong.Data["code"]!.ToString()!);
        ShowsNothing(new InvariantViolationException($"{Number} and {Code} belong together", wrong).ToString());
        ShowsNothing(Assert.Throws<Xunit.Sdk.EqualException>(() => Assert.Equal<object>(Number, Code)).ToString());
        ShowsNothing(Assert.Throws<InvalidCastException>(() => (string)(object)Number).ToString());
        ShowsNothing(Assert.Throws<KeyNotFoundException>(() => new Dictionary<CardNumber, int>()[Number]).ToString());
    }

    private static IEnumerable<string> PublicValues(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance).Where(m => m is PropertyInfo or FieldInfo).Select(m => m.Name).Order(StringComparer.Ordinal);

    private static void ShowsNothing(string text)
    {
        Assert.DoesNotContain(Digits, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Digits[..^4], text, StringComparison.Ordinal);
        Assert.DoesNotContain(CodeDigits, text, StringComparison.Ordinal);
    }
}
