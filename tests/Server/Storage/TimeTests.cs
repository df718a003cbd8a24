using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

/// <summary>What time does to what is stored: claims and keys that end, cards that are forgotten, webhooks that become due.</summary>
public abstract class TimeTests(Gateway gateway)
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_claim_is_free_again_when_it_has_expired_and_not_before()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var first = Changes.Create(claims: [Changes.Claim("one", "FIRST")]);
        await Changes.MadeAsync(journal, first.Change);

        var end = Store.Now.AddDays(1);
        var early = Changes.Create(claims: [Changes.Claim("one", "EARLY", end.AddDays(1))], at: end - Millisecond);
        Assert.Equal(Conflict.OrderTaken, (await journal.CommitAsync(early.Change)).Conflict);
        Assert.Equal("FIRST", await HolderAsync(store));
        await Changes.MadeAsync(journal, Changes.Create(claims: [Changes.Claim("one", "LATE", end.AddDays(1))], at: end).Change);
        Assert.Equal("LATE", await HolderAsync(store));
    }

    [Fact]
    public async Task A_claim_is_taken_over_from_the_payment_that_held_it_and_from_no_other()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        await Changes.MadeAsync(journal, Changes.Create(claims: [Changes.Claim("one", "FIRST")]).Change);
        Assert.Equal(Conflict.OrderTaken, (await journal.CommitAsync(Changes.Create(claims: [Changes.Claim("one", "WRONG", replaces: "ANOTHER")]).Change)).Conflict);
        Assert.Equal("FIRST", await HolderAsync(store));

        // Everybody who saw the first one fail tries at once: one takes over.
        var rivals = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => journal.CommitAsync(
            Changes.Create(claims: [Changes.Claim("one", $"NEXT{i}", replaces: "FIRST")]).Change)));
        var winner = Assert.Single(Enumerable.Range(0, 20), i => rivals[i].Conflict == Conflict.None);
        Assert.Equal($"NEXT{winner}", await HolderAsync(store));
        Assert.Equal(2, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
    }

    [Fact]
    public async Task A_claim_without_end_never_expires()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        await Changes.MadeAsync(journal, Changes.Create(claims: [Changes.Claim("one", "FIRST", DateTimeOffset.MaxValue)]).Change);
        await journal.SweepAsync(Store.Now.AddYears(100));
        var later = Changes.Create(claims: [Changes.Claim("one", "LATER")], at: Store.Now.AddYears(100));
        Assert.Equal(Conflict.OrderTaken, (await journal.CommitAsync(later.Change)).Conflict);
    }

    [Fact]
    public async Task An_idempotency_key_is_kept_for_a_day_with_its_answer_and_is_then_free()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var (payment, creation) = Changes.Create(key: Changes.Key("one", "FIRST"));
        await Changes.MadeAsync(journal, creation);
        var digest = Changes.Key("one").KeyDigest;
        Assert.Equivalent(new StoredAnswer(Changes.Digest("body"), "FIRST", null, null, Store.Now), await FindAsync(Store.Now));

        var authorised = Changes.Authorise(payment).Change;
        await Changes.MadeAsync(journal, new()
        {
            App = authorised.App,
            At = authorised.At,
            Payment = authorised.Payment,
            ExpectedVersion = authorised.ExpectedVersion,
            Events = authorised.Events,
            Answer = new(digest, 200, [7]),
        });
        Assert.Equivalent(new StoredAnswer(Changes.Digest("body"), "FIRST", 200, [7], Store.Now), await FindAsync(Store.Now));

        var end = Store.Now.AddDays(1);
        Assert.Equal(Conflict.IdempotencyKeyTaken, (await journal.CommitAsync(Changes.Create(key: Changes.Key("one", "EARLY", end - Millisecond)).Change)).Conflict);
        Assert.NotNull(await FindAsync(end - Millisecond));
        Assert.Null(await FindAsync(end));

        // The key of yesterday is taken as if it were new: nothing of the old answer stays.
        await Changes.MadeAsync(journal, Changes.Create(key: Changes.Key("one", "LATE", end)).Change);
        Assert.Equivalent(new StoredAnswer(Changes.Digest("body"), "LATE", null, null, end), await FindAsync(end));

        Task<StoredAnswer?> FindAsync(DateTimeOffset now) => store.Reader.FindAnswerAsync(Changes.App, digest, now.AddDays(-1));
    }

    [Fact]
    public async Task What_is_swept_has_had_its_time_and_nothing_else_is_swept()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        await Changes.MadeAsync(journal, Changes.Create(claims: [Changes.Claim("old", "OLD")], key: Changes.Key("old")).Change);
        await Changes.MadeAsync(journal, Changes.Create(claims: [Changes.Claim("new", "NEW", Store.Now.AddDays(2))], key: Changes.Key("new", at: Store.Now.AddHours(1))).Change);
        await journal.SweepAsync(Store.Now.AddDays(1) - Millisecond);
        Assert.Equal((2, 2), await CountsAsync());
        await journal.SweepAsync(Store.Now.AddDays(1));
        Assert.Equal((1, 1), await CountsAsync());
        Assert.Equal("NEW", await store.ScalarAsync<string>("SELECT payment_uuid FROM orders"));
        Assert.Equal(2, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));

        async Task<(int, int)> CountsAsync() => (await store.ScalarAsync<int>("SELECT COUNT(*) FROM orders"), await store.ScalarAsync<int>("SELECT COUNT(*) FROM idempotency"));
    }

    [Fact]
    public async Task A_deleted_cards_number_is_destroyed_as_soon_as_no_payment_needs_it()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var first = await Changes.AuthorisedAsync(journal);
        var token = first.Facts.Token;
        var second = Changes.Create(needs: token);
        await Changes.MadeAsync(journal, second.Change);

        await Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, DeletesCard = token });
        var deleted = await store.Reader.FindCardAsync(token);
        Assert.True(deleted!.Deleted);
        Assert.NotNull(deleted.Sealed);
        await journal.SweepAsync(Store.Now);
        Assert.NotNull((await store.Reader.FindCardAsync(token))!.Sealed);

        await Changes.MadeAsync(journal, Changes.Authorise(second.Payment).Change);
        await journal.SweepAsync(Store.Now);
        Assert.Null((await store.Reader.FindCardAsync(token))!.Sealed);
    }

    [Fact]
    public async Task A_card_that_nobody_needs_is_destroyed_with_its_deletion_and_only_by_its_own_app()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var token = (await Changes.AuthorisedAsync(journal)).Facts.Token;
        Assert.Equal(Conflict.CardGone, (await journal.CommitAsync(new() { App = new("app-two"), At = Store.Now, DeletesCard = token })).Conflict);
        Assert.NotNull((await store.Reader.FindCardAsync(token))!.Sealed);

        await Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, DeletesCard = token });
        var card = await store.Reader.FindCardAsync(token);
        Assert.Null(card!.Sealed);
        Assert.True(card.Deleted);
    }

    [Fact]
    public async Task Webhooks_of_one_payment_are_leased_one_after_the_other_and_no_webhook_twice()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var one = await WithWebhooksAsync(journal);
        var two = await WithWebhooksAsync(journal);
        var until = Store.Now.AddMinutes(1);

        // The first webhook of each is given, once, to whoever asks; the later ones wait for it.
        var taken = (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => journal.TakeWebhooksAsync(Store.Now, until, 5)))).SelectMany(t => t).ToList();
        Assert.Equal([(one.Value, 3), (two.Value, 3)], taken.Select(t => (t.Payment.Value, t.Version)).Order());
        Assert.All(taken, t => Assert.Equal((Changes.App.Value, "http://127.0.0.1/webhook", 0, (byte)3), (t.App.Value, t.EndpointUrl, t.Attempts, t.Body[0])));

        // A lease that ran out is given again: its process may have died.
        Assert.Empty(await journal.TakeWebhooksAsync(until - Millisecond, until, 5));
        Assert.Equal(2, (await journal.TakeWebhooksAsync(until, until.AddMinutes(1), 5)).Count);

        // One is delivered, and its next becomes due; the other failed, and its next still waits.
        await DeliveredAsync(journal, one, 3, DeliveryState.Delivered, until);
        await DeliveredAsync(journal, two, 3, DeliveryState.Waiting, until.AddMinutes(5));
        Assert.Equal([(one.Value, 5)], await LeaseAsync(until));
        Assert.Empty(await LeaseAsync(until.AddMinutes(5) - Millisecond, except: one));
        Assert.Equal([(two.Value, 3)], await LeaseAsync(until.AddMinutes(5), except: one));

        // What was given up lets the next through; what was delivered is not undone by a late word of a failure.
        await DeliveredAsync(journal, two, 3, DeliveryState.GivenUp, until);
        await DeliveredAsync(journal, one, 3, DeliveryState.Waiting, until);
        Assert.Equal([(two.Value, 5)], await LeaseAsync(until.AddMinutes(5), except: one));

        async Task<IEnumerable<(string, int)>> LeaseAsync(DateTimeOffset now, Core.PaymentId? except = null) =>
            (await journal.TakeWebhooksAsync(now, now.AddMinutes(30), 5)).Where(t => t.Payment.Value != except?.Value).Select(t => (t.Payment.Value, t.Version));
    }

    [Fact]
    public async Task What_has_been_due_longest_is_leased_first_and_no_more_than_asked_for()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var payments = new List<Core.PaymentId>();
        for (var i = 0; i < 5; i++)
        {
            payments.Add((await Changes.AuthorisedAsync(journal, webhook: true)).Id);
            await DeliveredAsync(journal, payments[i], 3, DeliveryState.Waiting, Store.Now.AddMinutes(10 - i));
        }

        var now = Store.Now.AddHours(1);
        var first = await journal.TakeWebhooksAsync(now, now.AddHours(1), 2);
        Assert.Equal([payments[4].Value, payments[3].Value], first.Select(t => t.Payment.Value).OrderByDescending(u => u, StringComparer.Ordinal));
        Assert.Equal(3, (await journal.TakeWebhooksAsync(now, now.AddHours(1), 10)).Count);
    }

    private static async Task<Core.PaymentId> WithWebhooksAsync(Journal journal)
    {
        var payment = await Changes.AuthorisedAsync(journal, webhook: true);
        var (capturing, start) = Changes.Step(payment, new PaymentEvent.CaptureStarted(Store.Now, new("op-capture"), payment.Authorised, Store.Now));
        var (_, captured) = Changes.Step(capturing, new PaymentEvent.Captured(Store.Now, new("op-capture")), webhook: true);
        await Changes.MadeAsync(journal, start);
        await Changes.MadeAsync(journal, captured);
        return payment.Id;
    }

    private static Task DeliveredAsync(Journal journal, Core.PaymentId payment, int version, DeliveryState state, DateTimeOffset next) => Changes.MadeAsync(
        journal, new() { App = Changes.App, At = Store.Now, Deliveries = [Changes.Delivery(payment, version, state, next)] });

    private static Task<string?> HolderAsync(Store store) => store.ScalarAsync<string>("SELECT payment_uuid FROM orders");
}

public sealed class TimeOnSqlite(SqliteGateway gateway) : TimeTests(gateway);

public sealed class TimeOnPostgres(PostgresGateway gateway) : TimeTests(gateway);
