using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Verification;

/// <summary>
/// What must hold of one payment: its events make its row, and each posted and told what it had to. It follows from what it is given alone. One instance
/// checks one payment after another, and keeps nothing of them but its buffers.
/// </summary>
internal sealed class PaymentCheck : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(2048);
    private readonly Utf8JsonWriter json;
    private readonly LedgerCheck ledger = new();
    private readonly List<Dispute> disputes = [];
    private readonly Report report;
    private readonly long webhooksFrom;
    private PaymentRecord record = null!;
    private ICollection<Violation> violations = [];

    /// <param name="webhooksFrom">In milliseconds: webhooks of changes up to then have been removed when they had ended, and may be there or not.</param>
    public PaymentCheck(long webhooksFrom = 0)
    {
        this.webhooksFrom = webhooksFrom;
        json = new(buffer);
        report = Report;
    }

    /// <summary>What does not hold of one payment.</summary>
    /// <param name="record">Everything that is stored of it.</param>
    /// <param name="inFlightSince">An operation that has been in flight since before is a warning; <see langword="null"/> for none.</param>
    public static IReadOnlyList<Violation> Of(PaymentRecord record, DateTimeOffset? inFlightSince = null)
    {
        using var check = new PaymentCheck();
        var found = new List<Violation>();
        check.Run(record, inFlightSince, found);
        return found;
    }

    /// <summary>Adds what does not hold of one payment, and gives the payment that its events make; nothing when they make none.</summary>
    public Payment? Run(PaymentRecord record, DateTimeOffset? inFlightSince, ICollection<Violation> violations)
    {
        (this.record, this.violations) = (record, violations);
        disputes.Clear();
        CheckQueue();
        if (record.Facts is not { } facts)
        {
            Report(Rule.Readable, "what it was created with", "readable", "damaged");
            return null;
        }

        if (Replay() is not { } payment)
        {
            return null;
        }

        CheckRow(payment, facts);
        AmountCheck.Run(payment, record.Events, report);
        ledger.CheckBalances(payment, record.Ledger, report);
        CheckDisputes();
        CheckCard(payment);
        if (payment.InFlight is { } operation && operation.StartedAt <= inFlightSince)
        {
            Report(
                Rule.InFlightTooLong,
                $"its {operation.Kind} {operation.Id}",
                "settled",
                string.Create(CultureInfo.InvariantCulture, $"in flight since {operation.StartedAt:O}, {operation.Stage}, after {operation.Attempts} attempts"));
        }

        return payment;
    }

    public void Dispose() => json.Dispose();

    private Payment? Replay()
    {
        Payment? payment = null;
        var line = 0;
        var told = 0;
        var place = 0L;
        for (var i = 0; i < record.Events.Count; i++)
        {
            var entry = record.Events[i];
            if (entry.Version != i + 1)
            {
                Report(Rule.EventsComplete, $"the event at place {i + 1}", $"version {i + 1}", $"version {entry.Version}");
                return null;
            }

            if (entry.Event is not { } happened)
            {
                Report(Rule.Readable, $"event {entry.Version}, {entry.Type},", "readable", "damaged");
                return null;
            }

            if (Evolve(payment, happened, entry.Version) is not { } next)
            {
                return null;
            }

            var changes = payment is not null && payment.Status != next.Status;
            CheckEvent(entry, happened, payment?.Status ?? PaymentStatus.Pending, next.Status, changes);
            if (changes && next.Facts.Webhook is not null && CheckWebhook(told, entry.Version, JournalRows.Millis(happened.At) > webhooksFrom))
            {
                told++;
            }

            if (entry.Position is { } position)
            {
                if (position <= place)
                {
                    Report(Rule.FeedPosition, $"the place of event {entry.Version} in the feed", $"after {place}, where the change before it stands", $"{position}");
                }

                place = position;
            }

            line = LedgerCheck.CheckPosted(record, line, entry.Version, JournalRows.Millis(happened.At), Postings.Of(payment, next, happened), report);
            TakeDispute(payment, next);
            payment = next;
        }

        if (record.Events.Count != record.Version)
        {
            Report(Rule.EventsComplete, "the number of its events", $"{record.Version}, its version", $"{record.Events.Count}");
            return null;
        }

        for (; told < record.Webhooks.Count; told++)
        {
            Report(Rule.Webhook, $"the webhook of version {record.Webhooks[told]}", "not there", "there");
        }

        LedgerCheck.CheckNoMore(record, line, report);
        return payment;
    }

    private Payment? Evolve(Payment? payment, PaymentEvent happened, int version)
    {
        try
        {
            return Payment.Evolve(payment, happened);
        }
        catch (Exception broken) when (broken is InvariantViolationException or NullReferenceException or OverflowException)
        {
            // What follows from nothing finds nothing there: the event stands where it cannot stand.
            var why = broken is InvariantViolationException ? broken.Message.TrimEnd('.') : "it needs what is not there";
            Report(Rule.EventsFollow, $"event {version}, {happened.GetType().Name},", "possible after those before it", $"impossible ({why})");
            return null;
        }
    }

    private void CheckEvent(EventEntry entry, PaymentEvent happened, PaymentStatus before, PaymentStatus after, bool changes)
    {
        if (entry.Before != (int)before || entry.After != (int)after)
        {
            Report(Rule.EventRow, $"the status around event {entry.Version}", $"{before} to {after}", $"{(PaymentStatus)entry.Before} to {(PaymentStatus)entry.After}");
        }

        if (entry.App != record.App)
        {
            Report(Rule.EventRow, $"the app of event {entry.Version}", record.App, entry.App);
        }

        Same(Rule.EventRow, "the time of event", entry.Version, JournalRows.Millis(happened.At), entry.At);
        if (changes && entry.Position is null)
        {
            Report(Rule.FeedPosition, $"the place of event {entry.Version} in the feed", "one, for it changed the status", "none");
        }
        else if (!changes && entry.Position is { } position)
        {
            Report(Rule.FeedPosition, $"the place of event {entry.Version} in the feed", "none, for it changed no status", $"{position}");
        }
    }

    /// <summary>Whether there is a webhook to go on from: what must be there is taken as being there, so that it is missed once.</summary>
    private bool CheckWebhook(int place, int version, bool isKept)
    {
        while (place < record.Webhooks.Count && record.Webhooks[place] < version)
        {
            Report(Rule.Webhook, $"the webhook of version {record.Webhooks[place]}", "not there", "there");
            record.Webhooks.RemoveAt(place);
        }

        if (place < record.Webhooks.Count && record.Webhooks[place] == version)
        {
            return true;
        }

        if (isKept)
        {
            Report(Rule.Webhook, $"the webhook of version {version}", "there", "not there");
            record.Webhooks.Insert(place, version);
        }

        return isKept;
    }

    /// <summary>Of the webhooks that go to one endpoint the first has its turn and the others wait for it, and each has something to send.</summary>
    private void CheckQueue()
    {
        var waiting = record.WaitingWebhooks;
        for (var place = 0; place < waiting.Count; place++)
        {
            var (version, endpoint, isDue) = waiting[place];
            var isBehind = waiting.FindIndex(0, place, earlier => earlier.Endpoint == endpoint) >= 0;
            if (isBehind && isDue)
            {
                Report(Rule.Webhook, $"when the webhook of version {version} is due", "after the one before it", "at the same time");
            }
            else if (!isBehind && !isDue)
            {
                Report(Rule.Webhook, $"what the webhook of version {version} waits for", "an earlier one that is not delivered", "nothing");
            }

            if (!record.WebhookBodies.Contains(version))
            {
                Report(Rule.Webhook, $"the body of the webhook of version {version}", "there", "not there");
            }
        }
    }

    private void CheckRow(Payment payment, PaymentFacts facts)
    {
        Same("its uuid", facts.Id.Value, record.Uuid);
        Same("its app", facts.App.Value, record.App);
        Same("its card token", facts.Token.Value, record.Token);
        Same("its order", facts.ExternalId, record.ExternalId);
        Same("its e-mail address", facts.Cardholder.Email, record.Email);
        if (record.Status != (int)payment.Status)
        {
            Report(Rule.Row, "its status", payment.Status.ToString(), ((PaymentStatus)record.Status).ToString());
        }

        Same(Rule.Row, "when it was created", null, JournalRows.Millis(facts.CreatedAt), record.CreatedAt);
        Same(Rule.Row, "when it is due", null, JournalRows.DueAt(payment), record.DueAt);
        Same(Rule.Row, "since when it awaits its funds", null, JournalRows.UnsettledSince(payment), record.UnsettledSince);

        // The bytes are compared first: only what was written otherwise is read.
        var state = StoredState.Of(payment);
        buffer.ResetWrittenCount();
        json.Reset();
        JsonSerializer.Serialize(json, state, StorageJson.Default.StoredState);
        if (!buffer.WrittenSpan.SequenceEqual(record.State.Span))
        {
            CompareState(state);
        }
    }

    private void CompareState(StoredState expected)
    {
        StoredState? found = null;
        try
        {
            found = JsonSerializer.Deserialize(record.State.Span, StorageJson.Default.StoredState);
        }
        catch (Exception damaged) when (damaged is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
        }

        if (found is null)
        {
            Report(Rule.Readable, "its state", "readable", "damaged");
        }
        else if (expected != found)
        {
            var (differing, should, stored) = Difference(expected, found);
            Report(Rule.Row, $"its {differing}", should, stored);
        }
    }

    private static (string Name, string Expected, string Found) Difference(StoredState expected, StoredState found)
    {
        foreach (var property in typeof(StoredState).GetProperties(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly))
        {
            var (should, stored) = (property.GetValue(expected), property.GetValue(found));
            if (!Equals(should, stored))
            {
                // The addresses of the page and of the challenge are the cardholder's: they are not printed.
                return property.Name is nameof(StoredState.ChallengeKey) or nameof(StoredState.Attempt)
                    ? (property.Name, "as in its journal", "another")
                    : (property.Name, should?.ToString() ?? "nothing", stored?.ToString() ?? "nothing");
            }
        }

        return ("state", "as in its journal", "another");
    }

    /// <summary>Keeps each dispute as the last event left it. Few payments have one.</summary>
    private void TakeDispute(Payment? before, Payment after)
    {
        if (after.Dispute is not { } dispute || ReferenceEquals(dispute, before?.Dispute))
        {
            return;
        }

        var known = disputes.FindIndex(d => d.Id == dispute.Id);
        if (known < 0)
        {
            disputes.Add(dispute);
        }
        else
        {
            disputes[known] = dispute;
        }
    }

    private void CheckDisputes()
    {
        foreach (var dispute in disputes)
        {
            var place = record.Disputes.FindIndex(d => d.Id == dispute.Id.Value);
            if (place < 0)
            {
                Report(Rule.DisputeRow, $"the row of dispute {dispute.Id}", "there", "not there");
                continue;
            }

            var row = record.Disputes[place];
            var found = row.Dispute is null ? "damaged" : row.Dispute == dispute ? null : row.Dispute.ToString();
            found ??= row.Stage != (int)dispute.Stage ? $"marked {(DisputeStage)row.Stage}"
                : row.App != record.App ? $"of app {row.App}"
                : row.OpenedAt != JournalRows.Millis(dispute.OpenedAt) ? $"marked as opened at {row.OpenedAt}"
                : row.Evidence != dispute.EvidenceCount ? $"with {row.Evidence} pieces of evidence" : null;
            if (found is not null)
            {
                Report(Rule.DisputeRow, $"the row of dispute {dispute.Id}", $"{dispute} of app {record.App}", found);
            }
        }

        foreach (var row in record.Disputes.Where(row => !disputes.Exists(d => d.Id.Value == row.Id)))
        {
            Report(Rule.DisputeRow, $"the row of dispute {row.Id}", "not there", "there");
        }
    }

    private void CheckCard(Payment payment)
    {
        if (record.Card == StoredCardState.Missing)
        {
            Report(Rule.Card, $"its card {record.Token}", "in the vault of its app", "not there");
        }
        else if (record.Card == StoredCardState.Sealed && payment is { Facts.BroughtCard: true, End: not null, WasAuthorised: false })
        {
            Report(Rule.Card, $"the number of its card {record.Token}", "destroyed, for it was never approved", "still sealed");
        }
    }

    private void Same(string what, string expected, string found)
    {
        if (expected != found)
        {
            Report(Rule.Row, what, expected, found);
        }
    }

    private void Same(Rule rule, string what, int? version, long? expected, long? found)
    {
        if (expected != found)
        {
            Report(rule, version is { } number ? $"{what} {number}" : what, Instant(expected), Instant(found));
        }
    }

    private static string Instant(long? millis) => millis is { } value and >= 0 and < 253402300800000
        ? DateTimeOffset.FromUnixTimeMilliseconds(value).ToString("O", CultureInfo.InvariantCulture)
        : millis?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private void Report(Rule rule, string what, string expected, string found) => violations.Add(new(rule, "payment " + record.Uuid, what, expected, found));
}
