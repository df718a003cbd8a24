using System.Globalization;
using System.Text;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>A scanner that finds nothing proves something only if it would have found it.</summary>
public class ScannerTests
{
    private const string Card = "4242424242424242";
    private const string Amex = "378282246310005";
    private const string Code = "7391";

    private static readonly LeakScanner Scanner = Create();

    public static TheoryData<string> Planted =>
    [
        Card,
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "3782 822463 10005",
        "3782-822463-10005",
        Convert.ToHexString(Encoding.ASCII.GetBytes(Card)),
        Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Card)),
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Card)),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("x" + Card + "y")),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("xx" + Card + "yy")),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("{\"card_number\":\"" + Amex + "\"}")),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("{ \"card_number\":\"" + Amex + "\"}")),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("{  \"card_number\":\"" + Amex + "\"}")),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("card 4242 4242 4242 4242")),
        string.Concat(Card.Select(c => $"%3{c}")),
        "card=4242%204242%204242%204242&",
        "card=4242+4242+4242+4242&",
        "card_cvv_number%3D7391",
        "%22card_cvv_number%22%3A%227391%22",
        "{\"card_cvv_number\":\"7391\"}",
        "{\"card_cvv_number\": \"7391\"}",
        "{\\\"card_cvv_number\\\":\\\"7391\\\"}",
        "CardInfo { CardCvvNumber = 7391 }",
        "card_cvv_number=7391&card_number=",
        "[\"7391\"]",
        Convert.ToBase64String(Encoding.ASCII.GetBytes("{\"card_cvv_number\":\"7391\"}")),
        Convert.ToHexString(Encoding.ASCII.GetBytes("{\"card_cvv_number\":\"7391\"}")),
        "7PPPMXIGH7391",
        "7PPPMXIGH\u000b7391",
    ];

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_planted_leak_is_found_wherever_it_stands(string leak)
    {
        var bytes = Encoding.Latin1.GetBytes(leak);
        foreach (var before in (int[])[0, 1, 777, (1 << 20) - bytes.Length - 1, (1 << 20) - 3, 1 << 20, (1 << 20) + 5, (3 << 20) - 7])
        {
            byte[] content = [.. Noise(before), .. bytes, .. Noise(1000)];
            var found = Assert.Single(Scanner.Scan("there", content).DistinctBy(l => l.Secret.Split(" in ")[0]));
            Assert.Equal("there", found.Place);
            Assert.InRange(found.Offset, before, before + bytes.Length);
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_leak_in_wide_characters_is_found(string encoding) =>
        Assert.NotEmpty(Scanner.Scan("there", [.. Noise(100), .. Encoding.GetEncoding(encoding).GetBytes(Card)]));

    [Fact]
    public void Leaks_are_found_in_the_files_of_a_folder_and_of_its_folders()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-leak-");
        var inner = folder.CreateSubdirectory("inner");
        File.WriteAllText(Path.Combine(folder.FullName, "clean.log"), "Payment 7PPPMXIGH was authorised.");
        File.WriteAllText(Path.Combine(inner.FullName, "leak.log"), $"Card {Card} was charged, and {Card} again.");
        var (leaks, files) = Scanner.ScanFolder(folder.FullName);
        Assert.Equal(2, files.Count);
        Assert.Equal(2, leaks.Count);
        Assert.All(leaks, l => Assert.Equal("inner/leak.log", l.Place));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void What_may_be_shown_is_no_leak()
    {
        Assert.Empty(Scanner.Scan("there", "card_last_4: 4242, ****4242, 424242, 4242 4242, order 7391, 7391 AUD, {\"amount\":7391}, 7PPPMXIGH, {\"card_cvv_number\":\"****\"}"));
        Assert.Empty(Scanner.Scan("there", Noise(8 << 20)));
        Assert.Empty(Scanner.Scan("there", Enumerable.Range(0, 100_000).Aggregate(new StringBuilder(), (all, i) => all.Append(CultureInfo.InvariantCulture, $"{i} ")).ToString()));
    }

    private static LeakScanner Create()
    {
        var scanner = new LeakScanner();
        scanner.AddCard(Card);
        scanner.AddCard(Amex);
        scanner.AddCode(Code);
        scanner.AddCodeOf("7PPPMXIGH", Code);
        return scanner;
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(20260115).NextBytes(noise);
        return noise;
    }
}
