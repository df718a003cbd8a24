using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>How the contract is written and read: generated, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(RefundResponse))]
[JsonSerializable(typeof(PaymentList))]
[JsonSerializable(typeof(DeleteTokenResponse))]
[JsonSerializable(typeof(EventFeed))]
[JsonSerializable(typeof(PaymentTimeline))]
[JsonSerializable(typeof(ClockResponse))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(BooksResponse))]
[JsonSerializable(typeof(BalanceList))]
[JsonSerializable(typeof(BalanceEntryList))]
[JsonSerializable(typeof(PayoutList))]
[JsonSerializable(typeof(Payout))]
[JsonSerializable(typeof(ClosedPayouts))]
[JsonSerializable(typeof(DisputeResponse))]
[JsonSerializable(typeof(DisputeList))]
[JsonSerializable(typeof(WebhookEndpointResponse))]
[JsonSerializable(typeof(WebhookEndpointList))]
[JsonSerializable(typeof(WebhookTestResponse))]
[JsonSerializable(typeof(WebhookDeliveryResponse))]
[JsonSerializable(typeof(WebhookDeliveryList))]
[JsonSerializable(typeof(WebhookReplayResponse))]
[JsonSerializable(typeof(WebhookSecretRotationResponse))]
[JsonSerializable(typeof(SettingsResponse))]
[JsonSerializable(typeof(RegisteredApp))]
public sealed partial class ResponseJson : JsonSerializerContext
{
    /// <summary>Money as numbers, as API responses have it; money as text is read too.</summary>
    public static ResponseJson Numbers { get; } = new(OptionsFor(new MinorUnitsConverter(asText: false)));

    /// <summary>Money as text, <c>"100.0"</c>, as webhooks of the original API have it.</summary>
    public static ResponseJson Text { get; } = new(OptionsFor(new MinorUnitsConverter(asText: true)));

    private static JsonSerializerOptions OptionsFor(MinorUnitsConverter money) => new()
    {
        // The plus sign of "+0000" stays a plus sign; the bodies are JSON, never part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { money },
    };
}

/// <summary>How requests are written: what is left out is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(CreatePaymentRequest))]
[JsonSerializable(typeof(CapturePaymentRequest))]
[JsonSerializable(typeof(VoidPaymentRequest))]
[JsonSerializable(typeof(RefundPaymentRequest))]
[JsonSerializable(typeof(SimulateRequest))]
[JsonSerializable(typeof(ClockRequest))]
[JsonSerializable(typeof(FaultRequest))]
[JsonSerializable(typeof(EvidenceRequest))]
[JsonSerializable(typeof(WebhookEndpointRequest))]
[JsonSerializable(typeof(WebhookTestRequest))]
[JsonSerializable(typeof(WebhookReplayRequest))]
[JsonSerializable(typeof(WebhookSecretRotationRequest))]
[JsonSerializable(typeof(RegisterAppRequest))]
public sealed partial class RequestJson : JsonSerializerContext;

/// <summary>Instants as the API writes them: UTC, milliseconds, offset without a colon.</summary>
public static class WireInstant
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'+0000'";

    /// <summary>Such as <c>2025-05-28T04:22:21.567+0000</c>.</summary>
    public static string Write(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Write"/> writes, and ISO 8601 besides.</summary>
    public static bool TryRead(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant)
        || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant);
}

internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireInstant.TryRead(reader.GetString(), out var instant) ? instant : throw new JsonException("An instant such as 2025-05-28T04:22:21.567+0000 is expected.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[28];
        var written = value.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);
        writer.WriteStringValue(written ? text[..length] : WireInstant.Write(value));
    }
}

internal sealed class OptionalInstantConverter : JsonConverter<DateTimeOffset?>
{
    public override bool HandleNull => true;

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.Null ? null : reader.GetString();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return WireInstant.TryRead(text, out var instant) ? instant : throw new JsonException("An instant or an empty string is expected.");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value is { } instant ? WireInstant.Write(instant) : string.Empty);
}

/// <summary>Money in cents: a number, or in webhooks a text with one decimal. Both are read.</summary>
internal sealed class MinorUnitsConverter(bool asText) : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // A webhook's body is somebody else's until it is verified, so that what is not money is an unreadable body and not a fault of ours.
        var cents = 0m;
        var read = reader.TokenType == JsonTokenType.Number
            ? reader.TryGetDecimal(out cents)
            : decimal.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out cents);
        return read && cents == decimal.Truncate(cents) && cents is >= long.MinValue and <= long.MaxValue
            ? (long)cents
            : throw new JsonException("A whole number of cents is expected.");
    }

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options)
    {
        if (asText)
        {
            writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{value}.0"));
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }
}
