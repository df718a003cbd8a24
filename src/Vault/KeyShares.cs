using System.Globalization;
using System.Security.Cryptography;

namespace Tollgate.Vault;

/// <summary>
/// Divides a key among custodians (Shamir's scheme over GF(256), each byte a polynomial of its own whose value at 0 is the key's byte): so many of them
/// together have the key, and fewer have nothing of it, however much they compute.
/// </summary>
public static class KeyShares
{
    /// <summary>How many custodians there can be.</summary>
    public const int Most = 16;

    /// <summary>Makes a new key and divides it. The key stays with the caller until it has wrapped what it is to wrap.</summary>
    /// <exception cref="VaultException">Fewer than two would open the vault, or more than there are.</exception>
    public static (KeyEncryptionKey Key, IReadOnlyList<KeyShare> Shares) Generate(int count, int threshold)
    {
        if (threshold < 2 || count < threshold || count > Most)
        {
            throw new VaultException(string.Create(
                CultureInfo.InvariantCulture, $"There can be 2 to {Most} shares, of which at least 2 open the vault: no custodian may have the key alone (PCI DSS 3.7.6)."));
        }

        var key = KeyEncryptionKey.Generate();
        return (key, Split(key.Material, count, threshold));
    }

    /// <summary>Puts a key together.</summary>
    /// <exception cref="VaultException">They are too few, of different sets, or one is there twice.</exception>
    public static KeyEncryptionKey Combine(IReadOnlyCollection<KeyShare> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        var first = shares.FirstOrDefault() ?? throw new VaultException("There is no share.");
        foreach (var (share, before) in shares.Select((s, i) => (s, shares.Take(i))))
        {
            RefuseStranger(first, share);
            if (before.Any(b => b.Number == share.Number))
            {
                throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Share {share.Number} is there twice."));
            }
        }

        if (shares.Count < first.Threshold)
        {
            throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"{shares.Count} shares are too few: {first.Threshold} open the vault."));
        }

        return KeyEncryptionKey.FromShares(Join([.. shares.Take(first.Threshold)]));
    }

    /// <summary>Refuses a share that is not of the same ceremony as another.</summary>
    internal static void RefuseStranger(KeyShare first, KeyShare share)
    {
        if ((share.Set, share.Threshold, share.Count) != (first.Set, first.Threshold, first.Count))
        {
            throw new VaultException(string.Create(
                CultureInfo.InvariantCulture, $"Share {share.Number} is of set {share.Set}, and share {first.Number} is of set {first.Set}: they are of different ceremonies."));
        }
    }

    internal static IReadOnlyList<KeyShare> Split(ReadOnlySpan<byte> key, int count, int threshold)
    {
        var set = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
        var length = key.Length;
        var values = Enumerable.Range(0, count).Select(_ => new byte[length]).ToArray();
        var coefficients = new byte[threshold];
        for (var place = 0; place < key.Length; place++)
        {
            // Each coefficient is any of the 256, zero among them: else some keys would be likelier than others to who has all shares but one.
            RandomNumberGenerator.Fill(coefficients);
            coefficients[0] = key[place];
            for (var share = 0; share < count; share++)
            {
                values[share][place] = ValueAt((byte)(share + 1), coefficients);
            }
        }

        CryptographicOperations.ZeroMemory(coefficients);
        return [.. values.Select((value, index) => new KeyShare(set, index + 1, threshold, count, value))];
    }

    internal static byte[] Join(IReadOnlyList<KeyShare> shares)
    {
        var key = new byte[KeyEncryptionKey.Length];
        for (var i = 0; i < shares.Count; i++)
        {
            // Lagrange: how much of this share's value is in the value at 0.
            byte weight = 1;
            for (var j = 0; j < shares.Count; j++)
            {
                if (j != i)
                {
                    var other = (byte)shares[j].Number;
                    weight = Times(weight, Times(other, Inverse((byte)(other ^ shares[i].Number))));
                }
            }

            for (var place = 0; place < key.Length; place++)
            {
                key[place] ^= Times(weight, shares[i].Value[place]);
            }
        }

        return key;
    }

    /// <summary>A polynomial's value, the constant coefficient first.</summary>
    internal static byte ValueAt(byte x, ReadOnlySpan<byte> coefficients)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            value = (byte)(Times(value, x) ^ coefficients[i]);
        }

        return value;
    }

    /// <summary>The product in GF(256) with AES's polynomial, in a time that says nothing about the factors.</summary>
    internal static byte Times(byte a, byte b)
    {
        int product = 0, left = a, right = b;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= -(right & 1) & left;
            left = (left << 1) ^ (-(left >> 7) & 0x11B);
            right >>= 1;
        }

        return (byte)product;
    }

    /// <summary>a to the power of 254, which is 1/a.</summary>
    internal static byte Inverse(byte a)
    {
        byte power = a, result = 1;
        for (var bit = 1; bit < 8; bit++)
        {
            power = Times(power, power);
            result = Times(result, power);
        }

        return result;
    }
}
