using System.Net.Sockets;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Keys;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Break;

/// <summary>Keys that are rotated, destroyed and brought at the worst moment, and rows that were changed by who has no key.</summary>
public abstract class BrokenKeys(Gateway shared)
{
    private const string NoQuarantine = "--Tollgate:Keys:Quarantine=00:00:00";

    [Fact]
    public async Task An_app_whose_row_was_changed_keeps_no_secret_of_another_one_from_being_revoked()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var (changed, other) = (await gateway.Client.RegisterAppAsync(), await gateway.Client.RegisterAppAsync());
        await using (var connection = await Proof.OpenAsync(gateway))
        {
            await connection.ExecuteAsync("UPDATE apps SET sealed = (SELECT sealed FROM apps WHERE id = @other) WHERE id = @changed", new { changed = changed.AppId, other = other.AppId });
            await connection.ExecuteAsync("UPDATE app_versions SET version = version + 1");
        }

        await gateway.Services.GetRequiredService<AppDirectory>().RefreshAsync();
        var desk = gateway.Services.GetRequiredService<AppDesk>();
        await desk.RevokeAsync(new(AuditActor.Operator, null), new(other.AppId), other.SecretId);
        var registry = gateway.Services.GetRequiredService<AppRegistry>();
        Assert.Null(registry.Find(other.AppId, other.SecretKey.Expose()));
        Assert.Null(registry.Find(changed.AppId, changed.SecretKey.Expose()));
        Assert.Contains(changed.AppId, gateway.Log, StringComparison.Ordinal);
        await using var left = await Proof.OpenAsync(gateway);
        await left.ExecuteAsync("DELETE FROM apps WHERE id = @changed", new { changed = changed.AppId });
    }

    [Fact]
    public async Task Shares_of_a_set_that_was_replaced_meanwhile_do_not_stand_in_the_way_of_the_new_ones()
    {
        await using var place = await EmptyPlace.CreateAsync(shared);
        var output = new StringWriter();
        using var custodians = new Custodians(output);
        await KeyVerbs.RunAsync(["ceremony", "--shares", "3", "--threshold", "2", .. place.Arguments], custodians, output);
        using var custody = await KeyCustody.OpenAsync(place.Migrated, place.Settings.Keys);
        Assert.Equal(1, (await custody.TakeAsync(custodians.Shares[0], DateTimeOffset.UtcNow)).Needed);

        // Elsewhere a new ceremony is held before the second custodian comes.
        var own = Directory.CreateTempSubdirectory("tollgate-shares-").FullName;
        try
        {
            var old = Enumerable.Range(0, 2).Select(n => Path.Combine(own, "old" + n)).ToArray();
            var fresh = Enumerable.Range(0, 3).Select(n => Path.Combine(own, "new" + n)).ToArray();
            for (var i = 0; i < old.Length; i++)
            {
                OwnFile.Create(old[i], custodians.Shares[i].Expose());
            }

            await KeyVerbs.RunAsync(
                ["rotate", "wrapping", "--shares", "3", "--threshold", "2", "--files", string.Join(',', fresh), .. place.Arguments, "--Tollgate:Keys:ShareFiles=" + string.Join(',', old)], TextReader.Null, TextWriter.Null);
            var shares = fresh.Select(f => KeyShare.Parse(File.ReadAllText(f))).ToArray();
            Assert.Equal(1, (await custody.TakeAsync(shares[0], DateTimeOffset.UtcNow)).Needed);
            Assert.Equal(0, (await custody.TakeAsync(shares[1], DateTimeOffset.UtcNow)).Needed);
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    [Fact]
    public async Task A_fingerprint_key_that_cards_need_is_not_destroyed_though_another_was_retired_after_it()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await gateway.Client.ChargeAsync(Requests.Charge());
        await gateway.StopAsync();
        await gateway.KeysAsync("rotate fingerprint");
        await gateway.KeysAsync("rotate fingerprint");
        Assert.Contains("Key 2 is needed yet: 1 of fingerprints of cards", (await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 2", NoQuarantine))).Message, StringComparison.Ordinal);
        Assert.Contains("Key 7 (Fingerprint) is destroyed: nothing needed it any more", (await gateway.KeysAsync("destroy 7", NoQuarantine)).Said, StringComparison.Ordinal);
        Assert.Equal((1, "fingerprints of cards: 1 under key 2\n"), await gateway.KeysAsync("progress"));
        await gateway.StartAsync();
        await Eventually.GetAsync(async () => (await gateway.KeysAsync("progress")).Code, code => code == 0, "the last fingerprint");
    }

    [Fact]
    public async Task What_was_lost_with_its_key_keeps_nothing_else_from_being_exported_or_rotated()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var lost = await gateway.Client.ChargeAsync(Requests.Charge());
        await gateway.StopAsync();
        await gateway.KeysAsync("rotate data");
        await gateway.KeysAsync("destroy 1 --shred yes", NoQuarantine);
        await gateway.StartAsync();
        var kept = await gateway.Client.ChargeAsync(Requests.Charge());
        await gateway.KeysAsync("rotate fingerprint");
        var before = (await gateway.Reader.FindCardAsync(new(lost.Token!.Id)))!.Facts.Card.Fingerprint;
        await Eventually.GetAsync(async () => (await gateway.Reader.FindCardAsync(new(kept.Token!.Id)))!.Facts.Card.Fingerprint, print => print != before, "the new fingerprint of the card that is left");
        Assert.Equal(0, (await gateway.KeysAsync("progress")).Code);
        await gateway.KeysAsync("destroy 2", NoQuarantine);
        var (key, file) = (Path.Combine(gateway.DataDirectory, "recipient.pem"), Path.Combine(gateway.DataDirectory, "export"));
        await VaultAsync(gateway, "recipient", "--to", key);
        Assert.StartsWith("1 cards are in", await VaultAsync(gateway, "export", "--for", key, "--to", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_done_to_keys_is_done_with_its_entry_of_the_audit_log_or_not_at_all()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await gateway.Client.ChargeAsync(Requests.Charge());
        await gateway.KeysAsync("rotate fingerprint");
        await Eventually.GetAsync(async () => (await gateway.KeysAsync("progress")).Code, code => code == 0, "the new fingerprints");
        await gateway.StopAsync();
        await using var database = Database.Create(gateway.DatabaseSettings.FirstOrDefault()?.Split('=', 2)[1], gateway.DataDirectory);
        var before = (await KeyReader.ReadAsync(database))!.Serial;
        await RunAsync("ALTER TABLE audit RENAME TO audit_away");
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.KeysAsync("destroy 2", NoQuarantine));
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.KeysAsync("rotate data"));
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.KeysAsync("rotate wrapping"));
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.KeysAsync("shred --app app-sandbox"));
        await RunAsync("ALTER TABLE audit_away RENAME TO audit");
        Assert.Equal(before, (await KeyReader.ReadAsync(database))!.Serial);
        await using (var connection = await database.OpenAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM cards WHERE sealed IS NOT NULL"));
        }

        await gateway.StartAsync();

        async Task RunAsync(string sql)
        {
            await using var connection = await database.OpenAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync(sql);
        }
    }

    [Fact]
    public async Task Cards_that_could_not_be_destroyed_yet_are_told_of()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await gateway.Client.ChargeAsync(Requests.Charge());
        await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);
        Assert.Equal((1, "1 card numbers of app-sandbox are destroyed. 1 are left, with which payments are pending: do it again when they are not.\n"), await gateway.KeysAsync("shred --app app-sandbox"));
    }

    [Fact]
    public async Task A_door_at_which_too_many_wait_is_not_taken_away()
    {
        var folder = Directory.CreateTempSubdirectory("tg-").FullName;
        var path = Path.Combine(folder, "unlock-1.sock");
        using var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        door.Bind(new UnixDomainSocketEndPoint(path));
        door.Listen(0);
        using var before = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await before.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<VaultException>(() => UnlockDoor.BringAsync(path, KeyShares.Generate(2, 2).Shares[0]));
        Assert.Contains("is busy", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        door.Dispose();
        Assert.Null(await UnlockDoor.BringAsync(path, KeyShares.Generate(2, 2).Shares[0]));
        Assert.False(File.Exists(path));
        Directory.Delete(folder);
    }

    private static async Task<string> VaultAsync(Gateway gateway, params string[] verb)
    {
        using var output = new StringWriter();
        Assert.Equal(0, await VaultVerbs.RunAsync([.. verb, "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings, .. AppsOfTests.Settings], output));
        return output.ToString();
    }
}

public sealed class BrokenKeysOnSqlite(SqliteGateway gateway) : BrokenKeys(gateway);

public sealed class BrokenKeysOnPostgres(PostgresGateway gateway) : BrokenKeys(gateway)
{
    private readonly PostgresGateway shared = gateway;

    [Fact]
    public async Task Two_rotations_of_the_key_file_at_once_lose_no_key()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await gateway.StopAsync();
        await using var database = Database.Create(gateway.DatabaseSettings.FirstOrDefault()?.Split('=', 2)[1], gateway.DataDirectory);
        await using var one = await database.OpenAsync(TestContext.Current.CancellationToken);
        var auditLock = await one.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await one.ExecuteAsync("LOCK TABLE audit IN SHARE MODE");
        var a = Task.Run(() => gateway.KeysAsync("rotate wrapping"));
        await Eventually.GetAsync(
            () => one.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'audit' AND NOT l.granted"), waiting => waiting == 1, "A's commit");
        await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("rotate wrapping"));
        await auditLock.RollbackAsync(TestContext.Current.CancellationToken);
        await a;
        await gateway.StartAsync();
    }
}
