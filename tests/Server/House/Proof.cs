using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Sandbox;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Audit;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Verification;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.House;

/// <summary>
/// What must hold of a gateway, whatever was done to it: everything that <c>verify</c> checks, and, once nothing is in flight, that the acquirer's books say the
/// same. It can be asked for at any time, of a gateway that others use too; every gateway of the tests is asked when it ends.
/// </summary>
public static class Proof
{
    /// <summary>Longer than any clock of a test is moved: what stays in flight is the test's own affair.</summary>
    private static readonly TimeSpan NeverTooLong = TimeSpan.FromDays(36500);

    /// <summary>Proves everything in the gateway's database; how many payments there were.</summary>
    public static Task<int> HoldsAsync(Gateway gateway) =>
        HoldsAsync(gateway.Services.GetRequiredService<Database>(), null, new(() => Task.FromResult<AuditChain?>(gateway.Services.GetRequiredService<AuditChain>()), []));

    /// <summary>Proves everything, and that nothing of these payments is in flight and the books agree about them in the end.</summary>
    public static async Task HoldsAsync(Gateway gateway, params IEnumerable<string> uuids)
    {
        await HoldsAsync(gateway);
        foreach (var uuid in uuids)
        {
            await BooksAgreeAsync(gateway, uuid);
        }
    }

    /// <summary>Proves everything, the books of every payment too: for a gateway of the test's own, at its end.</summary>
    public static async Task HoldsToTheEndAsync(Gateway gateway)
    {
        await using var connection = await OpenAsync(gateway);
        var uuids = (await connection.QueryAsync<string>("SELECT uuid FROM payments")).AsList();
        Assert.NotEmpty(uuids);
        await HoldsAsync(gateway, uuids);
    }

    /// <summary>Proves everything of a gateway that has stopped, on the data that it left behind.</summary>
    internal static async Task HoldsAfterwardsAsync(Gateway gateway)
    {
        var settings = Settings.Read(new ConfigurationBuilder()
            .AddCommandLine(["--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings]).Build());
        await using var database = Database.Create(settings.Database, settings.DataDirectory);
        var audit = new AuditGround(
            async () => await KeyCustody.ReadAsync(database, settings.Keys) is { } keys ? new(new CardVault(keys)) : null, []);
        await HoldsAsync(database, SandboxStatement.In(settings), audit);
    }

    /// <summary>What the journal says happened to a payment, in order.</summary>
    internal static async Task<IReadOnlyList<PaymentEvent>> JournalOfAsync(Gateway gateway, string uuid) =>
        await gateway.Reader.ReadJournalAsync((await gateway.Reader.FindAsync(new PaymentId(uuid)))!);

    /// <summary>Opens a connection to look with, never to write.</summary>
    internal static async Task<DbConnection> OpenAsync(Gateway gateway) => await gateway.Services.GetRequiredService<Database>().OpenAsync();

    private static async Task<int> HoldsAsync(Database database, Func<IAcquirerStatement>? statement, AuditGround audit)
    {
        var violations = new List<Violation>();
        var result = await new Verifier(database, statement, NeverTooLong, TimeProvider.System, audit).RunAsync(violations.Add);
        Assert.Empty(violations);
        return (int)result.Payments;
    }

    private static async Task BooksAgreeAsync(Gateway gateway, string uuid)
    {
        // The acquirer writes what it did on its own account after it has told the gateway, so the two agree a moment later.
        var acquirer = gateway.Services.GetRequiredService<IAcquirerHost>();
        await Eventually.GetAsync(
            async () => (
                Ours: AcquirerPosition.Expected((await gateway.Reader.FindAsync(new PaymentId(uuid)))!),
                Theirs: SandboxStatement.PositionOf(await acquirer.ReadAsync(uuid), acquirer.Clock.GetUtcNow())),
            seen => seen.Ours == seen.Theirs,
            $"agreement of the books about {uuid}");
    }
}
