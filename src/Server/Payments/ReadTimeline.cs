using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Payments;

/// <summary><c>GET /api/v2/cards/payments/{uuid}/timeline</c>: why a payment is as it is.</summary>
internal sealed class ReadTimeline(IPaymentLookup reader, TimelineReader timeline, WebhookReader deliveries)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        if (await reader.FindAsync(app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["uuid"])) is not { } payment)
        {
            await Answer.NotFound().WriteAsync(context);
            return;
        }

        // What happens while it is read is later in the journal than the payment that was found, and is left out.
        var events = (await reader.ReadJournalAsync(payment)).Take(payment.Version);
        var entries = (await timeline.ReadEntriesAsync(payment.Id)).Where(e => e.Version <= payment.Version);
        var webhooks = (await timeline.ReadWebhooksAsync(payment.Id)).Where(w => w.Version <= payment.Version);
        var attempts = (await deliveries.ReadAttemptsAsync(payment.Id)).Where(a => a.Key.Version <= payment.Version);
        var records = Timeline.Of(events, entries, webhooks, attempts);
        await Answer.Ok(new PaymentTimeline { Uuid = payment.Id.Value, Records = records }, ResponseJson.Numbers.PaymentTimeline).WriteAsync(context);
    }
}
