using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

/// <summary>Due work is taken by lease: one process has it at a time, and what a dead one had is taken over.</summary>
public abstract class DueLeases(Gateway gateway)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_a_dead_process_had_taken_is_taken_over_when_its_lease_ends_and_not_before()
    {
        await using var store = await Store.CreateAsync(gateway);
        var dead = store.OpenJournal();
        var living = store.OpenJournal();
        var (payment, created) = Changes.Create();
        await Changes.MadeAsync(dead, created);
        var due = payment.DueAt!.Value;
        var real = Store.Now;

        Assert.Empty(await dead.LeaseDueAsync(due.AddMilliseconds(-1), real, real + Lease, 10));
        Assert.Equal([payment.Id], await dead.LeaseDueAsync(due, real, real + Lease, 10));
        await dead.DisposeAsync();

        Assert.Empty(await living.LeaseDueAsync(due, real, real + Lease, 10));
        var last = real + Lease - TimeSpan.FromMilliseconds(1);
        Assert.Empty(await living.LeaseDueAsync(due, last, last + Lease, 10));
        var over = real + Lease;
        Assert.Equal([payment.Id], await living.LeaseDueAsync(due, over, over + Lease, 10));
        Assert.Empty(await living.LeaseDueAsync(due, over, over + Lease, 10));
    }

    [Fact]
    public async Task Of_many_that_ask_at_once_each_payment_goes_to_one()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journals = new[] { store.OpenJournal(), store.OpenJournal() };
        var payments = Enumerable.Range(0, 50).Select(_ => Changes.Create()).ToList();
        await Task.WhenAll(payments.Select(p => Changes.MadeAsync(journals[0], p.Change)));

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => journals[i % 2].LeaseDueAsync(Store.Now.AddHours(1), Store.Now, Store.Now + Lease, 5)));

        Assert.All(taken, t => Assert.True(t.Count <= 5));
        var all = taken.SelectMany(t => t).Select(p => p.Value).ToList();
        Assert.Equal(payments.Select(p => p.Payment.Id.Value).Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }
}

public sealed class DueLeasesOnSqlite(SqliteGateway gateway) : DueLeases(gateway);

public sealed class DueLeasesOnPostgres(PostgresGateway gateway) : DueLeases(gateway);
