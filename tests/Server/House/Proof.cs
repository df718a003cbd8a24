using System.Data.Common;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Sandbox;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Tests.House;

/// <summary>
/// What must hold of every payment of a gateway, whatever was done to it: its journal replays to its row, its sums are in order, every change of
/// status stands once in the feed and once in the outbox, and, once nothing is in flight, the acquirer's books say the same. It can be asked for at any
/// time, of a gateway that others use too.
/// </summary>
public static class Proof
{
    private sealed record Row(string Uuid, long Version, long Status, long? DueAt);

    private sealed record EventRow(long Version, string Type, long? Position, long Before, long After);

    /// <summary>Proves every payment in the gateway's database; how many there were.</summary>
    public static async Task<int> HoldsAsync(Gateway gateway)
    {
        await using var connection = await OpenAsync(gateway);
        var uuids = (await connection.QueryAsync<string>("SELECT uuid FROM payments ORDER BY created_at, uuid")).AsList();
        foreach (var uuid in uuids)
        {
            await JournalHoldsAsync(gateway, connection, uuid);
        }

        await FeedHoldsAsync(connection);
        return uuids.Count;
    }

    /// <summary>Proves these payments, and that nothing of them is in flight and the books agree in the end.</summary>
    public static async Task HoldsAsync(Gateway gateway, params IEnumerable<string> uuids)
    {
        await using var connection = await OpenAsync(gateway);
        foreach (var uuid in uuids)
        {
            await JournalHoldsAsync(gateway, connection, uuid);
            await BooksAgreeAsync(gateway, uuid);
        }
    }

    /// <summary>Proves every payment in the gateway's database, the books too: for a gateway of the test's own, at its end.</summary>
    public static async Task HoldsToTheEndAsync(Gateway gateway)
    {
        await using var connection = await OpenAsync(gateway);
        var uuids = (await connection.QueryAsync<string>("SELECT uuid FROM payments")).AsList();
        Assert.NotEmpty(uuids);
        await HoldsAsync(gateway);
        foreach (var uuid in uuids)
        {
            await BooksAgreeAsync(gateway, uuid);
        }
    }

    /// <summary>What the journal says happened to a payment, in order.</summary>
    internal static async Task<IReadOnlyList<PaymentEvent>> JournalOfAsync(Gateway gateway, string uuid) =>
        await gateway.Reader.ReadJournalAsync((await gateway.Reader.FindAsync(new PaymentId(uuid)))!);

    /// <summary>Opens a connection to look with, never to write.</summary>
    internal static async Task<DbConnection> OpenAsync(Gateway gateway) => await gateway.Services.GetRequiredService<Database>().OpenAsync();

    private static async Task JournalHoldsAsync(Gateway gateway, DbConnection connection, string uuid)
    {
        // The row is read first: what the payment does in the meantime is later in the journal, and is left out.
        var payment = (await gateway.Reader.FindAsync(new PaymentId(uuid)))!;
        var events = (await gateway.Reader.ReadJournalAsync(payment)).Take(payment.Version).ToList();
        Assert.Equal(payment.Version, events.Count);
        Assert.Equal(payment, Payment.Replay(events));

        var columns = await connection.QuerySingleAsync<Row>(
            "SELECT uuid AS Uuid, CAST(version AS BIGINT) AS Version, CAST(status AS BIGINT) AS Status, due_at AS DueAt FROM payments WHERE uuid = @uuid", new { uuid });
        if (columns.Version == payment.Version)
        {
            Assert.Equal((long)payment.Status, columns.Status);
            Assert.Equal(payment.DueAt?.ToUnixTimeMilliseconds(), columns.DueAt);
        }

        SumsHold(payment, events);
        await ChangesAreToldAsync(connection, payment, events);
    }

    private static void SumsHold(Payment payment, List<PaymentEvent> events)
    {
        var amounts = events.OfType<PaymentEvent.CaptureStarted>().ToDictionary(e => e.Operation, e => e.Amount.Minor);
        var refunds = events.OfType<PaymentEvent.RefundStarted>().ToDictionary(e => e.Operation, e => e.Amount.Minor);
        var authorised = events.OfType<PaymentEvent.Authorised>().Count() * payment.Facts.Amount.Minor;
        var captured = events.OfType<PaymentEvent.Captured>().Sum(e => amounts[e.Operation])
            + (payment.Facts.CaptureAtOnce ? authorised : 0);
        var refunded = events.OfType<PaymentEvent.RefundCompleted>().Sum(e => refunds[e.Operation]);
        Assert.Equal(payment.Authorised.Minor, authorised);
        Assert.Equal(payment.Captured.Minor, captured);
        Assert.Equal(payment.Refunded.Minor, refunded);
        Assert.InRange(authorised, 0, payment.Facts.Amount.Minor);
        Assert.InRange(captured, 0, authorised);
        Assert.InRange(refunded, 0, captured);
    }

    private static async Task ChangesAreToldAsync(DbConnection connection, Payment payment, List<PaymentEvent> events)
    {
        var expected = new List<(long Version, PaymentStatus Before, PaymentStatus After)>();
        Payment? step = null;
        foreach (var happened in events)
        {
            var before = step?.Status;
            step = Payment.Evolve(step, happened);
            if (before is { } was && was != step.Status)
            {
                expected.Add((step.Version, was, step.Status));
            }
        }

        var rows = (await connection.QueryAsync<EventRow>(
            """
            SELECT CAST(version AS BIGINT) AS Version, type AS Type, position AS Position, CAST(status_before AS BIGINT) AS Before, CAST(status_after AS BIGINT) AS After
            FROM events WHERE payment_uuid = @uuid AND version <= @version ORDER BY version
            """,
            new { uuid = payment.Id.Value, version = payment.Version })).AsList();
        Assert.Equal(Enumerable.Range(1, payment.Version), rows.Select(r => (int)r.Version));
        Assert.Equal(events.Select(e => e.GetType().Name), rows.Select(r => r.Type));
        var told = rows.Where(r => r.Position is not null).ToList();
        Assert.Equal(expected, told.Select(r => (r.Version, (PaymentStatus)r.Before, (PaymentStatus)r.After)));
        Assert.Equal(told.Select(r => r.Position).Order(), told.Select(r => r.Position));

        var webhooks = (await connection.QueryAsync<long>(
            "SELECT CAST(version AS BIGINT) FROM webhooks WHERE payment_uuid = @uuid AND version <= @version ORDER BY version",
            new { uuid = payment.Id.Value, version = payment.Version })).AsList();
        Assert.Equal(payment.Facts.Webhook is null ? [] : expected.Select(e => e.Version), webhooks);
    }

    /// <summary>The positions of the feed are handed out once each, and none is left out.</summary>
    private static async Task FeedHoldsAsync(DbConnection connection)
    {
        var last = await connection.ExecuteScalarAsync<long>("SELECT last FROM feed WHERE id = 1");
        var positions = (await connection.QueryAsync<long>("SELECT position FROM events WHERE position <= @last ORDER BY position", new { last })).AsList();
        Assert.Equal(last, positions.Count);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(p => (long)p), positions);
    }

    private static async Task BooksAgreeAsync(Gateway gateway, string uuid)
    {
        // The acquirer writes what it did on its own account after it has told the gateway, so the two agree a moment later.
        var acquirer = gateway.Services.GetRequiredService<IAcquirerHost>();
        await Eventually.GetAsync(
            async () =>
            {
                var payment = (await gateway.Reader.FindAsync(new PaymentId(uuid)))!;
                return (Ours: OursOf(payment), Theirs: TheirsOf(await acquirer.ReadAsync(uuid) ?? new()));
            },
            seen => seen.Ours == seen.Theirs,
            $"agreement of the books about {uuid}");
    }

    private static string OursOf(Payment payment)
    {
        if (payment.InFlight is { } operation)
        {
            return $"{operation.Kind} in flight";
        }

        var (authorised, captured) = (payment.Authorised.Minor, payment.Captured.Minor);
        var released = payment.End is not null ? authorised : captured > 0 ? authorised - captured : 0;
        return $"authorisations {(authorised > 0 ? 1 : 0)}, authorised {authorised}, captured {captured}, released {released}, "
            + $"refunded {payment.Refunded.Minor}, pending {payment.Refund?.Amount.Minor ?? 0}, settled {payment.SettledAt is not null}";
    }

    private static string TheirsOf(BookedPayment books)
    {
        // An authorisation that was undone leaves what it held beside what it released; the gateway says that it never was.
        var undone = books.Authorisations == 0;
        return $"authorisations {books.Authorisations}, authorised {(undone ? books.Authorised - books.Released : books.Authorised)}, captured {books.Captured}, "
            + $"released {(undone ? 0 : books.Released)}, refunded {books.Refunded}, pending {books.PendingRefund?.Amount ?? 0}, settled {books.Settled}";
    }
}
