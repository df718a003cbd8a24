using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

/// <summary>Two server processes on one PostgreSQL database, each with its own journal: what one process promises, two promise together.</summary>
public sealed class TwoWriters(PostgresGateway gateway)
{
    private const int Each = 400;

    [Fact]
    public async Task A_reader_that_polls_while_both_write_skips_no_place_in_the_feed()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = [store.OpenJournal(), store.OpenJournal()];
        var enough = false;
        var writing = Task.WhenAll(journals.Select(async journal =>
        {
            var written = 0;
            while (!Volatile.Read(ref enough))
            {
                await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Changes.AuthorisedAsync(journal)));
                written += 50;
            }

            return written;
        }));

        // Whoever has seen a position has seen every one before it, at every moment of the writing.
        var seen = new List<long>();
        for (var polls = 0; polls < 30;)
        {
            Assert.False(writing.IsFaulted, "The writing failed.");
            var news = await store.Reader.ReadFeedAsync(Changes.App, seen.Count == 0 ? 0 : seen[^1], 1000);
            polls += news.Count > 0 ? 1 : 0;
            seen.AddRange(news.Select(e => e.Position));
            Assert.Equal(Enumerable.Range(1, seen.Count).Select(i => (long)i), seen);
        }

        Volatile.Write(ref enough, true);
        Assert.Equal((await writing).Sum(), await store.ScalarAsync<int>("SELECT last FROM feed"));
    }

    [Fact]
    public async Task Of_rivals_in_two_processes_one_wins_each_payment()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = [store.OpenJournal(), store.OpenJournal()];
        var payments = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Changes.AuthorisedAsync(journals[0])));

        // Each process goes through the payments in its own order, as two that wait for each other would have to.
        var attempts = journals.SelectMany((journal, who) => (who == 0 ? payments : payments.Reverse()).Select(async payment =>
        {
            PaymentEvent happened = who == 0
                ? new PaymentEvent.CaptureStarted(Store.Now, new("op-capture"), payment.Authorised, Store.Now)
                : new PaymentEvent.VoidStarted(Store.Now, new("op-void"), OperationCause.Merchant, Store.Now);
            return (payment.Id, Who: who, (await journal.CommitAsync(Changes.Step(payment, happened).Change)).Conflict);
        })).ToList();
        foreach (var rivals in (await Task.WhenAll(attempts)).GroupBy(a => a.Id))
        {
            var winner = Assert.Single(rivals, r => r.Conflict == Conflict.None);
            Assert.Single(rivals, r => r.Conflict == Conflict.VersionMoved);
            var stored = await store.Reader.FindAsync(rivals.Key);
            Assert.Equal(winner.Who == 0 ? OperationKind.Capture : OperationKind.Void, stored!.InFlight!.Kind);
            Assert.Equal(stored, Payment.Replay(await store.Reader.ReadJournalAsync(stored)));
        }
    }

    [Fact]
    public async Task Of_rivals_in_two_processes_one_wins_each_claim_and_each_key()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = [store.OpenJournal(), store.OpenJournal()];
        var attempts = await Task.WhenAll(Enumerable.Range(0, Each).SelectMany(i => journals.Select(async journal =>
            (Order: i, (await journal.CommitAsync(Changes.Create(claims: [Changes.Claim($"{i}", "P")], key: Changes.Key($"{i}")).Change)).Conflict))));
        Assert.All(attempts.GroupBy(a => a.Order), rivals =>
        {
            Assert.Single(rivals, r => r.Conflict == Conflict.None);
            Assert.Single(rivals, r => r.Conflict is Conflict.IdempotencyKeyTaken or Conflict.OrderTaken);
        });
        Assert.Equal(Each, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
        Assert.Equal(Each, await store.ScalarAsync<int>("SELECT COUNT(*) FROM orders"));
        Assert.Equal(Each, await store.ScalarAsync<int>("SELECT COUNT(*) FROM idempotency"));
    }

    [Fact]
    public async Task A_webhook_is_leased_to_one_process()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = [store.OpenJournal(), store.OpenJournal()];
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Changes.AuthorisedAsync(journals[0], webhook: true)));
        var taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => journals[i % 2].TakeWebhooksAsync(Store.Now, Store.Now.AddMinutes(1), 10)));
        var uuids = taken.SelectMany(t => t).Select(t => t.Payment.Value).ToList();
        Assert.Equal(uuids.Count, uuids.Distinct().Count());

        // A process that found others' rows locked may have left some: they are there for the next.
        uuids.AddRange((await journals[1].TakeWebhooksAsync(Store.Now, Store.Now.AddMinutes(1), 1000)).Select(t => t.Payment.Value));
        Assert.Equal(200, uuids.Distinct().Count());
        Assert.Equal(200, uuids.Count);
    }

    [Fact]
    public async Task A_card_is_deleted_by_one_process_or_used_by_the_other_and_never_destroyed_under_a_payment()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = [store.OpenJournal(), store.OpenJournal()];
        var cards = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Changes.AuthorisedAsync(journals[0])));
        var uses = cards.Select(c => journals[0].CommitAsync(Changes.Create(needs: c.Facts.Token).Change)).ToList();
        var deleting = cards.Select(c => journals[1].CommitAsync(new() { App = Changes.App, At = Store.Now, DeletesCard = c.Facts.Token })).ToList();
        Assert.All(await Task.WhenAll(deleting), r => Assert.Equal(Conflict.None, r.Conflict));
        for (var i = 0; i < cards.Length; i++)
        {
            var used = (await uses[i]).Conflict;
            Assert.Contains(used, (Conflict[])[Conflict.None, Conflict.CardGone]);
            Assert.Equal(used == Conflict.None, (await store.Reader.FindCardAsync(cards[i].Facts.Token))!.Sealed is not null);
        }
    }
}
