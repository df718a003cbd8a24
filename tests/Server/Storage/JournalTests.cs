using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

public abstract class JournalTests(Gateway gateway)
{
    private const int Many = 600;

    [Fact]
    public async Task Hundreds_of_changes_at_once_are_each_made_whole()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var created = Enumerable.Range(0, Many).Select(_ => Changes.Create()).ToList();
        await Task.WhenAll(created.Select(c => Changes.MadeAsync(journal, c.Change)));
        var authorised = created.Select(c => Changes.Authorise(c.Payment, webhook: true)).ToList();
        await Task.WhenAll(authorised.Select(c => Changes.MadeAsync(journal, c.Change)));

        foreach (var (payment, _) in authorised)
        {
            var stored = await store.Reader.FindAsync(payment.Id);
            Assert.Equal(payment, stored);
            Assert.Equal(payment, Payment.Replay(await store.Reader.ReadJournalAsync(payment)));
        }

        Assert.Equal(Many, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
        Assert.Equal(3 * Many, await store.ScalarAsync<int>("SELECT COUNT(*) FROM events"));
        Assert.Equal(Many, await store.ScalarAsync<int>("SELECT COUNT(*) FROM cards"));
        Assert.Equal(Many, await store.ScalarAsync<int>("SELECT COUNT(*) FROM webhooks"));
        Assert.Equal(Enumerable.Range(1, Many).Select(i => (long)i), await store.QueryAsync<long>("SELECT position FROM events WHERE position IS NOT NULL ORDER BY position"));
    }

    [Fact]
    public async Task A_conflict_refuses_its_change_alone_and_its_neighbours_are_durable()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var taken = await Changes.AuthorisedAsync(journal);
        var moved = await Changes.AuthorisedAsync(journal);
        await Changes.MadeAsync(journal, Changes.Create(claims: [Changes.Claim("taken", "SOMEBODY")], key: Changes.Key("taken")).Change);
        await Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, DeletesCard = moved.Facts.Token });
        var before = await CountsAsync(store);

        // Each of the refused brings everything that a change can bring, so that something would be left behind if it were not all taken back.
        var refused = new List<(Conflict Conflict, Change Change)>
        {
            (Conflict.IdentifierTaken, Changes.Create(taken.Id.Value, claims: [Changes.Claim("a", "A")], key: Changes.Key("a")).Change),
            (Conflict.OrderTaken, Changes.Create(claims: [Changes.Claim("b", "B"), Changes.Claim("taken", "B")], key: Changes.Key("b")).Change),
            (Conflict.IdempotencyKeyTaken, Changes.Create(claims: [Changes.Claim("c", "C")], key: Changes.Key("taken")).Change),
            (Conflict.CardGone, Changes.Create(needs: moved.Facts.Token, claims: [Changes.Claim("d", "D")], key: Changes.Key("d")).Change),
            (Conflict.CardGone, Changes.Create(needs: new("tok_of_nobody"), claims: [Changes.Claim("e", "E")], key: Changes.Key("e")).Change),
            (Conflict.VersionMoved, Stale(moved)),
            (Conflict.CardGone, new() { App = Changes.App, At = Store.Now, DeletesCard = moved.Facts.Token }),
        };
        var neighbours = Enumerable.Range(0, Many).Select(_ => Changes.Create()).ToList();
        var all = refused.Select(r => r.Change).Concat(neighbours.Select(n => n.Change)).OrderBy(c => c.Payment?.Id.Value.GetHashCode(StringComparison.Ordinal)).ToList();
        var results = (await Task.WhenAll(all.Select(async c => (Change: c, Result: await journal.CommitAsync(c))))).ToDictionary(r => r.Change, r => r.Result);

        Assert.All(refused, r => Assert.Equal(r.Conflict, results[r.Change].Conflict));
        Assert.Equal(Changes.Claim("taken", "B").Digest, results[refused[1].Change].Claim!.Digest);
        Assert.All(neighbours, n => Assert.Equal(Conflict.None, results[n.Change].Conflict));
        Assert.Equal((before.Payments + Many, before.Events + (2 * Many), before.Cards + Many, before.Claims, before.Keys, before.Feed), await CountsAsync(store));
        Assert.Equal(moved, await store.Reader.FindAsync(moved.Id));
    }

    [Fact]
    public async Task Of_two_changes_of_one_payment_in_the_same_instant_one_wins()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        for (var round = 0; round < 20; round++)
        {
            var payment = await Changes.AuthorisedAsync(journal);
            var rivals = Enumerable.Range(0, 10).Select(i => Changes.Step(payment, i % 2 == 0
                ? new PaymentEvent.CaptureStarted(Store.Now, new($"op-{i}"), payment.Authorised, Store.Now)
                : new PaymentEvent.VoidStarted(Store.Now, new($"op-{i}"), OperationCause.Merchant, Store.Now))).ToList();
            var results = await Task.WhenAll(rivals.Select(r => journal.CommitAsync(r.Change)));
            Assert.Single(results, r => r.Conflict == Conflict.None);
            Assert.Equal(9, results.Count(r => r.Conflict == Conflict.VersionMoved));
            var winner = rivals[Array.FindIndex(results, r => r.Conflict == Conflict.None)].Payment;
            Assert.Equal(winner, await store.Reader.FindAsync(payment.Id));
            Assert.Equal(winner, Payment.Replay(await store.Reader.ReadJournalAsync(payment)));
        }
    }

    [Fact]
    public async Task Of_two_disputes_under_one_identifier_one_is_opened()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var rivals = new List<(Payment Payment, Change Change)>();
        for (var i = 0; i < 2; i++)
        {
            var payment = await Changes.AuthorisedAsync(journal);
            foreach (var happened in (PaymentEvent[])[
                new PaymentEvent.CaptureStarted(Store.Now, new($"op-{i}"), payment.Authorised, Store.Now), new PaymentEvent.Captured(Store.Now, new($"op-{i}"))])
            {
                (payment, var change) = Changes.Step(payment, happened);
                await Changes.MadeAsync(journal, change);
            }

            rivals.Add(Changes.Step(payment, new PaymentEvent.DisputeOpened(
                Store.Now, new("dp_one"), $"case-{i}", payment.Captured, "10.4", DisputeStage.ChargebackOpen, Store.Now.AddDays(7))));
        }

        var posted = await store.ScalarAsync<int>("SELECT COUNT(*) FROM ledger");
        var results = await Task.WhenAll(rivals.Select(r => journal.CommitAsync(r.Change)));
        Assert.Equal([Conflict.None, Conflict.IdentifierTaken], results.Select(r => r.Conflict).Order());
        var (opened, changed) = rivals[Array.FindIndex(results, r => r.Conflict == Conflict.None)];
        Assert.Equal(opened.Id.Value, await store.ScalarAsync<string>("SELECT payment_uuid FROM disputes"));
        Assert.Equal(posted + changed.Events[0].Transfers.Count, await store.ScalarAsync<int>("SELECT COUNT(*) FROM ledger"));
        await Changes.MadeAsync(journal, Changes.Step(opened, new PaymentEvent.DisputeWon(Store.Now)).Change);
    }

    [Fact]
    public async Task Of_a_hundred_claims_of_one_order_one_wins_and_of_one_key_as_well()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var orders = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => journal.CommitAsync(Changes.Create(claims: [Changes.Claim("one", $"P{i}")]).Change)));
        Assert.Single(orders, r => r.Conflict == Conflict.None);
        Assert.Equal(99, orders.Count(r => r.Conflict == Conflict.OrderTaken));

        var keys = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => journal.CommitAsync(Changes.Create(key: Changes.Key("one")).Change)));
        Assert.Single(keys, r => r.Conflict == Conflict.None);
        Assert.Equal(99, keys.Count(r => r.Conflict == Conflict.IdempotencyKeyTaken));
        Assert.Equal(2, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
    }

    [Fact]
    public async Task A_change_that_the_database_cannot_take_fails_alone()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        await Changes.AuthorisedAsync(journal);

        // No engine takes the same version of a payment's events twice; and PostgreSQL takes no text with a NUL character in it.
        var last = Changes.Create().Change;
        var again = Changes.Create(externalId: "twice");
        var impossible = new Change
        {
            App = Changes.App,
            At = Store.Now,
            Payment = again.Payment,
            Events = [.. again.Change.Events, .. again.Change.Events],
            NewCard = again.Change.NewCard,
        };
        var nul = Changes.Create(externalId: "order\0nul").Change;
        var neighbours = Enumerable.Range(0, 300).Select(_ => Changes.Create().Change).ToList();
        List<Change> all = [.. neighbours.Take(100), impossible, .. neighbours.Skip(100).Take(100), nul, .. neighbours.Skip(200), last];
        var made = all.Select(journal.CommitAsync).ToList();

        foreach (var change in neighbours.Append(last))
        {
            Assert.Equal(Conflict.None, (await made[all.IndexOf(change)]).Conflict);
        }

        await Assert.ThrowsAsync<JournalUnavailableException>(() => made[all.IndexOf(impossible)]);
        Assert.Null(await store.Reader.FindAsync(again.Payment.Id));
        if (gateway is PostgresGateway)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => made[all.IndexOf(nul)]);
        }

        Assert.Equal(302 + (gateway is PostgresGateway ? 0 : 1), await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
    }

    [Fact]
    public async Task A_token_that_is_taken_is_a_taken_identifier()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var existing = await Changes.AuthorisedAsync(journal);
        var another = Changes.Create();
        var result = await journal.CommitAsync(new()
        {
            App = Changes.App,
            At = Store.Now,
            Payment = another.Payment,
            Events = another.Change.Events,
            NewCard = another.Change.NewCard! with { Token = existing.Facts.Token },
        });

        Assert.Equal(Conflict.IdentifierTaken, result.Conflict);
        Assert.Null(await store.Reader.FindAsync(another.Payment.Id));
    }

    [Fact]
    public async Task A_closing_journal_writes_what_it_has_taken_and_takes_no_more()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var payment = await Changes.AuthorisedAsync(journal);

        // Rivals for one payment are put off from batch to batch: they too are answered.
        var made = Enumerable.Range(0, Many).Select(_ => journal.CommitAsync(Changes.Create().Change)).ToList();
        var rivals = Enumerable.Range(0, 5).Select(i => journal.CommitAsync(
            Changes.Step(payment, new PaymentEvent.VoidStarted(Store.Now, new($"op-{i}"), OperationCause.Merchant, Store.Now)).Change)).ToList();
        await journal.DisposeAsync();
        Assert.All(made.Concat(rivals), m => Assert.True(m.IsCompleted));
        Assert.All(await Task.WhenAll(made), r => Assert.Equal(Conflict.None, r.Conflict));
        Assert.Single(await Task.WhenAll(rivals), r => r.Conflict == Conflict.None);
        Assert.Equal(Many + 1, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));

        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.CommitAsync(Changes.Create().Change));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.SweepAsync(Store.Now));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.LeaseWebhooksAsync(Store.Now, Store.Now, [new(Changes.Lane, 1)]));
        Assert.Equal(Many + 1, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
    }

    [Fact]
    public async Task A_status_that_does_not_change_takes_no_place_in_the_feed()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var payment = await Changes.AuthorisedAsync(journal);
        await Changes.MadeAsync(journal, Changes.Step(payment, new PaymentEvent.VoidStarted(Store.Now, new("op-1"), OperationCause.Merchant, Store.Now)).Change);
        var entry = Assert.Single(await store.Reader.ReadFeedAsync(Changes.App, 0, 100));
        Assert.Equal((1, 3, PaymentStatus.Pending, PaymentStatus.Authorised), (entry.Position, entry.Version, entry.Before, entry.After));
        Assert.Equal(payment, entry.Payment);
        Assert.Empty(await store.Reader.ReadFeedAsync(Changes.App, 1, 100));
        Assert.Empty(await store.Reader.ReadFeedAsync(new("app-two"), 0, 100));
    }

    private static Change Stale(Payment moved)
    {
        var change = Changes.Step(moved, new PaymentEvent.VoidStarted(Store.Now, new("op-stale"), OperationCause.Merchant, Store.Now)).Change;
        return new()
        {
            App = change.App,
            At = change.At,
            Payment = change.Payment,
            ExpectedVersion = moved.Version - 1,
            Events = change.Events,
            Claims = [Changes.Claim("f", "F")],
            Idempotency = Changes.Key("f"),
        };
    }

    private static async Task<(int Payments, int Events, int Cards, int Claims, int Keys, int Feed)> CountsAsync(Store store) => (
        await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"),
        await store.ScalarAsync<int>("SELECT COUNT(*) FROM events"),
        await store.ScalarAsync<int>("SELECT COUNT(*) FROM cards"),
        await store.ScalarAsync<int>("SELECT COUNT(*) FROM orders"),
        await store.ScalarAsync<int>("SELECT COUNT(*) FROM idempotency"),
        await store.ScalarAsync<int>("SELECT last FROM feed"));
}

public sealed class JournalOnSqlite(SqliteGateway gateway) : JournalTests(gateway);

public sealed class JournalOnPostgres(PostgresGateway gateway) : JournalTests(gateway);
