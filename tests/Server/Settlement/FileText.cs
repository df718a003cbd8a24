using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Server.Tests.Settlement;

/// <summary>Writes clearing files by hand.</summary>
internal static class FileText
{
    private static int files;

    public static string NewName() => $"TEST-{Interlocked.Increment(ref files)}-{Guid.NewGuid().ToString("N")[..8]}";

    public static string Record(string payment, string operation, long amount, long cost = 0) =>
        string.Create(CultureInfo.InvariantCulture, $"C|{payment}|{operation}|{amount}|AUD|{cost}");

    /// <summary>A whole file of these records.</summary>
    public static byte[] Of(string name, params IReadOnlyList<string> records)
    {
        var total = records.Sum(r => long.Parse(r.Split('|')[3], CultureInfo.InvariantCulture));
        return Sealed(string.Create(CultureInfo.InvariantCulture, $"H|1|{name}|2027-06-14|{records.Count}|{total}"), records, $"T|{records.Count}|{total}|");
    }

    /// <summary>Lines as they stand, with the right checksum.</summary>
    public static byte[] Sealed(string header, IEnumerable<string> records, string trailer)
    {
        var body = string.Concat(records.Prepend(header).Select(line => line + "\n"));
        return Encoding.ASCII.GetBytes(body + trailer + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(body))) + "\n");
    }
}
