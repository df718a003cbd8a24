using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;

namespace Tollgate.Server.Storage;

/// <summary>What changes of a payment, as its row keeps it.</summary>
internal sealed record StoredState
{
    public required Money Authorised { get; init; }

    public required Money Captured { get; init; }

    public required Money Refunded { get; init; }

    public DateTimeOffset? SettledAt { get; init; }

    public DateTimeOffset? CapturedAt { get; init; }

    public OperationId? CapturedBy { get; init; }

    public Money? Reserved { get; init; }

    public DateTimeOffset? ReserveEndsAt { get; init; }

    public Dispute? Dispute { get; init; }

    public Money? DisputeCharges { get; init; }

    public PaymentEnd? End { get; init; }

    public Operation? InFlight { get; init; }

    public OperationId? GivenUp { get; init; }

    public PendingRefund? Refund { get; init; }

    public RefundEnd LastRefund { get; init; }

    public Money? LastRefundAmount { get; init; }

    public string? LastRefundReason { get; init; }

    public string? ChallengeKey { get; init; }

    public AuthenticationAttempt? Attempt { get; init; }

    public AuthenticationFault? Skipped { get; init; }

    public bool? WasDemanded { get; init; }

    public AuthenticationResult? Authentication { get; init; }

    public Outcome.Approved? Approval { get; init; }

    public DateTimeOffset? HoldEndsAt { get; init; }

    public static StoredState Of(Payment payment) => new()
    {
        Authorised = payment.Authorised,
        Captured = payment.Captured,
        Refunded = payment.Refunded,
        SettledAt = payment.SettledAt,
        CapturedAt = payment.CapturedAt,
        CapturedBy = payment.CapturedBy,
        Reserved = payment.Reserved.IsPositive ? payment.Reserved : null,
        ReserveEndsAt = payment.ReserveEndsAt,
        Dispute = payment.Dispute,
        DisputeCharges = payment.DisputeCharges.IsPositive ? payment.DisputeCharges : null,
        End = payment.End,
        InFlight = payment.InFlight,
        GivenUp = payment.GivenUp,
        Refund = payment.Refund,
        LastRefund = payment.LastRefund,
        LastRefundAmount = payment.LastRefundAmount,
        LastRefundReason = payment.LastRefundReason,
        ChallengeKey = payment.ChallengeKey,
        Attempt = payment.Attempt,
        Skipped = payment.Skipped,
        WasDemanded = payment.WasDemanded ? true : null,
        Authentication = payment.Authentication,
        Approval = payment.Approval,
        HoldEndsAt = payment.HoldEndsAt,
    };

    public Payment ToPayment(PaymentFacts facts, int version) => new()
    {
        Facts = facts,
        Version = version,
        Authorised = Authorised,
        Captured = Captured,
        Refunded = Refunded,
        SettledAt = SettledAt,
        CapturedAt = CapturedAt,
        CapturedBy = CapturedBy,
        Reserved = Reserved ?? Money.Zero(Captured.Currency),
        ReserveEndsAt = ReserveEndsAt,
        Dispute = Dispute,
        DisputeCharges = DisputeCharges ?? Money.Zero(Captured.Currency),
        End = End,
        InFlight = InFlight,
        GivenUp = GivenUp,
        Refund = Refund,
        LastRefund = LastRefund,
        LastRefundAmount = LastRefundAmount,
        LastRefundReason = LastRefundReason,
        ChallengeKey = ChallengeKey,
        Attempt = Attempt,
        Skipped = Skipped,
        WasDemanded = WasDemanded ?? false,
        Authentication = Authentication,
        Approval = Approval,
        HoldEndsAt = HoldEndsAt,
    };
}

/// <summary>What a card's row keeps in clear.</summary>
internal sealed record StoredCardFacts(CardFacts Card, Cardholder Cardholder);

/// <summary>What an export of a vault tells about a card, besides its number.</summary>
internal sealed record ExportedCard(string Token, string App, StoredCardFacts Facts, Agreement Agreement);

/// <summary>How rows and events are written. Names are stable: what is in a database must stay readable.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(MoneyConverter), typeof(PaymentIdConverter), typeof(AppIdConverter), typeof(OperationIdConverter), typeof(CardTokenConverter), typeof(DisputeIdConverter), typeof(QuarterConverter)])]
[JsonSerializable(typeof(PaymentFacts))]
[JsonSerializable(typeof(StoredState))]
[JsonSerializable(typeof(StoredCardFacts))]
[JsonSerializable(typeof(ExportedCard))]
[JsonSerializable(typeof(Agreement))]
[JsonSerializable(typeof(Dispute))]
[JsonSerializable(typeof(PaymentEvent.ChallengeRequired), TypeInfoPropertyName = "EventChallengeRequired")]
[JsonSerializable(typeof(PaymentEvent.AuthenticationStarted), TypeInfoPropertyName = "EventAuthenticationStarted")]
[JsonSerializable(typeof(PaymentEvent.AuthenticationSetAside), TypeInfoPropertyName = "EventAuthenticationSetAside")]
[JsonSerializable(typeof(PaymentEvent.ChallengeStarted), TypeInfoPropertyName = "EventChallengeStarted")]
[JsonSerializable(typeof(PaymentEvent.ChallengeReturned), TypeInfoPropertyName = "EventChallengeReturned")]
[JsonSerializable(typeof(PaymentEvent.AuthenticationSkipped), TypeInfoPropertyName = "EventAuthenticationSkipped")]
[JsonSerializable(typeof(PaymentEvent.AuthenticationDemanded), TypeInfoPropertyName = "EventAuthenticationDemanded")]
[JsonSerializable(typeof(PaymentEvent.Authenticated), TypeInfoPropertyName = "EventAuthenticated")]
[JsonSerializable(typeof(PaymentEvent.AuthenticationDeclined), TypeInfoPropertyName = "EventAuthenticationDeclined")]
[JsonSerializable(typeof(PaymentEvent.RiskDeclined), TypeInfoPropertyName = "EventRiskDeclined")]
[JsonSerializable(typeof(PaymentEvent.AuthorisationStarted), TypeInfoPropertyName = "EventAuthorisationStarted")]
[JsonSerializable(typeof(PaymentEvent.Authorised), TypeInfoPropertyName = "EventAuthorised")]
[JsonSerializable(typeof(PaymentEvent.AuthorisationDeclined), TypeInfoPropertyName = "EventAuthorisationDeclined")]
[JsonSerializable(typeof(PaymentEvent.CaptureStarted), TypeInfoPropertyName = "EventCaptureStarted")]
[JsonSerializable(typeof(PaymentEvent.Captured), TypeInfoPropertyName = "EventCaptured")]
[JsonSerializable(typeof(PaymentEvent.CaptureDeclined), TypeInfoPropertyName = "EventCaptureDeclined")]
[JsonSerializable(typeof(PaymentEvent.VoidStarted), TypeInfoPropertyName = "EventVoidStarted")]
[JsonSerializable(typeof(PaymentEvent.Voided), TypeInfoPropertyName = "EventVoided")]
[JsonSerializable(typeof(PaymentEvent.VoidDeclined), TypeInfoPropertyName = "EventVoidDeclined")]
[JsonSerializable(typeof(PaymentEvent.RefundStarted), TypeInfoPropertyName = "EventRefundStarted")]
[JsonSerializable(typeof(PaymentEvent.RefundAccepted), TypeInfoPropertyName = "EventRefundAccepted")]
[JsonSerializable(typeof(PaymentEvent.RefundCompleted), TypeInfoPropertyName = "EventRefundCompleted")]
[JsonSerializable(typeof(PaymentEvent.RefundRejected), TypeInfoPropertyName = "EventRefundRejected")]
[JsonSerializable(typeof(PaymentEvent.RefundExpired), TypeInfoPropertyName = "EventRefundExpired")]
[JsonSerializable(typeof(PaymentEvent.OutcomeUnknown), TypeInfoPropertyName = "EventOutcomeUnknown")]
[JsonSerializable(typeof(PaymentEvent.OperationDeferred), TypeInfoPropertyName = "EventOperationDeferred")]
[JsonSerializable(typeof(PaymentEvent.ReversalStarted), TypeInfoPropertyName = "EventReversalStarted")]
[JsonSerializable(typeof(PaymentEvent.OperationReversed), TypeInfoPropertyName = "EventOperationReversed")]
[JsonSerializable(typeof(PaymentEvent.LateApprovalReceived), TypeInfoPropertyName = "EventLateApprovalReceived")]
[JsonSerializable(typeof(PaymentEvent.Settled), TypeInfoPropertyName = "EventSettled")]
[JsonSerializable(typeof(PaymentEvent.ReserveReleased), TypeInfoPropertyName = "EventReserveReleased")]
[JsonSerializable(typeof(PaymentEvent.DisputeOpened), TypeInfoPropertyName = "EventDisputeOpened")]
[JsonSerializable(typeof(PaymentEvent.DisputeMoved), TypeInfoPropertyName = "EventDisputeMoved")]
[JsonSerializable(typeof(PaymentEvent.EvidenceAdded), TypeInfoPropertyName = "EventEvidenceAdded")]
[JsonSerializable(typeof(PaymentEvent.DisputeAnswerStarted), TypeInfoPropertyName = "EventDisputeAnswerStarted")]
[JsonSerializable(typeof(PaymentEvent.EvidenceSubmitted), TypeInfoPropertyName = "EventEvidenceSubmitted")]
[JsonSerializable(typeof(PaymentEvent.DisputeAccepted), TypeInfoPropertyName = "EventDisputeAccepted")]
[JsonSerializable(typeof(PaymentEvent.DisputeAnswerDeclined), TypeInfoPropertyName = "EventDisputeAnswerDeclined")]
[JsonSerializable(typeof(PaymentEvent.DisputeWon), TypeInfoPropertyName = "EventDisputeWon")]
[JsonSerializable(typeof(PaymentEvent.DisputeLost), TypeInfoPropertyName = "EventDisputeLost")]
[JsonSerializable(typeof(PaymentEvent.DisputeExpired), TypeInfoPropertyName = "EventDisputeExpired")]
[JsonSerializable(typeof(PaymentEvent.SessionEnded), TypeInfoPropertyName = "EventSessionEnded")]
internal sealed partial class StorageJson : JsonSerializerContext
{
    /// <summary>Writes an event's body. A creation has none: its facts stand in the payment's row, once.</summary>
    public static byte[] WriteEvent(PaymentEvent happened) => happened is PaymentEvent.Created
        ? "{}"u8.ToArray()
        : JsonSerializer.SerializeToUtf8Bytes(happened, Events.Types[happened.GetType().Name]);

    /// <summary>Reads what a payment was created with.</summary>
    public static PaymentFacts ReadFacts(ReadOnlySpan<byte> facts) => FactsBody.TryRead(facts) ?? JsonSerializer.Deserialize(facts, Default.PaymentFacts)!;

    /// <summary>Reads an event; <paramref name="facts"/> are those of its payment's row.</summary>
    public static PaymentEvent ReadEvent(string type, ReadOnlySpan<byte> body, PaymentFacts facts)
    {
        if (type == nameof(PaymentEvent.Created))
        {
            return new PaymentEvent.Created(facts.CreatedAt, facts);
        }

        if (EventBody.TryRead(type, body) is { } usual)
        {
            return usual;
        }

        return Events.Types.TryGetValue(type, out var known)
            ? (PaymentEvent)JsonSerializer.Deserialize(body, known)!
            : throw new InvalidDataException($"The journal holds an event of the unknown type {type}: it was written by a newer version.");
    }

    // Of its own, so that it is made after what is generated.
    private static class Events
    {
        public static FrozenDictionary<string, JsonTypeInfo> Types { get; } = typeof(PaymentEvent).GetNestedTypes()
            .Where(t => t != typeof(PaymentEvent.Created)).ToFrozenDictionary(t => t.Name, t => Default.GetTypeInfo(t)!, StringComparer.Ordinal);
    }
}

internal sealed class MoneyConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public static Money Read(ref Utf8JsonReader reader)
    {
        // Digits, a space and three letters: nothing of it is ever escaped.
        var text = reader.ValueSpan;
        if (reader.HasValueSequence || !Utf8Parser.TryParse(text, out long minor, out var digits) || digits == text.Length || text[digits] != ' ')
        {
            throw new JsonException("An amount is a whole number and a currency.");
        }

        var code = text[(digits + 1)..];
        return Currency.TryParse(code.SequenceEqual("AUD"u8) ? Currency.Aud.Code : Encoding.UTF8.GetString(code), out var currency)
            ? new(minor, currency)
            : throw new JsonException("The currency is not switched on.");
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal abstract class TextConverter<T>(Func<string, T> read) : JsonConverter<T>
    where T : struct
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class PaymentIdConverter() : TextConverter<PaymentId>(text => new(text));

internal sealed class AppIdConverter() : TextConverter<AppId>(text => new(text));

internal sealed class OperationIdConverter() : TextConverter<OperationId>(text => new(text));

internal sealed class CardTokenConverter() : TextConverter<CardToken>(text => new(text));

internal sealed class DisputeIdConverter() : TextConverter<DisputeId>(text => new(text));

internal sealed class QuarterConverter() : TextConverter<Quarter>(
    text => Quarter.TryParse(text, out var quarter) ? quarter : throw new JsonException("A quarter is written as 2026-Q4."));
