using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tollgate.Core.Cards;

namespace Tollgate.Core.Tests.Cards;

/// <summary>An implementation that others wrote, the npm package card-validator, says the same of ten thousand numbers.</summary>
public partial class CardValidatorTests
{
    private const int Generated = 10_000;

    // Its whole UnionPay table, too, is checked for the last digit here: Tollgate takes no number without one.
    private const string Script = """
        const card = require('card-validator');
        const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(line => line.length > 0);
        process.stdout.write(lines.map(line => {
            const verdict = card.number(line, { luhnValidateUnionPay: true });
            return (verdict.isValid ? verdict.card.type : 'invalid') + ' ' + (verdict.card ? verdict.card.code.size : 0);
        }).join('\n'));
        """;

    [Fact]
    public async Task Card_validator_and_Tollgate_agree_on_generated_numbers_and_on_every_published_one()
    {
        string[] numbers = [.. PublishedNumbers.All, .. Generate()];
        var verdicts = await AskAsync(numbers);
        var disagreements = numbers.Zip(verdicts).Where(pair => OurVerdict(pair.First, pair.Second) != pair.Second)
            .Select(pair => $"{pair.First[..8]}… with {pair.First.Length} digits: they say {pair.Second}, we say {OurVerdict(pair.First, pair.Second)}");
        Assert.Empty(disagreements);

        // Enough of both kinds, and every brand, or the agreement says little.
        Assert.InRange(verdicts.Count(v => v.StartsWith("invalid", StringComparison.Ordinal)), Generated / 10, Generated * 9 / 10);
        Assert.Equal(Enum.GetValues<Brand>().Length, verdicts.Where(v => !v.StartsWith("invalid", StringComparison.Ordinal)).Distinct().Count());
    }

    /// <summary>Numbers with every prefix of our table and its neighbours, of every length, with right and wrong check digits; the seed is fixed.</summary>
    private static IEnumerable<string> Generate()
    {
        var prefixes = Prefixes().ToArray();
        var random = new Random(20260115);
        for (var i = 0; i < Generated; i++)
        {
            // The first round takes each prefix once with a length that is mostly right, so that none is left out.
            var prefix = prefixes[i % prefixes.Length];
            var length = i / prefixes.Length % 3 == 0 ? 16 : random.Next(11, 21);
            var body = prefix + string.Concat(Enumerable.Range(0, length).Select(_ => (char)('0' + random.Next(10))));
            var number = CheckDigit.After(body[..(length - 1)]);
            yield return random.Next(4) == 0 ? number[..^1] + (char)('0' + random.Next(10)) : number;
        }
    }

    /// <summary>Both ends of every range of the brand table, and the neighbours outside, read from its source so that none is forgotten.</summary>
    private static IEnumerable<string> Prefixes()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "src", "Core", "Cards", "BrandTable.cs"));
        var rows = source[source.IndexOf("Rows =", StringComparison.Ordinal)..source.IndexOf("TryFind", StringComparison.Ordinal)];
        var ranges = Text().Matches(rows).SelectMany(m => (m.Groups[1].Value + m.Groups[2].Value).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.True(ranges.Count > 150, "The ranges of the brand table are no longer read.");
        return ranges.SelectMany(Ends).Distinct();
    }

    private static IEnumerable<string> Ends(string range)
    {
        var parts = range.Split('-');
        var (from, to) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
        return new[] { from - 1, from, (from + to) / 2, to, to + 1 }.Select(n => n.ToString(CultureInfo.InvariantCulture).PadLeft(parts[0].Length, '0'));
    }

    // The length of the code is not the number's: where the number is wrong there is nothing to compare, and theirs is taken.
    private static string OurVerdict(string digits, string theirs) => CardNumber.TryParse(digits, out var number)
        ? $"{TheirName(number.Brand)} {number.Brand.SecurityCodeLength()}"
        : "invalid " + theirs.Split(' ')[1];

    private static string TheirName(Brand brand) => brand switch
    {
        Brand.Amex => "american-express",
        Brand.Diners => "diners-club",
        _ => brand.WireName(),
    };

    private static async Task<string[]> AskAsync(IEnumerable<string> numbers)
    {
        var start = new ProcessStartInfo("node", ["-e", Script])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "npm"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var node = Process.Start(start)!;
        var verdicts = node.StandardOutput.ReadToEndAsync();
        await node.StandardInput.WriteAsync(string.Join('\n', numbers));
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return (await verdicts).Split('\n');
    }

    [GeneratedRegex("\"\"\"([^\"]*)\"\"\"|\"([0-9][0-9 -]*)\"")]
    private static partial Regex Text();
}
