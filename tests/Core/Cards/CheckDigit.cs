namespace Tollgate.Core.Tests.Cards;

/// <summary>Puts the right check digit behind digits, by trying: it knows nothing of how the rule is programmed.</summary>
internal static class CheckDigit
{
    public static string After(string digits) => Enumerable.Range(0, 10).Select(d => $"{digits}{d}").Single(number => Luhn(number));

    // The definition of ISO/IEC 7812-1 as it is taught: from the right, every second digit doubled, the digits of all products added.
    private static bool Luhn(string number) =>
        number.Reverse().SelectMany((c, place) => $"{(c - '0') * (1 + (place % 2))}").Sum(c => c - '0') % 10 == 0;
}

/// <summary>The test numbers that were published, out of the one file that lists them.</summary>
internal static class PublishedNumbers
{
    public static IReadOnlyList<string> All { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Repository", "published-test-numbers.txt"))
            .Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0),
    ];
}

internal static class Repository
{
    public static string Root { get; } = Find(new(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Tollgate.slnx")) ? folder.FullName : Find(folder.Parent!);
}
