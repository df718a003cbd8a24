using System.Text;
using Tollgate.Sandbox;
using Tollgate.Server.Settlement;

namespace Tollgate.Server.Tests.Settlement;

public class FileFormat
{
    private const string One = "C|PAY1|OP1|1000|AUD|10";
    private const string Two = "C|PAY2|OP2|2000|AUD|0";

    // the lines, with / between them, and without the checksum -> what is wrong
    private const string Table = """
        H|1|F1|2027-06-14|2|3000 / C|PAY1|OP1|1000|AUD|10 / C|PAY2|OP2|2000|AUD|0 / T|2|3000|  -> good
        H|1|F1|2027-06-14|0|0 / T|0|0|                                                         -> good
        H|2|F1|2027-06-14|0|0 / T|0|0|                                                         -> line 1: version is wrong
        X|1|F1|2027-06-14|0|0 / T|0|0|                                                         -> line 1: is not a line of kind H with 6 fields
        H|1|F1|2027-06-14|0 / T|0|0|                                                           -> line 1: is not a line of kind H with 6 fields
        H|1|F 1|2027-06-14|0|0 / T|0|0|                                                        -> line 1: file id must be 1 to 40 letters, digits and hyphens
        H|1||2027-06-14|0|0 / T|0|0|                                                           -> line 1: file id must be 1 to 40 letters, digits and hyphens
        H|1|F1|2027-02-29|0|0 / T|0|0|                                                         -> line 1: date must be a day such as 2027-06-14
        H|1|F1|2027-06-14|1|0 / T|1|0|                                                         -> line 1: count is 1, and the file has 0 records
        H|1|F1|2027-06-14|1000001|0 / T|1000001|0|                                             -> line 1: count is more than a file may have
        H|1|F1|2027-06-14|-1|0 / T|-1|0|                                                       -> line 1: count must be a whole number without leading zeros, of at most 12 digits
        H|1|F1|2027-06-14|1|999 / C|PAY1|OP1|1000|AUD|10 / T|1|999|                            -> line 1: total is 999, and the records add up to 1000
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|1000|AUD|10 / T|2|1000|                          -> line 3: count and total are not those of the header
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|1000|AUD|10 / T|1|1001|                          -> line 3: count and total are not those of the header
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|1000|AUD / T|1|1000|                             -> line 2: is not a line of kind C with 6 fields
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|1000|AUD|10|x / T|1|1000|                        -> line 2: is not a line of kind C with 6 fields
        H|1|F1|2027-06-14|1|1000 / C||OP1|1000|AUD|10 / T|1|1000|                              -> line 2: payment must be 1 to 40 letters, digits and hyphens
        H|1|F1|2027-06-14|1|1000 / C|PAY1|O'P|1000|AUD|10 / T|1|1000|                          -> line 2: operation must be 1 to 40 letters, digits and hyphens
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|10.00|AUD|10 / T|1|1000|                         -> line 2: amount must be a whole number without leading zeros, of at most 12 digits
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|01000|AUD|10 / T|1|1000|                         -> line 2: amount must be a whole number without leading zeros, of at most 12 digits
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|9999999999999|AUD|10 / T|1|1000|                 -> line 2: amount must be a whole number without leading zeros, of at most 12 digits
        H|1|F1|2027-06-14|1|0 / C|PAY1|OP1|0|AUD|0 / T|1|0|                                    -> line 2: amount must be more than 0
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|1000|AUD|1001 / T|1|1000|                        -> line 2: cost is more than the amount
        H|1|F1|2027-06-14|1|1000 / C|PAY1|OP1|1000|USD|10 / T|1|1000|                          -> line 2: currency is not one that is switched on
        H|1|F1|2027-06-14|1|1000 / / C|PAY1|OP1|1000|AUD|10 / T|1|1000|                        -> line 1: count is 1, and the file has 2 records
        """;

    public static TheoryData<string, string> Rows =>
        [.. Table.Split('\n').Select(line => line.Split("->")).Select(parts => new TheoryDataRow<string, string>(parts[0].Trim(), parts[1].Trim()))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_file_is_read_strictly(string text, string expected)
    {
        var lines = text.Split('/').Select(l => l.Trim()).ToList();
        Assert.Equal(expected, Verdict(FileText.Sealed(lines[0], lines[1..^1], lines[^1])));
    }

    [Fact]
    public void A_file_that_was_cut_or_changed_is_damaged()
    {
        var file = FileText.Of("F1", One, Two);
        Assert.Equal("good", Verdict(file));
        Assert.Equal("line 1: a file has a header and a trailer at least", Verdict([]));
        Assert.Equal("line 4: the file is cut off: its last line has no end", Verdict(file.AsSpan(..^1)));
        Assert.Equal("line 1: a file has a header and a trailer at least", Verdict("\n"u8));
        Assert.Equal("line 5: is not a line of kind T with 4 fields", Verdict([.. file, (byte)'\n']));
        Assert.Equal("line 1: holds a character that is not printable ASCII", Verdict([0xEF, 0xBB, 0xBF, .. file]));
        Assert.Equal("line 1: holds a character that is not printable ASCII", Verdict(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(file).Replace("\n", "\r\n", StringComparison.Ordinal))));
        Assert.Equal("line 4: checksum is wrong", Verdict(Changed("PAY2", "PAY3")));
        Assert.Equal("line 4: checksum is wrong", Verdict(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(file).ToUpperInvariant())));

        byte[] Changed(string from, string to) => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(file).Replace(from, to, StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_happens_to_a_file_it_is_read_wholly_or_said_to_be_damaged()
    {
        var random = new Random(20_270_614);
        var good = FileText.Of("F1", One, Two, "C|PAY3|OP3|1|AUD|1");
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(5))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, random.Next(bytes.Count - at));
                        break;
                    case 2:
                        bytes.InsertRange(at, bytes.GetRange(0, at));
                        break;
                    case 3:
                        bytes.Insert(at, (byte)"|\n0T"[random.Next(4)]);
                        break;
                    default:
                        bytes[at] = (byte)"0123456789|\n"[random.Next(12)];
                        break;
                }

                if (bytes.Count == 0)
                {
                    break;
                }
            }

            byte[] damaged = [.. bytes];
            Assert.Equal(damaged.AsSpan().SequenceEqual(good), Verdict(damaged) == "good");
        }

        // Lines that say something else under the right checksum are read or refused, never anything else.
        for (var round = 0; round < 20_000; round++)
        {
            Verdict(FileText.Sealed(Mixed("H|1|F1|2027-06-14|1|1000"), Enumerable.Range(0, random.Next(3)).Select(_ => Mixed(One)), Mixed("T|1|1000|")));
        }

        string Mixed(string line)
        {
            var text = new StringBuilder(line);
            text[random.Next(text.Length)] = (char)random.Next(32, 127);
            return random.Next(3) == 0 ? line : text.ToString();
        }
    }

    [Fact]
    public void What_the_sandbox_writes_is_read()
    {
        var text = ClearingText.Write("SBX-20270614-0123456789", new(2027, 6, 14), [new("PAY1", "OP1", 1000), new("PAY2", "OP2", 2000)]);
        var file = ClearingFile.Parse(text);
        Assert.Equal(("SBX-20270614-0123456789", new DateOnly(2027, 6, 14), 3000), (file.Id, file.Date, file.Total));
        Assert.Equal(
            [(2, "PAY1", "OP1", 1000, 0), (3, "PAY2", "OP2", 2000, 0)],
            file.Records.Select(r => (r.Line, r.Payment.Value, r.Operation.Value, r.Amount.Minor, r.Cost.Minor)));
    }

    private static string Verdict(ReadOnlySpan<byte> content)
    {
        try
        {
            ClearingFile.Parse(content);
            return "good";
        }
        catch (ClearingFormatException damaged)
        {
            return damaged.Message;
        }
    }
}
