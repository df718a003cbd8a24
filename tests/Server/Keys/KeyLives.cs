using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

/// <summary>What operators do to the keys of a server, and what others do to them.</summary>
public abstract class KeyLives(Gateway shared)
{
    [Fact]
    public async Task P17_the_keys_are_listed_with_their_lives_and_verified()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var (code, said) = await gateway.KeysAsync("list");
        Assert.Equal(0, code);
        var lines = said.TrimEnd('\n').Split('\n');
        Assert.Matches(@"^wrapping 1 AES-256 active: file, check value [0-9A-F]{6}, activated \S+ \S+, ends \S+ \S+$", lines[0]);
        Assert.Matches(@"^data 1 AES-256-GCM active: created \S+ \S+, activated \S+ \S+, ends \S+ \S+$", lines[1]);
        Assert.Equal(["fingerprint 2 HMAC-SHA-256 active", "digest 3 HMAC-SHA-256 active", "access 4 HMAC-SHA-256 active", "risk 5 HMAC-SHA-256 active", "audit 6 HMAC-SHA-256 active"], lines[2..7].Select(l => l.Split(':')[0]));
        Assert.Equal("The register has changed 1 times.", lines[7]);

        Assert.Equal(0, (await gateway.KeysAsync("verify")).Code);
        var ending = await gateway.KeysAsync("verify", "--Tollgate:Keys:WarnBefore=366.00:00:00");
        Assert.Contains("Key 1 (Data) comes to the end of its cryptoperiod at", ending.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P13_a_server_whose_data_key_has_ended_refuses_to_seal_and_rotation_heals_it_while_it_runs()
    {
        await using var gateway = shared.Another("--Tollgate:Keys:Cryptoperiod=00:00:00");
        await gateway.InitializeAsync();
        var refused = await gateway.PostAsync("/api/v2/cards/charges", Wire.Json(Requests.Charge(), RequestJson.Default.ChargeRequest));
        Assert.Equal(503, refused.Status);
        Assert.Contains("end of its cryptoperiod", gateway.Log, StringComparison.Ordinal);
        await Eventually.GetAsync(() => Task.FromResult(gateway.Log), log => log.Contains("Critical Key 1 (Data) came to the end of its cryptoperiod", StringComparison.Ordinal), "the alert");

        Assert.Contains("Key 7 (Data) is active since", (await gateway.KeysAsync("rotate data")).Said, StringComparison.Ordinal);
        await Eventually.GetAsync(
            async () => (await gateway.PostAsync("/api/v2/cards/charges", Wire.Json(Requests.Charge(), RequestJson.Default.ChargeRequest))).Status, status => status == 200, "a charge under the new key");
    }

    [Fact]
    public async Task The_key_file_is_replaced_under_a_running_server_and_the_old_one_opens_nothing()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var file = Path.Combine(gateway.DataDirectory, "keys", "key-encryption.key");
        var token = (await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client)).Token;
        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("Everything is wrapped by key encryption key 2 (file", (await gateway.KeysAsync("rotate wrapping")).Said, StringComparison.Ordinal);
        var after = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.NotEqual(before, after);
        Assert.Empty(Waiting());

        // It goes on, and learns new keys: the file in the place of the old one is taken.
        await gateway.KeysAsync("rotate data");
        await Eventually.GetAsync(() => Task.FromResult(gateway.Services.GetRequiredService<KeyRing>().ActiveDataKey), key => key == 7, "the new data key");
        Assert.NotNull(token);
        await gateway.StopAsync();
        await gateway.StartAsync();
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.ChargeAsync(Requests.Charge())).Status);

        // As if the operator had been cut off between the database and the file: the new one waits, and is taken.
        var checkValue = gateway.Services.GetRequiredService<KeyRing>().Held!.Register.Current.CheckValue;
        await gateway.StopAsync();
        File.Move(file, $"{file}.next-{checkValue}");
        OwnFile.Create(file, before);
        await gateway.StartAsync();
        Assert.Equal(after, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Empty(Waiting());

        // Or as if it had brought the new one to this machine before another one rotated.
        await gateway.StopAsync();
        File.Move(file, file + ".next");
        OwnFile.Create(file, before);
        await gateway.StartAsync();
        Assert.Equal(after, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Empty(Waiting());

        // The old file opens nothing, and both are named.
        await gateway.StopAsync();
        await File.WriteAllTextAsync(file, before, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<VaultException>(gateway.StartAsync);
        Assert.Contains("and what was given is another one", refused.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, after, TestContext.Current.CancellationToken);
        await gateway.StartAsync();

        IEnumerable<string> Waiting() => Directory.EnumerateFiles(Path.GetDirectoryName(file)!, "*.next*");
    }

    [Fact]
    public async Task One_process_at_a_time_replaces_the_key_file_and_none_moves_the_file_of_another()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var file = Path.Combine(gateway.DataDirectory, "keys", "key-encryption.key");
        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        string checkValue;
        using (var other = NextKeyFile.Take(file))
        {
            checkValue = other.Key.CheckValue;
            var refused = await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("rotate wrapping"));
            Assert.StartsWith($"Another process replaces the key file {file} at this moment, and nothing was done", refused.Message, StringComparison.Ordinal);
            Assert.Null(NextKeyFile.Promote(file, checkValue == "000000" ? "000001" : "000000"));
            Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }

        // It was cut off before the database knew its key: that one is taken.
        Assert.Contains($"key encryption key 2 (file, check value {checkValue})", (await gateway.KeysAsync("rotate wrapping")).Said, StringComparison.Ordinal);
        Assert.NotEqual(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Null(NextKeyFile.Promote(file, checkValue));
    }

    [Fact]
    public async Task P14_a_key_that_somebody_brought_back_is_not_used_by_who_runs_and_stops_who_starts()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await gateway.KeysAsync("rotate fingerprint");
        var database = gateway.Services.GetRequiredService<Database>();
        var rotated = (await KeyReader.ReadAsync(database))!;
        await gateway.KeysAsync("destroy 2", "--Tollgate:Keys:Quarantine=00:00:00");
        var destroyed = (await KeyReader.ReadAsync(database))!;
        Assert.Empty(destroyed.Keys[1].Wrapped);
        await Eventually.GetAsync(() => Task.FromResult(gateway.Services.GetRequiredService<KeyRing>().Held!.Register.Serial), serial => serial == destroyed.Serial, "the server's hearing of it");

        // The row as it was, from a backup; and then, as that is noticed only with the next change, the change's number.
        await using (var connection = await database.OpenAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("UPDATE vault_keys SET state = 2, wrapped = @Wrapped, destroyed_at = NULL WHERE id = 2", new { rotated.Keys[1].Wrapped });
            await connection.ExecuteAsync("UPDATE vault_register SET serial = serial + 1");
        }

        await Eventually.GetAsync(() => Task.FromResult(gateway.Log), log => log.Contains("Critical The register of keys cannot be followed", StringComparison.Ordinal), "the alert");
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.ChargeAsync(Requests.Charge())).Status);
        await gateway.StopAsync();
        Assert.Contains("its seal does not fit", (await Assert.ThrowsAsync<VaultException>(gateway.StartAsync)).Message, StringComparison.Ordinal);

        await using (var connection = await Database.Create(gateway.DatabaseSettings.FirstOrDefault()?.Split('=', 2)[1], gateway.DataDirectory).OpenAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("UPDATE vault_keys SET state = 3, wrapped = @Wrapped, destroyed_at = @at WHERE id = 2", new { destroyed.Keys[1].Wrapped, at = destroyed.Keys[1].DestroyedAt!.Value.ToUnixTimeMilliseconds() });
            await connection.ExecuteAsync("UPDATE vault_register SET serial = serial - 1");
        }

        await gateway.StartAsync();
    }

    [Fact]
    public async Task A_key_that_is_used_or_was_a_moment_ago_is_not_destroyed()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        Assert.Equal("Key 2 is active: rotate, and destroy it then.", (await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 2"))).Message);
        Assert.Equal("There is no key 9.", (await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 9"))).Message);
        await gateway.KeysAsync("rotate fingerprint");
        Assert.Contains("a server that stood still may not know it yet", (await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 2"))).Message, StringComparison.Ordinal);
    }
}

public sealed class KeyLivesOnSqlite(SqliteGateway gateway) : KeyLives(gateway);

public sealed class KeyLivesOnPostgres(PostgresGateway gateway) : KeyLives(gateway);
