using Npgsql;
using NpgsqlTypes;
using Tollgate.Core;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The outbox on PostgreSQL, apart from the batches of changes.</summary>
internal sealed partial class PostgresJournalWriter
{
    public async Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes)
    {
        // A lease that a power cut forgets is none: whoever had it is gone. So it need not wait for the disk.
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new("SELECT set_config('synchronous_commit', 'off', true)"));
        batch.BatchCommands.Add(new(
            """
            UPDATE webhooks SET next_at = $2
            WHERE (payment_uuid, version, endpoint) IN (
                SELECT d.payment_uuid, d.version, d.endpoint FROM unnest($3, $4) AS l (lane, room) CROSS JOIN LATERAL (
                    SELECT w.payment_uuid, w.version, w.endpoint FROM webhooks w
                    WHERE w.lane = l.lane AND w.state = 0 AND w.next_at IS NOT NULL AND w.next_at <= $1
                        AND EXISTS (SELECT 1 FROM webhook_bodies b WHERE b.payment_uuid = w.payment_uuid AND b.version = w.version)
                    ORDER BY w.next_at LIMIT l.room FOR UPDATE SKIP LOCKED) AS d)
            RETURNING payment_uuid, version, endpoint, app_id, lane, endpoint_url, sealed_authorization,
                (SELECT b.body FROM webhook_bodies b WHERE b.payment_uuid = webhooks.payment_uuid AND b.version = webhooks.version), attempts, round, round_at
            """)
        {
            Parameters =
            {
                new() { Value = JournalRows.Millis(now) },
                new() { Value = JournalRows.Millis(until) },
                new() { Value = lanes.Select(l => l.Lane).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = lanes.Select(l => l.Room).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        });
        var taken = new List<DueWebhook>();
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            taken.Add(ReadDue(reader));
        }

        return taken;
    }

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
        var lanes = new List<WaitingLane>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lanes.Add(new(reader.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1))));
        }

        return lanes;
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

    private static DueWebhook ReadDue(NpgsqlDataReader row) => new(
        new(row.GetString(0)),
        row.GetInt32(1),
        row.GetString(2),
        new(row.GetString(3)),
        row.GetInt64(4),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
        row.GetFieldValue<byte[]>(7),
        row.GetInt32(8),
        row.GetInt32(9),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)));
}
