using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Verification;

namespace Tollgate.Server.Tests.Storage;

/// <summary>What the journal does about webhooks besides writing them: sends them again, and removes what has had its time.</summary>
public abstract class WebhookErrands(Gateway gateway)
{
    [Fact]
    public async Task What_a_batch_writes_beside_the_end_of_a_delivery_is_written()
    {
        await using var store = await Store.CreateAsync(gateway);
        var payment = await Changes.AuthorisedAsync(store.OpenJournal(), webhook: true);
        using var writer = store.OpenDatabase().OpenWriter();
        var written = await writer.WriteAsync(
        [
            new() { App = Changes.App, At = Store.Now, Deliveries = [Changes.Delivery(payment.Id, payment.Version, DeliveryState.Delivered, Store.Now)] },
            new() { App = Changes.App, At = Store.Now, ClearingFile = new("FILE-1", [1], 0, 0) },
        ]);
        Assert.All(written.Results, r => Assert.Equal(Conflict.None, r.Conflict));
        Assert.Equal(1, await store.ScalarAsync<long>("SELECT COUNT(*) FROM clearing_files"));
        Assert.Empty(written.Released);
    }

    [Fact]
    public async Task One_whose_body_is_gone_keeps_no_other_back()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var damaged = await Changes.AuthorisedAsync(journal, webhook: true);
        var whole = await Changes.AuthorisedAsync(journal, webhook: true);
        await store.ExecuteAsync($"DELETE FROM webhook_bodies WHERE payment_uuid = '{damaged.Id}'");

        var taken = await journal.TakeWebhooksAsync(Store.Now, Store.Now.AddMinutes(1), 1);
        Assert.Equal(whole.Id, Assert.Single(taken).Payment);
    }

    [Fact]
    public async Task An_older_one_that_is_resent_goes_before_the_later_ones_and_lets_them_go_on()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var (payment, versions) = await WithWebhooksAsync(journal, 4);
        await EndAsync(journal, payment, versions[0]);
        await EndAsync(journal, payment, versions[1]);

        // The third is due; the first two are asked for again, in one go and in the wrong order.
        var woken = new List<long>();
        journal.WebhooksDue += woken.AddRange;
        Assert.Equal(2, await journal.ResendWebhooksAsync([Key(payment, versions[1]), Key(payment, versions[0])], Store.Now));
        Assert.Equal([Changes.Lane], woken);
        Assert.Equal("due waits waits waits", await StandingAsync(store));
        foreach (var (version, standing) in versions.Zip((string[])["ended due waits waits", "ended ended due waits", "ended ended ended due"]))
        {
            await EndAsync(journal, payment, version);
            Assert.Equal(standing, await StandingAsync(store));
        }

        await HoldsAsync(store);
    }

    [Fact]
    public async Task What_failed_after_it_was_put_behind_another_stays_behind_it()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var (payment, versions) = await WithWebhooksAsync(journal, 2);
        await EndAsync(journal, payment, versions[0]);
        var taken = Assert.Single(await journal.TakeWebhooksAsync(Store.Now, Store.Now.AddMinutes(1), 10));
        Assert.Equal(versions[1], taken.Version);
        await journal.ResendWebhooksAsync([Key(payment, versions[0])], Store.Now.AddSeconds(1));
        await Changes.MadeAsync(journal, new()
        {
            App = Changes.App,
            At = Store.Now,
            Deliveries = [new(taken, DeliveryState.Waiting, Store.Now.AddSeconds(5), new(Store.Now, 7, 500, null, "answered 500"))],
        });
        Assert.Equal("due waits", await StandingAsync(store));

        // Given back without a try, it stays there too.
        await Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, Deliveries = [new(taken, DeliveryState.Waiting, Store.Now, null)] });
        Assert.Equal("due waits", await StandingAsync(store));
        await HoldsAsync(store);
    }

    [Fact]
    public async Task Asked_for_while_its_last_try_runs_it_is_not_given_up()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var (payment, versions) = await WithWebhooksAsync(journal, 1);
        await FailAsync();
        var taken = Assert.Single(await journal.TakeWebhooksAsync(Store.Now.AddDays(3), Store.Now.AddDays(3).AddMinutes(1), 10));
        Assert.Equal(1, await journal.ResendWebhooksAsync([Key(payment, versions[0])], Store.Now.AddDays(3)));

        // Once more changes nothing: it is due for its first try already.
        Assert.Equal(0, await journal.ResendWebhooksAsync([Key(payment, versions[0])], Store.Now.AddDays(3)));
        await Changes.MadeAsync(journal, new()
        {
            App = Changes.App,
            At = Store.Now.AddDays(3),
            Deliveries = [new(taken, DeliveryState.GivenUp, Store.Now.AddDays(4), new(Store.Now.AddDays(3), 7, 500, null, "answered 500"))],
        });
        var row = Assert.Single(await store.QueryAsync<Row>(Row.Sql));
        Assert.Equal((0, 0, 2), (row.State, row.Round, row.Attempts));
        Assert.Equal(Store.Now.AddDays(3).ToUnixTimeMilliseconds(), row.NextAt);

        async Task FailAsync()
        {
            var first = Assert.Single(await journal.TakeWebhooksAsync(Store.Now, Store.Now.AddMinutes(1), 10));
            await Changes.MadeAsync(journal, new()
            {
                App = Changes.App,
                At = Store.Now,
                Deliveries = [new(first, DeliveryState.Waiting, Store.Now.AddSeconds(5), new(Store.Now, 7, 500, null, "answered 500"))],
            });
        }
    }

    [Fact]
    public async Task What_has_ended_is_removed_after_thirty_days_and_what_waits_is_not()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var (ended, endedVersions) = await WithWebhooksAsync(journal, 2);
        await FailThenEndAsync(journal, ended, endedVersions[0]);
        await EndAsync(journal, ended, endedVersions[1]);
        await WithWebhooksAsync(journal, 1);
        Assert.Equal(1, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhook_attempts"));

        await journal.SweepAsync(Store.Now.AddDays(30).AddMilliseconds(-1));
        Assert.Equal(3, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhooks"));
        await journal.SweepAsync(Store.Now.AddDays(30));
        Assert.Equal(1, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhooks"));
        Assert.Equal(0, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhook_attempts"));
        Assert.Equal(Store.Now.ToUnixTimeMilliseconds(), await store.ScalarAsync<long>("SELECT webhooks_from FROM feed"));
    }

    [Fact]
    public async Task Thousands_go_in_parts_and_no_more_in_a_turn_than_others_can_wait_for()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        await WithWebhooksAsync(journal, 1);
        var numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21500)";
        await store.ExecuteAsync(
            $"""
            INSERT INTO webhooks (payment_uuid, version, endpoint, app_id, lane, endpoint_url, state, attempts, created_at, round_at, round)
            {numbers} SELECT 'OLD' || i, 3, '', CASE WHEN i % 2 = 0 THEN 'app-one' ELSE 'app-two' END, 42, 'http://127.0.0.1/', 1 + i % 2, 0, 1000, 1000, 0 FROM n
            """);
        await store.ExecuteAsync(
            $"INSERT INTO webhook_bodies (payment_uuid, version, body) {numbers} SELECT 'OLD' || i, 3, (SELECT body FROM webhook_bodies LIMIT 1) FROM n");
        var commits = Enumerable.Range(0, 20).Select(_ => Changes.AuthorisedAsync(journal, webhook: true));
        await Task.WhenAll([journal.SweepAsync(Store.Now), .. commits]);
        Assert.Equal(1500, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhooks WHERE created_at = 1000"));
        await journal.SweepAsync(Store.Now);
        Assert.Equal(21, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhooks"));
        Assert.Equal(21, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhook_bodies"));
    }

    private static WebhookKey Key(Payment payment, int version) => new(payment.Id, version, string.Empty);

    /// <summary>A payment with so many webhooks that nobody has taken.</summary>
    private static async Task<(Payment Payment, IReadOnlyList<int> Versions)> WithWebhooksAsync(Journal journal, int count)
    {
        var payment = await Changes.AuthorisedAsync(journal, webhook: true);
        var versions = new List<int> { payment.Version };
        for (var operation = 0; versions.Count < count; operation++)
        {
            PaymentEvent next = payment.Status switch
            {
                PaymentStatus.Authorised when payment.InFlight is null => new PaymentEvent.CaptureStarted(Store.Now, new($"op-{operation}"), payment.Facts.Amount, Store.Now),
                PaymentStatus.Authorised => new PaymentEvent.Captured(Store.Now, payment.InFlight!.Id),
                PaymentStatus.Waiting => new PaymentEvent.Settled(Store.Now),
                _ when payment.InFlight is null => new PaymentEvent.RefundStarted(Store.Now, new($"op-{operation}"), payment.Facts.Amount, "Wrong size", Store.Now, Store.Now),
                _ => throw new InvalidOperationException(payment.Status.ToString()),
            };
            var tells = Payment.Evolve(payment, next).Status != payment.Status;
            (payment, var change) = Changes.Step(payment, next, tells);
            await Changes.MadeAsync(journal, change);
            if (tells)
            {
                versions.Add(payment.Version);
            }
        }

        return (payment, versions);
    }

    private static Task EndAsync(Journal journal, Payment payment, int version) =>
        Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, Deliveries = [Changes.Delivery(payment.Id, version, DeliveryState.Delivered, Store.Now)] });

    private static async Task FailThenEndAsync(Journal journal, Payment payment, int version)
    {
        var failed = Changes.Delivery(payment.Id, version, DeliveryState.Waiting, Store.Now);
        await Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, Deliveries = [failed] });
        await Changes.MadeAsync(journal, new()
        {
            App = Changes.App,
            At = Store.Now,
            Deliveries = [Changes.Delivery(payment.Id, version, DeliveryState.Delivered, Store.Now) with { Webhook = failed.Webhook with { Attempts = 1, Round = 1 } }],
        });
    }

    /// <summary>Of each webhook of the store, in order: delivered, due or waiting for the one before it.</summary>
    private static async Task<string> StandingAsync(Store store) =>
        string.Join(' ', (await store.QueryAsync<Row>(Row.Sql)).Select(r => r.State != 0 ? "ended" : r.NextAt is null ? "waits" : "due"));

    private static async Task HoldsAsync(Store store)
    {
        var violations = new List<Violation>();
        await new Verifier(store.Database, null, TimeSpan.FromDays(36500), TimeProvider.System).RunAsync(violations.Add);
        Assert.DoesNotContain(violations, v => v.What.StartsWith("what the webhook", StringComparison.Ordinal) || v.What.StartsWith("when the webhook", StringComparison.Ordinal));
    }

    private sealed class Row
    {
        public const string Sql = "SELECT CAST(state AS BIGINT) AS State, CAST(round AS BIGINT) AS Round, CAST(attempts AS BIGINT) AS Attempts, next_at AS NextAt FROM webhooks ORDER BY payment_uuid, version";

        public long State { get; init; }

        public long Round { get; init; }

        public long Attempts { get; init; }

        public long? NextAt { get; init; }
    }
}

public sealed class WebhookErrandsOnSqlite(SqliteGateway gateway) : WebhookErrands(gateway);

public sealed class WebhookErrandsOnPostgres(PostgresGateway gateway) : WebhookErrands(gateway);
