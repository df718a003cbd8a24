using Dapper;
using Tollgate.Core;

namespace Tollgate.Server.Storage;

/// <summary>A discrepancy as it is stored, with what the file's record says.</summary>
/// <param name="Found">What was found.</param>
/// <param name="Cost">What the record says was kept on the way; nothing without a record.</param>
/// <param name="FoundAt">When.</param>
/// <param name="ResolvedAt">When it was resolved, if it is.</param>
/// <param name="How">How it was resolved.</param>
/// <param name="Note">What the operator said to that.</param>
internal sealed record StoredDiscrepancy(NewDiscrepancy Found, long Cost, DateTimeOffset FoundAt, DateTimeOffset? ResolvedAt, string? How, string? Note);

/// <summary>What clearing needs to read of what is stored.</summary>
internal interface IClearingLookup
{
    /// <summary>The digest of a file whose import has begun.</summary>
    Task<byte[]?> FindFileAsync(string id);

    /// <summary>The lines of a file that were dealt with.</summary>
    Task<IReadOnlySet<int>> ReadLinesAsync(string file);

    /// <summary>Whether a discrepancy is there and open.</summary>
    Task<bool> IsOpenAsync(string discrepancy);

    /// <summary>A discrepancy.</summary>
    Task<StoredDiscrepancy?> FindAsync(string id);

    /// <summary>What is open though it is known by now: missing here, of payments that have a capture; missing there, of payments that have settled.</summary>
    Task<IReadOnlyList<StoredDiscrepancy>> ListKnownByNowAsync(int limit);

    /// <summary>Captured and not settled since before an instant, longest first; but for those that the operator has heard of already.</summary>
    Task<IReadOnlyList<(PaymentId Payment, DateTimeOffset Since)>> ListUnsettledAsync(DateTimeOffset before, int limit);
}

/// <summary>Reads clearing files and discrepancies: one hand-written SQL for both engines.</summary>
internal sealed class ClearingReader(Database database) : IClearingLookup
{
    private const string Select = """
        SELECT d.id AS Id, CAST(d.kind AS BIGINT) AS Kind, d.file_id AS FileId, CAST(d.line AS BIGINT) AS Line, d.payment_uuid AS PaymentUuid, d.operation AS Operation,
            d.ours AS Ours, d.theirs AS Theirs, d.currency AS Currency, r.cost AS Cost, d.found_at AS FoundAt, d.resolved_at AS ResolvedAt, d.resolution AS Resolution,
            d.note AS Note
        FROM discrepancies d LEFT JOIN clearing_records r ON r.file_id = d.file_id AND r.line = d.line
        """;

    private const string Unsettled = """
        FROM payments p WHERE p.unsettled_since IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM discrepancies d WHERE d.payment_uuid = p.uuid AND (d.kind = 2 OR d.resolved_at IS NULL))
        """;

    private sealed class DiscrepancyRow
    {
        public string Id { get; init; } = string.Empty;

        public long Kind { get; init; }

        public string? FileId { get; init; }

        public long? Line { get; init; }

        public string PaymentUuid { get; init; } = string.Empty;

        public string Operation { get; init; } = string.Empty;

        public long? Ours { get; init; }

        public long? Theirs { get; init; }

        public string Currency { get; init; } = string.Empty;

        public long? Cost { get; init; }

        public long FoundAt { get; init; }

        public long? ResolvedAt { get; init; }

        public string? Resolution { get; init; }

        public string? Note { get; init; }
    }

    private sealed class UnsettledRow
    {
        public string Uuid { get; init; } = string.Empty;

        public long Since { get; init; }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> FindFileAsync(string id)
    {
        await using var connection = await database.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<byte[]>("SELECT digest FROM clearing_files WHERE id = @id", new { id });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<int>> ReadLinesAsync(string file)
    {
        await using var connection = await database.OpenAsync();
        return (await connection.QueryAsync<long>("SELECT CAST(line AS BIGINT) FROM clearing_records WHERE file_id = @file", new { file })).Select(l => (int)l).ToHashSet();
    }

    /// <inheritdoc/>
    public async Task<bool> IsOpenAsync(string discrepancy)
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long?>("SELECT 1 FROM discrepancies WHERE id = @id AND resolved_at IS NULL", new { id = discrepancy }) is not null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredDiscrepancy>> ListKnownByNowAsync(int limit) => QueryAsync(
        $"""
        {Select} JOIN payments p ON p.uuid = d.payment_uuid
        WHERE d.resolved_at IS NULL AND ((d.kind = 1 AND p.status NOT IN (0, 1, 4, 10)) OR (d.kind = 2 AND p.unsettled_since IS NULL)) ORDER BY d.found_at, d.id LIMIT @limit
        """,
        new { limit });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(PaymentId Payment, DateTimeOffset Since)>> ListUnsettledAsync(DateTimeOffset before, int limit)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<UnsettledRow>(
            $"SELECT p.uuid AS Uuid, p.unsettled_since AS Since {Unsettled} AND p.unsettled_since <= @before ORDER BY p.unsettled_since LIMIT @limit",
            new { before = before.ToUnixTimeMilliseconds(), limit });
        return [.. rows.Select(r => (new PaymentId(r.Uuid), DateTimeOffset.FromUnixTimeMilliseconds(r.Since)))];
    }

    /// <inheritdoc/>
    public async Task<StoredDiscrepancy?> FindAsync(string id) => (await QueryAsync($"{Select} WHERE d.id = @id", new { id })).SingleOrDefault();

    /// <summary>Discrepancies, oldest first.</summary>
    public Task<IReadOnlyList<StoredDiscrepancy>> ListAsync(bool openOnly, int limit) => QueryAsync(
        $"{Select} {(openOnly ? "WHERE d.resolved_at IS NULL" : string.Empty)} ORDER BY d.found_at, d.id LIMIT @limit", new { limit });

    private async Task<IReadOnlyList<StoredDiscrepancy>> QueryAsync(string sql, object values)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<DiscrepancyRow>(sql, values);
        return
        [
            .. rows.Select(r => new StoredDiscrepancy(
                new(r.Id, (DiscrepancyKind)r.Kind, r.FileId, (int?)r.Line, r.PaymentUuid, r.Operation, r.Ours, r.Theirs, r.Currency),
                r.Cost ?? 0,
                DateTimeOffset.FromUnixTimeMilliseconds(r.FoundAt),
                r.ResolvedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
                r.Resolution,
                r.Note)),
        ];
    }
}
