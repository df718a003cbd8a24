using System.Data.Common;
using System.Globalization;
using Dapper;
using Tollgate.Server.Audit;
using Tollgate.Server.Http;

namespace Tollgate.Server.Storage;

/// <summary>Which entries are asked for; what is left out does not matter.</summary>
internal sealed record AuditQuery(
    long After = 0, DateTimeOffset? From = null, DateTimeOffset? To = null, string? Act = null, string? Actor = null, string? Object = null, bool? Succeeded = null);

/// <summary>Reads the audit log.</summary>
internal sealed class AuditReader(Database database)
{
    private const string Columns = "position, at, act, actor_kind, actor, source, object, CAST(succeeded AS BIGINT), was, became, previous, hash";

    /// <summary>Opens one state of the log, to read head and entries of.</summary>
    public Task<Snapshot> OpenSnapshotAsync() => database.OpenSnapshotAsync(1);

    /// <summary>Where the chain ends.</summary>
    public async Task<AuditHead> ReadHeadAsync()
    {
        await using var connection = await database.OpenAsync();
        return ReadHead(connection);
    }

    /// <summary>When something was last done.</summary>
    public async Task<DateTimeOffset?> FindLastAsync(AuditAct act)
    {
        await using var connection = await database.OpenAsync();
        var at = await connection.ExecuteScalarAsync<long?>("SELECT at FROM audit WHERE act = @act ORDER BY position DESC LIMIT 1", new { act = WireNames.Of(act) });
        return at is { } millis ? DateTimeOffset.FromUnixTimeMilliseconds(millis) : null;
    }

    /// <summary>Where the chain ends, as a connection sees it.</summary>
    public static AuditHead ReadHead(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT position, hash FROM audit_head WHERE id = 1";
        using var row = command.ExecuteReader();
        return row.Read() ? new(row.GetInt64(0), row.IsDBNull(1) ? AuditChain.Origin.Hash : row.GetFieldValue<byte[]>(1)) : AuditChain.Origin;
    }

    /// <summary>All entries after a place in their order, one at a time, as a connection sees them.</summary>
    public static IEnumerable<AuditRow> Read(DbConnection connection, long after = 0)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT {Columns} FROM audit WHERE position > {after} ORDER BY position");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return RowOf(rows);
        }
    }

    /// <summary>Entries in their order, one at a time.</summary>
    public async IAsyncEnumerable<AuditRow> ListAsync(AuditQuery query)
    {
        var conditions = new List<string> { "position > @After" };
        Where(query.From, "at >= @From");
        Where(query.To, "at < @To");
        Where(query.Act, "act = @Act");
        Where(query.Actor, "actor = @Actor");
        Where(query.Object, "object LIKE @Object ESCAPE '!'");
        Where(query.Succeeded, "succeeded = @Succeeded");
        await using var connection = await database.OpenAsync();
        await using var rows = await connection.ExecuteReaderAsync(
            $"SELECT {Columns} FROM audit WHERE {string.Join(" AND ", conditions)} ORDER BY position",
            new
            {
                query.After,
                From = query.From?.ToUnixTimeMilliseconds(),
                To = query.To?.ToUnixTimeMilliseconds(),
                query.Act,
                query.Actor,
                Object = query.Object is { } text ? $"%{text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%" : null,
                Succeeded = query.Succeeded is { } succeeded ? (short)(succeeded ? 1 : 0) : (short?)null,
            });
        while (await rows.ReadAsync())
        {
            yield return RowOf(rows);
        }

        void Where(object? value, string condition)
        {
            if (value is not null)
            {
                conditions.Add(condition);
            }
        }
    }

    private static AuditRow RowOf(DbDataReader row) => new(
        row.GetInt64(0),
        row.GetInt64(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        Text(row, 5),
        row.GetString(6),
        row.GetInt64(7) != 0,
        Text(row, 8),
        Text(row, 9),
        row.GetFieldValue<byte[]>(10),
        row.GetFieldValue<byte[]>(11));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
