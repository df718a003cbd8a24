using Tollgate.Core;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The outbox on SQLite.</summary>
internal sealed partial class SqliteJournalWriter
{
    private readonly HashSet<long> released = [];

    private readonly WebhookLeases leases = new();

    public Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes)
    {
        var taken = new List<DueWebhook>();
        foreach (var lane in lanes)
        {
            Lease(lane, now, until, taken);
        }

        return Task.FromResult<IReadOnlyList<DueWebhook>>(taken);
    }

    /// <summary>Jumps from lane to lane in the index: what it costs is the number of lanes, however many webhooks wait in each.</summary>
    public Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit)
    {
        var rows = Prepare(
            """
            WITH RECURSIVE lanes (lane) AS (
                SELECT MIN(lane) FROM webhooks WHERE state = 0 AND next_at IS NOT NULL AND lane > @after
                UNION ALL
                SELECT (SELECT MIN(w.lane) FROM webhooks w WHERE w.state = 0 AND w.next_at IS NOT NULL AND w.lane > l.lane) FROM lanes l WHERE l.lane IS NOT NULL)
            SELECT l.lane, (SELECT MIN(w.next_at) FROM webhooks w WHERE w.lane = l.lane AND w.state = 0 AND w.next_at IS NOT NULL)
            FROM lanes l WHERE l.lane IS NOT NULL LIMIT @limit
            """,
            ("@after", after), ("@limit", limit));
        var lanes = new List<WaitingLane>();
        while (rows.Read())
        {
            lanes.Add(new(rows.Number(0), rows.Instant(1)));
        }

        return Task.FromResult<IReadOnlyList<WaitingLane>>(lanes);
    }

    public Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit) => Task.FromResult(InTransaction(() =>
    {
        var given = new List<(string Payment, string Endpoint)>();
        var rows = Prepare(
            """
            UPDATE webhooks SET state = 2, last_error = @error
            WHERE (payment_uuid, version, endpoint) IN (
                SELECT payment_uuid, version, endpoint FROM webhooks
                WHERE lane = @lane AND state = 0 AND next_at IS NOT NULL AND round_at <= @before LIMIT @limit)
            RETURNING payment_uuid, endpoint
            """,
            ("@lane", lane), ("@before", JournalRows.Millis(before)), ("@error", error), ("@limit", limit));
        while (rows.Read())
        {
            given.Add((rows.Text(0), rows.Text(1)));
        }

        given.ForEach(g => Release(g.Payment, g.Endpoint, now));
        return given.Count;
    }));

    public Task DisableEndpointAsync(DisabledEndpoint endpoint)
    {
        Run(
            "INSERT INTO disabled_endpoints (lane, app_id, endpoint_url, disabled_at, reason) VALUES (@lane, @app, @url, @at, @reason) ON CONFLICT DO NOTHING",
            ("@lane", endpoint.Lane), ("@app", endpoint.App.Value), ("@url", endpoint.EndpointUrl), ("@at", JournalRows.Millis(endpoint.At)), ("@reason", endpoint.Reason));
        return Task.CompletedTask;
    }

    private void WriteWebhooks(Change change)
    {
        foreach (var webhook in change.Webhooks)
        {
            Run(
                "INSERT INTO webhook_bodies (payment_uuid, version, body) VALUES (@payment, @version, @body) ON CONFLICT DO NOTHING",
                ("@payment", webhook.Payment.Value), ("@version", webhook.Version), ("@body", webhook.Body));
            Run(
                """
                INSERT INTO webhooks (payment_uuid, version, endpoint, app_id, lane, endpoint_url, sealed_authorization, state, attempts, round, next_at, created_at, round_at)
                VALUES (@payment, @version, @endpoint, @app, @lane, @url, @authorization, 0, 0, 0,
                    CASE WHEN EXISTS (SELECT 1 FROM webhooks e WHERE e.payment_uuid = @payment AND e.endpoint = @endpoint AND e.state = 0) THEN NULL ELSE @at END,
                    @at, @at)
                """,
                ("@app", change.App.Value),
                ("@payment", webhook.Payment.Value),
                ("@version", webhook.Version),
                ("@endpoint", webhook.Endpoint),
                ("@lane", webhook.Lane),
                ("@url", webhook.EndpointUrl),
                ("@authorization", webhook.SealedAuthorization),
                ("@at", JournalRows.Millis(change.At)));
        }
    }

    private void WriteDelivery(DeliveryResult delivery, DateTimeOffset at)
    {
        var webhook = delivery.Webhook;
        (string Name, object? Value)[] key = [("@payment", webhook.Payment.Value), ("@version", webhook.Version), ("@endpoint", webhook.Endpoint)];
        if (delivery.Attempt is not { } attempt)
        {
            Run(
                "UPDATE webhooks SET next_at = @next WHERE payment_uuid = @payment AND version = @version AND endpoint = @endpoint AND state = 0 AND next_at IS NOT NULL",
                [.. key, ("@next", JournalRows.Millis(delivery.NextAt))]);
            return;
        }

        if (webhook.Attempts > 0)
        {
            Run(
                """
                INSERT INTO webhook_attempts (payment_uuid, version, endpoint, attempt, tried_at, took, status_code, answer, error)
                SELECT payment_uuid, version, endpoint, attempts, tried_at, took, status_code, answer, last_error FROM webhooks
                WHERE payment_uuid = @payment AND version = @version AND endpoint = @endpoint AND state = 0 AND tried_at IS NOT NULL
                ON CONFLICT DO NOTHING
                """,
                key);
        }

        // One that was asked for again while it was being sent begins its new round, and one that was put behind another stays there.
        var others = Prepare(
            """
            UPDATE webhooks SET
                state = CASE WHEN @state = 2 AND round_at > @begun THEN 0 ELSE @state END,
                attempts = attempts + 1,
                round = CASE WHEN round_at > @begun THEN round ELSE round + 1 END,
                next_at = CASE WHEN next_at IS NULL THEN NULL WHEN round_at > @begun THEN @tried ELSE @next END,
                tried_at = @tried, took = @took, status_code = @status, answer = @answer, last_error = @error
            WHERE payment_uuid = @payment AND version = @version AND endpoint = @endpoint AND state = 0
            RETURNING EXISTS (SELECT 1 FROM webhooks n WHERE n.payment_uuid = @payment AND n.endpoint = @endpoint AND n.state = 0 AND n.next_at IS NULL)
            """,
            [
                .. key,
                ("@state", (int)delivery.State),
                ("@next", JournalRows.Millis(delivery.NextAt)),
                ("@begun", JournalRows.Millis(webhook.RoundAt)),
                ("@tried", JournalRows.Millis(attempt.At)),
                ("@took", attempt.Took),
                ("@status", attempt.StatusCode),
                ("@answer", attempt.Answer),
                ("@error", attempt.Error),
            ]).ReadNumber();
        if (others == 1 && delivery.State != DeliveryState.Waiting)
        {
            Release(webhook.Payment.Value, webhook.Endpoint, at);
        }
    }

    /// <summary>The next webhook of a payment for an endpoint waits no longer for the one before it.</summary>
    private void Release(string payment, string endpoint, DateTimeOffset at)
    {
        if (Prepare(
            """
            UPDATE webhooks SET next_at = @at
            WHERE payment_uuid = @payment AND endpoint = @endpoint AND state = 0 AND next_at IS NULL AND version = (
                SELECT MIN(n.version) FROM webhooks n WHERE n.payment_uuid = @payment AND n.endpoint = @endpoint AND n.state = 0)
            RETURNING lane
            """,
            ("@payment", payment), ("@endpoint", endpoint), ("@at", JournalRows.Millis(at))).ReadNumber() is { } next)
        {
            released.Add(next);
        }
    }

    /// <summary>Takes what is due in a lane and leased to nobody, longest due first.</summary>
    private void Lease(LaneRoom lane, DateTimeOffset now, DateTimeOffset until, List<DueWebhook> taken)
    {
        var (millis, room) = (JournalRows.Millis(now), lane.Room);
        var rows = Prepare(
            """
            SELECT w.payment_uuid, w.version, w.endpoint, w.app_id, w.endpoint_url, w.sealed_authorization, b.body, w.attempts, w.round, w.round_at
            FROM webhooks w CROSS JOIN webhook_bodies b ON b.payment_uuid = w.payment_uuid AND b.version = w.version
            WHERE w.lane = @lane AND w.state = 0 AND w.next_at IS NOT NULL AND w.next_at <= @now ORDER BY w.next_at LIMIT @limit
            """,
            ("@lane", lane.Lane), ("@now", millis), ("@limit", room + leases.InLane(lane.Lane)));
        while (rows.Read())
        {
            var key = new WebhookKey(new(rows.Text(0)), (int)rows.Number(1), rows.Text(2));
            if (room == 0 || leases.IsLeasedAt(key, millis))
            {
                continue;
            }

            room--;
            leases.Begin(key, lane.Lane, JournalRows.Millis(until));
            taken.Add(new(
                key.Payment, key.Version, key.Endpoint, new(rows.Text(3)), lane.Lane, rows.Text(4), rows.Bytes(5), rows.Bytes(6)!, (int)rows.Number(7), (int)rows.Number(8), rows.Instant(9)));
        }
    }
}
