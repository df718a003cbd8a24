using Npgsql;
using NpgsqlTypes;
using Tollgate.Core;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The outbox on PostgreSQL, apart from the batches of changes.</summary>
internal sealed partial class PostgresJournalWriter
{
    private readonly PostgresLanes lanes = new(dataSource);

    public Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> rooms) => lanes.TakeAsync(now, until, rooms);

    /// <summary>Jumps from lane to lane in the index: what it costs is the number of lanes, however many webhooks wait in each.</summary>
    public async Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit)
    {
        await using var command = dataSource.CreateCommand(
            """
            WITH RECURSIVE lanes (lane, next_at) AS (
                (SELECT lane, next_at FROM webhooks WHERE state = 0 AND next_at IS NOT NULL AND lane > $1 ORDER BY lane, next_at LIMIT 1)
                UNION ALL
                SELECT n.lane, n.next_at FROM lanes l CROSS JOIN LATERAL (
                    SELECT w.lane, w.next_at FROM webhooks w WHERE w.state = 0 AND w.next_at IS NOT NULL AND w.lane > l.lane ORDER BY w.lane, w.next_at LIMIT 1) AS n)
            SELECT lane, next_at FROM lanes LIMIT $2
            """);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit);
        var waiting = new List<WaitingLane>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            waiting.Add(new(reader.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1))));
        }

        return waiting;
    }

    public async Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locked = new NpgsqlCommand($"{PostgresBatch.EndWhenIdle}; {PostgresBatch.LockFeed}", connection, transaction))
        {
            await locked.ExecuteNonQueryAsync();
        }

        var given = new List<(string Payment, string Endpoint)>();
        await using (var command = new NpgsqlCommand(
            """
            UPDATE webhooks SET state = 2, last_error = $3
            WHERE (payment_uuid, version, endpoint) IN (
                SELECT payment_uuid, version, endpoint FROM webhooks
                WHERE lane = $1 AND state = 0 AND next_at IS NOT NULL AND round_at <= $2 LIMIT $4)
            RETURNING payment_uuid, endpoint
            """,
            connection,
            transaction))
        {
            command.Parameters.AddWithValue(lane);
            command.Parameters.AddWithValue(JournalRows.Millis(before));
            command.Parameters.AddWithValue(error);
            command.Parameters.AddWithValue(limit);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                given.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        await using (var release = new NpgsqlCommand(PostgresBatch.Release, connection, transaction))
        {
            release.Parameters.Add(new() { Value = given.Select(g => g.Payment).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            release.Parameters.Add(new() { Value = given.Select(g => g.Endpoint).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            release.Parameters.Add(new() { Value = given.Select(_ => JournalRows.Millis(now)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            await release.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return given.Count;
    }

    public async Task DisableEndpointAsync(DisabledEndpoint endpoint)
    {
        await using var command = dataSource.CreateCommand(
            "INSERT INTO disabled_endpoints (lane, app_id, endpoint_url, disabled_at, reason) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(endpoint.Lane);
        command.Parameters.AddWithValue(endpoint.App.Value);
        command.Parameters.AddWithValue(endpoint.EndpointUrl);
        command.Parameters.AddWithValue(JournalRows.Millis(endpoint.At));
        command.Parameters.AddWithValue(endpoint.Reason);
        await command.ExecuteNonQueryAsync();
    }
}
