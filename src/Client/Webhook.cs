using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <summary>The three headers of a webhook, as they arrived.</summary>
/// <param name="Id">The header <c>webhook-id</c>; remember it, since a delivery may come more than once.</param>
/// <param name="Timestamp">The header <c>webhook-timestamp</c>.</param>
/// <param name="Signature">The header <c>webhook-signature</c>.</param>
public sealed record WebhookHeaders(string? Id, string? Timestamp, string? Signature)
{
    /// <summary>Takes the three headers from wherever they are, such as <c>name => request.Headers[name]</c>.</summary>
    public static WebhookHeaders From(Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return new(header(WebhookSignature.IdHeader), header(WebhookSignature.TimestampHeader), header(WebhookSignature.SignatureHeader));
    }
}

/// <summary>Tells webhooks of the gateway from anybody else's. Pure functions: the clock and the secret are passed in.</summary>
public static class Webhook
{
    /// <summary>How far the timestamp may be from now, either way: five minutes, as Standard Webhooks has it.</summary>
    public static TimeSpan Tolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Verifies a delivery by its Standard Webhooks signature.</summary>
    /// <param name="body">The body exactly as it arrived, before anything parses it.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="secret">The app's webhook secret, <c>whsec_…</c>.</param>
    /// <param name="now">The time, to refuse deliveries that somebody kept and sends again.</param>
    /// <returns>The payment as it was right after the change of status.</returns>
    /// <exception cref="WebhookVerificationException">It is not genuine, or cannot be told to be. Answer 400; the message says what to check.</exception>
    public static PaymentResponse Verify(ReadOnlySpan<byte> body, WebhookHeaders headers, SecretText secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(secret);
        var id = Present(headers.Id, WebhookSignature.IdHeader);
        var timestamp = Present(headers.Timestamp, WebhookSignature.TimestampHeader);
        var signatures = Present(headers.Signature, WebhookSignature.SignatureHeader);
        CheckTimestamp(timestamp, now);

        var key = WebhookSignature.Key(secret) ?? throw new WebhookVerificationException(
            "The webhook secret is not usable: it must be whsec_ followed by base64. Copy the whole secret of the app again.");
        var candidates = signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(signature => signature.StartsWith(WebhookSignature.Scheme, StringComparison.Ordinal))
            .ToList();
        if (candidates.Count == 0)
        {
            throw new WebhookVerificationException(
                $"The header {WebhookSignature.SignatureHeader} has no signature that starts with v1. Check that the request comes from Tollgate.");
        }

        var expected = WebhookSignature.Sign(id, timestamp, body, key);
        var genuine = false;
        foreach (var candidate in candidates)
        {
            genuine |= SameText(candidate, expected);
        }

        return genuine ? Read(body) : throw NoMatch();
    }

    /// <summary>
    /// Verifies a delivery by the original API's header <c>HTTP-WEBHOOK-SIGNATURE</c>. It has no time in it, so a kept delivery can be sent
    /// again: prefer <see cref="Verify"/>.
    /// </summary>
    /// <param name="body">The body exactly as it arrived, before anything parses it.</param>
    /// <param name="signature">The header <c>HTTP-WEBHOOK-SIGNATURE</c>.</param>
    /// <param name="secret">The app's webhook secret, all of its text.</param>
    /// <returns>The payment as it was right after the change of status.</returns>
    /// <exception cref="WebhookVerificationException">It is not genuine, or cannot be told to be. Answer 400; the message says what to check.</exception>
    public static PaymentResponse VerifyReference(ReadOnlySpan<byte> body, string? signature, SecretText secret)
    {
        var given = Present(signature, WebhookSignature.ReferenceHeader);
        return SameText(given, WebhookSignature.SignReference(body, secret)) ? Read(body) : throw NoMatch();
    }

    private static string Present(string? value, string name) => string.IsNullOrWhiteSpace(value)
        ? throw new WebhookVerificationException(
            $"The header {name} is missing. Check that the request comes from Tollgate, and that no proxy in between drops the header.")
        : value;

    private static void CheckTimestamp(string text, DateTimeOffset now)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
        {
            throw new WebhookVerificationException(
                $"The header {WebhookSignature.TimestampHeader} is not a number of seconds since 1970. Check that no proxy in between changes it.");
        }

        var seconds = now.ToUnixTimeSeconds();
        var tolerance = (long)Tolerance.TotalSeconds;
        if (timestamp < seconds - tolerance)
        {
            throw new WebhookVerificationException(
                "The timestamp is more than five minutes old. Verify a delivery when it arrives, not later; otherwise check this machine's clock. "
                + "An old delivery that is sent again by somebody else looks like this too.");
        }

        if (timestamp > seconds + tolerance)
        {
            throw new WebhookVerificationException("The timestamp is more than five minutes in the future. Check this machine's clock and the gateway's.");
        }
    }

    // The time that it takes must not tell how much of a forged signature is right.
    private static bool SameText(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static WebhookVerificationException NoMatch() => new(
        "No signature matches. Check that the secret is this app's and still valid, and that the body is verified as the raw bytes that arrived: "
        + "parsed and written again, it differs. If both are right, the delivery is not genuine.");

    private static PaymentResponse Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ResponseJson.Numbers.PaymentResponse) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException unreadable)
        {
            throw new WebhookVerificationException(
                "The signature is right, but the body is not a payment. Check that the client is not older than the gateway.", unreadable);
        }
    }
}
