using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tollgate.Server.Tests;

/// <summary>
/// Rules of fields as a text table: a line is <c>path | JSON value | exact message</c>, where the message <c>ok</c> means that the request passes and
/// the value <c>-</c> that the field is left out. <c>text(9)</c>, <c>email(9)</c>, <c>url(9)</c> and <c>card(4,9)</c> stand for values of a length.
/// </summary>
internal static partial class FieldTable
{
    /// <summary>Sends each line's value in an otherwise right request, and compares status and body exactly.</summary>
    public static async Task HoldsAsync(string table, Func<RequestBody> body, Func<string, Task<RawAnswer>> sendAsync)
    {
        var wrong = new StringBuilder();
        foreach (var line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
        {
            var cells = line.Split(" | ", StringSplitOptions.TrimEntries);
            Assert.Equal(3, cells.Length);
            var (path, raw, message) = (cells[0], Expand(cells[1]), cells[2]);
            var answer = await sendAsync(body().With(path, raw).ToString());
            var right = message == "ok"
                ? answer.Status == 200
                : answer.ToString() == RawAnswer.Invalid((path, message));
            if (!right)
            {
                wrong.AppendLine(CultureInfo.InvariantCulture, $"{line}\n    was {answer}");
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static string? Expand(string cell)
    {
        if (cell == "-")
        {
            return null;
        }

        var year = DateTimeOffset.UtcNow.Year;
        cell = Years().Replace(cell, m => (year + int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        return Macro().Match(cell) is not { Success: true } match ? cell : JsonSerializer.Serialize(Value(
            match.Groups["name"].Value, match.Groups["prefix"].Value, int.Parse(match.Groups["length"].Value, CultureInfo.InvariantCulture)));
    }

    private static string Value(string name, string prefix, int length) => name switch
    {
        "text" => new('x', length),
        "email" => new string('j', 64) + "@" + string.Concat(Enumerable.Repeat(new string('e', 49) + ".", 9))[..(length - 69)] + ".com",
        "url" => "https://example.com/" + new string('u', length - 20),
        "card" => RequestBody.CardNumber(prefix, length),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    [GeneratedRegex(@"^(?<name>text|email|url|card)\(((?<prefix>\d+),)?(?<length>\d+)\)$")]
    private static partial Regex Macro();

    [GeneratedRegex(@"^year([+-]\d+)$")]
    private static partial Regex Years();
}
