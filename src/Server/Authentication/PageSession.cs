using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;
using Tollgate.Vault;

namespace Tollgate.Server.Authentication;

/// <summary>
/// What goes to the issuer with a challenge and comes back with the browser (threeDSSessionData): the attempt, and a digest by which it is known for ours. The
/// issuer's answer is a post from another site, with which no cookie comes.
/// </summary>
internal static class PageSession
{
    private const int DigestLength = 16;

    /// <summary>The text that goes along: base64url, at most 1024 characters.</summary>
    public static string Write(CardVault vault, PaymentId payment, string attempt) =>
        Base64Url.EncodeToString([.. Digest(vault, payment, attempt), .. Encoding.ASCII.GetBytes(attempt)]);

    /// <summary>The attempt that came back; nothing when it is none that was sent along for this payment.</summary>
    public static string? Read(CardVault vault, PaymentId payment, string? text)
    {
        if (text is null || text.Length > 1024 || !Base64Url.IsValid(text.TrimEnd('=')))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text.TrimEnd('='));
        if (bytes.Length <= DigestLength)
        {
            return null;
        }

        var attempt = Encoding.ASCII.GetString(bytes.AsSpan(DigestLength));
        return CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, DigestLength), Digest(vault, payment, attempt)) ? attempt : null;
    }

    private static ReadOnlySpan<byte> Digest(CardVault vault, PaymentId payment, string attempt) =>
        vault.Digest(Encoding.UTF8.GetBytes($"3ds session|{payment}|{attempt}")).AsSpan(0, DigestLength);
}
