using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Sandbox;

/// <summary>A capture that a clearing file has: amounts in the smallest unit.</summary>
/// <param name="Payment">The sender's reference of the payment.</param>
/// <param name="Operation">The operation that took it.</param>
/// <param name="Amount">How much.</param>
public sealed record ClearedCapture(string Payment, string Operation, long Amount);

/// <summary>A clearing file in the books.</summary>
internal sealed class BookedFile(DateTimeOffset madeAt, IReadOnlyList<ClearedCapture> captures)
{
    public DateTimeOffset MadeAt => madeAt;

    public IReadOnlyList<ClearedCapture> Captures => captures;

    /// <summary>Whether a gateway has it.</summary>
    public bool Delivered { get; set; }
}

/// <summary>The text of a clearing file; docs/operate/settlement.md has its format. The pretended acquirer keeps nothing of a capture for itself.</summary>
public static class ClearingText
{
    /// <summary>Writes a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="date">The day that it is for.</param>
    /// <param name="captures">What it has.</param>
    public static byte[] Write(string name, DateOnly date, IReadOnlyList<ClearedCapture> captures)
    {
        var total = captures.Sum(c => c.Amount);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"H|1|{name}|{date:yyyy-MM-dd}|{captures.Count}|{total}\n");
        foreach (var capture in captures)
        {
            text.Append(CultureInfo.InvariantCulture, $"C|{capture.Payment}|{capture.Operation}|{capture.Amount}|AUD|0\n");
        }

        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
        text.Append(CultureInfo.InvariantCulture, $"T|{captures.Count}|{total}|{checksum}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
