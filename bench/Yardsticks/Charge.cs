using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Tollgate.Yardsticks;

/// <summary>A charge as it is sent, see README.md.</summary>
internal sealed record ChargeRequest(
    long Amount, string Currency, string Email, string FirstName, string LastName, Billing BillingAddress, CardInfo CardInfo, string ExternalId, string ReturnUrl);

internal sealed record Billing(string Address, string City, string State, string Country, string PostalCode);

internal sealed record CardInfo(string CardNumber, int CardExpiryMonth, int CardExpiryYear, string CardCvvNumber, string CardHolderName);

/// <summary>A payment as it is answered, with the fields of Tollgate's, and a description that makes it about 900 bytes.</summary>
internal sealed record PaymentView(
    string Uuid, string Name, string Email, string ExternalId, string Status, string? PayCode, string Currency, long Amount, long Total, long PaidAmount,
    bool IsRefundable, string PaymentMethod, string ExpiredAt, string? WebhookNotification, string? RefundInformation, Sender SenderDetails, bool Capture,
    string PaymentType, Token Token, DateTimeOffset CreatedAt, string Description)
{
    private static readonly string Words = new('x', 300);

    public static PaymentView Sample { get; } = Of(
        new(1000, "AUD", "john.doe@example.com", "John", "Doe", new("", "", "", "", ""), new("4242424242424242", 12, 2030, "123", "John Doe"), "order-1000002", ""),
        Identifiers.NewPayment(),
        "tok_038fa4b07f22a381ef39");

    public static PaymentView Of(ChargeRequest charge, string id, string token) => new(
        id, $"{charge.FirstName} {charge.LastName}", charge.Email, charge.ExternalId, "authorised", null, charge.Currency, charge.Amount, charge.Amount, 0,
        true, "card", "", null, null, new(new("card", "visa", charge.CardInfo.CardNumber[^4..], "US")), false,
        "regular", new(token, "card"), DateTimeOffset.UtcNow, Words);
}

internal sealed record Sender(SenderCard Card);

internal sealed record SenderCard(string CardType, string CardBrand, [property: JsonPropertyName("card_last_4")] string CardLast4, string CardCountry);

internal sealed record Token(string Id, string Type);

/// <summary>The bodies of the rows, with the fields of Tollgate's.</summary>
internal sealed record PaymentFacts(
    string Id, string App, string ExternalId, string Amount, bool CaptureAtOnce, string Type, string Token, bool BroughtCard, CardFacts Card, Cardholder Cardholder,
    string ReturnUrl, DateTimeOffset CreatedAt, DateTimeOffset SessionEndsAt);

internal sealed record CardFacts(string Brand, string LastFour, string Country, Expiry Expiry, string Fingerprint);

internal sealed record Expiry(int Year, int Month);

internal sealed record Cardholder(string FirstName, string LastName, string Email, string CardholderName, Billing Billing);

internal sealed record SavedCard(CardFacts Card, Cardholder Cardholder);

internal sealed record PaymentState(string Authorised, string Captured, string Refunded, string LastRefund, Approval Approval, DateTimeOffset HoldEndsAt);

internal sealed record Approval(string Reference, string ApprovalCode, string SchemeTransactionId);

internal sealed record AuthorisationStarted(string Operation, DateTimeOffset ActAt, DateTimeOffset At);

internal sealed record Authorised(string Operation, Approval Approval, DateTimeOffset HoldEndsAt, DateTimeOffset At, IReadOnlyList<Exchange> Exchanges);

internal sealed record Exchange(string Message, DateTimeOffset SentAt, DateTimeOffset EndedAt, string Result, string Code, string Reference);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(PaymentView))]
[JsonSerializable(typeof(PaymentFacts))]
[JsonSerializable(typeof(SavedCard))]
[JsonSerializable(typeof(PaymentState))]
[JsonSerializable(typeof(AuthorisationStarted))]
[JsonSerializable(typeof(Authorised))]
internal sealed partial class ChargeJson : JsonSerializerContext;

internal static class Identifiers
{
    private static long last;

    /// <summary>16 hexadecimal digits: milliseconds, then 22 bits of a counter, so that they are new and in the order of time.</summary>
    public static string NewPayment() =>
        ((DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << 22) | (Interlocked.Increment(ref last) & 0x3FFFFF)).ToString("X16", CultureInfo.InvariantCulture);
}

/// <summary>What is done with a card number.</summary>
internal static class Card
{
    private static readonly byte[] SealingKey = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] DigestKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>ISO/IEC 7812-1, annex B.</summary>
    public static bool IsValid(string number)
    {
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            if (digit is < 0 or > 9)
            {
                return false;
            }

            sum += i % 2 == 0 ? digit : digit > 4 ? (digit * 2) - 9 : digit * 2;
        }

        return number.Length > 0 && sum % 10 == 0;
    }

    /// <summary>AES-256-GCM, 48 bytes: four for the key's id, nonce, tag, ciphertext.</summary>
    public static byte[] Seal(string number)
    {
        var box = new byte[32 + number.Length];
        RandomNumberGenerator.Fill(box.AsSpan(4, 12));
        using var aes = new AesGcm(SealingKey, 16);
        aes.Encrypt(box.AsSpan(4, 12), Encoding.ASCII.GetBytes(number), box.AsSpan(32), box.AsSpan(16, 16));
        return box;
    }

    public static byte[] Digest(ReadOnlySpan<byte> content) => HMACSHA256.HashData(DigestKey, content);
}
