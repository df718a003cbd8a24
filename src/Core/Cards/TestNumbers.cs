using System.Collections.Frozen;

namespace Tollgate.Core.Cards;

/// <summary>
/// The card numbers that nobody carries: those that payment providers publish for tests, and two prefixes of six digits from which no issuer gives out cards. A
/// sandbox takes these and no others, production none of them (PCI DSS 6.5.5 and 6.5.6).
/// </summary>
public static class TestNumbers
{
    // What is here is also in tests/Repository/published-test-numbers.txt, with who published it.
    private static readonly FrozenSet<string> Published = FrozenSet.Create(
        StringComparer.Ordinal,
        "4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100", "5454545454545454", "5200828282828210", "2223003122003222", "378282246310005", "371449635398431",
        "6011111111111117", "6011000990139424", "30569309025904", "38520000023237", "3530111333300000", "3566002020360505", "6200000000000005",
        "4100000000000100", "4100000000005000", "4100000000300005", "4012000000004000", "4012000000005999",
        "4000010000000001", "5200000000001005", "5200000000002151", "5200000000002235", "5200010000000006");

    private static readonly string[] Prefixes = ["400000", "424242"];

    /// <summary>Whether a number is one for tests.</summary>
    public static bool Contains(CardNumber number)
    {
        ArgumentNullException.ThrowIfNull(number);
        var digits = number.Reveal();
        return (digits.Length == 16 && Prefixes.Any(p => digits.StartsWith(p, StringComparison.Ordinal))) || Published.Contains(digits);
    }
}
