using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <summary>How webhooks are signed. The gateway signs with it and <see cref="Webhook"/> verifies with it, so that both ends are one code.</summary>
public static class WebhookSignature
{
    /// <summary>The identifier of the event, the same on every try.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>When this try was made, in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>A list of <c>v1,</c> and base64, separated by spaces: one for each secret that is valid at the time.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>The signature of the original API.</summary>
    public const string ReferenceHeader = "HTTP-WEBHOOK-SIGNATURE";

    internal const string Scheme = "v1,";
    internal const string SecretPrefix = "whsec_";

    /// <summary>The Standard Webhooks signature of a delivery.</summary>
    /// <param name="id">The header <c>webhook-id</c>; without a dot, since dots separate what is signed.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="body">The bytes that are sent.</param>
    /// <param name="secret"><c>whsec_</c> and base64; the key is the decoded bytes.</param>
    /// <returns><c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>. During a rotation, join one for each secret with a space.</returns>
    /// <exception cref="ArgumentException">The id has a dot, or the secret is not of that form.</exception>
    public static string Sign(string id, long timestamp, ReadOnlySpan<byte> body, SecretText secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(secret);
        if (id.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException("A webhook id must not have a dot.", nameof(id));
        }

        var key = Key(secret) ?? throw new ArgumentException("A webhook secret is whsec_ and base64.", nameof(secret));
        return Sign(id, timestamp.ToString(CultureInfo.InvariantCulture), body, key);
    }

    /// <summary>The original API's signature of a delivery, for the header <c>HTTP-WEBHOOK-SIGNATURE</c>.</summary>
    /// <param name="body">The bytes that are sent.</param>
    /// <param name="secret">The secret; the key is the UTF-8 bytes of its whole text, <c>whsec_</c> included.</param>
    /// <returns><c>sha256=</c> and the lower-case hexadecimal of HMAC-SHA256 over the body.</returns>
    public static string SignReference(ReadOnlySpan<byte> body, SecretText secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret.Expose()), body));
    }

    internal static string Sign(string id, string timestamp, ReadOnlySpan<byte> body, ReadOnlySpan<byte> key)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return Scheme + Convert.ToBase64String(mac.GetHashAndReset());
    }

    /// <summary>The bytes behind a secret, or <see langword="null"/> when it is not <c>whsec_</c> and base64.</summary>
    internal static byte[]? Key(SecretText secret)
    {
        var text = secret.Expose();
        if (!text.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var encoded = text.AsSpan(SecretPrefix.Length);
        var key = new byte[encoded.Length];
        return Convert.TryFromBase64Chars(encoded, key, out var length) && length > 0 ? key[..length] : null;
    }
}
