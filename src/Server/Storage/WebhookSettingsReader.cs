using Dapper;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Storage;

/// <summary>A webhook secret as it is stored.</summary>
/// <param name="App">Whose.</param>
/// <param name="Sealed">The secret, sealed.</param>
/// <param name="EndsAt">Until when it signs beside a newer one; <see langword="null"/> for the newest.</param>
internal sealed record SealedSecret(AppId App, byte[] Sealed, DateTimeOffset? EndsAt);

/// <summary>Reads what apps have arranged about webhooks: one hand-written SQL for both engines.</summary>
internal sealed class WebhookSettingsReader(Database database)
{
    private sealed class EndpointRow
    {
        public string Id { get; init; } = string.Empty;

        public string AppId { get; init; } = string.Empty;

        public string EndpointUrl { get; init; } = string.Empty;

        public byte[]? Sealed { get; init; }

        public string Statuses { get; init; } = string.Empty;

        public long CreatedAt { get; init; }
    }

    private sealed class DisabledRow
    {
        public long Lane { get; init; }

        public string AppId { get; init; } = string.Empty;

        public string EndpointUrl { get; init; } = string.Empty;

        public long DisabledAt { get; init; }

        public string Reason { get; init; } = string.Empty;
    }

    private sealed class SealedRow
    {
        public string AppId { get; init; } = string.Empty;

        public byte[] Sealed { get; init; } = [];

        public long? EndsAt { get; init; }
    }

    /// <summary>Everything, of all apps; the secrets of an app newest first.</summary>
    public async Task<(IReadOnlyList<WebhookEndpoint> Endpoints, IReadOnlyList<DisabledEndpoint> Disabled, IReadOnlyList<SealedSecret> Secrets)> ReadAsync()
    {
        await using var connection = await database.OpenAsync();
        var endpoints = await connection.QueryAsync<EndpointRow>(
            "SELECT id AS Id, app_id AS AppId, endpoint_url AS EndpointUrl, sealed_authorization AS Sealed, statuses AS Statuses, created_at AS CreatedAt FROM webhook_endpoints ORDER BY created_at, id");
        var disabled = await connection.QueryAsync<DisabledRow>(
            "SELECT lane AS Lane, app_id AS AppId, endpoint_url AS EndpointUrl, disabled_at AS DisabledAt, reason AS Reason FROM disabled_endpoints");
        var secrets = await connection.QueryAsync<SealedRow>("SELECT app_id AS AppId, sealed AS Sealed, ends_at AS EndsAt FROM webhook_secrets ORDER BY app_id, number DESC");
        return (
            [.. endpoints.Select(e => new WebhookEndpoint(e.Id, new(e.AppId), e.EndpointUrl, e.Sealed, ReadStatuses(e.Statuses), DateTimeOffset.FromUnixTimeMilliseconds(e.CreatedAt)))],
            [.. disabled.Select(d => new DisabledEndpoint(new(d.AppId), d.Lane, d.EndpointUrl, DateTimeOffset.FromUnixTimeMilliseconds(d.DisabledAt), d.Reason))],
            [.. secrets.Select(s => new SealedSecret(new(s.AppId), s.Sealed, s.EndsAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null))]);
    }

    /// <summary>Statuses as they are stored: their names with commas between them.</summary>
    public static string WriteStatuses(IEnumerable<PaymentStatus> statuses) => string.Join(',', statuses.Order());

    private static HashSet<PaymentStatus> ReadStatuses(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<PaymentStatus>)];
}
