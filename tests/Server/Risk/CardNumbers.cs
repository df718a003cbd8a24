using System.Globalization;

namespace Tollgate.Server.Tests.Risk;

/// <summary>Numbers under the prefixes from which no issuer gives out cards, made when they are needed.</summary>
internal static class CardNumbers
{
    /// <summary>So many different numbers that begin with eight digits.</summary>
    public static IReadOnlyList<string> Under(string bin, int count, int seed)
    {
        var random = new Random(seed);
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        while (numbers.Count < count)
        {
            var body = bin + random.Next(10_000_000).ToString("0000000", CultureInfo.InvariantCulture);
            numbers.Add(body + CheckDigit(body));
        }

        return [.. numbers];
    }

    private static char CheckDigit(string body)
    {
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var digit = body[^(i + 1)] - '0';
            sum += i % 2 == 0 ? (digit * 2 / 10) + (digit * 2 % 10) : digit;
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
