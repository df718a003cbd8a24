using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Verification;

namespace Tollgate.Simulation;

/// <summary>What is wrong with a store on purpose, to see whether it is noticed.</summary>
[Flags]
internal enum StoreFlaws
{
    None = 0,
    ForgetsVersions = 1,
    ForgetsClaims = 2,
    ForgetsKeys = 4,
    LosesWebhooks = 8,
    LosesEvents = 16,
    HandsOutPositionsTwice = 32,
    LeasesOutOfOrder = 64,
    LosesPostings = 128,
    ForgetsRecords = 256,
}

/// <summary>
/// The store in memory: what <c>SqliteJournalWriter</c> and <c>PostgresBatch</c> do, in their order of checking, and what <c>PaymentReader</c> finds. In a
/// share of the histories payments and events are kept as the JSON in which the engines keep them.
/// </summary>
internal sealed partial class SimulatedStore(bool asJson, StoreFlaws flaws)
{
    internal sealed class PaymentRow
    {
        public required int Place { get; init; }

        public required string App { get; init; }

        public required PaymentFacts Facts { get; init; }

        public byte[]? FactsJson { get; init; }

        public int Version { get; set; }

        public Payment? Whole { get; set; }

        public byte[]? State { get; set; }

        public PaymentStatus Status { get; set; }

        public long? DueAt { get; set; }

        public long? LeasedUntil { get; set; }

        public long? UnsettledSince { get; set; }

        public List<EventRow> Events { get; } = [];

        public List<WebhookRow> Webhooks { get; } = [];
    }

    /// <summary>When what kind of work is due, in milliseconds.</summary>
    internal readonly record struct Due(long? Work, long? Webhook, long? Clearing);

    internal sealed record EventRow(int Version, string Type, PaymentEvent? Whole, byte[]? Body, long? Position, long At, PaymentStatus Before, PaymentStatus After);

    internal sealed class WebhookRow
    {
        public required NewWebhook Webhook { get; init; }

        public required string App { get; init; }

        public DeliveryState State { get; set; }

        public int Attempts { get; set; }

        public long NextAt { get; set; }

        public required long CreatedAt { get; init; }
    }

    internal sealed class CardRow
    {
        public required NewCard Card { get; init; }

        public byte[]? Sealed { get; set; }

        public bool Deleted { get; set; }
    }

    internal sealed class KeyRow
    {
        public required byte[] RequestDigest { get; init; }

        public required string? Payment { get; init; }

        public required long CreatedAt { get; init; }

        public int? StatusCode { get; set; }

        public byte[]? Body { get; set; }
    }

    private readonly Dictionary<string, PaymentRow> payments = new(StringComparer.Ordinal);
    private readonly List<PaymentRow> inOrder = [];
    private readonly Dictionary<string, CardRow> cards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> codes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string App, string Digest), (string Payment, long ExpiresAt)> orders = [];
    private readonly Dictionary<(string App, string Digest), KeyRow> keys = [];

    public IReadOnlyList<PaymentRow> Payments => inOrder;

    public IEnumerable<KeyValuePair<string, CardRow>> Cards => cards;

    public IEnumerable<string> Codes => codes.Keys;

    /// <summary>The ledger, in the order of commits.</summary>
    public List<LedgerRow> Ledger { get; } = [];

    /// <summary>The feed, in the order of commits.</summary>
    public List<(string App, long Position, string Payment, int Version)> Feed { get; } = [];

    /// <summary>Makes a change, all of it or nothing.</summary>
    public CommitResult Apply(Change change)
    {
        var app = change.App.Value;
        var at = JournalRows.Millis(change.At);
        if (change.Idempotency is { } key && !flaws.HasFlag(StoreFlaws.ForgetsKeys)
            && keys.TryGetValue((app, Convert.ToHexString(key.KeyDigest)), out var held) && held.CreatedAt > JournalRows.Millis(key.At) - JournalRows.Day)
        {
            return new(Conflict.IdempotencyKeyTaken);
        }

        foreach (var claim in change.Claims)
        {
            if (!flaws.HasFlag(StoreFlaws.ForgetsClaims) && orders.TryGetValue((app, Convert.ToHexString(claim.Digest)), out var holder)
                && holder.ExpiresAt > at && holder.Payment != claim.Replaces?.Value)
            {
                return new(Conflict.OrderTaken, claim);
            }
        }

        if (ConflictOf(change) is var conflict && conflict != Conflict.None)
        {
            return new(conflict);
        }

        if (ClearingConflictOf(change) is var clearing && clearing != Conflict.None)
        {
            return new(clearing);
        }

        if (change.Dispute is { } dispute && Disputes.TryGetValue(dispute.Id.Value, out var disputed) && disputed.Payment != change.Payment!.Id.Value)
        {
            return new(Conflict.IdentifierTaken);
        }

        Write(change, app, at);
        WriteClearing(change);
        return new(Conflict.None);
    }

    public Payment? Find(string uuid) => payments.TryGetValue(uuid, out var row) ? Read(row) : null;

    public Payment? Find(string app, string uuid) => payments.TryGetValue(uuid, out var row) && row.App == app ? Read(row) : null;

    public Payment? FindClaimant(string app, byte[] digest) =>
        orders.TryGetValue((app, Convert.ToHexString(digest)), out var claim) && payments.TryGetValue(claim.Payment, out var row) ? Read(row) : null;

    public StoredAnswer? FindAnswer(string app, byte[] keyDigest, DateTimeOffset since) =>
        keys.TryGetValue((app, Convert.ToHexString(keyDigest)), out var row) && row.CreatedAt > since.ToUnixTimeMilliseconds()
            ? new(row.RequestDigest, row.Payment, row.StatusCode, row.Body, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt))
            : null;

    public StoredCard? FindCard(CardToken token) => cards.TryGetValue(token.Value, out var row)
        ? new(token, row.Card.App, row.Sealed, row.Card.Facts, row.Card.FirstPayment, row.Deleted)
        : null;

    public byte[]? FindCode(PaymentId payment) => codes.GetValueOrDefault(payment.Value);

    public IReadOnlyList<PaymentEvent> ReadJournal(string uuid) => [.. payments[uuid].Events.Select(e => ReadEvent(payments[uuid], e))];

    public IReadOnlyList<Payment> ListInFlight(DateTimeOffset startedBefore, DateTimeOffset now) =>
        [.. inOrder.Where(p => p.DueAt <= JournalRows.Millis(now.AddMinutes(5))).Select(Read).Where(p => p.InFlight is { } operation && operation.StartedAt <= startedBefore)];

    public IReadOnlyList<PaymentId> LeaseDue(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit)
    {
        var due = inOrder.Where(p => p.DueAt <= JournalRows.Millis(now) && !(p.LeasedUntil > JournalRows.Millis(leaseFrom))).OrderBy(p => p.DueAt).Take(limit).ToList();
        due.ForEach(p => p.LeasedUntil = JournalRows.Millis(leaseUntil));
        return [.. due.Select(p => p.Facts.Id)];
    }

    public bool HasCardToDestroy()
    {
        foreach (var (token, card) in cards)
        {
            if (card is { Deleted: true, Sealed: not null } && !IsPendingWith(token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lanes of what the last deliveries released, until they are asked for.</summary>
    public List<long> Released { get; } = [];

    public IReadOnlyList<DueWebhook> LeaseWebhooks(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes)
    {
        var due = Heads().Where(w => w.NextAt <= JournalRows.Millis(now)).ToLookup(w => w.Webhook.Lane);
        var taken = lanes.SelectMany(l => due[l.Lane].OrderBy(w => w.NextAt).Take(l.Room)).ToList();
        foreach (var webhook in taken)
        {
            webhook.NextAt = JournalRows.Millis(until);
        }

        return
        [
            .. taken.Select(w => new DueWebhook(
                w.Webhook.Payment,
                w.Webhook.Version,
                w.Webhook.Endpoint,
                new(w.App),
                w.Webhook.Lane,
                w.Webhook.EndpointUrl,
                w.Webhook.SealedAuthorization,
                w.Webhook.Body,
                w.Attempts,
                w.Attempts,
                DateTimeOffset.FromUnixTimeMilliseconds(w.CreatedAt))),
        ];
    }

    public IReadOnlyList<WaitingLane> ListLanes(long after, int limit) =>
    [
        .. Heads().Where(w => w.Webhook.Lane > after).GroupBy(w => w.Webhook.Lane).OrderBy(g => g.Key).Take(limit)
            .Select(g => new WaitingLane(g.Key, DateTimeOffset.FromUnixTimeMilliseconds(g.Min(w => w.NextAt)))),
    ];

    public int GiveUpWebhooks(long lane, DateTimeOffset now, DateTimeOffset before, int limit)
    {
        var given = Heads().Where(w => w.Webhook.Lane == lane && w.CreatedAt <= JournalRows.Millis(before)).Take(limit).ToList();
        foreach (var webhook in given)
        {
            webhook.State = DeliveryState.GivenUp;
            Release(payments[webhook.Webhook.Payment.Value], webhook.Webhook.Endpoint, JournalRows.Millis(now));
        }

        return given.Count;
    }

    /// <summary>Of each payment and endpoint the first webhook that waits: the others wait for it.</summary>
    private IEnumerable<WebhookRow> Heads() => inOrder.SelectMany(payment => flaws.HasFlag(StoreFlaws.LeasesOutOfOrder)
        ? payment.Webhooks.Where(w => w.State == DeliveryState.Waiting)
        : payment.Webhooks.Where(w => w.State == DeliveryState.Waiting).DistinctBy(w => w.Webhook.Endpoint));

    /// <summary>What waited for a webhook that has ended is due now; its lane.</summary>
    private static long? Release(PaymentRow payment, string endpoint, long at)
    {
        if (payment.Webhooks.Find(w => w.State == DeliveryState.Waiting && w.Webhook.Endpoint == endpoint) is not { } next)
        {
            return null;
        }

        next.NextAt = at;
        return next.Webhook.Lane;
    }

    public void Sweep(DateTimeOffset now)
    {
        var millis = JournalRows.Millis(now);
        foreach (var (claim, holder) in orders)
        {
            if (holder.ExpiresAt <= millis)
            {
                orders.Remove(claim);
            }
        }

        foreach (var (key, row) in keys)
        {
            if (row.CreatedAt <= millis - JournalRows.Day)
            {
                keys.Remove(key);
            }
        }

        foreach (var (token, card) in cards)
        {
            if (card.Deleted && !IsPendingWith(token))
            {
                card.Sealed = null;
            }
        }
    }

    /// <summary>When something is due next, or was.</summary>
    public Due NextDue()
    {
        // A deleted card whose number is still there is looked for all the time.
        long? work = HasCardToDestroy() ? 0 : null, webhook = null;
        foreach (var payment in inOrder)
        {
            if (payment.DueAt is { } dueAt && Math.Max(dueAt, payment.LeasedUntil ?? 0) is var due && !(work <= due))
            {
                work = due;
            }
        }

        foreach (var waiting in Heads())
        {
            webhook = webhook <= waiting.NextAt ? webhook : waiting.NextAt;
        }

        return new(work, webhook, NextClearing());
    }

    /// <summary>Everything that is kept of a payment, as <c>verify</c> reads it.</summary>
    public PaymentRecord ToRecord(PaymentRow row)
    {
        var record = PaymentRecord.Of(Read(row));
        record.Events.AddRange(row.Events.Select(e => new EventEntry(e.Version, e.Type, row.App, e.Position, e.At, (int)e.Before, (int)e.After, ReadEvent(row, e))));
        record.Ledger.AddRange(Ledger.Where(r => r.Source == record.Uuid).Select(LedgerEntry.Of));
        record.Webhooks.AddRange(row.Webhooks.Select(w => w.Webhook.Version));
        record.Disputes.AddRange(Disputes.Values.Where(d => d.Payment == record.Uuid).Select(d => new DisputeEntry(
            d.Dispute.Id.Value, row.App, (int)d.Dispute.Stage, JournalRows.Millis(d.Dispute.OpenedAt), evidence.Count(e => e.Dispute == d.Dispute.Id), d.Dispute)));
        return record;
    }

    private Conflict ConflictOf(Change change)
    {
        if (change.Payment is { } payment)
        {
            var exists = payments.TryGetValue(payment.Id.Value, out var row);
            if (change.ExpectedVersion == 0 && exists)
            {
                return Conflict.IdentifierTaken;
            }

            if (change.ExpectedVersion != 0 && (!exists || (row!.Version != change.ExpectedVersion && !flaws.HasFlag(StoreFlaws.ForgetsVersions))))
            {
                return Conflict.VersionMoved;
            }
        }

        if (change.NeedsCard is { } needed && cards.GetValueOrDefault(needed.Value) is not { Deleted: false })
        {
            return Conflict.CardGone;
        }

        if (change.NewCard is { } card && cards.ContainsKey(card.Token.Value))
        {
            return Conflict.IdentifierTaken;
        }

        return change.DeletesCard is { } deleted && !(cards.TryGetValue(deleted.Value, out var known) && !known.Deleted && known.Card.App == change.App)
            ? Conflict.CardGone
            : Conflict.None;
    }

    private void Write(Change change, string app, long at)
    {
        if (change.Idempotency is { } key)
        {
            keys[(app, Convert.ToHexString(key.KeyDigest))] = new() { RequestDigest = key.RequestDigest, Payment = key.Payment?.Value, CreatedAt = JournalRows.Millis(key.At) };
        }

        foreach (var claim in change.Claims)
        {
            orders[(app, Convert.ToHexString(claim.Digest))] = (claim.Payment.Value, JournalRows.Millis(claim.ExpiresAt));
        }

        if (change.Payment is { } payment)
        {
            WritePayment(change, payment, app, at);
        }

        if (change.NewCard is { } card)
        {
            cards.Add(card.Token.Value, new() { Card = card, Sealed = card.Sealed });
        }

        if (change.Answer is { } answer && keys.TryGetValue((app, Convert.ToHexString(answer.KeyDigest)), out var asked) && asked.StatusCode is null)
        {
            (asked.StatusCode, asked.Body) = (answer.StatusCode, answer.Body);
        }

        foreach (var delivery in change.Deliveries)
        {
            WriteDelivery(delivery, at);
        }

        if (change.DestroysCard is { } destroyed)
        {
            cards[destroyed.Value].Sealed = null;
        }

        if (change.DeletesCard is { } deleted)
        {
            var row = cards[deleted.Value];
            row.Deleted = true;
            row.Sealed = IsPendingWith(deleted.Value) ? row.Sealed : null;
        }
    }

    private void WriteDelivery(DeliveryResult delivery, long at)
    {
        var (payment, webhook) = (payments[delivery.Webhook.Payment.Value], delivery.Webhook);
        if (payment.Webhooks.Find(w => w.Webhook.Version == webhook.Version && w.Webhook.Endpoint == webhook.Endpoint) is { State: DeliveryState.Waiting } row)
        {
            (row.State, row.NextAt) = (delivery.State, JournalRows.Millis(delivery.NextAt));
            row.Attempts += delivery.Attempt is null ? 0 : 1;
            if (delivery.State != DeliveryState.Waiting)
            {
                if (Release(payment, webhook.Endpoint, at) is { } lane)
                {
                    Released.Add(lane);
                }
            }
        }
    }

    private void WritePayment(Change change, Payment payment, string app, long at)
    {
        var uuid = payment.Id.Value;
        if (!payments.TryGetValue(uuid, out var row))
        {
            row = new()
            {
                Place = inOrder.Count,
                App = app,
                Facts = payment.Facts,
                FactsJson = asJson ? JournalRows.Facts(payment) : null,
            };
            payments.Add(uuid, row);
            inOrder.Add(row);
        }

        (row.Version, row.Status, row.DueAt, row.LeasedUntil) = (payment.Version, payment.Status, JournalRows.DueAt(payment), null);
        row.UnsettledSince = JournalRows.UnsettledSince(payment);
        row.Whole = asJson ? null : payment;
        row.State = asJson ? JournalRows.State(payment) : null;
        if (change.SealedCode is { } code)
        {
            codes.Add(uuid, code);
        }

        if (change.DeletesCode)
        {
            codes.Remove(uuid);
        }

        foreach (var recorded in change.Events)
        {
            if (recorded.ChangesStatus && flaws.HasFlag(StoreFlaws.LosesEvents))
            {
                continue;
            }

            long? position = null;
            if (recorded.ChangesStatus)
            {
                position = Feed.Count + (flaws.HasFlag(StoreFlaws.HandsOutPositionsTwice) && Feed.Count > 0 ? 0 : 1);
                Feed.Add((app, position.Value, uuid, recorded.Version));
            }

            row.Events.Add(new(
                recorded.Version,
                recorded.Event.GetType().Name,
                asJson ? null : recorded.Event,
                asJson ? StorageJson.WriteEvent(recorded.Event) : null,
                position,
                JournalRows.Millis(recorded.Event.At),
                recorded.Before,
                recorded.After));
        }

        Ledger.AddRange(LedgerRow.Of(change).Where(r => r.Transfer.Kind != TransferKind.RefundReturned || !flaws.HasFlag(StoreFlaws.LosesPostings)));
        evidence.AddRange(change.Evidence);
        if (change.Dispute is { } dispute)
        {
            Disputes[dispute.Id.Value] = (uuid, dispute);
        }

        if (!flaws.HasFlag(StoreFlaws.LosesWebhooks))
        {
            row.Webhooks.AddRange(change.Webhooks.Select(w => new WebhookRow { Webhook = w, App = app, NextAt = at, CreatedAt = at }));
        }
    }

    private bool IsPendingWith(string token) => inOrder.Exists(p => p.Status == PaymentStatus.Pending && p.Facts.Token.Value == token);

    private static Payment Read(PaymentRow row) => row.Whole ?? JsonSerializer.Deserialize(row.State, StorageJson.Default.StoredState)!.ToPayment(
        StorageJson.ReadFacts(row.FactsJson), row.Version);

    private static PaymentEvent ReadEvent(PaymentRow row, EventRow happened) => happened.Whole ?? StorageJson.ReadEvent(
        happened.Type, happened.Body!, StorageJson.ReadFacts(row.FactsJson));
}
