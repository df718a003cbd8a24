using System.Text;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage;

/// <summary>Which endpoint is meant: one of the app's further ones, or whatever is at a URL. Neither is every one.</summary>
internal readonly record struct EndpointChoice(string? Id, string? Url);

/// <summary>Which deliveries to list, newest first.</summary>
internal sealed record DeliveryQuery(
    AppId App,
    DeliveryCursor? After = null,
    string? Uuid = null,
    EndpointChoice Endpoint = default,
    DeliveryState? State = null,
    int? StatusCode = null,
    DateTimeOffset? From = null,
    DateTimeOffset? Before = null);

/// <summary>Which webhooks to send again: of the changes of status from one instant to before another.</summary>
/// <param name="App">Whose.</param>
/// <param name="From">From when.</param>
/// <param name="Before">Before when.</param>
/// <param name="GivenUpOnly">Whether what was delivered is left out.</param>
/// <param name="Endpoint">To which endpoint.</param>
/// <param name="LatestOnly">Whether what a later webhook of the same payment and endpoint has overtaken is left out.</param>
internal sealed record ReplayQuery(AppId App, DateTimeOffset From, DateTimeOffset Before, bool GivenUpOnly, EndpointChoice Endpoint, bool LatestOnly);

/// <summary>One webhook's way to its endpoint, as it stands.</summary>
internal sealed record StoredDelivery(
    WebhookKey Key,
    PaymentStatus Status,
    long Lane,
    string EndpointUrl,
    DeliveryState State,
    int Tries,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastTryAt,
    DateTimeOffset? NextTryAt,
    int? StatusCode,
    string? Error);

/// <summary>One try at a webhook, as it is stored.</summary>
internal sealed record StoredAttempt(WebhookKey Key, int Number, string EndpointUrl, DeliveryAttempt Attempt);

/// <summary>Reads what became of webhooks: one hand-written SQL for both engines.</summary>
internal sealed class WebhookReader(Database database)
{
    private const string Columns = """
        w.payment_uuid AS PaymentUuid, CAST(w.version AS BIGINT) AS Version, w.endpoint AS Endpoint, w.lane AS Lane, w.endpoint_url AS EndpointUrl,
        CAST(w.state AS BIGINT) AS State, CAST(w.attempts AS BIGINT) AS Tries, w.created_at AS CreatedAt, w.tried_at AS TriedAt, w.next_at AS NextAt,
        CAST(w.status_code AS BIGINT) AS StatusCode, w.last_error AS Error, CAST(e.status_after AS BIGINT) AS Status
        """;

    private const string Tables = "webhooks w JOIN events e ON e.payment_uuid = w.payment_uuid AND e.version = w.version";

    private sealed class DeliveryRow
    {
        public string PaymentUuid { get; init; } = string.Empty;

        public long Version { get; init; }

        public string Endpoint { get; init; } = string.Empty;

        public long Lane { get; init; }

        public string EndpointUrl { get; init; } = string.Empty;

        public long State { get; init; }

        public long Tries { get; init; }

        public long CreatedAt { get; init; }

        public long? TriedAt { get; init; }

        public long? NextAt { get; init; }

        public long? StatusCode { get; init; }

        public string? Error { get; init; }

        public long Status { get; init; }
    }

    private sealed class AttemptRow
    {
        public long Version { get; init; }

        public string Endpoint { get; init; } = string.Empty;

        public long Number { get; init; }

        public string EndpointUrl { get; init; } = string.Empty;

        public long TriedAt { get; init; }

        public long Took { get; init; }

        public long? StatusCode { get; init; }

        public string? Answer { get; init; }

        public string? Error { get; init; }
    }

    private sealed class KeyRow
    {
        public string PaymentUuid { get; init; } = string.Empty;

        public long Version { get; init; }

        public string Endpoint { get; init; } = string.Empty;

        public long CreatedAt { get; init; }
    }

    /// <summary>An app's deliveries, newest first, so many at most.</summary>
    public async Task<IReadOnlyList<StoredDelivery>> ListAsync(DeliveryQuery query, int limit)
    {
        var where = new StringBuilder("w.app_id = @app");
        Add(where, query.After, "w.created_at <= @at AND (w.created_at, w.payment_uuid, w.version, w.endpoint) < (@at, @uuid, @version, @endpoint)");
        Add(where, query.Uuid, "w.payment_uuid = @payment");
        Add(where, query.Endpoint);

        // The states are numbers of ours; written out, they let the engine see that an index of one state will do.
        Add(where, query.State, $"w.state = {(int?)query.State}");
        Add(where, query.StatusCode, "w.status_code = @statusCode");
        Add(where, query.From, "w.created_at >= @from");
        Add(where, query.Before, "w.created_at < @before");
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<DeliveryRow>(
            $"""
            SELECT {Columns} FROM {Tables} WHERE {where}
            ORDER BY w.created_at DESC, w.payment_uuid DESC, w.version DESC, w.endpoint DESC LIMIT @limit
            """,
            new
            {
                app = query.App.Value,
                at = query.After?.At,
                uuid = query.After?.Key.Payment.Value,
                version = query.After?.Key.Version,
                endpoint = query.After?.Key.Endpoint,
                payment = query.Uuid,
                endpointId = query.Endpoint.Id,
                endpointUrl = query.Endpoint.Url,
                statusCode = query.StatusCode,
                from = query.From?.ToUnixTimeMilliseconds(),
                before = query.Before?.ToUnixTimeMilliseconds(),
                limit,
            });
        return [.. rows.Select(ToDelivery)];
    }

    /// <summary>A delivery of an app.</summary>
    public async Task<StoredDelivery?> FindAsync(AppId app, WebhookKey key)
    {
        await using var connection = await database.OpenAsync();
        var row = await connection.QuerySingleOrDefaultAsync<DeliveryRow>(
            $"SELECT {Columns} FROM {Tables} WHERE w.app_id = @app AND w.payment_uuid = @uuid AND w.version = @version AND w.endpoint = @endpoint",
            new { app = app.Value, uuid = key.Payment.Value, version = key.Version, endpoint = key.Endpoint });
        return row is null ? null : ToDelivery(row);
    }

    /// <summary>Every try at a payment's webhooks, those of one webhook in their order.</summary>
    public async Task<IReadOnlyList<StoredAttempt>> ReadAttemptsAsync(PaymentId payment)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<AttemptRow>(
            """
            SELECT CAST(a.version AS BIGINT) AS Version, a.endpoint AS Endpoint, CAST(a.attempt AS BIGINT) AS Number, w.endpoint_url AS EndpointUrl,
                a.tried_at AS TriedAt, CAST(a.took AS BIGINT) AS Took, CAST(a.status_code AS BIGINT) AS StatusCode, a.answer AS Answer, a.error AS Error
            FROM webhook_attempts a JOIN webhooks w ON w.payment_uuid = a.payment_uuid AND w.version = a.version AND w.endpoint = a.endpoint
            WHERE a.payment_uuid = @uuid
            UNION ALL
            SELECT CAST(w.version AS BIGINT), w.endpoint, CAST(w.attempts AS BIGINT), w.endpoint_url,
                w.tried_at, CAST(w.took AS BIGINT), CAST(w.status_code AS BIGINT), w.answer, w.last_error
            FROM webhooks w WHERE w.payment_uuid = @uuid AND w.tried_at IS NOT NULL
            ORDER BY 1, 2, 3
            """,
            new { uuid = payment.Value });
        return [.. rows.Select(row => new StoredAttempt(
            new(payment, (int)row.Version, row.Endpoint),
            (int)row.Number,
            row.EndpointUrl,
            new(DateTimeOffset.FromUnixTimeMilliseconds(row.TriedAt), (int)row.Took, (int?)row.StatusCode, row.Answer, row.Error)))];
    }

    /// <summary>Webhooks that have ended and are to be sent again, oldest first, after a place; so many at most.</summary>
    public async Task<IReadOnlyList<DeliveryCursor>> ListEndedAsync(ReplayQuery query, DeliveryCursor? after, int limit)
    {
        var where = new StringBuilder("w.app_id = @app AND w.created_at >= @from AND w.created_at < @before");
        where.Append(query.GivenUpOnly ? $" AND w.state = {(int)DeliveryState.GivenUp}" : $" AND w.state <> {(int)DeliveryState.Waiting}");
        Add(where, query.Endpoint);
        Add(where, after, "(w.created_at, w.payment_uuid, w.version, w.endpoint) > (@at, @uuid, @version, @endpoint)");
        if (query.LatestOnly)
        {
            where.Append(
                " AND NOT EXISTS (SELECT 1 FROM webhooks n WHERE n.payment_uuid = w.payment_uuid AND n.endpoint = w.endpoint AND n.version > w.version)");
        }

        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<KeyRow>(
            $"""
            SELECT w.payment_uuid AS PaymentUuid, CAST(w.version AS BIGINT) AS Version, w.endpoint AS Endpoint, w.created_at AS CreatedAt
            FROM webhooks w WHERE {where} ORDER BY w.created_at, w.payment_uuid, w.version, w.endpoint LIMIT @limit
            """,
            new
            {
                app = query.App.Value,
                from = Math.Max(query.From.ToUnixTimeMilliseconds(), after?.At ?? long.MinValue),
                before = query.Before.ToUnixTimeMilliseconds(),
                at = after?.At,
                uuid = after?.Key.Payment.Value,
                version = after?.Key.Version,
                endpoint = after?.Key.Endpoint,
                endpointId = query.Endpoint.Id,
                endpointUrl = query.Endpoint.Url,
                limit,
            });
        return [.. rows.Select(row => new DeliveryCursor(row.CreatedAt, new(new(row.PaymentUuid), (int)row.Version, row.Endpoint)))];
    }

    private static void Add(StringBuilder where, object? value, string sql)
    {
        if (value is not null)
        {
            where.Append(" AND ").Append(sql);
        }
    }

    private static void Add(StringBuilder where, EndpointChoice endpoint)
    {
        Add(where, endpoint.Id, "w.endpoint = @endpointId");
        Add(where, endpoint.Url, "w.endpoint_url = @endpointUrl");
    }

    private static StoredDelivery ToDelivery(DeliveryRow row) => new(
        new(new(row.PaymentUuid), (int)row.Version, row.Endpoint),
        (PaymentStatus)row.Status,
        row.Lane,
        row.EndpointUrl,
        (DeliveryState)row.State,
        (int)row.Tries,
        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
        Instant(row.TriedAt),
        row.State == (int)DeliveryState.Waiting ? Instant(row.NextAt) : null,
        (int?)row.StatusCode,
        row.Error);

    private static DateTimeOffset? Instant(long? millis) => millis is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
