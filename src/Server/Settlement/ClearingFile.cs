using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;

namespace Tollgate.Server.Settlement;

/// <summary>One capture that the acquirer has cleared.</summary>
/// <param name="Line">The line of the file, from 1.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Operation">The operation that captured it.</param>
/// <param name="Amount">What was cleared, before the cost.</param>
/// <param name="Cost">What was kept of it on the way.</param>
internal sealed record ClearingRecord(int Line, PaymentId Payment, OperationId Operation, Money Amount, Money Cost);

/// <summary>A clearing file is damaged, or is none: nothing of it may be used.</summary>
internal sealed class ClearingFormatException(int line, string problem) : Exception(string.Create(CultureInfo.InvariantCulture, $"line {line}: {problem}"));

/// <summary>The file in which an acquirer says what it has cleared. docs/operate/settlement.md has its format.</summary>
/// <param name="Id">The acquirer's reference of the file.</param>
/// <param name="Date">The business day that it is for.</param>
/// <param name="Total">What its records add up to, in the smallest unit.</param>
/// <param name="Records">The captures, in the order of the file.</param>
/// <param name="Digest">SHA-256 of the whole file.</param>
internal sealed record ClearingFile(string Id, DateOnly Date, long Total, IReadOnlyList<ClearingRecord> Records, byte[] Digest)
{
    /// <summary>A sum of so many amounts of so many digits is far inside 64 bits.</summary>
    private const int MostDigits = 12;

    private const int MostRecords = 1_000_000;
    private const int LongestReference = 40;

    /// <summary>Reads a file, strictly: every byte of it is as the format says, or nothing is read.</summary>
    /// <exception cref="ClearingFormatException">It is not.</exception>
    public static ClearingFile Parse(ReadOnlySpan<byte> content)
    {
        CheckText(content);
        var lines = Encoding.ASCII.GetString(content).Split('\n');
        var last = lines.Length - 1;
        if (lines[last].Length > 0)
        {
            throw new ClearingFormatException(lines.Length, "the file is cut off: its last line has no end");
        }

        if (last < 2)
        {
            throw new ClearingFormatException(1, "a file has a header and a trailer at least");
        }

        var header = new Fields(1, lines[0], "H", 6);
        header.Require(1, "1", "version");
        var (count, total) = (header.Number(4, "count"), header.Number(5, "total"));
        if (count > MostRecords)
        {
            throw new ClearingFormatException(1, "count is more than a file may have");
        }

        CheckTrailer(content, lines, last, count, total);
        if (count != last - 2)
        {
            throw new ClearingFormatException(1, string.Create(CultureInfo.InvariantCulture, $"count is {count}, and the file has {last - 2} records"));
        }

        var records = new List<ClearingRecord>((int)count);
        for (var i = 1; i < last - 1; i++)
        {
            records.Add(ReadRecord(i + 1, lines[i]));
        }

        var sum = records.Sum(r => r.Amount.Minor);
        return sum == total
            ? new(header.Reference(2, "file id"), header.Date(3, "date"), total, records, SHA256.HashData(content))
            : throw new ClearingFormatException(1, string.Create(CultureInfo.InvariantCulture, $"total is {total}, and the records add up to {sum}"));
    }

    private static void CheckText(ReadOnlySpan<byte> content)
    {
        var wrong = content.IndexOfAnyExcept(Allowed);
        if (wrong >= 0)
        {
            throw new ClearingFormatException(content[..wrong].Count((byte)'\n') + 1, "holds a character that is not printable ASCII");
        }
    }

    private static void CheckTrailer(ReadOnlySpan<byte> content, string[] lines, int last, long count, long total)
    {
        var trailer = new Fields(last, lines[last - 1], "T", 4);
        if (trailer.Number(1, "count") != count || trailer.Number(2, "total") != total)
        {
            throw new ClearingFormatException(last, "count and total are not those of the header");
        }

        var before = content[..^(lines[last - 1].Length + 1)];
        trailer.Require(3, Convert.ToHexStringLower(SHA256.HashData(before)), "checksum");
    }

    private static ClearingRecord ReadRecord(int number, string line)
    {
        var fields = new Fields(number, line, "C", 6);
        var (amount, cost) = (fields.Number(3, "amount"), fields.Number(5, "cost"));
        if (!Currency.TryParse(fields.Text(4), out var currency))
        {
            throw new ClearingFormatException(number, "currency is not one that is switched on");
        }

        if (amount == 0 || cost > amount)
        {
            throw new ClearingFormatException(number, amount == 0 ? "amount must be more than 0" : "cost is more than the amount");
        }

        return new(number, new(fields.Reference(1, "payment")), new(fields.Reference(2, "operation")), new(amount, currency), new(cost, currency));
    }

    private static System.Buffers.SearchValues<byte> Allowed { get; } =
        System.Buffers.SearchValues.Create([(byte)'\n', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    /// <summary>The fields of one line.</summary>
    private readonly struct Fields
    {
        private readonly int line;
        private readonly string[] values;

        public Fields(int line, string text, string kind, int count)
        {
            this.line = line;
            values = text.Split('|');
            if (values[0] != kind || values.Length != count)
            {
                throw new ClearingFormatException(line, string.Create(CultureInfo.InvariantCulture, $"is not a line of kind {kind} with {count} fields"));
            }
        }

        public string Text(int place) => values[place];

        public void Require(int place, string expected, string name)
        {
            if (values[place] != expected)
            {
                throw new ClearingFormatException(line, $"{name} is wrong");
            }
        }

        public long Number(int place, string name)
        {
            var text = values[place];
            return text.Length is > 0 and <= MostDigits && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
                ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
                : throw new ClearingFormatException(line, $"{name} must be a whole number without leading zeros, of at most {MostDigits} digits");
        }

        public string Reference(int place, string name)
        {
            var text = values[place];
            return text.Length is > 0 and <= LongestReference && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                ? text
                : throw new ClearingFormatException(line, $"{name} must be 1 to {LongestReference} letters, digits and hyphens");
        }

        public DateOnly Date(int place, string name) =>
            DateOnly.TryParseExact(values[place], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? date
                : throw new ClearingFormatException(line, $"{name} must be a day such as 2027-06-14");
    }
}
