using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Core.Authentication;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Disputes;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Verification;
using Tollgate.Server.Webhooks;
using Payment = Tollgate.Core.Payments.Payment;
using PaymentStatus = Tollgate.Core.Payments.PaymentStatus;

namespace Tollgate.Simulation;

/// <summary>What must hold of every history when nothing is left to do.</summary>
internal static class Verdict
{
    /// <summary>One payment as it ended: its row, its journal, and the payment after each of its events.</summary>
    internal sealed record Ended(
        SimulatedStore.PaymentRow Row, Payment Payment, IReadOnlyList<PaymentEvent> Events, IReadOnlyList<Payment> Steps, IReadOnlyList<ListedEvidence> Evidence)
    {
        private List<byte[]>? rendered;
        private List<byte[]>? renderedDisputes;

        /// <summary>How the API shows the payment after each of its events.</summary>
        public List<byte[]> Rendered =>
            rendered ??= [.. Steps.Select(s => JsonSerializer.SerializeToUtf8Bytes(Renderer.Render(s), ResponseJson.Numbers.PaymentResponse))];

        /// <summary>How it shows the dispute then; nothing before there was one.</summary>
        public List<byte[]> RenderedDisputes => renderedDisputes ??=
        [
            .. Steps.Select(s => s.Dispute is null
                ? []
                : JsonSerializer.SerializeToUtf8Bytes(DisputeRenderer.Render(s.Dispute, s.Facts, Evidence), ResponseJson.Numbers.DisputeResponse)),
        ];

        /// <summary>What an answer could have shown, after each of the events.</summary>
        public List<byte[]> ShownTo(Exchange exchange) => exchange.IsOfDispute ? RenderedDisputes : Rendered;

        /// <summary>Whether an answer shows something while an operation was in flight or the issuer was being asked, which may have been its own.</summary>
        public bool IsInFlight(Exchange exchange) =>
            !exchange.Call.OnlyKeeps && ShownTo(exchange).Index().Any(r => Steps[r.Index] is { InFlight: not null } or { Attempt.Stage: AttemptStage.Asked } && r.Item.AsSpan().SequenceEqual(exchange.Shown));
    }

    /// <summary>Where a body has nothing to say, none is as good as an empty one.</summary>
    private static readonly byte[] Nothing = [.. "{}"u8];

    private static readonly PaymentRenderer Renderer = new(House.Address);

    public static void Pass(Surroundings world, IReadOnlyList<Exchange> exchanges, World clock)
    {
        var payments = new Dictionary<string, Ended>(StringComparer.Ordinal);
        using var check = new PaymentCheck();
        foreach (var row in world.Tables.Payments)
        {
            var ended = Replay(world.Tables, row);
            payments.Add(row.Facts.Id.Value, ended);
            SumsHold(ended);
            IsOver(ended, clock);
            ChangesAreTold(ended);
            LedgerHolds(ended, world.Tables);
            Verifies(check, world.Tables.ToRecord(row));
            BooksAgree(ended, world.Acquirer.Books.GetValueOrDefault(row.Facts.Id.Value) ?? new());
        }

        That(world.Acquirer.Impossible.Count == 0, "the acquirer is asked nothing impossible", string.Join(", ", world.Acquirer.Impossible));
        ClearingVerdict.Pass(world.Tables, world.Acquirer.Clearing, payments);
        FeedHolds(world.Tables, payments);
        WebhooksArrived(world, payments);
        SecretsAreGone(world.Tables, payments);
        AnswersHold(exchanges, payments);
        KeysAnswerAlike(exchanges, payments);
        OrdersHold(exchanges, payments);
        foreach (var uuid in world.Acquirer.Books.Keys)
        {
            That(payments.ContainsKey(uuid), "started before it is sent", $"{uuid} stands in the acquirer's books and not in ours");
        }

        clock.Counts.Add("payments", payments.Count);
    }

    private static void Verifies(PaymentCheck check, PaymentRecord record)
    {
        var found = new List<Violation>();
        check.Run(record, null, found);
        That(found.Count == 0, "verify", string.Join(' ', found));
    }

    private static Ended Replay(SimulatedStore tables, SimulatedStore.PaymentRow row)
    {
        var uuid = row.Facts.Id.Value;
        var payment = tables.Find(uuid)!;
        var events = tables.ReadJournal(uuid);
        var steps = new List<Payment>(events.Count);
        try
        {
            foreach (var happened in events)
            {
                steps.Add(Payment.Evolve(steps.Count == 0 ? null : steps[^1], happened));
            }
        }
        catch (Core.InvariantViolationException broken)
        {
            throw new ViolationException("the journal replays to the row", $"{uuid}: {broken.Message}");
        }


        // Facts are one and the same in row and journal; two readings of them hold two copies of what is sealed.
        That(
            steps.Count > 0 && steps[^1] with { Facts = payment.Facts } == payment,
            "the journal replays to the row",
            $"{uuid} is {payment.Status} in version {payment.Version} and replays to {(steps.Count == 0 ? "nothing" : $"{steps[^1].Status} in version {steps[^1].Version}")}");
        That(
            row.FactsJson is null || row.FactsJson.AsSpan().SequenceEqual(Server.Storage.Journal.JournalRows.Facts(payment)),
            "what is stored is what is read",
            uuid);
        That(row.Events.Select(e => e.Version).SequenceEqual(Enumerable.Range(1, payment.Version)), "the journal replays to the row", $"{uuid} has events of other versions");
        That(row.Status == payment.Status && row.DueAt == Server.Storage.Journal.JournalRows.DueAt(payment), "columns are what the payment says", uuid);
        var evidence = payment.Dispute is { } dispute ? tables.ListEvidence([dispute.Id])[dispute.Id.Value] : [];
        return new(row, payment, events, steps, [.. evidence]);
    }

    private static void SumsHold(Ended ended)
    {
        var captures = ended.Events.OfType<PaymentEvent.CaptureStarted>().ToDictionary(e => e.Operation, e => e.Amount.Minor);
        var refunds = ended.Events.OfType<PaymentEvent.RefundStarted>().ToDictionary(e => e.Operation, e => e.Amount.Minor);
        var payment = ended.Payment;
        var authorised = ended.Events.OfType<PaymentEvent.Authorised>().Count() * payment.Facts.Amount.Minor;
        var captured = ended.Events.OfType<PaymentEvent.Captured>().Sum(e => captures[e.Operation]) + (payment.Facts.CaptureAtOnce ? authorised : 0);
        var refunded = ended.Events.OfType<PaymentEvent.RefundCompleted>().Sum(e => refunds[e.Operation]);
        That(
            payment.Authorised.Minor == authorised && payment.Captured.Minor == captured && payment.Refunded.Minor == refunded,
            "sums are those of the events",
            $"{payment.Id}: {payment.Authorised}, {payment.Captured}, {payment.Refunded}; by its events {authorised}, {captured}, {refunded}");
        That(
            refunded <= captured && captured <= authorised && authorised <= payment.Facts.Amount.Minor,
            "refunds ≤ captures ≤ authorisations",
            $"{payment.Id}: {refunded}, {captured}, {authorised}");
    }

    private static void IsOver(Ended ended, World clock)
    {
        var payment = ended.Payment;
        That(payment.InFlight is null, "nothing is in flight", $"{payment.Id}: {payment.InFlight}");
        That(payment.DueAt is null && payment.Refund is null, "nothing is overdue", $"{payment.Id} is {payment.Status}, due at {payment.DueAt}, and it is {clock.Now}");
        That(payment.Status is not (PaymentStatus.Pending or PaymentStatus.Authorised), "everything ends", $"{payment.Id} is {payment.Status}");
        That(payment.Captured.IsPositive == payment.SettledAt is not null, "what was captured settles", $"{payment.Id}");
    }

    /// <summary>Every event has posted what it moves, once; and what stands on the accounts at the end is what the payment says.</summary>
    private static void LedgerHolds(Ended ended, SimulatedStore tables)
    {
        var payment = ended.Payment;
        var posted = tables.Ledger.Where(r => r.Source == payment.Id.Value).ToList();
        var expected = Enumerable.Range(0, ended.Steps.Count)
            .SelectMany(i => Postings.Of(i == 0 ? null : ended.Steps[i - 1], ended.Steps[i], ended.Events[i]).Select((transfer, line) => (Version: i + 1, Line: line, Transfer: transfer)));
        That(posted.Select(r => (r.Version, r.Line, r.Transfer)).SequenceEqual(expected), "every event is posted, once", $"{payment.Id}: {string.Join(", ", posted)}");

        var captured = payment.Captured.IsPositive;
        var lost = payment.Dispute is { IsLost: true } ? payment.Disputed.Minor : 0;

        // Of what was captured the acquirer has kept its cost; and what it cleared more or less was ours.
        var record = tables.ClearingRecords.Values.FirstOrDefault(r => r.PaymentUuid == payment.Id.Value && r.Matched);
        var kept = record is null ? 0 : payment.Captured.Minor - record.Amount + record.Cost;
        (Account Account, long Balance)[] stand =
        [
            (Account.AuthMemoDebit, 0), (Account.AuthMemoCredit, 0), (Account.SchemeReceivable, 0), (Account.RefundClearing, 0), (Account.DisputeHold, 0),
            (Account.MerchantDisputeProvision, 0), (Account.MerchantReserve, 0), (Account.MerchantPending, 0),
            (Account.SchemeCost, kept), (Account.BankCash, payment.Captured.Minor - kept - payment.Refunded.Minor - lost),
            (Account.MerchantPayable, captured ? -payment.Net.Minor : 0),
        ];
        foreach (var (account, balance) in stand)
        {
            var stands = posted.Sum(r => (r.Transfer.Debit == account ? r.Transfer.Amount.Minor : 0) - (r.Transfer.Credit == account ? r.Transfer.Amount.Minor : 0));
            That(stands == balance, "the accounts say what the payment says", $"{payment.Id} ({payment.Status}): {account} is {stands} and should be {balance}");
        }
    }

    private static void ChangesAreTold(Ended ended)
    {
        var expected = new List<(int, PaymentStatus, PaymentStatus)>();
        for (var i = 1; i < ended.Steps.Count; i++)
        {
            if (ended.Steps[i - 1].Status != ended.Steps[i].Status)
            {
                expected.Add((i + 1, ended.Steps[i - 1].Status, ended.Steps[i].Status));
            }
        }

        var told = ended.Row.Events.Where(e => e.Position is not null).ToList();
        That(
            told.Select(e => (e.Version, e.Before, e.After)).SequenceEqual(expected),
            "one event for each change of status",
            $"{ended.Payment.Id}: {string.Join(", ", told)} instead of {string.Join(", ", expected)}");
        That(
            ended.Row.Webhooks.Select(w => w.Webhook.Version).SequenceEqual(ended.Payment.Facts.Webhook is null ? [] : expected.Select(e => e.Item1)),
            "one webhook for each change of status",
            $"{ended.Payment.Id}: webhooks of {string.Join(", ", ended.Row.Webhooks.Select(w => w.Webhook.Version))}");
    }

    private static void BooksAgree(Ended ended, Book book)
    {
        var payment = ended.Payment;
        var authorised = payment.Authorised.Minor;
        var captured = payment.Captured.Minor;
        var released = payment.End is not null ? authorised : captured > 0 ? authorised - captured : 0;
        var ours = (authorised > 0 ? 1 : 0, authorised, captured, released, payment.Refunded.Minor, payment.SettledAt is not null);
        var theirs = (book.Authorisations, book.Authorised, book.Captured, book.Released, book.Refunded, book.Settled);
        That(ours == theirs, "the books agree", $"{payment.Id} ({payment.Status}): ours are {ours}, the acquirer's {theirs}");
        var lost = payment.Dispute is { IsLost: true } dispute ? dispute.Amount.Minor : 0;
        That(lost == book.Lost && book.Case is not { IsOpen: true }, "the books agree", $"{payment.Id} ({payment.Dispute}): we lost {lost}, by the acquirer's books {book.Lost}");
        That(book.PendingRefund is null, "the books agree", $"{payment.Id}: a refund is still on its way");
        That(book.MostAuthorisations <= 1, "a card is charged once", $"{payment.Id} was authorised {book.MostAuthorisations} times");
    }

    private static void FeedHolds(SimulatedStore tables, Dictionary<string, Ended> payments)
    {
        for (var i = 0; i < tables.Feed.Count; i++)
        {
            That(tables.Feed[i].Position == i + 1, "the feed has no gap, in the order of commits", $"position {tables.Feed[i].Position} is the {i + 1}th commit");
        }

        foreach (var (uuid, ended) in payments)
        {
            var positions = ended.Row.Events.Where(e => e.Position is not null).Select(e => e.Position).ToList();
            That(positions.Order().SequenceEqual(positions), "the feed has no gap, in the order of commits", $"{uuid}: {string.Join(", ", positions)}");
        }
    }

    private static void WebhooksArrived(Surroundings world, Dictionary<string, Ended> payments)
    {
        var first = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var (uuid, version, body) in world.Webhooks.Arrived)
        {
            var versions = first.TryGetValue(uuid, out var before) ? before : first[uuid] = [];
            if (!versions.Contains(version))
            {
                versions.Add(version);
            }

            var step = payments.TryGetValue(uuid, out var ended) && version <= ended.Steps.Count ? ended.Steps[version - 1] : null;
            That(
                step is not null && body.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(Renderer.Render(step), ResponseJson.Text.PaymentResponse)),
                "a webhook tells the payment right after its change",
                WebhookComposer.EventId(uuid, version));
        }

        foreach (var (uuid, ended) in payments)
        {
            var versions = first.GetValueOrDefault(uuid) ?? [];
            That(versions.Order().SequenceEqual(versions), "webhooks of a payment arrive in order", $"{uuid}: {string.Join(", ", versions)}");
            foreach (var webhook in ended.Row.Webhooks)
            {
                That(
                    webhook.State == DeliveryState.Delivered ? versions.Contains(webhook.Webhook.Version) : webhook.State == DeliveryState.GivenUp && webhook.Attempts > 8,
                    "webhooks are delivered at least once",
                    $"{WebhookComposer.EventId(uuid, webhook.Webhook.Version)} is {webhook.State} after {webhook.Attempts} attempts");
            }
        }
    }

    private static void SecretsAreGone(SimulatedStore tables, Dictionary<string, Ended> payments)
    {
        That(!tables.Codes.Any(), "security codes are gone", string.Join(", ", tables.Codes));
        foreach (var (token, card) in tables.Cards)
        {
            var brought = payments[card.Card.FirstPayment.Value].Payment;
            That(card.Sealed is null || (brought.WasAuthorised && !card.Deleted), "cards that nobody can use are destroyed", token);
        }
    }

    /// <summary>Every answer shows the payment as it was at some moment between the question and the answer, and time does not run backwards.</summary>
    private static void AnswersHold(IReadOnlyList<Exchange> exchanges, Dictionary<string, Ended> payments)
    {
        var seen = new Dictionary<string, List<(long SentAt, long HeardAt, int Least, int Most)>>(StringComparer.Ordinal);
        foreach (var exchange in exchanges)
        {
            if (exchange is not { Payment: { } uuid, Heard: { } heard })
            {
                continue;
            }

            That(payments.TryGetValue(uuid, out var ended), "what was acknowledged is there", $"{uuid}, by {exchange.Call.Kind}");
            Contradicts(exchange, ended!);
            var rendered = ended!.ShownTo(exchange);
            var least = rendered.FindIndex(b => b.AsSpan().SequenceEqual(exchange.Shown));
            That(least >= 0, "an answer shows what was", $"{exchange.Call.Kind} of {uuid} was answered {exchange.Status}, which it never was so");
            if (heard.Replayed)
            {
                continue;
            }

            var most = rendered.FindLastIndex(b => b.AsSpan().SequenceEqual(exchange.Shown));
            var others = seen.TryGetValue(uuid, out var list) ? list : seen[uuid] = [];
            foreach (var other in others)
            {
                That(other.HeardAt > exchange.SentAt || other.Least <= most, "answers do not go back in time", $"{uuid}: {exchange.Call.Kind} at turn {exchange.SentAt}");
                That(exchange.HeardAt > other.SentAt || least <= other.Most, "answers do not go back in time", $"{uuid}: {exchange.Call.Kind} at turn {exchange.SentAt}");
            }

            others.Add((exchange.SentAt, exchange.HeardAt, least, most));
        }
    }

    private static void Contradicts(Exchange exchange, Ended ended)
    {
        var payment = ended.Payment;
        var stands = exchange.IsOfDispute ? EndsAs(exchange.Status!, payment.Dispute) : exchange.Status switch
        {
            "authorised" => payment.WasAuthorised,
            "waiting" => payment.Captured.IsPositive,
            "received" => payment.SettledAt is not null,
            "failed" => payment.Status == PaymentStatus.Failed,
            "expired" => payment.Status == PaymentStatus.Expired,
            "partially_refunded" => payment.Refunded.IsPositive,
            "return_received" => payment.Refunded == payment.Captured,
            "dispute_lost" => payment.Status == PaymentStatus.DisputeLost,
            "in_dispute" => payment.Dispute is not null,
            "return_pending" or "return_rejected" or "return_expired" => payment.Captured.IsPositive && payment.LastRefundAmount is not null,
            _ => true,
        };
        That(stands, "no answer is contradicted later", $"{exchange.Call.Kind} of {payment.Id} was answered {exchange.Status}, and it is {payment.Status}");
    }

    private static bool EndsAs(string status, Dispute? dispute) =>
        !Enum.TryParse<DisputeStage>(status, ignoreCase: true, out var stage) || stage < DisputeStage.Won || dispute?.Stage == stage;

    /// <summary>A key gives one answer. Only what was still in flight when its request was answered is told as it came out.</summary>
    private static void KeysAnswerAlike(IReadOnlyList<Exchange> exchanges, Dictionary<string, Ended> payments)
    {
        // A key lives for a day from its first request, whether anybody heard what came of that or not.
        var begun = exchanges.Where(e => e.Call.Key is not null).GroupBy(e => (e.Call.App.Id, e.Call.Key)).ToDictionary(g => g.Key, g => g.Min(e => e.At));
        foreach (var sent in exchanges.Where(e => e is { Call.Key: not null, Heard: not null }).GroupBy(e => (e.Call.App.Id, e.Call.Key)))
        {
            foreach (var same in sent.GroupBy(e => string.Join('|', e.Call.Route) + Convert.ToBase64String(e.Call.Body ?? Nothing)))
            {
                var answers = same.Where(e => e.Heard!.StatusCode is 200 or 422 && !IsReuse(e.Heard) && e.At < begun[sent.Key] + TimeSpan.FromHours(23)).OrderBy(e => e.HeardAt).ToList();
                var kept = answers.Find(e => !(e.Payment is { } uuid && payments[uuid].IsInFlight(e)));
                foreach (var answer in answers.SkipWhile(e => e != kept).Where(e => e.SentAt > kept!.HeardAt))
                {
                    That(
                        kept!.Heard!.Body.AsSpan().SequenceEqual(answer.Heard!.Body),
                        "a key gives one answer",
                        $"{sent.Key.Key} of {answer.Call.Kind}: {answer.Heard.StatusCode} {answer.Status} after {kept.Heard.StatusCode} {kept.Status}");
                }

                That(
                    answers.Select(e => e.Payment).OfType<string>().Distinct().Count() <= 1,
                    "a key gives one answer",
                    $"{sent.Key.Key} answered for {string.Join(", ", answers.Select(e => e.Payment).Distinct())}");
            }
        }
    }

    private static bool IsReuse(Heard heard) => heard.Body.AsSpan().IndexOf("IDEMPOTENCY_KEY_REUSED"u8) >= 0;

    /// <summary>Of one order there is one payment at a time within a day; and, where the app wants it so, one live payment at all.</summary>
    private static void OrdersHold(IReadOnlyList<Exchange> exchanges, Dictionary<string, Ended> payments)
    {
        foreach (var same in payments.Values.GroupBy(p => (p.Row.App, p.Payment.Facts.ExternalId)))
        {
            var inOrder = same.OrderBy(p => p.Row.Place).ToList();
            for (var i = 1; i < inOrder.Count; i++)
            {
                var (before, after) = (inOrder[i - 1], inOrder[i]);
                var endedAt = before.Steps.Zip(before.Events).FirstOrDefault(s => s.First.End is not null).Second?.At;
                var isLiveForEver = before.Row.App == "app-two" && before.Payment.Facts.Type == Core.Payments.PaymentType.Regular && after.Payment.Facts.Type == Core.Payments.PaymentType.Regular;
                var overlaps = !(endedAt <= after.Payment.Facts.CreatedAt)
                    && (isLiveForEver || after.Payment.Facts.CreatedAt < before.Payment.Facts.CreatedAt + TimeSpan.FromHours(24));
                That(!overlaps, "an order is one payment", $"{before.Payment.Id} had not ended when {after.Payment.Id} began");
            }
        }

        That(exchanges.Count > 0, "merchants ask", "nobody asked");
    }

    private static void That(bool holds, string check, string what)
    {
        if (!holds)
        {
            throw new ViolationException(check, what);
        }
    }
}
