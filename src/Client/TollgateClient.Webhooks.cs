using System.Xml;
using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <content>Who is told of changes, what became of it, and telling it again.</content>
public sealed partial class TollgateClient
{
    private const string Webhooks = Root + "/webhooks";

    /// <summary>The endpoints that are told of the app's payments: <c>GET /api/v2/webhooks/endpoints</c>.</summary>
    public Task<WebhookEndpointList> ListWebhookEndpointsAsync(CancellationToken cancellationToken = default) =>
        GetAsync($"{Webhooks}/endpoints", ResponseJson.Numbers.WebhookEndpointList, cancellationToken);

    /// <summary>Has a further endpoint told of the app's payments: <c>POST /api/v2/webhooks/endpoints</c>.</summary>
    public async Task<WebhookEndpointResponse> AddWebhookEndpointAsync(WebhookEndpointRequest request, CancellationToken cancellationToken = default)
    {
        var content = Json(request, RequestJson.Default.WebhookEndpointRequest);
        var answer = await SendAsync(
            HttpMethod.Post, $"{Webhooks}/endpoints", content, ResponseJson.Numbers.WebhookEndpointResponse, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Has a further endpoint told nothing any more; what waits for it is given up: <c>DELETE /api/v2/webhooks/endpoints/{id}</c>.</summary>
    public async Task RemoveWebhookEndpointAsync(string id, CancellationToken cancellationToken = default) =>
        await SendAsync(
            HttpMethod.Delete, $"{Webhooks}/endpoints/{Segment(id)}", null, ResponseJson.Numbers.DeleteTokenResponse, null, cancellationToken).ConfigureAwait(false);

    /// <summary>Has an endpoint told again that was disabled: <c>POST /api/v2/webhooks/endpoints/{id}/enable</c>.</summary>
    public async Task<WebhookEndpointResponse> EnableWebhookEndpointAsync(string id, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            HttpMethod.Post, $"{Webhooks}/endpoints/{Segment(id)}/enable", null, ResponseJson.Numbers.WebhookEndpointResponse, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Sends a sample to an endpoint, and says what came of it: <c>POST /api/v2/webhooks/test</c>.</summary>
    /// <param name="endpoint">A further endpoint; the app's default when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<WebhookTestResponse> TestWebhookEndpointAsync(string? endpoint = null, CancellationToken cancellationToken = default)
    {
        var content = Json(new WebhookTestRequest { Endpoint = endpoint }, RequestJson.Default.WebhookTestRequest);
        var answer = await SendAsync(
            HttpMethod.Post, $"{Webhooks}/test", content, ResponseJson.Numbers.WebhookTestResponse, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>A part of the delivery log, newest first: <c>GET /api/v2/webhooks/deliveries</c>.</summary>
    /// <param name="filter">Which deliveries; all when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<WebhookDeliveryList> ListWebhookDeliveriesAsync(WebhookDeliveryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        filter ??= new WebhookDeliveryFilter();
        var query = Query(
            ("after", filter.After),
            ("limit", filter.Limit is { } limit ? Digits(limit) : null),
            ("uuid", filter.Uuid),
            ("endpoint", filter.Endpoint),
            ("state", filter.State is { } state ? WireName(state) : null),
            ("status_code", filter.StatusCode is { } status ? Digits(status) : null),
            ("start_date", Instant(filter.StartDate)),
            ("end_date", Instant(filter.EndDate)));
        return GetAsync($"{Webhooks}/deliveries{query}", ResponseJson.Numbers.WebhookDeliveryList, cancellationToken);
    }

    /// <summary>A delivery with every try: <c>GET /api/v2/webhooks/deliveries/{id}</c>.</summary>
    public Task<WebhookDeliveryResponse> GetWebhookDeliveryAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync($"{Webhooks}/deliveries/{Segment(id)}", ResponseJson.Numbers.WebhookDeliveryResponse, cancellationToken);

    /// <summary>Sends a webhook again, at once: <c>POST /api/v2/webhooks/deliveries/{id}/resend</c>.</summary>
    /// <param name="id">The delivery.</param>
    /// <param name="idempotencyKey">The same key gives the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<WebhookDeliveryResponse> ResendWebhookAsync(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            HttpMethod.Post, $"{Webhooks}/deliveries/{Segment(id)}/resend", null, ResponseJson.Numbers.WebhookDeliveryResponse, idempotencyKey, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Sends a range of webhooks again: <c>POST /api/v2/webhooks/replay</c>.</summary>
    /// <param name="request">Which.</param>
    /// <param name="idempotencyKey">The same key and request give the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting, not the replay.</param>
    public async Task<WebhookReplayResponse> ReplayWebhooksAsync(WebhookReplayRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var content = Json(request, RequestJson.Default.WebhookReplayRequest);
        var answer = await SendAsync(
            HttpMethod.Post, $"{Webhooks}/replay", content, ResponseJson.Numbers.WebhookReplayResponse, idempotencyKey, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Has webhooks signed by a new secret: <c>POST /api/v2/webhooks/secret/rotate</c>.</summary>
    /// <param name="overlap">How long the secrets before go on to sign beside it, up to thirty days; a day when left out.</param>
    /// <param name="cancellationToken">Stops waiting. Whether the secret is new is then unknown: rotate again.</param>
    /// <returns>The secret. It is shown this once.</returns>
    public async Task<WebhookSecretRotationResponse> RotateWebhookSecretAsync(TimeSpan? overlap = null, CancellationToken cancellationToken = default)
    {
        var content = Json(
            new WebhookSecretRotationRequest { Overlap = overlap is { } span ? XmlConvert.ToString(span) : null }, RequestJson.Default.WebhookSecretRotationRequest);
        var answer = await SendAsync(
            HttpMethod.Post, $"{Webhooks}/secret/rotate", content, ResponseJson.Numbers.WebhookSecretRotationResponse, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }
}
