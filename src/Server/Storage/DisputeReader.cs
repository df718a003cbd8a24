using System.Data.Common;
using System.Text;
using System.Text.Json;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage;

/// <summary>A dispute as it is listed, and what its payment was created with.</summary>
internal sealed record StoredDispute(Dispute Dispute, PaymentFacts Facts);

/// <summary>Which disputes to list.</summary>
internal sealed record DisputeQuery(DisputeStage? Stage, string? PaymentUuid, int Page, int PerPage);

/// <summary>What may be told of a piece of evidence.</summary>
/// <param name="Dispute">Whose it is.</param>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Category">What it proves.</param>
/// <param name="FileName">The file's name; <see langword="null"/> for a text.</param>
/// <param name="ContentType">The file's media type; <see langword="null"/> for a text.</param>
/// <param name="Bytes">Its size as sent.</param>
internal sealed record ListedEvidence(string Dispute, int Number, string Category, string? FileName, string? ContentType, int Bytes);

/// <summary>What the calls about disputes need to read of what is stored.</summary>
internal interface IDisputeLookup
{
    /// <summary>A dispute of an app.</summary>
    Task<StoredDispute?> FindAsync(AppId app, string id);

    /// <summary>A page of an app's disputes, newest first, and how many match.</summary>
    Task<(int Total, IReadOnlyList<StoredDispute> Page)> ListAsync(AppId app, DisputeQuery query);

    /// <summary>What may be told of the evidence of disputes, in the order in which it was brought.</summary>
    Task<ILookup<string, ListedEvidence>> ListEvidenceAsync(params IEnumerable<DisputeId> disputes);
}

/// <summary>Reads disputes and what may be told of their evidence: one SQL for both engines.</summary>
internal sealed class DisputeReader(Database database) : IDisputeLookup
{
    private const string From = "FROM disputes d JOIN payments p ON p.uuid = d.payment_uuid";

    private sealed class DisputeRow
    {
        public byte[] Body { get; init; } = [];

        public byte[] Facts { get; init; } = [];

        public StoredDispute ToDispute() => new(
            JsonSerializer.Deserialize(Body, StorageJson.Default.Dispute)!, StorageJson.ReadFacts(Facts));
    }

    private sealed class EvidenceRow
    {
        public string Dispute { get; init; } = string.Empty;

        public long Number { get; init; }

        public string Category { get; init; } = string.Empty;

        public string? FileName { get; init; }

        public string? ContentType { get; init; }

        public long Bytes { get; init; }
    }

    /// <inheritdoc/>
    public async Task<StoredDispute?> FindAsync(AppId app, string id)
    {
        await using var connection = await database.OpenAsync();
        var row = await connection.QuerySingleOrDefaultAsync<DisputeRow>(
            $"SELECT d.body AS Body, p.facts AS Facts {From} WHERE d.id = @id AND d.app_id = @app", new { id, app = app.Value });
        return row?.ToDispute();
    }

    /// <inheritdoc/>
    public async Task<(int Total, IReadOnlyList<StoredDispute> Page)> ListAsync(AppId app, DisputeQuery query)
    {
        var where = new StringBuilder("d.app_id = @app");
        if (query.Stage is not null)
        {
            where.Append(" AND d.stage = @stage");
        }

        if (query.PaymentUuid is not null)
        {
            where.Append(" AND d.payment_uuid = @payment");
        }

        var values = new
        {
            app = app.Value,
            stage = (int?)query.Stage,
            payment = query.PaymentUuid,
            limit = query.PerPage,
            offset = (query.Page - 1L) * query.PerPage,
        };
        await using var connection = await database.OpenAsync();
        var total = await connection.ExecuteScalarAsync<int>($"SELECT COUNT(*) FROM disputes d WHERE {where}", values);
        var rows = await connection.QueryAsync<DisputeRow>(
            $"SELECT d.body AS Body, p.facts AS Facts {From} WHERE {where} ORDER BY d.opened_at DESC, d.id DESC LIMIT @limit OFFSET @offset", values);
        return (total, [.. rows.Select(r => r.ToDispute())]);
    }

    /// <inheritdoc/>
    public async Task<ILookup<string, ListedEvidence>> ListEvidenceAsync(params IEnumerable<DisputeId> disputes)
    {
        var ids = new DynamicParameters();
        foreach (var (index, dispute) in disputes.Index())
        {
            ids.Add($"d{index}", dispute.Value);
        }

        await using var connection = await database.OpenAsync();
        return (await ReadEvidenceAsync(connection, ids)).ToLookup(e => e.Dispute, StringComparer.Ordinal);
    }

    private static async Task<IEnumerable<ListedEvidence>> ReadEvidenceAsync(DbConnection connection, DynamicParameters ids)
    {
        var names = string.Join(", ", ids.ParameterNames.Select(name => "@" + name));
        if (names.Length == 0)
        {
            return [];
        }

        var rows = await connection.QueryAsync<EvidenceRow>(
            $"""
            SELECT dispute_id AS Dispute, CAST(number AS BIGINT) AS Number, category AS Category, file_name AS FileName, content_type AS ContentType,
                CAST(bytes AS BIGINT) AS Bytes
            FROM evidence WHERE dispute_id IN ({names}) ORDER BY dispute_id, number
            """,
            ids);
        return rows.Select(r => new ListedEvidence(r.Dispute, (int)r.Number, r.Category, r.FileName, r.ContentType, (int)r.Bytes));
    }
}
