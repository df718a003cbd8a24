using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary>An endpoint that an app wants told besides each payment's own, or its default.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="App">The app.</param>
/// <param name="Url">Where it is.</param>
/// <param name="SealedAuthorization">The header that goes with each webhook, sealed for the endpoint.</param>
/// <param name="Statuses">The statuses that it is told of; empty for all.</param>
/// <param name="CreatedAt">When it was added.</param>
internal sealed record WebhookEndpoint(
    string Id, AppId App, string Url, byte[]? SealedAuthorization, IReadOnlySet<Core.Payments.PaymentStatus> Statuses, DateTimeOffset CreatedAt)
{
    /// <summary>Whether it is told of a change to a status.</summary>
    public bool Wants(Core.Payments.PaymentStatus status) => Statuses.Count == 0 || Statuses.Contains(status);
}

/// <summary>What apps have arranged about webhooks. It is asked for every change of status and every delivery, and answers at once.</summary>
internal interface IWebhookDirectory
{
    /// <summary>The endpoints that an app wants told besides.</summary>
    IReadOnlyList<WebhookEndpoint> EndpointsOf(AppId app);

    /// <summary>Why an endpoint is told nothing any more; nothing when it is.</summary>
    DisabledEndpoint? FindDisabled(long lane);

    /// <summary>The secrets by which an app's webhooks are signed: the newest first, and those that still sign beside it.</summary>
    IReadOnlyList<SecretText> SecretsOf(AppId app);

    /// <summary>Looks at once, and not only when it next would, for what has changed.</summary>
    Task RefreshAsync();
}
