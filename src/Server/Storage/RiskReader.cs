using Dapper;
using Tollgate.Server.Risk;

namespace Tollgate.Server.Storage;

/// <summary>What a mark counts.</summary>
internal enum RiskMarkKind
{
    /// <summary>An attempt.</summary>
    Attempt = 0,

    /// <summary>A decline.</summary>
    Decline = 1,

    /// <summary>A decline after which the card must not be tried again.</summary>
    NeverAgain = 2,
}

/// <summary>What is to be counted of a payment's event.</summary>
/// <param name="Version">Of which event.</param>
/// <param name="Kind">What it counts.</param>
/// <param name="Body">Under which digests.</param>
internal sealed record RiskMark(int Version, RiskMarkKind Kind, byte[] Body);

/// <summary>A mark as it is stored.</summary>
internal sealed record StoredRiskMark(string Payment, int Version, string App, long At, RiskMarkKind Kind, byte[] Body);

/// <summary>Reads what is counted against abuse, and the lists: one SQL for both engines.</summary>
internal sealed class RiskReader(Database database)
{
    private const string Columns = "payment_uuid AS Payment, CAST(version AS BIGINT) AS Version, app_id AS App, at AS At, CAST(kind AS BIGINT) AS Kind, body AS Body";

    private sealed class MarkRow
    {
        public string Payment { get; init; } = string.Empty;

        public long Version { get; init; }

        public string App { get; init; } = string.Empty;

        public long At { get; init; }

        public long Kind { get; init; }

        public byte[] Body { get; init; } = [];

        public StoredRiskMark ToMark() => new(Payment, (int)Version, App, At, (RiskMarkKind)Kind, Body);
    }

    private sealed class EntryRow
    {
        public string Id { get; init; } = string.Empty;

        public string App { get; init; } = string.Empty;

        public long Allowed { get; init; }

        public string Kind { get; init; } = string.Empty;

        public string Value { get; init; } = string.Empty;

        public string Reason { get; init; } = string.Empty;

        public long CreatedAt { get; init; }

        public long? ExpiresAt { get; init; }
    }

    /// <summary>What still counts, so many of each at most, in order of time; what must never be tried again counts for ever.</summary>
    public async IAsyncEnumerable<StoredRiskMark> ReadMarksAsync(DateTimeOffset attemptsFrom, DateTimeOffset declinesFrom, int limit)
    {
        await using var connection = await database.OpenAsync();
        foreach (var (kind, from) in new[] { (RiskMarkKind.NeverAgain, DateTimeOffset.UnixEpoch), (RiskMarkKind.Decline, declinesFrom), (RiskMarkKind.Attempt, attemptsFrom) })
        {
            var rows = connection.QueryUnbufferedAsync<MarkRow>(
                $"SELECT * FROM (SELECT {Columns} FROM risk_marks WHERE kind = @kind AND at > @from ORDER BY at DESC LIMIT @limit) AS latest ORDER BY At",
                new { kind = (int)kind, from = from.ToUnixTimeMilliseconds(), limit });
            await foreach (var row in rows)
            {
                yield return row.ToMark();
            }
        }
    }

    /// <summary>What was marked since an instant, so many at most, in order of time.</summary>
    public async Task<IReadOnlyList<StoredRiskMark>> ReadNewMarksAsync(DateTimeOffset from, int limit)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<MarkRow>(
            $"SELECT {Columns} FROM risk_marks WHERE kind IN (0, 1, 2) AND at >= @from ORDER BY at, payment_uuid, version LIMIT @limit",
            new { from = from.ToUnixTimeMilliseconds(), limit });
        return [.. rows.Select(r => r.ToMark())];
    }

    /// <summary>All entries of the lists, the oldest first.</summary>
    public async Task<IReadOnlyList<RiskListEntry>> ReadListsAsync()
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<EntryRow>(
            """
            SELECT id AS Id, app_id AS App, CAST(allowed AS BIGINT) AS Allowed, kind AS Kind, value AS Value, reason AS Reason, created_at AS CreatedAt,
                expires_at AS ExpiresAt
            FROM risk_lists ORDER BY created_at, id
            """);
        return [.. rows.Select(r => new RiskListEntry(
            r.Id,
            r.App.Length == 0 ? null : r.App,
            r.Allowed != 0,
            Enum.Parse<RiskListKind>(r.Kind),
            r.Value,
            r.Reason,
            DateTimeOffset.FromUnixTimeMilliseconds(r.CreatedAt),
            r.ExpiresAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null))];
    }
}
