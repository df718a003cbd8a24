using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core.Cards;

namespace Tollgate.Vault;

/// <summary>
/// How card numbers go from one vault to another: encrypted for the one that is to have them (ECDH on P-521, HKDF-SHA-256, AES-256-GCM). Each record is
/// authenticated with its position, and the last one with how many there are, so that one that is changed, moved, repeated or cut off is noticed.
/// </summary>
internal static class ExportFormat
{
    public const int TagLength = 16;
    public const int LongestRecord = 64 * 1024;
    public const uint End = 0x8000_0000;

    public static readonly byte[] Mark = "TOLLGATE-VAULT-1\n"u8.ToArray();

    public static byte[] KeyOf(ECDiffieHellman own, ECDiffieHellmanPublicKey other, byte[] sender, byte[] recipient)
    {
        var secret = own.DeriveRawSecretAgreement(other);
        try
        {
            return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyEncryptionKey.Length, salt: sender, info: [.. Mark, .. recipient]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public static byte[] NonceOf(long position)
    {
        // The key is this file's alone, so that positions are enough.
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(4), position);
        return nonce;
    }

    public static byte[] ContextOf(bool isEnd, long position) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(isEnd ? "end" : "card")}|{position}"));
}

/// <summary>The key pair of a vault that is to be given cards.</summary>
public sealed class ExportRecipient : IDisposable
{
    private readonly ECDiffieHellman key;

    private ExportRecipient(ECDiffieHellman key) => this.key = key;

    /// <summary>The half that the other side encrypts for, as PEM.</summary>
    public string PublicKey => key.ExportSubjectPublicKeyInfoPem();

    internal ECDiffieHellman Key => key;

    /// <summary>A new one.</summary>
    public static ExportRecipient Create() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP521));

    /// <summary>Opens the half that a vault has sealed.</summary>
    /// <exception cref="VaultException">It does not open.</exception>
    public static ExportRecipient Open(CardVault vault, byte[] box)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var key = ECDiffieHellman.Create();
        var secret = vault.UnsealBytes(box, "vault recipient");
        key.ImportPkcs8PrivateKey(secret, out _);
        CryptographicOperations.ZeroMemory(secret);
        return new(key);
    }

    /// <summary>Seals the half that is secret.</summary>
    public byte[] Seal(CardVault vault)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var secret = key.ExportPkcs8PrivateKey();
        try
        {
            return vault.SealBytes(secret, "vault recipient");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}

/// <summary>Writes cards for another vault.</summary>
public sealed class ExportWriter : IDisposable
{
    private readonly Stream file;
    private readonly AesGcm aes;
    private long position;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where it goes.</param>
    /// <param name="recipient">The public key of the vault that is to have it, as PEM.</param>
    /// <exception cref="VaultException">That is no such key.</exception>
    public ExportWriter(Stream file, string recipient)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var theirs = ECDiffieHellman.Create();
        try
        {
            theirs.ImportFromPem(recipient);
        }
        catch (ArgumentException)
        {
            throw new VaultException("The recipient's key is no public key in PEM, such as vault recipient writes.");
        }

        if (theirs.KeySize != 521)
        {
            throw new VaultException("The recipient's key is not one that vault recipient made.");
        }

        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP521);
        var (sender, receiver) = (own.ExportSubjectPublicKeyInfo(), theirs.ExportSubjectPublicKeyInfo());
        var key = ExportFormat.KeyOf(own, theirs.PublicKey, sender, receiver);
        aes = new(key, ExportFormat.TagLength);
        CryptographicOperations.ZeroMemory(key);
        this.file = file;
        file.Write(ExportFormat.Mark);
        Write((uint)sender.Length);
        file.Write(sender);
    }

    /// <summary>Adds a card, with what is told about it.</summary>
    public void Add(CardNumber number, ReadOnlySpan<byte> about)
    {
        ArgumentNullException.ThrowIfNull(number);
        byte[] plain = [(byte)number.Reveal().Length, .. Encoding.ASCII.GetBytes(number.Reveal()), .. about];
        if (plain.Length > ExportFormat.LongestRecord)
        {
            throw new ArgumentException("What is told about a card is too long.", nameof(about));
        }

        Write(plain, isEnd: false);
        CryptographicOperations.ZeroMemory(plain);
        position++;
    }

    /// <summary>Ends the file; how many cards are in it.</summary>
    public long End()
    {
        Write([], isEnd: true);
        file.Flush();
        return position;
    }

    /// <inheritdoc/>
    public void Dispose() => aes.Dispose();

    private void Write(byte[] plain, bool isEnd)
    {
        var sealedRecord = new byte[plain.Length + ExportFormat.TagLength];
        aes.Encrypt(ExportFormat.NonceOf(position), plain, sealedRecord.AsSpan(0, plain.Length), sealedRecord.AsSpan(plain.Length), ExportFormat.ContextOf(isEnd, position));
        Write((uint)sealedRecord.Length | (isEnd ? ExportFormat.End : 0));
        file.Write(sealedRecord);
    }

    private void Write(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        file.Write(bytes);
    }
}

/// <summary>Reads cards from another vault.</summary>
public static class ExportReader
{
    /// <summary>The cards of a file in their order. Only who has read to the end knows that all of it is right.</summary>
    /// <exception cref="VaultException">It is for somebody else, was changed, or has no end.</exception>
    public static IEnumerable<(CardNumber Number, byte[] About)> Read(Stream file, ExportRecipient recipient)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(recipient);
        if (!ReadBytes(file, ExportFormat.Mark.Length).AsSpan().SequenceEqual(ExportFormat.Mark))
        {
            throw new VaultException("The file is no export of a vault.");
        }

        var sender = ReadBytes(file, (int)Math.Min(ReadNumber(file), 1024));
        using var aes = Open(recipient, sender);
        for (long position = 0; ; position++)
        {
            var length = ReadNumber(file);
            var isEnd = (length & ExportFormat.End) != 0;
            var size = (int)(length & ~ExportFormat.End);
            if (size is < ExportFormat.TagLength or > ExportFormat.LongestRecord + ExportFormat.TagLength)
            {
                throw Broken(position);
            }

            var plain = Open(aes, ReadBytes(file, size), isEnd, position);
            if (isEnd)
            {
                yield break;
            }

            var digits = plain.Length > 0 && plain[0] < plain.Length ? Encoding.ASCII.GetString(plain, 1, plain[0]) : string.Empty;
            var about = plain[(digits.Length + 1)..];
            CryptographicOperations.ZeroMemory(plain.AsSpan(0, digits.Length + 1));
            yield return CardNumber.TryParse(digits, out var number) ? (number, about) : throw Broken(position);
        }
    }

    private static AesGcm Open(ExportRecipient recipient, byte[] sender)
    {
        using var theirs = ECDiffieHellman.Create();
        try
        {
            theirs.ImportSubjectPublicKeyInfo(sender, out _);
            var key = ExportFormat.KeyOf(recipient.Key, theirs.PublicKey, sender, recipient.Key.ExportSubjectPublicKeyInfo());
            var aes = new AesGcm(key, ExportFormat.TagLength);
            CryptographicOperations.ZeroMemory(key);
            return aes;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new VaultException("The file is no export of a vault, or its beginning was changed.");
        }
    }

    private static byte[] Open(AesGcm aes, byte[] box, bool isEnd, long position)
    {
        var plain = new byte[box.Length - ExportFormat.TagLength];
        try
        {
            aes.Decrypt(ExportFormat.NonceOf(position), box.AsSpan(0, plain.Length), box.AsSpan(plain.Length), plain, ExportFormat.ContextOf(isEnd, position));
            return plain;
        }
        catch (CryptographicException)
        {
            throw position == 0 ? new VaultException("The file was exported for another vault, or was changed.") : Broken(position);
        }
    }

    private static VaultException Broken(long position) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The file was changed, or cut off, after {position} cards: none of it is used."));

    private static uint ReadNumber(Stream file) => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(file, 4));

    private static byte[] ReadBytes(Stream file, int length)
    {
        var bytes = new byte[length];
        return file.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length ? bytes : throw new VaultException("The file was cut off: none of it is used.");
    }
}
