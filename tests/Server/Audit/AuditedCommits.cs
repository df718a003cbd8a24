using System.Net;
using Tollgate.Core.Payments;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Storage;

namespace Tollgate.Server.Tests.Audit;

/// <summary>What is audited is committed with what it tells of, or nothing is.</summary>
public abstract class AuditedCommits(Gateway gateway)
{
    [Fact]
    public async Task P21_an_entry_says_who_what_when_from_where_on_what_and_how_it_ended()
    {
        await using var store = await Store.CreateAsync(gateway);
        IJournal journal = store.OpenJournal();
        var entry = new AuditEntry(
            Store.Now.AddMilliseconds(7), AuditAct.KeyRotated, new(AuditActorKind.Operator, "alice@host"), IPAddress.Parse("2001:db8::7"), "key 3", false, "active", "retired");
        await journal.AuditAsync(entry);
        var row = Assert.Single(await ListAsync(store));
        Assert.Equal(
            (1L, entry.At.ToUnixTimeMilliseconds(), "key_rotated", "operator", "alice@host", "2001:db8::7", "key 3", false, "active", "retired"),
            (row.Position, row.At, row.Act, row.ActorKind, row.Actor, row.From, row.Object, row.Succeeded, row.Before, row.After));
        Assert.Equal(AuditChain.Origin.Hash, row.Previous);
        Assert.Equal(Store.Chain.HashOf(row), row.Hash);
    }

    [Fact]
    public async Task An_entry_is_committed_with_its_change_and_goes_with_it_when_that_is_refused()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        var payment = await Changes.AuthorisedAsync(journal);
        var rivals = Enumerable.Range(0, 10).Select(i => Audited(Changes.Step(
            payment, new PaymentEvent.VoidStarted(Store.Now, new($"op-{i}"), OperationCause.Merchant, Store.Now)).Change, $"rival {i}")).ToList();
        var results = await Task.WhenAll(rivals.Select(journal.CommitAsync));
        var winner = Array.FindIndex(results, r => r.Conflict == Conflict.None);
        Assert.Equal($"rival {winner}", Assert.Single(await ListAsync(store)).Object);
    }

    [Fact]
    public async Task P32_a_change_whose_entry_cannot_be_written_is_not_made_and_its_neighbours_are()
    {
        await using var store = await Store.CreateAsync(gateway);
        await using var journal = new Journal(store.OpenDatabase().OpenWriter(new AuditChain(_ => throw new Vault.VaultException("The vault is sealed."))));
        var payment = await Changes.AuthorisedAsync(journal);
        var (_, refused) = Changes.Step(payment, new PaymentEvent.VoidStarted(Store.Now, new("op-1"), OperationCause.Merchant, Store.Now));
        var neighbours = Enumerable.Range(0, 20).Select(_ => Changes.Create().Change).ToList();
        var all = neighbours.Take(10).Select(journal.CommitAsync).Append(journal.CommitAsync(Audited(refused, "payment"))).Concat(neighbours.Skip(10).Select(journal.CommitAsync)).ToList();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => all[10]);
        Assert.All(await Task.WhenAll(all.Where((_, i) => i != 10)), r => Assert.Equal(Conflict.None, r.Conflict));
        Assert.Equal(payment, await store.Reader.FindAsync(payment.Id));
        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task Texts_from_strangers_are_stored_as_they_can_be_read_again()
    {
        await using var store = await Store.CreateAsync(gateway);
        IJournal journal = store.OpenJournal();
        await journal.AuditAsync(new(Store.Now, AuditAct.LogInFailed, new(AuditActorKind.App, "a\0b\ud800"), null, "\ud83d\ude00", Before: new('x', 100_000)));
        var row = Assert.Single(await ListAsync(store));
        Assert.Equal(("a\ufffdb\ufffd", "\ud83d\ude00", AuditChain.LongestText + 1), (row.Actor, row.Object, row.Before!.Length));
        Assert.Equal(Store.Chain.HashOf(row), row.Hash);
    }

    [Fact]
    public async Task One_chain_holds_what_several_processes_write_at_once()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = [store.OpenJournal(), store.OpenJournal(), store.OpenJournal()];
        var payments = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Changes.AuthorisedAsync(journals[0])));
        await Task.WhenAll(payments.SelectMany((payment, i) => new Task[]
        {
            journals[i % 3].CommitAsync(Audited(Changes.Step(payment, new PaymentEvent.VoidStarted(Store.Now, new("op-void"), OperationCause.Merchant, Store.Now)).Change, "void")),
            ((IJournal)journals[(i + 1) % 3]).AuditAsync(new(Store.Now, AuditAct.Exported, AuditActor.System, null, "alone")),
            Changes.MadeAsync(journals[(i + 2) % 3], Changes.Create().Change),
        }));
        var rows = await ListAsync(store);
        Assert.Equal(120, rows.Count);
        var last = AuditChain.Origin;
        foreach (var row in rows)
        {
            Assert.Equal((last.Position + 1, Convert.ToHexString(last.Hash)), (row.Position, Convert.ToHexString(row.Previous)));
            Assert.Equal(Store.Chain.HashOf(row), row.Hash);
            last = new(row.Position, row.Hash);
        }

        Assert.Equal(Convert.ToHexString(last.Hash), Convert.ToHexString((await new AuditReader(store.Database).ReadHeadAsync()).Hash));
    }

    private static Change Audited(Change change, string what) => new()
    {
        App = change.App,
        At = change.At,
        Payment = change.Payment,
        ExpectedVersion = change.ExpectedVersion,
        Events = change.Events,
        Audit = [new(Store.Now, AuditAct.RefundStarted, AuditActor.Of(change.App), null, what)],
    };

    private static async Task<List<AuditRow>> ListAsync(Store store) => await new AuditReader(store.Database).ListAsync(new()).ToListAsync();
}

public sealed class AuditedCommitsOnSqlite(SqliteGateway gateway) : AuditedCommits(gateway);

public sealed class AuditedCommitsOnPostgres(PostgresGateway gateway) : AuditedCommits(gateway);
