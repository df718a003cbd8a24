using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.Risk;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Risk;

/// <summary>
/// What is counted, as it is stored beside its payment: digests under the key of the purpose, cut to eight bytes, so that nobody reads an address or a card out
/// of them; and the other way around. The first byte is the form.
/// </summary>
internal static class RiskMarks
{
    private const byte Form = 1;
    private const int AttemptLength = 50;
    private const int DeclineLength = 33;

    /// <summary>The digest under which a text is counted or listed.</summary>
    public static ulong Digest(CardVault vault, string kind, string text) =>
        BinaryPrimitives.ReadUInt64BigEndian(vault.Digest(Encoding.UTF8.GetBytes($"{kind}\n{text}"), KeyPurpose.Risk));

    /// <summary>The digest of an e-mail address; upper and lower case are one.</summary>
    public static ulong EmailOf(CardVault vault, string email) => Digest(vault, "email", email.ToLowerInvariant());

    /// <summary>The digest of the address that the merchant says the customer has: of IPv6, its network.</summary>
    public static ulong? AddressOf(CardVault vault, string? address)
    {
        if (address is null || !IPAddress.TryParse(address, out var parsed))
        {
            return null;
        }

        var network = parsed is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } ? parsed.GetAddressBytes()[..8] : parsed.MapToIPv4().GetAddressBytes();
        return Digest(vault, "address", Convert.ToHexString(network));
    }

    /// <summary>Year and month of an expiry as one number.</summary>
    public static int ExpiryOf(CardFacts card) => (card.Expiry.Year * 100) + card.Expiry.Month;

    /// <summary>The mark of an attempt.</summary>
    public static RiskMark Write(in RiskAttempt attempt)
    {
        var body = new byte[AttemptLength];
        body[0] = Form;
        body[1] = (byte)((attempt.IsSmall ? 1 : 0) | (attempt.Address is null ? 0 : 2) | (attempt.Email is null ? 0 : 4) | (attempt.IsRefused ? 8 : 0));
        ulong[] digests = [attempt.Card, attempt.Bin, attempt.Prefix, attempt.Address ?? 0, attempt.Email ?? 0, attempt.Order];
        for (var i = 0; i < digests.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(body.AsSpan(2 + (8 * i)), digests[i]);
        }

        return new(1, RiskMarkKind.Attempt, body);
    }

    /// <summary>The mark of a decline; none where nothing is counted.</summary>
    /// <param name="vault">What makes the digests.</param>
    /// <param name="payment">The payment as it was declined.</param>
    /// <param name="declined">What the issuer said.</param>
    public static RiskMark? Decline(CardVault vault, Payment payment, Outcome.Declined declined)
    {
        if (payment.Facts.Risk?.Card is not { } card)
        {
            return null;
        }

        var facts = payment.Facts;
        var address = AddressOf(vault, facts.IpAddress);
        var body = new byte[DeclineLength];
        body[0] = Form;
        body[1] = (byte)(address is null ? 0 : 2);
        BinaryPrimitives.WriteUInt64BigEndian(body.AsSpan(2), ReadCard(card));
        BinaryPrimitives.WriteUInt64BigEndian(body.AsSpan(10), address ?? 0);
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(18), facts.Amount.Minor);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(26), ExpiryOf(facts.Card));
        WriteCode(body.AsSpan(30, 2), declined.Code);
        body[32] = byte.TryParse(declined.Advice, NumberStyles.None, CultureInfo.InvariantCulture, out var advice) ? advice : byte.MaxValue;
        return new(payment.Version, RetryRules.IsNever(declined.Code, declined.Advice) ? RiskMarkKind.NeverAgain : RiskMarkKind.Decline, body);
    }

    /// <summary>An attempt as it was marked.</summary>
    public static RiskAttempt ReadAttempt(string app, long at, ReadOnlySpan<byte> body) => new(
        app, at, Number(body, 0), Number(body, 1), Number(body, 2), (body[1] & 2) == 0 ? null : Number(body, 3), (body[1] & 4) == 0 ? null : Number(body, 4), Number(body, 5), (body[1] & 1) != 0, (body[1] & 8) != 0);

    /// <summary>A decline as it was marked.</summary>
    public static RiskDecline ReadDecline(string app, long at, ReadOnlySpan<byte> body) => new(
        app,
        at,
        Number(body, 0),
        (body[1] & 2) == 0 ? null : Number(body, 1),
        BinaryPrimitives.ReadInt64BigEndian(body[18..]),
        BinaryPrimitives.ReadInt32BigEndian(body[26..]),
        Encoding.ASCII.GetString(body.Slice(30, 2)).TrimEnd('\0'),
        body[32] == byte.MaxValue ? null : body[32].ToString("00", CultureInfo.InvariantCulture));

    /// <summary>A card's digest as a payment keeps it.</summary>
    public static string WriteCard(ulong card) => card.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>And back.</summary>
    public static ulong ReadCard(string card) => ulong.Parse(card, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static ulong Number(ReadOnlySpan<byte> body, int place) => BinaryPrimitives.ReadUInt64BigEndian(body[(2 + (8 * place))..]);

    private static void WriteCode(Span<byte> body, string code)
    {
        for (var i = 0; i < Math.Min(2, code.Length); i++)
        {
            body[i] = char.IsAscii(code[i]) ? (byte)code[i] : (byte)'?';
        }
    }
}
