using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Storage;

/// <summary>What came of deliveries is written together, without waiting for the disk, and without harm to one another or to anything else.</summary>
public abstract class DeliveryResults(Gateway gateway)
{
    /// <summary>Whether commits wait for the disk, as the engine says it.</summary>
    protected abstract (string Waits, string DoesNot) Disk { get; }

    /// <summary>Has the engine note, of each change of some tables, whether its commit is going to wait for the disk.</summary>
    protected abstract string Watch { get; }

    /// <summary>Has the engine refuse every change of one payment's webhooks.</summary>
    protected abstract string Refuse(string payment);

    /// <summary>Has everything that writes results wait.</summary>
    protected abstract string Hold { get; }

    [Fact]
    public async Task One_that_cannot_be_stored_takes_none_of_the_others_with_it()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var payments = new List<Payment>();
        for (var i = 0; i < 3; i++)
        {
            payments.Add(await Changes.AuthorisedAsync(journal, webhook: true));
        }

        await store.ExecuteAsync(Refuse(payments[1].Id.Value));
        await Assert.ThrowsAnyAsync<Exception>(() => journal.CommitAsync(Delivered(payments)));

        Assert.Equal(
            payments.Select((p, i) => (p.Id.Value, i == 1 ? 0L : 1L)).Order(),
            (await store.QueryAsync<(string, long)>("SELECT payment_uuid, CAST(state AS BIGINT) FROM webhooks")).Order());
    }

    [Fact]
    public async Task Only_a_transaction_of_nothing_but_results_does_not_wait_for_the_disk()
    {
        await using var store = await Store.CreateAsync(gateway);
        var first = await Changes.AuthorisedAsync(store.OpenJournal(), webhook: true);
        await store.ExecuteAsync(Watch);

        using var writer = store.OpenDatabase().OpenWriter();
        var second = await WriteAsync(Changes.Create().Change);
        await WriteAsync(Delivered([first]));
        await writer.DisableEndpointAsync(new(Changes.App, Changes.Lane, "http://127.0.0.1/webhook", Store.Now, "it answered 410"));
        await WriteAsync(Changes.Create().Change);
        await WriteAsync(Changes.Create().Change, Delivered([first]));
        await WriteAsync(Delivered([first]), Changes.Create().Change);
        await WriteAsync(Changes.Create().Change);

        // The first payment's webhook is delivered once; after that its row is as it was.
        Assert.Equal(
            [("payments", Disk.Waits), ("webhooks", Disk.DoesNot), ("disabled_endpoints", Disk.Waits), .. Enumerable.Repeat(("payments", Disk.Waits), 4)],
            await store.QueryAsync<(string, string)>("SELECT kind, waits FROM seen ORDER BY place"));
        Assert.Equal(Conflict.None, Assert.Single(second.Results).Conflict);

        Task<WrittenBatch> WriteAsync(params Change[] batch) => writer.WriteAsync(batch);
    }

    [Fact]
    public async Task What_ends_while_a_result_is_being_written_is_written_together_after_it()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var payments = new List<Payment>();
        for (var i = 0; i < 6; i++)
        {
            payments.Add(await Changes.AuthorisedAsync(journal, webhook: true));
        }

        var written = new List<int>();
        var recorder = new DeliveryRecorder(journal, TimeProvider.System, Written, NullLogger.Instance);
        Task first;
        await using (var holder = await store.Database.OpenAsync())
        {
            await RunAsync(Hold);
            first = recorder.RecordAsync(Ended(payments[0]));
            foreach (var payment in payments.Skip(1))
            {
                // Whoever comes while somebody writes need not wait.
                Assert.True(recorder.RecordAsync(Ended(payment)).IsCompletedSuccessfully);
            }

            Assert.Empty(written);
            await RunAsync("ROLLBACK");

            async Task RunAsync(string sql)
            {
                await using var command = holder.CreateCommand();
                command.CommandText = sql;
                await command.ExecuteNonQueryAsync();
            }
        }

        await first.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal([1, 5], written);
        Assert.Equal(6, await store.ScalarAsync<long>("SELECT COUNT(*) FROM webhooks WHERE state = 1"));

        void Written(IReadOnlyList<EndedDelivery> together) => written.Add(together.Count);
    }

    private static EndedDelivery Ended(Payment payment)
    {
        var result = Changes.Delivery(payment.Id, payment.Version, DeliveryState.Delivered, Store.Now);
        return new(new(Changes.Lane), result.Webhook, new(null, 200), result);
    }

    private static Change Delivered(IEnumerable<Payment> payments) => new()
    {
        App = Changes.App,
        At = Store.Now,
        Deliveries = [.. payments.Select(p => Changes.Delivery(p.Id, p.Version, DeliveryState.Delivered, Store.Now))],
    };
}

public sealed class DeliveryResultsOnSqlite(SqliteGateway gateway) : DeliveryResults(gateway)
{
    protected override (string Waits, string DoesNot) Disk => ("2", "1");

    protected override string Watch =>
        """
        CREATE TABLE seen (place INTEGER PRIMARY KEY, kind TEXT, waits TEXT);
        CREATE TRIGGER watch_payments AFTER INSERT ON payments BEGIN INSERT INTO seen (kind, waits) SELECT 'payments', CAST(synchronous AS TEXT) FROM pragma_synchronous; END;
        CREATE TRIGGER watch_endpoints AFTER INSERT ON disabled_endpoints BEGIN INSERT INTO seen (kind, waits) SELECT 'disabled_endpoints', CAST(synchronous AS TEXT) FROM pragma_synchronous; END;
        CREATE TRIGGER watch_webhooks AFTER UPDATE ON webhooks BEGIN INSERT INTO seen (kind, waits) SELECT 'webhooks', CAST(synchronous AS TEXT) FROM pragma_synchronous; END;
        """;

    protected override string Refuse(string payment) =>
        $"CREATE TRIGGER refuse BEFORE UPDATE ON webhooks WHEN NEW.payment_uuid = '{payment}' BEGIN SELECT RAISE(ABORT, 'refused'); END";

    protected override string Hold => "BEGIN IMMEDIATE";
}

public sealed class DeliveryResultsOnPostgres(PostgresGateway gateway) : DeliveryResults(gateway)
{
    protected override (string Waits, string DoesNot) Disk => ("on", "off");

    protected override string Watch =>
        """
        CREATE TABLE seen (place SERIAL, kind TEXT, waits TEXT);
        CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO seen (kind, waits) VALUES (TG_TABLE_NAME, current_setting(''synchronous_commit'')); RETURN NULL; END';
        CREATE TRIGGER watch_payments AFTER INSERT ON payments FOR EACH ROW EXECUTE FUNCTION watch();
        CREATE TRIGGER watch_endpoints AFTER INSERT ON disabled_endpoints FOR EACH ROW EXECUTE FUNCTION watch();
        CREATE TRIGGER watch_webhooks AFTER UPDATE ON webhooks FOR EACH ROW EXECUTE FUNCTION watch();
        """;

    protected override string Refuse(string payment) =>
        $"ALTER TABLE webhooks ADD CONSTRAINT refuse CHECK (payment_uuid <> '{payment}' OR state = 0)";

    protected override string Hold => "BEGIN; LOCK TABLE webhooks IN SHARE MODE";
}
