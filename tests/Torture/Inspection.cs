using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Sandbox;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Torture;

/// <summary>
/// Compares what merchants were told with what is stored, and that with what the acquirer's books say: what was answered is there, nothing was done
/// twice, nothing is left in flight, and each journal replays to its row.
/// </summary>
internal sealed class Inspection(Database database, Func<string, Task<BookedPayment?>> books)
{
    private readonly PaymentReader reader = new(database);

    /// <summary>Waits until each of the payments that merchants were told about is in order; fails with what is wrong when it does not come about.</summary>
    public async Task PassesAsync(IReadOnlyList<Receipt> receipts) => await Parallel.ForEachAsync(
        receipts.GroupBy(r => r.Uuid), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (told, _) => await Eventually.GetAsync(
            () => LookAsync(told.Key, [.. told]), fault => fault is null, "order of payment " + told.Key));

    /// <summary>Inspects every payment that is stored, and looks for what is in the books only; how many payments there were.</summary>
    /// <param name="booked">Every payment that the books hold an authorisation of.</param>
    public async Task<int> PassesWhollyAsync(IReadOnlySet<string> booked)
    {
        await using var connection = await database.OpenAsync();
        var uuids = (await connection.QueryAsync<string>("SELECT uuid FROM payments")).AsList();
        var faults = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(uuids, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (uuid, _) =>
        {
            if (await FindFaultAsync(uuid, []) is { } fault)
            {
                faults.Enqueue(fault);
            }
        });
        foreach (var stray in booked.Except(uuids))
        {
            faults.Enqueue($"{stray} is in the acquirer's books, and nobody knows it");
        }

        foreach (var order in await connection.QueryAsync<string>("SELECT external_id FROM payments GROUP BY external_id HAVING COUNT(*) > 1"))
        {
            faults.Enqueue($"{order} was charged more than once");
        }

        Assert.True(faults.IsEmpty, $"{faults.Count} payments are not in order:\n" + string.Join('\n', faults.Take(20)));
        return uuids.Count;
    }

    private async Task<string?> LookAsync(string uuid, IReadOnlyList<Receipt> told)
    {
        try
        {
            return await FindFaultAsync(uuid, told);
        }
        catch (DbException gone)
        {
            // The inspection's own connection may have died with the database.
            return gone.Message;
        }
    }

    private async Task<string?> FindFaultAsync(string uuid, IReadOnlyList<Receipt> told)
    {
        if (await reader.FindAsync(new PaymentId(uuid)) is not { } payment)
        {
            return $"{uuid} was answered as {told[0].Status}, and is lost";
        }

        var events = (await reader.ReadJournalAsync(payment)).Take(payment.Version).ToList();
        if (events.Count != payment.Version || Payment.Replay(events) != payment)
        {
            return $"{uuid}: the journal does not replay to the row";
        }

        if (payment.InFlight is { } operation)
        {
            return $"{uuid}: a {operation.Kind} is in flight, {operation.Stage}";
        }

        var (ours, theirs) = (Ours(payment), Theirs(await books(uuid) ?? new()));
        if (ours != theirs)
        {
            return $"{uuid}: the gateway has {ours}; the acquirer has {theirs}";
        }

        return FindTwice(payment, events) ?? FindBrokenWord(uuid, events, told);
    }

    private static string? FindTwice(Payment payment, List<PaymentEvent> events)
    {
        if (events.OfType<PaymentEvent.Authorised>().Count() > 1 || events.OfType<PaymentEvent.Captured>().Count() > 1)
        {
            return $"{payment.Id.Value} was authorised or captured twice";
        }

        // Every refund of a merchant has a reason of its own.
        return events.OfType<PaymentEvent.RefundStarted>().GroupBy(r => r.Reason).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? $"{payment.Id.Value}: the refund {twice.Key} was made {twice.Count()} times"
            : null;
    }

    private static string? FindBrokenWord(string uuid, List<PaymentEvent> events, IReadOnlyList<Receipt> told)
    {
        var passed = new HashSet<string>();
        Payment? step = null;
        foreach (var happened in events)
        {
            step = Payment.Evolve(step, happened);
            passed.Add(step.Status.ToString());
        }

        if (told.FirstOrDefault(t => !passed.Contains(t.Status.ToString())) is { } broken)
        {
            return $"{uuid} was answered as {broken.Status} to a {broken.For?.What ?? "look"}, and has only been {string.Join(", ", passed)}";
        }

        return told.FirstOrDefault(t => t.For is { What: "refund" } refund && !events.OfType<PaymentEvent.RefundStarted>().Any(r => r.Reason == refund.Key)) is { } lost
            ? $"{uuid}: the refund {lost.For!.Key} was answered, and is lost"
            : null;
    }

    private static string Ours(Payment payment)
    {
        var (authorised, captured) = (payment.Authorised.Minor, payment.Captured.Minor);
        var released = payment.End is not null ? authorised : captured > 0 ? authorised - captured : 0;
        return $"authorisations {(authorised > 0 ? 1 : 0)}, authorised {authorised}, captured {captured}, released {released}, "
            + $"refunded {payment.Refunded.Minor}, pending {payment.Refund?.Amount.Minor ?? 0}, settled {payment.SettledAt is not null}";
    }

    private static string Theirs(BookedPayment books)
    {
        // An authorisation that was undone leaves what it held beside what it released; the gateway says that it never was.
        var undone = books.Authorisations == 0;
        return $"authorisations {books.Authorisations}, authorised {(undone ? books.Authorised - books.Released : books.Authorised)}, captured {books.Captured}, "
            + $"released {(undone ? 0 : books.Released)}, refunded {books.Refunded}, pending {books.PendingRefund?.Amount ?? 0}, settled {books.Settled}";
    }
}
