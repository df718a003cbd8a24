using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Vault;

/// <summary>
/// One custodian's share of a key encryption key. Written out it is <c>TOLLGATE-SHARE-1 set number/threshold/count value check</c>, in hexadecimal, with
/// hyphens: something that can be printed, and typed.
/// </summary>
public sealed class KeyShare
{
    private const string Mark = "tollgate-share-1";

    private readonly byte[] value;

    internal KeyShare(string set, int number, int threshold, int count, byte[] value)
    {
        (Set, Number, Threshold, Count) = (set, number, threshold, count);
        this.value = value;
    }

    /// <summary>Which ceremony it is of: eight hexadecimal digits.</summary>
    public string Set { get; }

    /// <summary>Its number, from 1.</summary>
    public int Number { get; }

    /// <summary>How many shares open the vault.</summary>
    public int Threshold { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Eight hexadecimal digits that tell a share that was copied wrongly. They follow from the share alone, and say nothing about the key.</summary>
    public string CheckValue => Convert.ToHexString(Check());

    internal ReadOnlySpan<byte> Value => value;

    /// <summary>The share as its custodian keeps it.</summary>
    public string Expose() => string.Create(
        CultureInfo.InvariantCulture, $"{Mark}-{Set}-{Number}-{Threshold}-{Count}-{Convert.ToHexStringLower(value)}-{CheckValue.ToLowerInvariant()}");

    /// <summary>Its number and set, and nothing of the share.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"share {Number} of {Count} of set {Set}");

    /// <summary>Reads a share that a custodian gave.</summary>
    /// <exception cref="VaultException">It is none, or was copied wrongly.</exception>
    public static KeyShare Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        var parts = text.StartsWith(Mark + "-", StringComparison.OrdinalIgnoreCase) ? text[(Mark.Length + 1)..].Split('-') : [];
        if (parts is not [var set, var number, var threshold, var count, var value, var check]
            || set.Length != 8 || value.Length != 2 * KeyEncryptionKey.Length || check.Length != 8
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            || !int.TryParse(threshold, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var all)
            || n < 1 || n > all || k < 2 || k > all || all > KeyShares.Most
            || !set.All(char.IsAsciiHexDigit) || !value.All(char.IsAsciiHexDigit))
        {
            throw new VaultException("That is no share: one begins with " + Mark + ", and has six parts behind that.");
        }

        var share = new KeyShare(set.ToUpperInvariant(), n, k, all, Convert.FromHexString(value));
        return string.Equals(share.CheckValue, check, StringComparison.OrdinalIgnoreCase)
            ? share
            : throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Share {n} was copied wrongly: its check value is not {check}."));
    }

    /// <summary>Overwrites the share in memory.</summary>
    public void Forget() => CryptographicOperations.ZeroMemory(value);

    private byte[] Check()
    {
        Span<byte> content = stackalloc byte[4 + 12 + KeyEncryptionKey.Length];
        Convert.FromHexString(Set).CopyTo(content);
        BinaryPrimitives.WriteInt32BigEndian(content[4..], Number);
        BinaryPrimitives.WriteInt32BigEndian(content[8..], Threshold);
        BinaryPrimitives.WriteInt32BigEndian(content[12..], Count);
        value.CopyTo(content[16..]);
        var check = HMACSHA256.HashData(Encoding.ASCII.GetBytes(Mark), content)[..4];
        CryptographicOperations.ZeroMemory(content);
        return check;
    }
}
