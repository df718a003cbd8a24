using System.Globalization;
using System.Xml;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Payment = Tollgate.Core.Payments.Payment;

namespace Tollgate.Server.Payments;

/// <summary>
/// Tells a payment's life from its journal: each event, the messages that led to it, the decisions that stood behind it, what it moved and whom it was told.
/// It says nothing that the payment itself does not say to its merchant: no secret, of the card the last four digits, and of a decline no more than its code.
/// </summary>
internal static class Timeline
{
    /// <summary>Everything in order of time; at one instant, an event comes after the messages that led to it and before what came of it.</summary>
    public static IReadOnlyList<TimelineEntry> Of(
        IEnumerable<PaymentEvent> events, IEnumerable<StoredEntry> entries, IEnumerable<StoredWebhook> webhooks, IEnumerable<StoredAttempt> attempts)
    {
        var all = new List<(int Version, int Rank, TimelineEntry Entry)>();
        Payment? before = null;
        foreach (var happened in events)
        {
            var after = Payment.Evolve(before, happened);
            all.AddRange((happened.Exchanges ?? []).Select(exchange => (after.Version, 0, Message(exchange, happened))));
            all.Add((after.Version, 1, Event(before, after, happened)));
            all.AddRange(TimelineDecisions.Of(before, after, happened).Select(decision => (after.Version, 2, decision)));
            before = after;
        }

        all.AddRange(entries.Select(entry => (entry.Version, 3, Posted(entry))));
        all.AddRange(webhooks.Select(webhook => (webhook.Version, 4, Told(webhook))));
        all.AddRange(attempts.Select(attempt => (attempt.Key.Version, 5, Tried(attempt))));
        return [.. all.OrderBy(e => e.Entry.At).ThenBy(e => e.Version).ThenBy(e => e.Rank).Select(e => e.Entry)];
    }

    /// <summary>An entry; particulars without a value are left out.</summary>
    public static TimelineEntry Entry(DateTimeOffset at, TimelineEntryType type, string name, string message, params ReadOnlySpan<(string Name, string? Value)> details)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (detail, value) in details)
        {
            if (value is not null)
            {
                known.Add(detail, value);
            }
        }

        return new() { At = at, Type = type, Name = name, Message = message, Details = known };
    }

    /// <summary>An amount for people, such as <c>AUD 10.00</c>.</summary>
    public static string Text(Money money) => string.Create(CultureInfo.InvariantCulture, $"{money.Currency} {money.Minor / 100m:0.00}");

    /// <summary>An amount as the API has it, in cents.</summary>
    public static string Cents(Money money) => money.Minor.ToString(CultureInfo.InvariantCulture);

    private static TimelineEntry Event(Payment? before, Payment after, PaymentEvent happened)
    {
        var operation = TimelineWords.OperationOf(happened);
        var flight = after.InFlight ?? before?.InFlight;
        var kind = operation is not null && flight?.Id == operation ? flight.Kind.ToString() : operation is not null && before?.Refund?.Id == operation ? "Refund" : null;
        var changed = before is not null && before.Status != after.Status;
        return Entry(
            happened.At,
            TimelineEntryType.Event,
            WireNames.Spell(happened.GetType().Name),
            TimelineWords.Sentence(before, after, happened),
            ("version", after.Version.ToString(CultureInfo.InvariantCulture)),
            ("status", WireNames.Of(after.Status)),
            ("status_before", changed ? WireNames.Of(before!.Status) : null),
            ("caused_by", TimelineWords.CauseOf(before, happened)),
            ("operation", operation?.Value),
            ("kind", kind is null ? null : WireNames.Spell(kind)),
            ("amount", TimelineWords.AmountOf(after, happened) is { } amount ? Cents(amount) : null),
            ("reason", TimelineWords.ReasonOf(happened) is { } reason ? PaymentRenderer.Describe(reason).Code : null),
            ("look_again_at", after.InFlight is { } open && open.Id == operation ? WireInstant.Write(open.ActAt) : null),
            ("attempts", after.InFlight is { Attempts: > 0 } tried ? tried.Attempts.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static TimelineEntry Message(AcquirerExchange exchange, PaymentEvent happened)
    {
        var took = exchange.EndedAt - exchange.SentAt;
        var said = exchange.Result switch
        {
            nameof(Outcome.Approved) => "it said yes",
            nameof(Outcome.Declined) => "it said no",
            nameof(Outcome.NotSent) when exchange.Message == "Inquiry" => "it does not know the operation",
            nameof(Outcome.NotSent) => "nothing left the building",
            _ => "no usable answer came",
        };

        // Lost, stolen and suspected fraud are the issuer's affair: their codes read as a plain decline, as the payment's error does.
        var hides = exchange.Result == nameof(Outcome.Declined) && exchange.Code is "41" or "43" or "59"
            || (TimelineWords.ReasonOf(happened) is { } reason && reason != FailureReason.IssuerDeclined && PaymentRenderer.Describe(reason).Code == "issuer_declined");
        return Entry(
            exchange.SentAt,
            TimelineEntryType.Message,
            exchange.Message is "AReq" or "RReq" ? exchange.Message.ToLowerInvariant() : WireNames.Spell(exchange.Message),
            TimelineWords.OfIssuer(exchange) ?? $"We sent the acquirer {TimelineWords.Article(exchange.Message)}, and {said}.",
            ("ended_at", WireInstant.Write(exchange.EndedAt)),
            ("took", XmlConvert.ToString(took < TimeSpan.Zero ? TimeSpan.Zero : took)),
            ("result", WireNames.Spell(exchange.Result)),
            ("response_code", hides ? "05" : exchange.Code),
            ("advice_code", hides ? null : exchange.Advice),
            ("reference", exchange.Reference));
    }

    private static TimelineEntry Posted(StoredEntry entry)
    {
        var transfer = entry.Transfer;
        return Entry(
            entry.At,
            TimelineEntryType.Ledger,
            WireNames.Of(transfer.Kind),
            $"{Text(transfer.Amount)} was posted as {Words(transfer.Kind)}: debit {Words(transfer.Debit)}, credit {Words(transfer.Credit)}.",
            ("version", entry.Version.ToString(CultureInfo.InvariantCulture)),
            ("debit", WireNames.Of(transfer.Debit)),
            ("credit", WireNames.Of(transfer.Credit)),
            ("amount", Cents(transfer.Amount)),
            ("currency", transfer.Amount.Currency.Code),
            ("position", entry.Position.ToString(CultureInfo.InvariantCulture)));
    }

    private static TimelineEntry Told(StoredWebhook webhook)
    {
        var attempts = webhook.Attempts == 1 ? "1 attempt" : string.Create(CultureInfo.InvariantCulture, $"{webhook.Attempts} attempts");
        var sentence = webhook.State switch
        {
            DeliveryState.Delivered => $"The change of status was told to the endpoint after {attempts}.",
            DeliveryState.GivenUp => $"The change of status could not be told to the endpoint: it was given up after {attempts}.",
            _ => $"The change of status is to be told to the endpoint; there were {attempts}.",
        };
        return Entry(
            webhook.CreatedAt,
            TimelineEntryType.Webhook,
            WireNames.Of(webhook.State),
            sentence,
            ("version", webhook.Version.ToString(CultureInfo.InvariantCulture)),
            ("endpoint", webhook.Endpoint.Length > 0 ? webhook.Endpoint : null),
            ("attempts", webhook.Attempts.ToString(CultureInfo.InvariantCulture)),
            ("last_error", webhook.LastError),
            ("next_try_at", webhook is { State: DeliveryState.Waiting, NextAt: { } next } ? WireInstant.Write(next) : null));
    }

    private static TimelineEntry Tried(StoredAttempt stored)
    {
        var attempt = stored.Attempt;
        return Entry(
            attempt.At,
            TimelineEntryType.Webhook,
            "attempt",
            attempt.Error is null ? "The endpoint was told the change of status." : "The endpoint was to be told the change of status, in vain.",
            ("version", stored.Key.Version.ToString(CultureInfo.InvariantCulture)),
            ("endpoint", stored.Key.Endpoint.Length > 0 ? stored.Key.Endpoint : null),
            ("attempt", stored.Number.ToString(CultureInfo.InvariantCulture)),
            ("took", XmlConvert.ToString(TimeSpan.FromMilliseconds(attempt.Took))),
            ("status_code", attempt.StatusCode?.ToString(CultureInfo.InvariantCulture)),
            ("error", attempt.Error));
    }

    private static string Words<T>(T value)
        where T : struct, Enum => WireNames.Of(value).Replace('_', ' ');
}
