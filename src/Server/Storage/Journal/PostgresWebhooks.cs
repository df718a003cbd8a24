using NpgsqlTypes;
using Tollgate.Core;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The outbox in a batch on PostgreSQL.</summary>
internal sealed partial class PostgresBatch
{
    /// <summary>The next webhook of each payment and endpoint waits no longer for the one before it.</summary>
    public const string Release =
        """
        UPDATE webhooks w SET next_at = u.at FROM (SELECT DISTINCT * FROM unnest($1, $2, $3) AS d (payment, endpoint, at)) AS u
        WHERE w.payment_uuid = u.payment AND w.endpoint = u.endpoint AND w.state = 0 AND w.next_at IS NULL AND w.version = (
            SELECT MIN(n.version) FROM webhooks n WHERE n.payment_uuid = u.payment AND n.endpoint = u.endpoint AND n.state = 0)
        RETURNING w.lane
        """;

    private readonly HashSet<long> released = [];

    /// <summary>Lanes with webhooks that waited for another, and do not any more.</summary>
    public IReadOnlyCollection<long> Released => released;

    /// <summary>Gives lanes back in which this process has nothing left to do.</summary>
    public void LeaveLanes(long holder, long[] lanes)
    {
        if (lanes.Length > 0)
        {
            Add(PostgresLanes.Leave, Value(holder), Array(lanes, NpgsqlDbType.Bigint));
        }
    }

    private void AddWebhooks()
    {
        var webhooks = Rows(c => c.Webhooks);
        if (webhooks.Count == 0)
        {
            return;
        }

        var bodies = webhooks.DistinctBy(r => (r.Item.Payment.Value, r.Item.Version)).ToList();
        AddDependent(
            "INSERT INTO webhook_bodies (payment_uuid, version, body) SELECT * FROM unnest($1, $2, $3) ON CONFLICT DO NOTHING",
            bodies.Count,
            Array(bodies.Select(r => r.Item.Payment.Value), NpgsqlDbType.Text),
            Array(bodies.Select(r => r.Item.Version), NpgsqlDbType.Integer),
            Array(bodies.Select(r => r.Item.Body), NpgsqlDbType.Bytea));

        // Of a change's webhooks for one endpoint only the first may be due at once; the statement does not see those that it writes itself.
        var seen = new HashSet<(string Payment, string Endpoint)>();
        AddDependent(
            """
            INSERT INTO webhooks (payment_uuid, version, endpoint, app_id, lane, endpoint_url, sealed_authorization, state, attempts, round, next_at, created_at, round_at)
            SELECT payment, version, endpoint, app_id, lane, url, authorization_value, 0, 0, 0,
                CASE WHEN NOT is_first OR EXISTS (SELECT 1 FROM webhooks e WHERE e.payment_uuid = payment AND e.endpoint = u.endpoint AND e.state = 0) THEN NULL ELSE at END,
                at, at
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS u (payment, version, endpoint, app_id, lane, url, authorization_value, at, is_first)
            ON CONFLICT DO NOTHING
            """,
            webhooks.Count,
            Array(webhooks.Select(r => r.Item.Payment.Value), NpgsqlDbType.Text),
            Array(webhooks.Select(r => r.Item.Version), NpgsqlDbType.Integer),
            Array(webhooks.Select(r => r.Item.Endpoint), NpgsqlDbType.Text),
            Array(webhooks.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(webhooks.Select(r => r.Item.Lane), NpgsqlDbType.Bigint),
            Array(webhooks.Select(r => r.Item.EndpointUrl), NpgsqlDbType.Text),
            Array(webhooks.Select(r => r.Item.SealedAuthorization), NpgsqlDbType.Bytea),
            Array(webhooks.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint),
            Array(webhooks.Select(r => seen.Add((r.Item.Payment.Value, r.Item.Endpoint))), NpgsqlDbType.Boolean));
    }

    private void AddDeliveries()
    {
        var given = Rows(c => c.Deliveries.Where(d => d.Attempt is null));
        if (given.Count > 0)
        {
            Add(
                """
                UPDATE webhooks w SET next_at = u.next_at FROM unnest($1, $2, $3, $4) AS u (payment, version, endpoint, next_at)
                WHERE w.payment_uuid = u.payment AND w.version = u.version AND w.endpoint = u.endpoint AND w.state = 0 AND w.next_at IS NOT NULL
                """,
                [.. KeysOf(given), Array(given.Select(r => JournalRows.Millis(r.Item.NextAt)), NpgsqlDbType.Bigint)]);
        }

        var tried = Rows(c => c.Deliveries.Where(d => d.Attempt is not null));
        if (tried.Count == 0)
        {
            return;
        }

        var again = tried.FindAll(r => r.Item.Webhook.Attempts > 0);
        if (again.Count > 0)
        {
            Add(
                """
                INSERT INTO webhook_attempts (payment_uuid, version, endpoint, attempt, tried_at, took, status_code, answer, error)
                SELECT w.payment_uuid, w.version, w.endpoint, w.attempts, w.tried_at, w.took, w.status_code, w.answer, w.last_error
                FROM webhooks w JOIN unnest($1, $2, $3) AS u (payment, version, endpoint)
                    ON w.payment_uuid = u.payment AND w.version = u.version AND w.endpoint = u.endpoint
                WHERE w.state = 0 AND w.tried_at IS NOT NULL
                ON CONFLICT DO NOTHING
                """,
                [.. KeysOf(again)]);
        }

        // One that was asked for again while it was being sent begins its new round, and one that was put behind another stays there.
        Add(
            """
            UPDATE webhooks w SET
                state = CASE WHEN u.state = 2 AND w.round_at > u.begun THEN 0 ELSE u.state END,
                attempts = w.attempts + 1,
                round = CASE WHEN w.round_at > u.begun THEN w.round ELSE w.round + 1 END,
                next_at = CASE WHEN w.next_at IS NULL THEN NULL WHEN w.round_at > u.begun THEN u.tried_at ELSE u.next_at END,
                tried_at = u.tried_at, took = u.took, status_code = u.status, answer = u.answer, last_error = u.error
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS u (payment, version, endpoint, state, next_at, tried_at, took, status, answer, error, begun)
            WHERE w.payment_uuid = u.payment AND w.version = u.version AND w.endpoint = u.endpoint AND w.state = 0
            """,
            [
                .. KeysOf(tried),
                Array(tried.Select(r => (short)r.Item.State), NpgsqlDbType.Smallint),
                Array(tried.Select(r => JournalRows.Millis(r.Item.NextAt)), NpgsqlDbType.Bigint),
                Array(tried.Select(r => JournalRows.Millis(r.Item.Attempt!.At)), NpgsqlDbType.Bigint),
                Array(tried.Select(r => r.Item.Attempt!.Took), NpgsqlDbType.Integer),
                Array(tried.Select(r => r.Item.Attempt!.StatusCode), NpgsqlDbType.Integer),
                Array(tried.Select(r => r.Item.Attempt!.Answer), NpgsqlDbType.Text),
                Array(tried.Select(r => r.Item.Attempt!.Error), NpgsqlDbType.Text),
                Array(tried.Select(r => JournalRows.Millis(r.Item.Webhook.RoundAt)), NpgsqlDbType.Bigint),
            ]);

        var ended = tried.FindAll(r => r.Item.State != DeliveryState.Waiting);
        if (ended.Count > 0)
        {
            Add(
                Release,
                reader => released.Add(reader.GetInt64(0)),
                () => { },
                Array(ended.Select(r => r.Item.Webhook.Payment.Value), NpgsqlDbType.Text),
                Array(ended.Select(r => r.Item.Webhook.Endpoint), NpgsqlDbType.Text),
                Array(ended.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));
        }
    }

    private static Npgsql.NpgsqlParameter[] KeysOf(IReadOnlyList<Row<DeliveryResult>> rows) =>
    [
        Array(rows.Select(r => r.Item.Webhook.Payment.Value), NpgsqlDbType.Text),
        Array(rows.Select(r => r.Item.Webhook.Version), NpgsqlDbType.Integer),
        Array(rows.Select(r => r.Item.Webhook.Endpoint), NpgsqlDbType.Text),
    ];
}
