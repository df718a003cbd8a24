using Dapper;
using Tollgate.Core;
using Tollgate.Vault;

namespace Tollgate.Server.Storage;

/// <summary>A row with something sealed in it.</summary>
/// <param name="Place">Where it is, in the order in which rows are walked.</param>
/// <param name="Context">What it is sealed for.</param>
/// <param name="Sealed">What is sealed.</param>
internal readonly record struct SealedRow(string Place, string Context, byte[] Sealed);

/// <summary>A payment in whose facts a header is sealed.</summary>
/// <param name="Payment">Which.</param>
/// <param name="App">Whose.</param>
/// <param name="Sealed">The header, sealed.</param>
/// <param name="Facts">The facts, as they are stored.</param>
internal sealed record SealedFacts(string Payment, string App, byte[] Sealed, byte[] Facts);

/// <summary>Reads what is sealed, and with which key: one hand-written SQL for both engines, but for how bytes are looked for in bytes.</summary>
internal sealed class SealedReader(Database database)
{
    private sealed class SealedDapperRow
    {
        public string Place { get; init; } = string.Empty;

        public string App { get; init; } = string.Empty;

        public string Detail { get; init; } = string.Empty;

        public byte[] Sealed { get; init; } = [];
    }

    private sealed class FactsRow
    {
        public string Uuid { get; init; } = string.Empty;

        public string AppId { get; init; } = string.Empty;

        public byte[] Facts { get; init; } = [];
    }

    private sealed class CardRow
    {
        public string Token { get; init; } = string.Empty;

        public string App { get; init; } = string.Empty;

        public byte[] Sealed { get; init; } = [];

        public byte[] Facts { get; init; } = [];
    }

    /// <summary>Rows of a column that are sealed with another key than one, from a place on.</summary>
    public async Task<IReadOnlyList<SealedRow>> ListAsync(SealedColumn column, int key, string from, int limit)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<SealedDapperRow>(
            $"""
            SELECT t.{column.Place} AS Place, {column.App} AS App, {column.Detail} AS Detail, t.{column.Column} AS Sealed
            FROM {column.Table} t {column.Join}
            WHERE t.{column.Place} >= @from AND t.{column.Column} IS NOT NULL AND substr(t.{column.Column}, 1, 4) <> @key
            ORDER BY t.{column.Place} LIMIT @limit
            """,
            new { from, key = Prefix(key), limit });
        return [.. rows.Select(r => new SealedRow(r.Place, column.Context(r.Place, r.App, r.Detail), r.Sealed))];
    }

    /// <summary>Payments with a sealed header in their facts, after one; and the last payment that was looked at, <see langword="null"/> when it was the last of all.</summary>
    public async Task<(IReadOnlyList<SealedFacts> Found, string? Last)> ListFactsAsync(string after, int limit)
    {
        await using var connection = await database.OpenAsync();
        var holds = database is PostgresDatabase ? "position(@needle in p.facts) > 0" : "instr(p.facts, @needle) > 0";
        var rows = (await connection.QueryAsync<FactsRow>(
            $"""
            SELECT p.uuid AS Uuid, p.app_id AS AppId, p.facts AS Facts FROM payments p
            WHERE p.uuid > @after AND {holds} ORDER BY p.uuid LIMIT @limit
            """,
            new { after, needle = SealedColumns.FactsNeedle, limit })).AsList();
        var found = rows.Select(r => StorageJson.ReadFacts(r.Facts).Webhook?.SealedAuthorization is { } box ? new SealedFacts(r.Uuid, r.AppId, box, r.Facts) : null);
        return ([.. found.OfType<SealedFacts>()], rows.Count == limit ? rows[^1].Uuid : null);
    }

    /// <summary>Cards with their numbers and stored facts, after one.</summary>
    public async Task<IReadOnlyList<(string Token, string App, byte[] Sealed, byte[] Facts)>> ListCardsAsync(string after, int limit)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<CardRow>(
            "SELECT token_id AS Token, app_id AS App, sealed AS Sealed, facts AS Facts FROM cards WHERE token_id > @after AND sealed IS NOT NULL ORDER BY token_id LIMIT @limit",
            new { after, limit });
        return [.. rows.Select(r => (r.Token, r.App, r.Sealed, r.Facts))];
    }

    /// <summary>How much is sealed with each key, where.</summary>
    public async Task<IReadOnlyList<(string Where, int Key, long Count)>> CountAsync()
    {
        var counts = new List<(string, int, long)>();
        await using var connection = await database.OpenAsync();
        foreach (var column in SealedColumns.All)
        {
            var rows = await connection.QueryAsync<(byte[] Key, long Count)>(
                $"SELECT substr(t.{column.Column}, 1, 4), COUNT(*) FROM {column.Table} t WHERE t.{column.Column} IS NOT NULL GROUP BY substr(t.{column.Column}, 1, 4)");
            counts.AddRange(rows.Select(r => (column.Table, CardVault.KeyOf(r.Key), r.Count)));
        }

        var facts = new Dictionary<int, long>();
        for (var (after, more) = (string.Empty, true); more;)
        {
            var (found, last) = await ListFactsAsync(after, 1000);
            foreach (var payment in found)
            {
                var key = CardVault.KeyOf(payment.Sealed);
                facts[key] = facts.GetValueOrDefault(key) + 1;
            }

            (after, more) = (last ?? string.Empty, last is not null);
        }

        counts.AddRange(facts.Select(f => ("payments", f.Key, f.Value)));
        return counts;
    }

    /// <summary>Card tokens that no payment has used since an instant, and that have numbers yet.</summary>
    public async Task<IReadOnlyList<(CardToken Token, AppId App)>> ListUnusedAsync(DateTimeOffset since, int limit)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<(string Token, string App)>(
            """
            SELECT c.token_id, c.app_id FROM cards c
            WHERE c.sealed IS NOT NULL AND c.created_at < @since AND c.token_id NOT IN (SELECT p.token_id FROM payments p WHERE p.created_at >= @since OR p.status = 0)
            LIMIT @limit
            """,
            new { since = since.ToUnixTimeMilliseconds(), limit });
        return [.. rows.Select(r => (new CardToken(r.Token), new AppId(r.App)))];
    }

    private static byte[] Prefix(int key) => [(byte)(key >> 24), (byte)(key >> 16), (byte)(key >> 8), (byte)key];
}
