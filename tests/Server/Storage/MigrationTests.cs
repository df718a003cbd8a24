using Microsoft.Extensions.Configuration;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

public abstract class MigrationTests(Gateway gateway)
{
    private static readonly string[] Tables =
    [
        "payments", "events", "feed", "cards", "sealed_codes", "orders", "idempotency", "webhooks", "vault_keys", "audit", "audit_head", "wrapping_keys", "vault_register",
        "risk_marks", "risk_lists", "server_processes",
    ];

    [Fact]
    public async Task An_empty_database_gets_the_present_schema_and_a_second_time_nothing()
    {
        await using var store = await Store.CreateAsync(gateway, migrated: false);
        await Migrator.MigrateAsync(store.Database);
        await ExpectPresentAsync(store);

        var journal = store.OpenJournal();
        await Changes.AuthorisedAsync(journal);
        await Migrator.MigrateAsync(store.Database);
        await ExpectPresentAsync(store);
        Assert.Equal(1, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payments"));
        Assert.Equal(1, await store.ScalarAsync<int>("SELECT last FROM feed"));
    }

    [Fact]
    public async Task Servers_that_start_at_once_migrate_once()
    {
        await using var store = await Store.CreateAsync(gateway, migrated: false);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Migrator.MigrateAsync(store.OpenDatabase()))));
        await ExpectPresentAsync(store);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await using var store = await Store.CreateAsync(gateway);
        await store.ExecuteAsync($"INSERT INTO schema_version (version) VALUES ({Schema.Steps.Count + 1})");
        var refused = await Assert.ThrowsAsync<SettingException>(() => Migrator.MigrateAsync(store.Database));
        Assert.Equal(
            $"Tollgate:Database names a database at schema version {Schema.Steps.Count + 1}, and this server knows only up to {Schema.Steps.Count}.", refused.Message);
        Assert.Equal(Schema.Steps.Count + 1, await store.ScalarAsync<int>("SELECT MAX(version) FROM schema_version"));
    }

    [Fact]
    public async Task Servers_that_start_at_once_on_a_new_database_agree_on_its_keys()
    {
        await using var store = await Store.CreateAsync(gateway);
        var folder = Directory.CreateTempSubdirectory("tollgate-keys-");
        var path = Path.Combine(folder.FullName, "keys", "key-encryption.key");
        var settings = Settings.Read(new ConfigurationBuilder().AddCommandLine(["--Tollgate:Keys:File=" + path]).Build()).Keys;
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => KeyCustody.OpenAsync(store.OpenDatabase(), settings))));
        var vaults = opened.Select(custody => new Vault.CardVault(custody.Ring)).ToList();
        var box = vaults[0].SealText("a secret", "context");
        Assert.All(vaults, vault => Assert.Equal("a secret", vault.UnsealText(box, "context")));
        Assert.Equal(Enum.GetValues<Vault.KeyPurpose>().Length, await store.ScalarAsync<int>("SELECT COUNT(*) FROM vault_keys"));

        // The file is gone, and the database has keys: a new file would open none of its cards.
        File.Delete(path);
        var refused = await Assert.ThrowsAsync<SettingException>(() => KeyCustody.OpenAsync(store.Database, settings));
        Assert.Contains("put the file back", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Webhooks_of_before_keep_their_order_and_their_bodies()
    {
        await using var store = await Store.CreateAsync(gateway, migrated: false);
        await store.ExecuteAsync("CREATE TABLE schema_version (version INTEGER NOT NULL)");
        for (var version = 1; version <= 2; version++)
        {
            await store.ExecuteAsync(Schema.Steps[version - 1].Replace("$bytes", store.Database.BytesType, StringComparison.Ordinal));
            await store.ExecuteAsync($"INSERT INTO schema_version (version) VALUES ({version})");
        }

        // One that is delivered, one that is tried again later, one that waits for it; and one of another payment.
        var now = Store.Now.ToUnixTimeMilliseconds();
        foreach (var (payment, version, state, attempts, next) in new[] { ("ONE", 3, 1, 1, now), ("ONE", 4, 0, 2, now + 60_000), ("ONE", 5, 0, 0, now), ("TWO", 3, 0, 0, now) })
        {
            await store.ExecuteAsync(
                $"""
                INSERT INTO webhooks (payment_uuid, version, app_id, endpoint_url, body, state, attempts, next_at, created_at, last_error)
                VALUES ('{payment}', {version}, 'app-one', 'https://merchant.example/hook', CAST('{payment}{version}' AS {store.Database.BytesType}), {state}, {attempts}, {next}, {now}, NULL)
                """);
        }

        await Migrator.MigrateAsync(store.Database);

        var journal = store.OpenJournal();
        Assert.Equal(["TWO3"], await TakeAsync(Store.Now));
        Assert.Equal(["ONE4"], await TakeAsync(Store.Now.AddMinutes(1)));
        await Changes.MadeAsync(journal, new() { App = Changes.App, At = Store.Now, Deliveries = [Changes.Delivery(new("ONE"), 4, DeliveryState.Delivered, Store.Now)] });
        Assert.Equal(["ONE5"], await TakeAsync(Store.Now.AddMinutes(1)));

        async Task<IEnumerable<string>> TakeAsync(DateTimeOffset at) =>
            (await journal.TakeWebhooksAsync(at, at.AddDays(1), 10)).Select(w => System.Text.Encoding.UTF8.GetString(w.Body));
    }

    private static async Task ExpectPresentAsync(Store store)
    {
        Assert.Equal(Enumerable.Range(1, Schema.Steps.Count).Select(v => (long)v), await store.QueryAsync<long>("SELECT CAST(version AS BIGINT) FROM schema_version ORDER BY version"));
        foreach (var table in Tables)
        {
            Assert.InRange(await store.ScalarAsync<int>($"SELECT COUNT(*) FROM {table}"), 0, 3);
        }
    }
}

public sealed class MigrationOnSqlite(SqliteGateway gateway) : MigrationTests(gateway);

public sealed class MigrationOnPostgres(PostgresGateway gateway) : MigrationTests(gateway);
