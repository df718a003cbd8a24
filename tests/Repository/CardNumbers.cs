using System.Text.RegularExpressions;

namespace Tollgate.Repository;

/// <summary>A card number in the tree is a published test number, or it may be somebody's card.</summary>
public partial class CardNumbers
{
    private const string List = "tests/Repository/published-test-numbers.txt";

    // Prefixes of four digits and the lengths that go with them; where brands overlap, either length will do.
    private static readonly (int From, int To, int[] Lengths)[] Brands =
    [
        (4000, 4999, [13, 16, 18, 19]),                       // Visa
        (5100, 5599, [16]),                                   // Mastercard
        (2221, 2720, [16]),                                   // Mastercard
        (3400, 3499, [15]),                                   // American Express
        (3700, 3799, [15]),                                   // American Express
        (3000, 3059, [14, 16, 19]),                           // Diners Club
        (3600, 3699, [14, 16, 19]),                           // Diners Club
        (3800, 3999, [14, 16, 19]),                           // Diners Club
        (3528, 3589, [15, 16, 17, 18, 19]),                   // JCB
        (6011, 6011, [16, 19]),                               // Discover
        (6440, 6599, [16, 19]),                               // Discover
        (6200, 6299, [14, 15, 16, 17, 18, 19]),               // UnionPay
        (5000, 5099, [13, 14, 15, 16, 17, 18, 19]),           // Maestro
        (5600, 6999, [13, 14, 15, 16, 17, 18, 19]),           // Maestro
    ];

    [Fact]
    public void Every_card_number_in_the_tree_is_a_published_test_number()
    {
        var published = Published().ToHashSet();
        Border.Holds($"These look like card numbers and are not in {List}.",
            from file in Tree.TextFiles
            where file.Path != List && !IsLockFile(file.Path)
            from number in Find(file.Text)
            where !published.Contains(number.Digits)
            select $"{file.Path}:{file.Text.AsSpan(0, number.Index).Count('\n') + 1}: {number.Digits[..6]}…{number.Digits[^4..]}");
    }

    [Fact]
    public void Every_published_test_number_is_listed_once_and_looks_like_a_card_number()
    {
        var published = Published();
        Border.Holds("A number is listed once.", published.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key));
        Border.Holds("Only what this test would stop needs listing.", published.Where(n => !LooksLikeACard(n)));
    }

    // The numbers are put together here so that this file holds none that is not published.
    [Theory]
    [InlineData("411111111111", "1111")]
    [InlineData("4111 1111 1111 ", "1111")]
    [InlineData("card-4111-1111-1111-", "1111")]
    [InlineData("4111_1111_1111_", "1111L")]
    [InlineData("3782 822463 ", "10005")]
    [InlineData("{\\n41111111111", "11111}")]
    [InlineData("token_41111111111", "11111")]
    public void These_are_found(string start, string end) => Assert.Single(Find(start + end));

    [Theory]
    [InlineData("411111111111", "1112")]                              // fails Luhn
    [InlineData("17000000000", "00")]                                 // milliseconds since 1970
    [InlineData("a4111111111", "111111")]                             // inside a longer word, such as a hash
    [InlineData("411111111111", "1111ab")]                            // the same
    [InlineData("41111111-1111-1111-1111-1111", "11111111")]          // a UUID
    [InlineData("0.411111111111", "1111")]                            // a fraction
    [InlineData("900719925474", "0991")]                              // no card begins with 9
    public void These_are_not(string start, string end) => Assert.Empty(Find(start + end));

    private static string[] Published() =>
        [.. Tree.Text(List).Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];

    private static bool IsLockFile(string path) => Path.GetFileName(path) is "packages.lock.json" or "package-lock.json";

    private static IEnumerable<(int Index, string Digits)> Find(string text) =>
        from match in Plain().Matches(text).Concat(Grouped().Matches(text))
        let digits = string.Concat(match.Value.Where(char.IsAsciiDigit))
        where LooksLikeACard(digits)
        select (match.Index, digits);

    private static bool LooksLikeACard(string digits)
    {
        var prefix = int.Parse(digits.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture);
        return Brands.Any(b => prefix >= b.From && prefix <= b.To && b.Lengths.Contains(digits.Length)) && PassesLuhn(digits);
    }

    private static bool PassesLuhn(string digits) => digits.Reverse()
        .Select((digit, place) => (digit - '0') * (place % 2 == 0 ? 1 : 2))
        .Sum(value => value > 9 ? value - 9 : value) % 10 == 0;

    // A number stands by itself: not inside a longer word or a fraction, though an escape such as \n may precede it and a literal's suffix follow it.
    [GeneratedRegex("""(?<=^|[^0-9A-Za-z]|\\[nrt])(?<![0-9]\.)[2-6][0-9]{12,18}(?=([uU]?[lL]|[mM])?([^0-9A-Za-z]|$))""")]
    private static partial Regex Plain();

    // Groups of four, or of four, six and the rest; a UUID, which goes on before or after with a dash, is not one.
    [GeneratedRegex("""(?<=^|[^0-9A-Za-z]|\\[nrt])(?<![0-9A-Fa-f]{4}-)[2-6][0-9]{3}([ _-])([0-9]{4}\1[0-9]{4}(\1[0-9]{1,4}){1,2}|[0-9]{6}\1[0-9]{4,5})(?=([uU]?[lL]|[mM])?([^0-9A-Za-z]|$))(?!-[0-9A-Fa-f])""")]
    private static partial Regex Grouped();
}
