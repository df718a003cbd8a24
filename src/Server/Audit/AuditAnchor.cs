using System.Globalization;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Audit;

/// <summary>
/// Where the chain ended at an instant, to be kept where whoever can write the database cannot: whoever cuts off the end of the log, or puts an older copy
/// of the database back, can be told by it. It is one line of text.
/// </summary>
/// <param name="Position">The last entry's place.</param>
/// <param name="Hash">Its link.</param>
/// <param name="At">When that was so.</param>
internal sealed record AuditAnchor(long Position, byte[] Hash, DateTimeOffset At)
{
    private const string Word = "tollgate-audit";

    /// <summary>Reads a file of anchors, one a line; empty lines and those that begin with # are left out.</summary>
    /// <exception cref="SettingException">A line is no anchor.</exception>
    public static async Task<IReadOnlyList<AuditAnchor>> ReadFileAsync(string path)
    {
        var anchors = new List<AuditAnchor>();
        foreach (var (index, line) in (await File.ReadAllLinesAsync(path)).Index())
        {
            if (line.Trim() is { Length: > 0 } text && text[0] != '#')
            {
                anchors.Add(TryParse(text, out var anchor)
                    ? anchor
                    : throw new SettingException("--anchor", string.Create(CultureInfo.InvariantCulture, $"names a file whose line {index + 1} is no anchor, such as audit anchor prints")));
            }
        }

        return anchors;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out AuditAnchor anchor)
    {
        anchor = null!;
        if (text.Split(' ') is not [Word, var place, var hash, var at]
            || !long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || hash.Length != 64
            || !hash.All(char.IsAsciiHexDigit)
            || !WireInstant.TryRead(at, out var instant))
        {
            return false;
        }

        anchor = new(position, Convert.FromHexString(hash), instant);
        return true;
    }

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Word} {Position} {Convert.ToHexStringLower(Hash)} {At.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}");
}
