using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage;

/// <summary>
/// Reads the bodies of the events that most payments have, written as the journal writes them, in a fraction of the serializer's time. Whatever else it
/// meets, wrong or only unusual, it leaves to the serializer: a body says what that reads in it.
/// </summary>
internal ref struct EventBody
{
    private Utf8JsonReader json;
    private DateTimeOffset? at;
    private DateTimeOffset? actAt;
    private DateTimeOffset? holdEndsAt;
    private string? operation;
    private Money? amount;
    private Outcome.Approved? approval;
    private List<AcquirerExchange>? exchanges;

    /// <summary>The event; <see langword="null"/> when the serializer is to read it.</summary>
    public static PaymentEvent? TryRead(string type, ReadOnlySpan<byte> body)
    {
        var fields = new EventBody { json = new(body) };
        try
        {
            return fields.TryRead() ? fields.ToEvent(type) : null;
        }
        catch (InvalidOperationException)
        {
            // A text is no UTF-8.
            return null;
        }
    }

    private readonly PaymentEvent? ToEvent(string type) => (at, operation is null ? (OperationId?)null : new(operation)) switch
    {
        ({ } then, { } id) when type == nameof(PaymentEvent.AuthorisationStarted) && actAt is { } next =>
            new PaymentEvent.AuthorisationStarted(then, id, next) { Exchanges = exchanges },
        ({ } then, { } id) when type == nameof(PaymentEvent.Authorised) && approval is not null && holdEndsAt is { } end =>
            new PaymentEvent.Authorised(then, id, approval, end) { Exchanges = exchanges },
        ({ } then, { } id) when type == nameof(PaymentEvent.CaptureStarted) && amount is { } asked && actAt is { } next =>
            new PaymentEvent.CaptureStarted(then, id, asked, next) { Exchanges = exchanges },
        ({ } then, { } id) when type == nameof(PaymentEvent.Captured) => new PaymentEvent.Captured(then, id) { Exchanges = exchanges },
        ({ } then, _) when type == nameof(PaymentEvent.Settled) => new PaymentEvent.Settled(then) { Exchanges = exchanges },
        _ => null,
    };

    private bool TryRead()
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("at"u8) ? json.TryTime(ref at)
                : name.SequenceEqual("operation"u8) ? json.TryText(ref operation)
                : name.SequenceEqual("act_at"u8) ? json.TryTime(ref actAt)
                : name.SequenceEqual("exchanges"u8) ? TryExchanges()
                : name.SequenceEqual("amount"u8) ? json.TryMoney(ref amount)
                : name.SequenceEqual("approval"u8) ? TryApproval()
                : name.SequenceEqual("hold_ends_at"u8) && json.TryTime(ref holdEndsAt)))
            {
                return false;
            }
        }

        return json.TokenType == JsonTokenType.EndObject && !json.Read();
    }

    private bool TryApproval()
    {
        string? reference = null, code = null, transaction = null;
        if (approval is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("reference"u8) ? json.TryText(ref reference)
                : name.SequenceEqual("approval_code"u8) ? json.TryText(ref code)
                : name.SequenceEqual("scheme_transaction_id"u8) && json.TryText(ref transaction)))
            {
                return false;
            }
        }

        approval = reference is null ? null : new(reference, code, transaction);
        return approval is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryExchanges()
    {
        if (exchanges is not null || json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        exchanges = [];
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            string? message = null, result = null, code = null, reference = null;
            DateTimeOffset? sentAt = null, endedAt = null;
            while (json.TryName(out var name))
            {
                if (!(name.SequenceEqual("message"u8) ? json.TryText(ref message)
                    : name.SequenceEqual("sent_at"u8) ? json.TryTime(ref sentAt)
                    : name.SequenceEqual("ended_at"u8) ? json.TryTime(ref endedAt)
                    : name.SequenceEqual("result"u8) ? json.TryText(ref result)
                    : name.SequenceEqual("code"u8) ? json.TryText(ref code)
                    : name.SequenceEqual("reference"u8) && json.TryText(ref reference)))
                {
                    return false;
                }
            }

            if (message is null || result is null || sentAt is not { } sent || endedAt is not { } ended || json.TokenType != JsonTokenType.EndObject)
            {
                return false;
            }

            exchanges.Add(new(message, sent, ended, result, code, reference));
        }

        return json.TokenType == JsonTokenType.EndArray;
    }
}
