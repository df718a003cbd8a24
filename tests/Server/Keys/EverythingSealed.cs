using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

/// <summary>Everything that the vault seals is known to the rotation, wherever it is stored.</summary>
public abstract partial class EverythingSealed(Gateway shared)
{
    /// <summary>The columns of bytes in which nothing is sealed by a data key. Whoever adds a column of bytes says in which of the two lists it is.</summary>
    private static readonly string[] NeverSealed =
    [
        // Facts, states and bodies: a header inside a payment's facts is found by SealedColumns.FactsNeedle.
        "payments.facts", "payments.state", "cards.facts", "cards.agreement", "events.body", "disputes.body", "idempotency.body", "risk_marks.body", "webhook_bodies.body",

        // Digests.
        "orders.digest", "idempotency.key_digest", "idempotency.request_digest", "clearing_files.digest", "app_secrets.digest", "audit.previous", "audit.hash", "audit_head.hash",

        // Keys, which the key encryption key wraps.
        "vault_keys.wrapped", "vault_register.wrapped_seal", "vault_register.seal",
    ];

    [Fact]
    public async Task Every_column_of_bytes_is_sealed_anew_by_a_rotation_or_has_nothing_sealed_in_it()
    {
        await using var connection = await Proof.OpenAsync(shared);
        var columns = (await ColumnsAsync(connection)).Where(c => c.IsBytes).Select(c => $"{c.Table}.{c.Column}");
        Assert.Equal(
            SealedColumns.All.Select(c => $"{c.Table}.{c.Column}").Concat(NeverSealed).Order(StringComparer.Ordinal),
            columns.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task P13_what_was_sealed_in_any_column_before_a_rotation_is_sealed_by_the_new_key_and_opens_to_the_same()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await FillAsync(gateway, receiver.Url);
        var before = await OpenAllAsync(gateway);
        Assert.Equal(SealedColumns.All.Select(c => $"{c.Table}.{c.Column}").Append("payments.facts").ToHashSet(), before.Select(b => b.Where).ToHashSet());
        Assert.All(before, b => Assert.Equal(1, b.Key));

        // Where the boxes of a key are is known by looking at every cell there is.
        Assert.Equal(before.Select(b => b.Where).ToHashSet(), await FindBoxesAsync(gateway, 1));

        await gateway.KeysAsync("rotate data");
        await Eventually.GetAsync(
            () => gateway.Services.GetRequiredService<SealedReader>().CountAsync(), counts => counts.All(c => c.Key == 7), "everything under the new key");

        var after = await OpenAllAsync(gateway);
        Assert.All(after, a => Assert.Equal(7, a.Key));
        Assert.Equal(before.Select(b => (b.Where, b.Context, b.Plain)).Order(), after.Select(a => (a.Where, a.Context, a.Plain)).Order());
        Assert.Empty(await FindBoxesAsync(gateway, 1));
        Assert.Equal(before.Select(b => b.Where).ToHashSet(), await FindBoxesAsync(gateway, 7));
    }

    /// <summary>Has something sealed in every column.</summary>
    private static async Task FillAsync(Gateway gateway, string url)
    {
        await gateway.Client.AddWebhookEndpointAsync(new() { EndpointUrl = url + "/further", AuthorizationHeader = "Bearer of-the-endpoint" });
        await gateway.Client.RotateWebhookSecretAsync();
        await gateway.Client.RegisterAppAsync();
        await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = url, AuthorizationHeader = "Bearer of-the-payment" } });
        await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);
        var dispute = await gateway.Client.OpenDisputeAsync();
        using var wire = new Wire(gateway);
        Assert.Equal("200", (await wire.EvidenceAsync(dispute.Id, """{"other":"It was delivered.","receipt":"Paid in full."}""", "once")).Verdict);
    }

    /// <summary>Everything that the rotation knows, opened: where, for what, by which key, and what it is.</summary>
    private static async Task<IReadOnlyList<(string Where, string Context, int Key, string Plain)>> OpenAllAsync(Gateway gateway)
    {
        var (reader, vault) = (gateway.Services.GetRequiredService<SealedReader>(), gateway.Services.GetRequiredService<CardVault>());
        var opened = new List<(string, string, int, string)>();
        foreach (var column in SealedColumns.All)
        {
            opened.AddRange((await reader.ListAsync(column, key: 0, string.Empty, 1000)).Select(
                r => ($"{column.Table}.{column.Column}", r.Context, CardVault.KeyOf(r.Sealed), vault.UnsealText(r.Sealed, r.Context))));
        }

        opened.AddRange((await reader.ListFactsAsync(string.Empty, 1000)).Found.Select(
            f => ("payments.facts", f.Payment, CardVault.KeyOf(f.Sealed), vault.UnsealText(f.Sealed, WebhookComposer.SealingContext(f.App, f.Payment)))));
        return opened;
    }

    /// <summary>The columns of the whole database in which a box of a key is: as bytes that begin with its id, or as base64 of such inside something else.</summary>
    private static async Task<HashSet<string>> FindBoxesAsync(Gateway gateway, int key)
    {
        await using var connection = await Proof.OpenAsync(gateway);
        var found = new HashSet<string>();
        foreach (var (table, column, _) in await ColumnsAsync(connection))
        {
            foreach (var cell in await connection.QueryAsync<object>($"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"))
            {
                var value = ((IDictionary<string, object>)cell)[column];
                if ((value is byte[] bytes && IsBox(bytes, key)) || Base64InQuotes().Matches(value as string ?? (value is byte[] raw ? Encoding.Latin1.GetString(raw) : string.Empty)).Any(m => IsBox(m.Groups[1].Value, key)))
                {
                    found.Add($"{table}.{column}");
                    break;
                }
            }
        }

        return found;
    }

    private static bool IsBox(string text, int key) => Base64.IsValid(text) && IsBox(Convert.FromBase64String(text), key);

    /// <summary>A key's id, a nonce and a tag at least.</summary>
    private static bool IsBox(byte[] bytes, int key) => bytes.Length >= 32 && CardVault.KeyOf(bytes) == key;

    private static async Task<IReadOnlyList<(string Table, string Column, bool IsBytes)>> ColumnsAsync(System.Data.Common.DbConnection connection) =>
    [
        .. (await connection.QueryAsync<(string Table, string Column, string Type)>(connection is Npgsql.NpgsqlConnection
            ? "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            : "SELECT m.name, c.name, lower(c.type) FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"))
            .Select(c => (c.Table, c.Column, c.Type is "bytea" or "blob")),
    ];

    [GeneratedRegex("""
        "([A-Za-z0-9+/]{44,}={0,2})"
        """)]
    private static partial Regex Base64InQuotes();
}

public sealed class EverythingSealedOnSqlite(SqliteGateway gateway) : EverythingSealed(gateway);

public sealed class EverythingSealedOnPostgres(PostgresGateway gateway) : EverythingSealed(gateway);
