using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Webhooks;

/// <summary>The delivery log, and sending again what is in it.</summary>
internal sealed class DeliveryDesk(Journal journal, WebhookReader reader, TimeProvider clock)
{
    /// <summary>How many are sent again in one piece: the journal writes other things in between, and no more than these are in memory.</summary>
    private const int ReplayedAtOnce = 500;

    /// <summary>A delivery with every try; nothing when the app has none such.</summary>
    public async Task<WebhookDeliveryResponse?> FindAsync(AppId app, WebhookKey key)
    {
        if (await reader.FindAsync(app, key) is not { } delivery)
        {
            return null;
        }

        var attempts = await reader.ReadAttemptsAsync(key.Payment);
        return Render(delivery) with { Attempts = [.. attempts.Where(a => a.Key == key).Select(Render)] };
    }

    /// <summary>Sends a webhook again, unless it is on its first try anyway.</summary>
    public Task ResendAsync(WebhookKey key) => journal.ResendWebhooksAsync([key], clock.GetUtcNow());

    /// <summary>Sends webhooks again, oldest first; how many.</summary>
    public async Task<int> ReplayAsync(ReplayQuery query)
    {
        var resent = 0;
        DeliveryCursor? after = null;
        IReadOnlyList<DeliveryCursor> part;
        do
        {
            part = await reader.ListEndedAsync(query, after, ReplayedAtOnce);
            if (part.Count > 0)
            {
                resent += await journal.ResendWebhooksAsync([.. part.Select(p => p.Key)], clock.GetUtcNow());
                after = part[^1];
            }
        }
        while (part.Count == ReplayedAtOnce);
        return resent;
    }

    /// <summary>A delivery as the log lists it.</summary>
    public static WebhookDeliveryResponse Render(StoredDelivery delivery) => new()
    {
        Id = delivery.Key.ToString(),
        EventId = delivery.Key.EventId,
        Uuid = delivery.Key.Payment.Value,
        Status = (PaymentStatus)delivery.Status,
        Endpoint = delivery.Key.Endpoint.Length == 0 ? null : delivery.Key.Endpoint,
        EndpointUrl = delivery.EndpointUrl,
        State = (WebhookDeliveryState)delivery.State,
        Tries = delivery.Tries,
        StatusCode = delivery.StatusCode,
        Error = delivery.Error,
        LastTryAt = delivery.LastTryAt,
        NextTryAt = delivery.NextTryAt,
        CreatedAt = delivery.CreatedAt,
    };

    private static WebhookAttempt Render(StoredAttempt stored) => new()
    {
        At = stored.Attempt.At,
        EndpointUrl = stored.EndpointUrl,
        StatusCode = stored.Attempt.StatusCode,
        Took = stored.Attempt.Took,
        Answer = stored.Attempt.Answer,
        Error = stored.Attempt.Error,
    };
}
