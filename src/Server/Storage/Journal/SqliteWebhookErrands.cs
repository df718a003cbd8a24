using Tollgate.Core;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>What merchants and operators ask about webhooks, on SQLite.</summary>
internal sealed partial class SqliteJournalWriter
{
    public Task<ResentWebhooks> ResendWebhooksAsync(IReadOnlyList<WebhookKey> webhooks, DateTimeOffset now)
    {
        released.Clear();
        var count = InTransaction(() => webhooks.Count(webhook => Resend(webhook, now)));
        return Task.FromResult(new ResentWebhooks(count, [.. released]));
    }

    public Task<bool> AddEndpointAsync(NewEndpoint endpoint, int most) => Task.FromResult(Audited(endpoint.Audit, () => Run(
        """
        INSERT INTO webhook_endpoints (id, app_id, endpoint_url, sealed_authorization, statuses, created_at)
        SELECT @id, @app, @url, @authorization, @statuses, @at
        WHERE (SELECT COUNT(*) FROM webhook_endpoints WHERE app_id = @app) < @most
          AND NOT EXISTS (SELECT 1 FROM webhook_endpoints WHERE app_id = @app AND endpoint_url = @url)
        """,
        ("@id", endpoint.Id),
        ("@app", endpoint.App.Value),
        ("@url", endpoint.Url),
        ("@authorization", endpoint.SealedAuthorization),
        ("@statuses", endpoint.Statuses),
        ("@at", JournalRows.Millis(endpoint.At)),
        ("@most", most)) == 1));

    public Task<bool> RemoveEndpointAsync(AppId app, string id, IReadOnlyList<AuditEntry> audit) => Task.FromResult(Audited(
        audit, () => Run("DELETE FROM webhook_endpoints WHERE id = @id AND app_id = @app", ("@id", id), ("@app", app.Value)) == 1));

    public Task<int> GiveUpEndpointAsync(string id, long lane, string error, int payments) => Task.FromResult(Run(
        """
        UPDATE webhooks SET state = 2, last_error = @error
        WHERE endpoint = @id AND state = 0 AND payment_uuid IN (
            SELECT payment_uuid FROM webhooks WHERE lane = @lane AND state = 0 AND next_at IS NOT NULL AND endpoint = @id LIMIT @payments)
        """,
        ("@id", id), ("@lane", lane), ("@error", error), ("@payments", payments)));

    public Task<bool> EnableEndpointAsync(AppId app, long lane, IReadOnlyList<AuditEntry> audit) => Task.FromResult(Audited(
        audit, () => Run("DELETE FROM disabled_endpoints WHERE lane = @lane AND app_id = @app", ("@lane", lane), ("@app", app.Value)) == 1));

    public Task RotateSecretAsync(NewSecret secret)
    {
        (string Name, object? Value) app = ("@app", secret.App.Value);
        (string Name, object? Value) at = ("@at", JournalRows.Millis(secret.At));
        InTransaction(() =>
        {
            Run(
                """
                INSERT INTO webhook_secrets (app_id, number, sealed, created_at)
                SELECT @app, 1, @first, @at WHERE NOT EXISTS (SELECT 1 FROM webhook_secrets WHERE app_id = @app)
                """,
                app, ("@first", secret.SealedFirst), at);
            Run(
                "UPDATE webhook_secrets SET ends_at = @end WHERE app_id = @app AND (ends_at IS NULL OR ends_at > @end)",
                app, ("@end", JournalRows.Millis(secret.OthersEndAt)));
            Run(
                """
                INSERT INTO webhook_secrets (app_id, number, sealed, created_at)
                SELECT @app, MAX(number) + 1, @sealed, @at FROM webhook_secrets WHERE app_id = @app
                """,
                app, ("@sealed", secret.Sealed), at);
            AppendAudit(secret.Audit);
            return Run("DELETE FROM webhook_secrets WHERE app_id = @app AND ends_at <= @at", app, at);
        });
        return Task.CompletedTask;
    }

    public Task<int> SweepWebhooksAsync(DateTimeOffset upTo, int limit) => Task.FromResult(InTransaction(() =>
    {
        var old = ListOld(upTo, limit);
        if (old.Count > 0)
        {
            Run("UPDATE feed SET webhooks_from = MAX(webhooks_from, @upTo) WHERE id = 1", ("@upTo", JournalRows.Millis(upTo)));
        }

        foreach (var webhook in old)
        {
            Run("DELETE FROM webhook_attempts WHERE payment_uuid = @payment AND version = @version AND endpoint = @endpoint", KeyOf(webhook));
            Run("DELETE FROM webhooks WHERE payment_uuid = @payment AND version = @version AND endpoint = @endpoint", KeyOf(webhook));
            Run(
                """
                DELETE FROM webhook_bodies WHERE payment_uuid = @payment AND version = @version
                    AND NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.payment_uuid = @payment AND w.version = @version)
                """,
                ("@payment", webhook.Payment.Value), ("@version", webhook.Version));
        }

        return old.Count;
    }));

    private bool Resend(WebhookKey webhook, DateTimeOffset now)
    {
        var resent = Run(
            """
            UPDATE webhooks SET state = 0, round = 0, round_at = @now, next_at = NULL
            WHERE payment_uuid = @payment AND version = @version AND endpoint = @endpoint AND (state <> 0 OR round > 0)
              AND (endpoint = '' OR EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = webhooks.endpoint))
              AND NOT EXISTS (SELECT 1 FROM disabled_endpoints d WHERE d.lane = webhooks.lane)
            """,
            [.. KeyOf(webhook), ("@now", JournalRows.Millis(now))]) == 1;
        if (resent)
        {
            Run(
                """
                UPDATE webhooks SET next_at = NULL
                WHERE payment_uuid = @payment AND endpoint = @endpoint AND state = 0 AND next_at IS NOT NULL AND version > (
                    SELECT MIN(e.version) FROM webhooks e WHERE e.payment_uuid = @payment AND e.endpoint = @endpoint AND e.state = 0)
                """,
                ("@payment", webhook.Payment.Value), ("@endpoint", webhook.Endpoint));
            Release(webhook.Payment.Value, webhook.Endpoint, now);
        }

        return resent;
    }

    /// <summary>App by app, through the index that lists an app's webhooks by age.</summary>
    private List<WebhookKey> ListOld(DateTimeOffset upTo, int limit)
    {
        var rows = Prepare(
            """
            WITH RECURSIVE apps (app) AS (
                SELECT MIN(app_id) FROM webhooks
                UNION ALL
                SELECT (SELECT MIN(w.app_id) FROM webhooks w WHERE w.app_id > a.app) FROM apps a WHERE a.app IS NOT NULL)
            SELECT w.payment_uuid, w.version, w.endpoint FROM apps a JOIN webhooks w ON w.app_id = a.app
            WHERE w.created_at <= @upTo AND w.state <> 0 LIMIT @limit
            """,
            ("@upTo", JournalRows.Millis(upTo)), ("@limit", limit));
        var old = new List<WebhookKey>();
        while (rows.Read())
        {
            old.Add(new(new(rows.Text(0)), (int)rows.Number(1), rows.Text(2)));
        }

        return old;
    }

    private static (string Name, object? Value)[] KeyOf(WebhookKey webhook) =>
        [("@payment", webhook.Payment.Value), ("@version", webhook.Version), ("@endpoint", webhook.Endpoint)];
}
