using Npgsql;
using NpgsqlTypes;
using Tollgate.Server.RateLimits;
using Tollgate.Server.Risk;

namespace Tollgate.Server.Storage.Journal;

/// <summary>What is done against abuse, on PostgreSQL.</summary>
internal sealed partial class PostgresJournalWriter
{
    public async Task<IReadOnlyList<ProcessBeat>> BeatAsync(ProcessBeat own)
    {
        await using var connection = await dataSource.OpenConnectionAsync();

        // One after another: of two processes that begin at the same moment, the second must see the first.
        await using (var tell = new NpgsqlCommand(
            """
            INSERT INTO server_processes (id, beat, demand) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, demand = excluded.demand
            """,
            connection))
        {
            tell.Parameters.AddRange((NpgsqlParameter[])[Value(own.Id), Value(own.Beat), Value(own.Demand)]);
            await tell.ExecuteNonQueryAsync();
        }

        await using var hear = new NpgsqlCommand("SELECT id, beat, demand FROM server_processes", connection);
        await using var reader = await hear.ExecuteReaderAsync();
        var heard = new List<ProcessBeat>();
        while (await reader.ReadAsync())
        {
            heard.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetString(2)));
        }

        return heard;
    }

    public async Task EndBeatsAsync(IReadOnlyList<string> processes)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM server_processes WHERE id = ANY($1)");
        command.Parameters.Add(Text(processes));
        await command.ExecuteNonQueryAsync();
    }

    public async Task<bool> AddListEntryAsync(RiskListEntry entry)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO risk_lists (id, app_id, allowed, kind, value, reason, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT DO NOTHING
            """);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Value(entry.Id), Value(entry.App ?? string.Empty), Value((short)(entry.IsAllowed ? 1 : 0)), Value(entry.Kind.ToString()), Value(entry.Value), Value(entry.Reason),
            Value(JournalRows.Millis(entry.CreatedAt)),
            new() { Value = entry.ExpiresAt is { } end ? JournalRows.Millis(end) : (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
        ]);
        return await command.ExecuteNonQueryAsync() == 1;
    }

    public async Task<bool> RemoveListEntryAsync(string id)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM risk_lists WHERE id = $1");
        command.Parameters.Add(Value(id));
        return await command.ExecuteNonQueryAsync() == 1;
    }

    public async Task SweepRiskAsync(DateTimeOffset attemptsBefore, DateTimeOffset declinesBefore)
    {
        await using var command = dataSource.CreateCommand(
            "DELETE FROM risk_marks WHERE (kind = 0 AND at <= $1) OR (kind = 1 AND at <= $2)");
        command.Parameters.AddRange((NpgsqlParameter[])[Value(JournalRows.Millis(attemptsBefore)), Value(JournalRows.Millis(declinesBefore))]);
        await command.ExecuteNonQueryAsync();
    }
}

/// <content>What a batch has to count.</content>
internal sealed partial class PostgresBatch
{
    private void AddRiskMarks()
    {
        var marks = Rows(c => c.RiskMarks);
        if (marks.Count > 0)
        {
            AddDependent(
                """
                INSERT INTO risk_marks (payment_uuid, version, app_id, kind, at, body) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
                ON CONFLICT DO NOTHING
                """,
                marks.Count,
                Array(marks.Select(r => r.Change.Payment!.Id.Value), NpgsqlDbType.Text),
                Array(marks.Select(r => r.Item.Version), NpgsqlDbType.Integer),
                Array(marks.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
                Array(marks.Select(r => (short)r.Item.Kind), NpgsqlDbType.Smallint),
                Array(marks.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint),
                Array(marks.Select(r => r.Item.Body), NpgsqlDbType.Bytea));
        }
    }
}
