using Npgsql;
using NpgsqlTypes;
using Tollgate.Core;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>What merchants and operators ask about webhooks, on PostgreSQL.</summary>
internal sealed partial class PostgresJournalWriter
{
    public async Task<ResentWebhooks> ResendWebhooksAsync(IReadOnlyList<WebhookKey> webhooks, DateTimeOffset now) => await InFeedAsync(async run =>
    {
        var payments = Text(webhooks.Select(w => w.Payment.Value));
        var endpoints = Text(webhooks.Select(w => w.Endpoint));
        var resent = await run(
            """
            UPDATE webhooks w SET state = 0, round = 0, round_at = $4, next_at = NULL FROM unnest($1, $2, $3) AS u (payment, version, endpoint)
            WHERE w.payment_uuid = u.payment AND w.version = u.version AND w.endpoint = u.endpoint AND (w.state <> 0 OR w.round > 0)
              AND (w.endpoint = '' OR EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = w.endpoint))
              AND NOT EXISTS (SELECT 1 FROM disabled_endpoints d WHERE d.lane = w.lane)
            RETURNING w.lane
            """,
            [payments, new() { Value = webhooks.Select(w => w.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer }, endpoints, Value(JournalRows.Millis(now))]);
        if (resent.Count == 0)
        {
            return new ResentWebhooks(0, []);
        }

        await run(
            """
            UPDATE webhooks w SET next_at = NULL FROM (SELECT DISTINCT * FROM unnest($1, $2) AS d (payment, endpoint)) AS u
            WHERE w.payment_uuid = u.payment AND w.endpoint = u.endpoint AND w.state = 0 AND w.next_at IS NOT NULL AND w.version > (
                SELECT MIN(e.version) FROM webhooks e WHERE e.payment_uuid = u.payment AND e.endpoint = u.endpoint AND e.state = 0)
            RETURNING w.lane
            """,
            [payments.Clone(), endpoints.Clone()]);
        var times = new NpgsqlParameter { Value = webhooks.Select(_ => JournalRows.Millis(now)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        var lanes = await run(PostgresBatch.Release, [payments.Clone(), endpoints.Clone(), times]);
        return new ResentWebhooks(resent.Count, [.. lanes.Distinct()]);
    });

    public async Task<bool> AddEndpointAsync(NewEndpoint endpoint, int most) => await InFeedAsync(async run => (await run(
        """
        INSERT INTO webhook_endpoints (id, app_id, endpoint_url, sealed_authorization, statuses, created_at)
        SELECT $1, $2, $3, $4, $5, $6
        WHERE (SELECT COUNT(*) FROM webhook_endpoints WHERE app_id = $2) < $7
          AND NOT EXISTS (SELECT 1 FROM webhook_endpoints WHERE app_id = $2 AND endpoint_url = $3)
        RETURNING created_at
        """,
        [
            Value(endpoint.Id), Value(endpoint.App.Value), Value(endpoint.Url),
            new() { Value = endpoint.SealedAuthorization ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            Value(endpoint.Statuses), Value(JournalRows.Millis(endpoint.At)), Value((long)most),
        ])).Count == 1, endpoint.Audit);

    public async Task<bool> RemoveEndpointAsync(AppId app, string id, IReadOnlyList<AuditEntry> audit) => await InFeedAsync(
        async run => (await run("DELETE FROM webhook_endpoints WHERE id = $1 AND app_id = $2 RETURNING created_at", [Value(id), Value(app.Value)])).Count == 1, audit);

    public async Task<int> GiveUpEndpointAsync(string id, long lane, string error, int payments) => await InFeedAsync(async run => (await run(
        """
        UPDATE webhooks SET state = 2, last_error = $3
        WHERE endpoint = $1 AND state = 0 AND payment_uuid IN (
            SELECT payment_uuid FROM webhooks WHERE lane = $2 AND state = 0 AND next_at IS NOT NULL AND endpoint = $1 LIMIT $4)
        RETURNING lane
        """,
        [Value(id), Value(lane), Value(error), Value((long)payments)])).Count);

    public async Task<bool> EnableEndpointAsync(AppId app, long lane, IReadOnlyList<AuditEntry> audit) => await InFeedAsync(
        async run => (await run("DELETE FROM disabled_endpoints WHERE lane = $1 AND app_id = $2 RETURNING lane", [Value(lane), Value(app.Value)])).Count == 1, audit);

    public async Task RotateSecretAsync(NewSecret secret) => await InFeedAsync(async run =>
    {
        var (app, at) = (secret.App.Value, JournalRows.Millis(secret.At));
        await run(
            """
            INSERT INTO webhook_secrets (app_id, number, sealed, created_at)
            SELECT $1, 1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM webhook_secrets WHERE app_id = $1)
            """,
            [Value(app), Value(secret.SealedFirst), Value(at)]);
        await run(
            "UPDATE webhook_secrets SET ends_at = $2 WHERE app_id = $1 AND (ends_at IS NULL OR ends_at > $2)", [Value(app), Value(JournalRows.Millis(secret.OthersEndAt))]);
        await run(
            """
            INSERT INTO webhook_secrets (app_id, number, sealed, created_at)
            SELECT $1, MAX(number) + 1, $2, $3 FROM webhook_secrets WHERE app_id = $1
            """,
            [Value(app), Value(secret.Sealed), Value(at)]);
        return await run("DELETE FROM webhook_secrets WHERE app_id = $1 AND ends_at <= $2", [Value(app), Value(at)]);
    }, secret.Audit);

    public async Task<int> SweepWebhooksAsync(DateTimeOffset upTo, int limit)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // App by app, through the index that lists an app's webhooks by age. What another process is removing is left to it.
        await using var remove = new NpgsqlCommand(
            """
            WITH RECURSIVE apps (app) AS (
                (SELECT app_id FROM webhooks ORDER BY app_id LIMIT 1)
                UNION ALL
                SELECT n.app_id FROM apps a CROSS JOIN LATERAL (SELECT w.app_id FROM webhooks w WHERE w.app_id > a.app ORDER BY w.app_id LIMIT 1) AS n),
            gone AS (
                DELETE FROM webhooks WHERE (payment_uuid, version, endpoint) IN (
                    SELECT w.payment_uuid, w.version, w.endpoint FROM apps a JOIN webhooks w ON w.app_id = a.app
                    WHERE w.created_at <= $1 AND w.state <> 0 LIMIT $2 FOR UPDATE OF w SKIP LOCKED)
                RETURNING payment_uuid, version, endpoint),
            attempts AS (
                DELETE FROM webhook_attempts t USING gone g
                WHERE t.payment_uuid = g.payment_uuid AND t.version = g.version AND t.endpoint = g.endpoint)
            SELECT payment_uuid, version FROM gone
            """,
            connection,
            transaction);
        remove.Parameters.Add(Value(JournalRows.Millis(upTo)));
        remove.Parameters.Add(Value((long)limit));
        var gone = new List<(string Payment, int Version)>();
        await using (var reader = await remove.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                gone.Add((reader.GetString(0), reader.GetInt32(1)));
            }
        }

        if (gone.Count > 0)
        {
            // A body goes with the last webhook that has it.
            await using var bodies = new NpgsqlCommand(
                """
                DELETE FROM webhook_bodies b USING unnest($1, $2) AS u (payment, version)
                WHERE b.payment_uuid = u.payment AND b.version = u.version
                  AND NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.payment_uuid = b.payment_uuid AND w.version = b.version)
                """,
                connection,
                transaction);
            bodies.Parameters.Add(Text(gone.Select(g => g.Payment)));
            bodies.Parameters.Add(new() { Value = gone.Select(g => g.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
            await bodies.ExecuteNonQueryAsync();
            await using var remember = new NpgsqlCommand("UPDATE feed SET webhooks_from = GREATEST(webhooks_from, $1) WHERE id = 1", connection, transaction);
            remember.Parameters.Add(Value(JournalRows.Millis(upTo)));
            await remember.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return gone.Count;
    }

    /// <summary>
    /// Runs statements while nobody else changes what is told: the counter's lock is taken first. A statement gives the numbers that it returns. It all goes again
    /// when another process was in the way.
    /// </summary>
    private async Task<T> InFeedAsync<T>(Func<Func<string, NpgsqlParameter[], Task<List<long>>>, Task<T>> work, IReadOnlyList<AuditEntry>? audit = null)
    {
        for (var clashes = 0; ; clashes++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                await using (var locked = new NpgsqlCommand($"{PostgresBatch.EndWhenIdle}; {PostgresBatch.LockFeed}", connection, transaction))
                {
                    await locked.ExecuteNonQueryAsync();
                }

                var result = await work((sql, values) => RunAsync(connection, transaction, sql, values));
                if (audit is not null && result is not false)
                {
                    PostgresBatch.AppendAudit(connection, transaction, chain, audit);
                }

                await transaction.CommitAsync();
                return result;
            }
            catch (PostgresException clash) when (clash.SqlState == PostgresErrorCodes.DeadlockDetected && clashes < 3)
            {
                // PostgreSQL took this transaction back whole.
            }
        }
    }

    private static async Task<List<long>> RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, NpgsqlParameter[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddRange(values);
        var returned = new List<long>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            returned.Add(reader.GetInt64(0));
        }

        return returned;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter Text(IEnumerable<string> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
