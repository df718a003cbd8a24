using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>What an endpoint is to the app.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WebhookEndpointKind>))]
public enum WebhookEndpointKind
{
    /// <summary>Told of the payments that name no endpoint of their own.</summary>
    Default,

    /// <summary>Told besides, of all payments.</summary>
    Further,

    /// <summary>Named by payments as their own; listed only while it is disabled.</summary>
    Payment,
}

/// <summary>Have a further endpoint told: <c>POST /api/v2/webhooks/endpoints</c>.</summary>
public sealed record WebhookEndpointRequest
{
    /// <summary>Absolute URL, at most 2048 characters.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>Sent verbatim as the header <c>Authorization</c>; at most 1024 characters. It is never shown again.</summary>
    public SecretText? AuthorizationHeader { get; init; }

    /// <summary>The statuses of whose changes it is told; all when left out or empty.</summary>
    public IReadOnlyList<PaymentStatus>? Statuses { get; init; }
}

/// <summary>An endpoint that is told of an app's payments.</summary>
public sealed record WebhookEndpointResponse
{
    /// <summary><c>we_…</c>; <c>default</c> for the app's default, <c>wu_…</c> for one that payments name as their own.</summary>
    public required string Id { get; init; }

    /// <summary>What it is to the app.</summary>
    public required WebhookEndpointKind Kind { get; init; }

    /// <summary>The URL.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>Always <c>****</c>.</summary>
    public string AuthorizationHeader { get; init; } = "****";

    /// <summary>The statuses of whose changes it is told; empty for all.</summary>
    public required IReadOnlyList<PaymentStatus> Statuses { get; init; }

    /// <summary>When it was added; only of a further endpoint.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Since when it is told nothing any more; <see langword="null"/> while it is told.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Why it is told nothing any more.</summary>
    public required string? DisabledReason { get; init; }
}

/// <summary>The endpoints that are told of an app's payments.</summary>
public sealed record WebhookEndpointList
{
    /// <summary>The default first, then the further ones in the order in which they were added.</summary>
    public required IReadOnlyList<WebhookEndpointResponse> Records { get; init; }
}

/// <summary>Send a sample to an endpoint: <c>POST /api/v2/webhooks/test</c>.</summary>
public sealed record WebhookTestRequest
{
    /// <summary>A further endpoint; the app's default when left out.</summary>
    public string? Endpoint { get; init; }
}

/// <summary>What an endpoint made of a sample.</summary>
public sealed record WebhookTestResponse
{
    /// <summary>The <c>webhook-id</c> that was sent, <c>evt_test_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Where it was sent.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>Whether the answer counts as delivered: any 2xx.</summary>
    public required bool Delivered { get; init; }

    /// <summary>What the endpoint answered, if it did.</summary>
    public required int? StatusCode { get; init; }

    /// <summary>How long that took, in milliseconds.</summary>
    public required int Took { get; init; }

    /// <summary>The first KiB of its answer, as text.</summary>
    public required string? Answer { get; init; }

    /// <summary>Why it does not count, in words.</summary>
    public required string? Error { get; init; }
}

/// <summary>How the delivery of a webhook stands.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WebhookDeliveryState>))]
public enum WebhookDeliveryState
{
    /// <summary>It is being tried, or waits for the one before it.</summary>
    Waiting,

    /// <summary>The endpoint has it.</summary>
    Delivered,

    /// <summary>Nobody took it in time.</summary>
    GivenUp,
}

/// <summary>One webhook's way to its endpoint.</summary>
public sealed record WebhookDeliveryResponse
{
    /// <summary>The event's identifier, and for a further endpoint a hyphen and the endpoint's.</summary>
    public required string Id { get; init; }

    /// <summary>The <c>webhook-id</c> that is sent, and the <c>id</c> in the event feed.</summary>
    public required string EventId { get; init; }

    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>The status that it tells.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>The further endpoint; <see langword="null"/> for the payment's own or the app's default.</summary>
    public required string? Endpoint { get; init; }

    /// <summary>Where it goes.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>How it stands.</summary>
    public required WebhookDeliveryState State { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Tries { get; init; }

    /// <summary>What the endpoint answered last, if it did.</summary>
    public required int? StatusCode { get; init; }

    /// <summary>Why the last try failed, or why it was given up, in words.</summary>
    public required string? Error { get; init; }

    /// <summary>When it was tried last.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset? LastTryAt { get; init; }

    /// <summary>When it is tried next; <see langword="null"/> once it has ended, and while it waits for the one before it.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset? NextTryAt { get; init; }

    /// <summary>When the status changed.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Every try, the first one first; only where one delivery is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WebhookAttempt>? Attempts { get; init; }
}

/// <summary>One try at a webhook.</summary>
public sealed record WebhookAttempt
{
    /// <summary>When.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>Where.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>What the endpoint answered, if it did.</summary>
    public required int? StatusCode { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public required int Took { get; init; }

    /// <summary>The first KiB of the answer, as text.</summary>
    public required string? Answer { get; init; }

    /// <summary>Why it failed, in words; <see langword="null"/> when it is delivered.</summary>
    public required string? Error { get; init; }
}

/// <summary>A part of the delivery log, newest first.</summary>
public sealed record WebhookDeliveryList
{
    /// <summary>The deliveries.</summary>
    public required IReadOnlyList<WebhookDeliveryResponse> Records { get; init; }

    /// <summary>What to send as <c>after</c> to go on from here; <see langword="null"/> when there is no more.</summary>
    public required string? NextAfter { get; init; }

    /// <summary>Whether there is more.</summary>
    public required bool HasMore { get; init; }
}

/// <summary>Which deliveries to list: the query of <c>GET /api/v2/webhooks/deliveries</c>.</summary>
public sealed record WebhookDeliveryFilter
{
    /// <summary><see cref="WebhookDeliveryList.NextAfter"/> of the part before; from the newest when left out.</summary>
    public string? After { get; init; }

    /// <summary>How many at most, up to 100; the gateway's own choice when left out.</summary>
    public int? Limit { get; init; }

    /// <summary>Only those of this payment.</summary>
    public string? Uuid { get; init; }

    /// <summary>Only those to this endpoint: its id, or a URL.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Only those that stand so.</summary>
    public WebhookDeliveryState? State { get; init; }

    /// <summary>Only those that were last answered with this status code.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Only changes of this instant or later.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>Only changes before this instant.</summary>
    public DateTimeOffset? EndDate { get; init; }
}

/// <summary>Which deliveries to send again.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WebhookReplayState>))]
public enum WebhookReplayState
{
    /// <summary>Those that were given up.</summary>
    GivenUp,

    /// <summary>Those that were delivered too.</summary>
    All,
}

/// <summary>Send a range of webhooks again: <c>POST /api/v2/webhooks/replay</c>.</summary>
public sealed record WebhookReplayRequest
{
    /// <summary>Changes of status of this instant or later.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset From { get; init; }

    /// <summary>Changes of status before this instant; up to now when left out.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public DateTimeOffset? To { get; init; }

    /// <summary>Which of them; what was given up when left out, and with <see cref="Latest"/> all.</summary>
    public WebhookReplayState? State { get; init; }

    /// <summary>Only those to this endpoint: its id, or a URL.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether to leave out what a later webhook of the same payment has overtaken.</summary>
    public bool? Latest { get; init; }
}

/// <summary>How many webhooks are sent again.</summary>
public sealed record WebhookReplayResponse
{
    /// <summary>How many. What was still waiting is sent anyway, and not counted.</summary>
    public required int Resent { get; init; }
}

/// <summary>Sign with a new secret: <c>POST /api/v2/webhooks/secret/rotate</c>.</summary>
public sealed record WebhookSecretRotationRequest
{
    /// <summary>How long the secrets before go on to sign beside the new one, ISO 8601: <c>P1D</c> when left out, <c>P30D</c> at most, <c>P0D</c> for not at all.</summary>
    public string? Overlap { get; init; }
}

/// <summary>A new secret. This is the only time that it is shown.</summary>
public sealed record WebhookSecretRotationResponse
{
    /// <summary>The secret, <c>whsec_…</c>.</summary>
    public required SecretText Secret { get; init; }

    /// <summary>When the secrets before stop signing.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset PreviousEndsAt { get; init; }
}
