using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;
using Tollgate.Core.Cards;

namespace Tollgate.Vault;

/// <summary>
/// The only place where a sealed card becomes a card number. What it seals carries the id of its data key (four bytes, big-endian), then nonce,
/// tag and ciphertext; token, app and key id are authenticated with it, so that a row which is moved to another token or app does not open.
/// </summary>
public sealed class CardVault(KeyRing keys)
{
    private const int KeyIdLength = 4;

    /// <summary>Seals a card number for one token of one app.</summary>
    public byte[] Seal(CardNumber number, CardToken token, AppId app)
    {
        ArgumentNullException.ThrowIfNull(number);
        return SealText(number.Reveal(), CardContext(token, app));
    }

    /// <summary>Opens a sealed card number.</summary>
    /// <exception cref="VaultException">It was sealed for another token or app, with a key that is gone, or it was changed.</exception>
    public CardNumber Unseal(byte[] box, CardToken token, AppId app) =>
        CardNumber.TryParse(UnsealText(box, CardContext(token, app)), out var number)
            ? number
            : throw new VaultException("What was sealed as a card number is none.");

    /// <summary>Opens a sealed card number; <see langword="null"/> when it does not open, whatever the reason.</summary>
    /// <exception cref="VaultClosedException">The vault is sealed.</exception>
    public CardNumber? Open(byte[] box, CardToken token, AppId app)
    {
        try
        {
            return Unseal(box, token, app);
        }
        catch (VaultException lost) when (lost is not VaultClosedException)
        {
            return null;
        }
    }

    /// <summary>Whether something was sealed with a key that is destroyed, and can be opened by nobody.</summary>
    public bool IsLost(ReadOnlySpan<byte> box) => keys.IsDestroyed(KeyOf(box));

    /// <summary>Seals a security code until its authorisation (PCI DSS 3.3.2), for one payment of one app.</summary>
    public byte[] SealCode(CardVerificationCode code, PaymentId payment, AppId app)
    {
        ArgumentNullException.ThrowIfNull(code);
        return SealText(code.Reveal(), CodeContext(payment, app));
    }

    /// <summary>Opens a sealed security code.</summary>
    /// <exception cref="VaultException">It was sealed for another payment or app, with a key that is gone, or it was changed.</exception>
    public CardVerificationCode UnsealCode(byte[] box, PaymentId payment, AppId app, Brand brand) =>
        CardVerificationCode.TryParse(UnsealText(box, CodeContext(payment, app)), brand, out var code)
            ? code
            : throw new VaultException("What was sealed as a security code is none.");

    /// <summary>Seals another secret, such as a webhook's authorisation header, for one context.</summary>
    public byte[] SealText(string secret, string context)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var plain = Encoding.UTF8.GetBytes(secret);
        try
        {
            return SealBytes(plain, context);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Seals bytes, such as a file of evidence, for one context.</summary>
    public byte[] SealBytes(ReadOnlySpan<byte> plain, string context)
    {
        var key = keys.SealingKey(out var id);
        var box = new byte[KeyIdLength + Sealing.SealedLength(plain.Length)];
        BinaryPrimitives.WriteInt32BigEndian(box, id);
        Sealing.Seal(key, plain, Context(context, id), box.AsSpan(KeyIdLength));
        return box;
    }

    /// <summary>Which data key something was sealed with.</summary>
    /// <exception cref="VaultException">It is too short to have been sealed.</exception>
    public static int KeyOf(ReadOnlySpan<byte> box) =>
        box.Length >= KeyIdLength ? BinaryPrimitives.ReadInt32BigEndian(box) : throw new VaultException("Too short to have been sealed.");

    /// <summary>Seals what was sealed for a context anew, with the key that seals now.</summary>
    /// <exception cref="VaultException">It does not open.</exception>
    public byte[] Reseal(byte[] box, string context)
    {
        var plain = UnsealBytes(box, context);
        try
        {
            return SealBytes(plain, context);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Opens another secret.</summary>
    /// <exception cref="VaultException">It was sealed for another context, with a key that is gone, or it was changed.</exception>
    public string UnsealText(byte[] box, string context)
    {
        var plain = UnsealBytes(box, context);
        try
        {
            return Encoding.UTF8.GetString(plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Opens sealed bytes.</summary>
    /// <exception cref="VaultException">They were sealed for another context, with a key that is gone, or they were changed.</exception>
    public byte[] UnsealBytes(byte[] box, string context)
    {
        ArgumentNullException.ThrowIfNull(box);
        var id = KeyOf(box);
        try
        {
            return Sealing.Open(keys.DataKey(id), box.AsSpan(KeyIdLength), Context(context, id));
        }
        catch (CryptographicException)
        {
            throw new VaultException("What was sealed does not belong here, or was changed.");
        }
    }

    /// <summary>
    /// The keyed digest by which equal card numbers are told (HMAC-SHA-256, its first 128 bits in hexadecimal): worthless to who has not the key
    /// (PCI DSS 3.5.1.1).
    /// </summary>
    public string Fingerprint(CardNumber number) => Fingerprints(number)[0];

    /// <summary>
    /// A number's fingerprints by every key that is valid, that of the active one first: while the key is rotated, what was written down before has the
    /// fingerprint of the one before.
    /// </summary>
    public IReadOnlyList<string> Fingerprints(CardNumber number)
    {
        ArgumentNullException.ThrowIfNull(number);
        Span<byte> plain = stackalloc byte[19];
        var length = Encoding.ASCII.GetBytes(number.Reveal(), plain);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var prints = new List<string>(1);
        foreach (var key in keys.FingerprintKeys())
        {
            HMACSHA256.HashData(key, plain[..length], digest);
            prints.Add(Convert.ToHexStringLower(digest[..16]));
        }

        CryptographicOperations.ZeroMemory(plain);
        return prints;
    }

    /// <summary>By which of the keys that are valid a number's fingerprint was made; 0 when by none of them.</summary>
    public int KeyOfFingerprint(CardNumber number, string print)
    {
        var (valid, prints) = (keys.FingerprintKeyIds(), Fingerprints(number));
        for (var i = 0; i < Math.Min(valid.Count, prints.Count); i++)
        {
            if (prints[i] == print)
            {
                return valid[i];
            }
        }

        return 0;
    }

    /// <summary>
    /// The keyed digest under which a card, or the range of its first digits, is counted against abuse: the first eight bytes of HMAC-SHA-256 under a key for that alone.
    /// </summary>
    /// <param name="number">The card.</param>
    /// <param name="digits">How many of its first digits; all of them when it has no more.</param>
    public ulong RiskDigest(CardNumber number, int digits)
    {
        ArgumentNullException.ThrowIfNull(number);
        Span<byte> plain = stackalloc byte[20];
        var length = Encoding.ASCII.GetBytes(number.Reveal(), plain[1..]);
        plain[0] = (byte)Math.Min(digits, 19);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys.DigestKey(KeyPurpose.Risk), plain[..(1 + Math.Min(length, digits))], digest);
        CryptographicOperations.ZeroMemory(plain);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <summary>A keyed digest of anything that is compared but not kept (HMAC-SHA-256, 32 bytes), for one purpose.</summary>
    public byte[] Digest(ReadOnlySpan<byte> content, KeyPurpose purpose = KeyPurpose.Digest)
    {
        if (purpose is KeyPurpose.Data or KeyPurpose.Fingerprint)
        {
            throw new ArgumentOutOfRangeException(nameof(purpose));
        }

        return HMACSHA256.HashData(keys.DigestKey(purpose), content);
    }

    /// <summary>The context for which a card number is sealed.</summary>
    public static string CardContext(CardToken token, AppId app) => $"card|{token}|{app}";

    /// <summary>The context for which a security code is sealed.</summary>
    public static string CodeContext(PaymentId payment, AppId app) => $"code|{payment}|{app}";

    private static byte[] Context(string context, int keyId) => Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{context}|{keyId}"));
}
