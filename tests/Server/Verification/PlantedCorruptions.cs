using Dapper;
using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Storage;
using Tollgate.Server.Verification;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Verification;

/// <summary>Whoever changes a row behind the journal's back is named: each rule by what breaks it.</summary>
public abstract class PlantedCorruptions(Gateway gateway)
{
    // A line is the rule, whom it names, and what was done. A name in angle brackets is the uuid of that payment.
    private const string Table =
        """
        # What a payment's row says.
        Row | <settled> | UPDATE payments SET status = 1 WHERE uuid = '<settled>'
        Row | <authorised> | UPDATE payments SET due_at = due_at + 1 WHERE uuid = '<authorised>'
        Row | <authorised> | UPDATE payments SET due_at = NULL WHERE uuid = '<authorised>'
        Row | <refund pending> | UPDATE payments SET unsettled_since = NULL WHERE uuid = '<refund pending>'
        Row | <settled> | UPDATE payments SET unsettled_since = 1 WHERE uuid = '<settled>'
        Row | <settled> | UPDATE payments SET token_id = (SELECT token_id FROM payments WHERE uuid = '<voided>') WHERE uuid = '<settled>'
        Row | <settled> | UPDATE payments SET external_id = 'another' WHERE uuid = '<settled>'
        Row | <settled> | UPDATE payments SET email = 'another@example.com' WHERE uuid = '<settled>'
        Row | <settled> | UPDATE payments SET created_at = created_at + 1 WHERE uuid = '<settled>'
        Row | <settled> | UPDATE payments SET app_id = 'app-other' WHERE uuid = '<settled>'
        Row | <settled> | UPDATE payments SET state = (SELECT state FROM payments WHERE uuid = '<refunded>') WHERE uuid = '<settled>'
        Readable | <settled> | UPDATE payments SET facts = $damaged WHERE uuid = '<settled>'
        Readable | <settled> | UPDATE payments SET state = $damaged WHERE uuid = '<settled>'
        Card | <declined> | UPDATE cards SET sealed = $damaged WHERE first_payment_uuid = '<declined>'
        Card | <settled> | DELETE FROM cards WHERE first_payment_uuid = '<settled>'
        Card | <settled> | UPDATE cards SET app_id = 'app-other' WHERE first_payment_uuid = '<settled>'
        Card | <settled> | INSERT INTO sealed_codes (payment_uuid, sealed) VALUES ('<settled>', $damaged)

        # Its events.
        Readable | <settled> | UPDATE events SET body = $damaged WHERE payment_uuid = '<settled>' AND version = 3
        Readable | <settled> | UPDATE events SET type = 'Vanished' WHERE payment_uuid = '<settled>' AND version = 3
        EventsComplete | <settled> | DELETE FROM events WHERE payment_uuid = '<settled>' AND version = 6
        EventsComplete | <settled> | DELETE FROM events WHERE payment_uuid = '<settled>' AND version = 2
        EventsComplete | <settled> | DELETE FROM events WHERE payment_uuid = '<settled>'
        EventsComplete | <settled> | UPDATE payments SET version = 7 WHERE uuid = '<settled>'
        EventsFollow | <settled> | UPDATE events SET type = 'SessionEnded' WHERE payment_uuid = '<settled>' AND version = 6
        EventRow | <settled> | UPDATE events SET status_after = 2 WHERE payment_uuid = '<settled>' AND version = 6
        EventRow | <settled> | UPDATE events SET status_before = 2 WHERE payment_uuid = '<settled>' AND version = 3
        EventRow | <settled> | UPDATE events SET at = at + 1 WHERE payment_uuid = '<settled>' AND version = 4
        EventRow | <settled> | UPDATE events SET app_id = 'app-other' WHERE payment_uuid = '<settled>' AND version = 4

        # The feed and the webhooks.
        FeedPosition | <settled> | UPDATE events SET position = NULL WHERE payment_uuid = '<settled>' AND version = 3
        FeedPosition | <settled> | UPDATE events SET position = 1000000 WHERE payment_uuid = '<settled>' AND version = 2
        FeedPosition | <settled> | UPDATE events SET position = 1000000 WHERE payment_uuid = '<settled>' AND version = 3
        FeedGapless | the feed | UPDATE feed SET last = last + 1
        FeedGapless | the feed | UPDATE events SET position = NULL WHERE payment_uuid = '<settled>' AND version = 3
        FeedGapless | the feed | UPDATE events SET position = 1000000 WHERE payment_uuid = '<settled>' AND version = 3
        FeedGapless | the feed | UPDATE events SET app_id = 'app-other', position = 1 WHERE payment_uuid = '<voided>' AND version = 5
        Webhook | <settled> | DELETE FROM webhooks WHERE payment_uuid = '<settled>' AND version = 5
        Webhook | <settled> | DELETE FROM webhooks WHERE payment_uuid = '<settled>'
        Webhook | <settled> | UPDATE webhooks SET version = 2 WHERE payment_uuid = '<settled>' AND version = 3
        Webhook | <settled> | INSERT INTO webhooks SELECT payment_uuid, 7, endpoint, app_id, lane, endpoint_url, sealed_authorization, state, attempts, next_at, created_at, round_at, round, tried_at, took, status_code, answer, last_error FROM webhooks WHERE payment_uuid = '<settled>' AND version = 3
        Webhook | <settled> | DELETE FROM webhook_bodies WHERE payment_uuid = '<settled>' AND version = 3
        Webhook | <settled> | UPDATE webhooks SET next_at = NULL WHERE payment_uuid = '<settled>' AND version = 3
        Webhook | <settled> | UPDATE webhooks SET next_at = 1 WHERE payment_uuid = '<settled>'
        Webhook | <settled> | UPDATE feed SET webhooks_from = 1000; DELETE FROM webhooks WHERE payment_uuid = '<settled>'
        Webhook | <settled> | UPDATE feed SET webhooks_from = 9000000000000; UPDATE webhooks SET version = 2 WHERE payment_uuid = '<settled>' AND version = 3

        # The ledger and the balances.
        Posted | <settled> | DELETE FROM ledger WHERE source = '<settled>' AND version = 5 AND line = 1
        Posted | <settled> | UPDATE ledger SET amount = amount + 1 WHERE source = '<settled>' AND version = 3
        Posted | <settled> | UPDATE ledger SET credit = 9 WHERE source = '<settled>' AND version = 3
        Posted | <settled> | UPDATE ledger SET app_id = 'app-other' WHERE source = '<settled>' AND version = 3
        Posted | <settled> | INSERT INTO ledger SELECT source, 2, 0, app_id, 1000000, kind, debit, credit, amount, currency, at FROM ledger WHERE source = '<settled>' AND version = 3
        Posted | <settled> | INSERT INTO ledger SELECT source, 7, 0, app_id, 1000000, kind, debit, credit, amount, currency, at FROM ledger WHERE source = '<settled>' AND version = 3
        Posted | <settled> | UPDATE ledger SET credit = debit WHERE source = '<settled>' AND version = 3
        Balance | <settled> | UPDATE ledger SET amount = amount + 1 WHERE source = '<settled>' AND version = 5 AND line = 1
        Balance | <refund pending> | DELETE FROM ledger WHERE source = '<refund pending>' AND credit = 10
        Balance | <disputed> | DELETE FROM ledger WHERE source = '<disputed>' AND debit = 11
        Balance | <voided> | DELETE FROM ledger WHERE source = '<voided>' AND kind = 2
        LedgerGapless | the ledger | UPDATE feed SET ledger = ledger + 1
        LedgerGapless | the ledger | DELETE FROM ledger WHERE source = '<settled>' AND version = 5 AND line = 1
        LedgerGapless | the ledger | UPDATE ledger SET app_id = 'app-other', position = 1 WHERE source = '<voided>' AND kind = 2
        BalanceSum | app-one | UPDATE balances SET credits = credits + 1, debits = debits + 1 WHERE account = 7
        Count | app-one | UPDATE payment_counts SET payments = payments + 1
        Count | app-one | DELETE FROM payment_counts
        Count | app-nobody | INSERT INTO payment_counts (app_id, share, payments) VALUES ('app-nobody', 0, 1)
        BalanceSum | app-one | DELETE FROM balances WHERE account = 4
        BalanceSum | app-nobody | INSERT INTO balances (app_id, account, currency, debits, credits) VALUES ('app-nobody', 7, 'AUD', 1, 1)
        BalanceSum | app-one | UPDATE ledger SET amount = amount + 1 WHERE source = '<settled>' AND version = 3
        LedgerBalanced | AUD | UPDATE balances SET credits = credits + 1 WHERE account = 7

        # Payouts and disputes.
        Payout | <payout> | UPDATE payouts SET amount = amount + 1 WHERE id = '<payout>'
        Payout | <payout> | UPDATE payouts SET carried = carried + 1 WHERE id = '<payout>'
        Payout | <payout> | UPDATE payouts SET recovered = recovered + 1 WHERE id = '<payout>'
        Payout | <payout> | UPDATE payouts SET after_position = after_position + 1 WHERE id = '<payout>'
        Payout | <payout> | UPDATE payouts SET last_position = last_position - 1 WHERE id = '<payout>'
        Payout | <payout> | UPDATE ledger SET amount = amount - 1 WHERE source = '<payout>'
        Orphan | <payout> | DELETE FROM payouts WHERE id = '<payout>'
        DisputeRow | <disputed> | UPDATE disputes SET stage = 0 WHERE payment_uuid = '<disputed>'
        DisputeRow | <disputed> | UPDATE disputes SET app_id = 'app-other' WHERE payment_uuid = '<disputed>'
        DisputeRow | <disputed> | UPDATE disputes SET body = $damaged WHERE payment_uuid = '<disputed>'
        DisputeRow | <disputed> | UPDATE disputes SET body = (SELECT body FROM disputes WHERE payment_uuid = '<dispute won>') WHERE payment_uuid = '<disputed>'
        DisputeRow | <disputed> | DELETE FROM disputes WHERE payment_uuid = '<disputed>'
        DisputeRow | <disputed> | DELETE FROM evidence
        DisputeRow | <settled> | UPDATE disputes SET payment_uuid = '<settled>' WHERE payment_uuid = '<disputed>'

        # The audit log: the first bad link is named. It has five entries.
        AuditChain | entry 3 of | UPDATE audit SET at = at + 1 WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET act = 'exported' WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET actor_kind = 'system' WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET actor = 'app-other' WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET source = NULL WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET object = 'payment 4' WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET succeeded = 0 WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET was = 'more' WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET was = became, became = was WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET was = NULL WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET previous = (SELECT previous FROM audit WHERE position = 2) WHERE position = 3
        AuditChain | entry 3 of | UPDATE audit SET hash = (SELECT hash FROM audit WHERE position = 2) WHERE position = 3
        AuditChain | entry 3 of | DELETE FROM audit WHERE position = 3
        AuditChain | entry 1 of | DELETE FROM audit WHERE position = 1
        AuditChain | entry 1 of | DELETE FROM audit
        AuditChain | entry 5 of | DELETE FROM audit WHERE position = 5
        AuditChain | entry 3 of | DELETE FROM audit WHERE position = 3; UPDATE audit SET position = 3 WHERE position = 4; UPDATE audit SET position = 4 WHERE position = 5
        AuditChain | entry 3 of | UPDATE audit SET position = 6 WHERE position = 5; UPDATE audit SET position = 5 WHERE position = 4; UPDATE audit SET position = 4 WHERE position = 3; INSERT INTO audit SELECT 3, at, act, actor_kind, actor, source, object, succeeded, was, became, previous, hash FROM audit WHERE position = 2
        AuditChain | entry 6 of | INSERT INTO audit SELECT 6, at, act, actor_kind, actor, source, object, succeeded, was, became, (SELECT hash FROM audit WHERE position = 5), hash FROM audit WHERE position = 2
        AuditChain | entry 5 of | UPDATE audit_head SET position = 4, hash = (SELECT hash FROM audit WHERE position = 4)
        AuditChain | entry 5 of | UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE position = 4)
        AuditChain | entry 5 of | DELETE FROM audit_head

        # What belongs to nobody.
        Orphan | <settled> | DELETE FROM payments WHERE uuid = '<settled>'
        Orphan | NOBODY | UPDATE events SET payment_uuid = 'NOBODY' WHERE payment_uuid = '<settled>'
        Orphan | NOBODY | UPDATE ledger SET source = 'NOBODY' WHERE source = '<settled>'
        Orphan | NOBODY | UPDATE webhooks SET payment_uuid = 'NOBODY' WHERE payment_uuid = '<settled>'
        Orphan | NOBODY | INSERT INTO webhook_attempts (payment_uuid, version, endpoint, attempt, tried_at, took) VALUES ('NOBODY', 3, '', 1, 1, 1)
        Orphan | NOBODY | UPDATE disputes SET payment_uuid = 'NOBODY' WHERE payment_uuid = '<disputed>'
        Orphan | NOBODY | UPDATE orders SET payment_uuid = 'NOBODY' WHERE payment_uuid = '<settled>'
        Orphan | NOBODY | INSERT INTO sealed_codes (payment_uuid, sealed) VALUES ('NOBODY', $damaged)
        Orphan | NOBODY | INSERT INTO idempotency (app_id, key_digest, request_digest, payment_uuid, created_at) VALUES ('app-one', $damaged, $damaged, 'NOBODY', 1)
        Orphan | dp_nobody | UPDATE evidence SET dispute_id = 'dp_nobody' WHERE dispute_id IN (SELECT id FROM disputes WHERE payment_uuid = '<disputed>')
        Orphan | NOBODY | INSERT INTO clearing_records (file_id, line, payment_uuid, operation, amount, cost, currency, matched, at) VALUES ('file', 1, 'NOBODY', 'op', 1, 0, 'AUD', 1, 1)
        """;

    private static readonly string[] Tables =
    [
        "payments", "payment_counts", "events", "feed", "cards", "sealed_codes", "orders", "idempotency", "webhooks", "webhook_bodies", "webhook_attempts", "ledger", "balances", "payouts", "disputes", "evidence", "clearing_records", "audit", "audit_head",
    ];

    private static readonly TimeSpan Long = TimeSpan.FromDays(3650);

    [Fact]
    public async Task Every_planted_corruption_is_named_by_its_rule()
    {
        await using var store = await Store.CreateAsync(gateway);
        var names = await FillAsync(store);
        Assert.Empty(await VerifyAsync(store));
        foreach (var table in Tables)
        {
            await store.ExecuteAsync($"CREATE TABLE keep_{table} AS SELECT * FROM {table}");
        }

        var missed = new List<string>();
        foreach (var line in Table.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = names.Aggregate(line, (text, name) => text.Replace($"<{name.Key}>", name.Value, StringComparison.Ordinal)).Split(" | ", 3);
            await store.ExecuteAsync(parts[2].Replace("$damaged", gateway is PostgresGateway ? @"'\x7b'" : "X'7B'", StringComparison.Ordinal));
            var found = await VerifyAsync(store);
            if (!found.Any(v => v.Rule.ToString() == parts[0] && v.Subject.Contains(parts[1], StringComparison.Ordinal)))
            {
                missed.Add($"{line}\n    found: {string.Join("\n           ", found.Select(v => v.ToString()))}");
            }

            foreach (var table in Tables)
            {
                await store.ExecuteAsync($"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM keep_{table}");
            }
        }

        Assert.Empty(missed);
        Assert.Empty(await VerifyAsync(store));
    }

    [Fact]
    public async Task Webhooks_that_had_their_time_are_not_missed()
    {
        await using var store = await Store.CreateAsync(gateway);
        var names = await FillAsync(store);
        await store.ExecuteAsync($"UPDATE feed SET webhooks_from = 9000000000000; DELETE FROM webhooks WHERE payment_uuid = '{names["settled"]}'");
        Assert.Empty(await VerifyAsync(store));
    }

    [Fact]
    public async Task An_end_of_the_audit_log_that_was_cut_off_whole_is_named_by_an_anchor()
    {
        await using var store = await Store.CreateAsync(gateway);
        await FillAsync(store);
        var head = await new AuditReader(store.Database).ReadHeadAsync();
        var anchor = new AuditAnchor(head.Position, head.Hash, Store.Now);
        Assert.True(AuditAnchor.TryParse(anchor.ToString(), out var read));
        Assert.Equal((anchor.Position, anchor.At, anchor.ToString()), (read.Position, read.At, read.ToString()));
        Assert.Empty(await VerifyAsync(store, anchors: [read]));

        // Everything is as it was two entries ago: nothing in the database tells.
        await store.ExecuteAsync("DELETE FROM audit WHERE position > 3; UPDATE audit_head SET position = 3, hash = (SELECT hash FROM audit WHERE position = 3)");
        Assert.Empty(await VerifyAsync(store));
        var cut = Assert.Single(await VerifyAsync(store, anchors: [read]));
        Assert.Equal((Rule.AuditChain, "entry 4 of the audit log", "removed"), (cut.Rule, cut.Subject, cut.Found));

        // Others are written instead: the log is longer than it was, and another one.
        for (var i = 0; i < 4; i++)
        {
            await ((IJournal)store.OpenJournal()).AuditAsync(new(Store.Now, AuditAct.Exported, AuditActor.System, null, "another"));
        }

        Assert.Empty(await VerifyAsync(store));
        Assert.Equal("entry 5 of the audit log", Assert.Single(await VerifyAsync(store, anchors: [read])).Subject);
    }

    [Fact]
    public async Task What_is_in_flight_for_too_long_is_a_warning_and_no_violation()
    {
        await using var store = await Store.CreateAsync(gateway);
        var names = await FillAsync(store);
        var found = new List<Violation>();
        var result = await new Verifier(store.Database, null, TimeSpan.FromMinutes(15), TimeProvider.System).RunAsync(found.Add);
        Assert.Equal((0, 3), (result.Violations, result.Warnings));
        Assert.All(found, warning => Assert.True(warning.IsWarning));
        Assert.Single(found, warning => warning.Subject == "payment " + names["in flight"]);
    }

    [Fact]
    public async Task What_an_acquirer_says_otherwise_is_named()
    {
        await using var store = await Store.CreateAsync(gateway);
        var names = await FillAsync(store);
        var payments = await store.QueryAsync<string>("SELECT uuid FROM payments");
        var books = new Statement();
        foreach (var uuid in payments)
        {
            books.Positions[uuid] = AcquirerPosition.Expected((await store.Reader.FindAsync(new PaymentId(uuid)))!) ?? default;
        }

        Assert.Empty(await VerifyAsync(store, () => books));

        books.Positions[names["settled"]] = books.Positions[names["settled"]] with { Captured = 2000 };
        books.Positions["UNKNOWN"] = new(1, 1000, 0, 0, 0, 0, false);
        books.Positions.Remove(names["refunded"]);
        var found = await VerifyAsync(store, () => books);
        Assert.All(found, v => Assert.Equal(Rule.Books, v.Rule));
        Assert.Equal(
            new[] { names["settled"], names["refunded"], "UNKNOWN" }.Order(StringComparer.Ordinal), found.Select(v => v.Subject.Split(' ')[1]).Order(StringComparer.Ordinal));

        // The books go on while ours are read: what agrees at the second look is not wrong.
        var looks = 0;
        Assert.Empty(await VerifyAsync(store, () => ++looks == 1 ? books : Agreeing(books, names["refunded"])));
    }

    private static Statement Agreeing(Statement wrong, string refunded)
    {
        var right = new Statement();
        foreach (var (uuid, position) in wrong.Positions.Where(p => p.Key != "UNKNOWN"))
        {
            right.Positions[uuid] = position with { Captured = Math.Min(position.Captured, 1000) };
        }

        right.Positions[refunded] = new(1, 1000, 800, 200, 300, 0, true);
        return right;
    }

    private static async Task<List<Violation>> VerifyAsync(Store store, Func<IAcquirerStatement>? statement = null, IReadOnlyList<AuditAnchor>? anchors = null)
    {
        var found = new List<Violation>();
        await new Verifier(store.Database, statement, Long, TimeProvider.System, new(() => Task.FromResult<AuditChain?>(Store.Chain), anchors ?? [])).RunAsync(found.Add);
        return found;
    }

    private static async Task<Dictionary<string, string>> FillAsync(Store store)
    {
        var journal = store.OpenJournal();
        var settings = Server.Settings.Read(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        var composer = new WebhookComposer(new PaymentRenderer(new PublicAddress()), new AppRegistry(settings), new PlainDirectory());
        var histories = new Histories(journal, composer, Changes.App, Store.Now) { Fees = new(175, 30, 1000, 2500, 500, 30) };
        var kinds = await histories.EveryKindAsync();
        var payout = new PayoutOrder(new("po_0000000000000000aaaa"), Changes.App, Currency.Aud, Store.Now);
        Assert.True(await journal.ClosePayoutAsync(payout));
        await histories.EveryKindAsync();
        Assert.True(await journal.ClosePayoutAsync(payout with { Id = new("po_0000000000000000bbbb") }));
        await histories.EveryKindAsync();
        for (var i = 1; i <= 5; i++)
        {
            await ((IJournal)journal).AuditAsync(new(
                Store.Now, AuditAct.RefundStarted, AuditActor.Of(Changes.App), System.Net.IPAddress.Loopback, $"payment {i}", Before: "one", After: "two"));
        }

        return kinds.Select(kind => KeyValuePair.Create(kind.Key, kind.Value.Id.Value)).Append(new("payout", payout.Id.Value)).ToDictionary();
    }

    private sealed class Statement : IAcquirerStatement
    {
        public Dictionary<string, AcquirerPosition> Positions { get; } = [];

        public DateTimeOffset Now => Store.Now;

        public IEnumerable<string> Payments => Positions.Keys;

        public AcquirerPosition Find(string payment) => Positions.GetValueOrDefault(payment);
    }
}

public sealed class PlantedCorruptionsOnSqlite(SqliteGateway gateway) : PlantedCorruptions(gateway);

public sealed class PlantedCorruptionsOnPostgres(PostgresGateway gateway) : PlantedCorruptions(gateway);
