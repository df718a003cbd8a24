using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Payments;

/// <summary><c>GET /api/v2/cards/events</c>: every change of status of an app's payments, in order, to catch up after an outage.</summary>
internal sealed class ReadEvents(PaymentReader reader, PaymentRenderer renderer)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var limit = fields.Integer("limit", 20, 1, 100);
        var after = fields.Cursor("after");
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var entries = await reader.ReadFeedAsync(app.Id, after, limit + 1);
        var records = entries.Take(limit).Select(entry => new PaymentStatusChange
        {
            Id = WebhookComposer.EventId(entry.Payment.Id.Value, entry.Version),
            Cursor = entry.Position.ToString(CultureInfo.InvariantCulture),
            Uuid = entry.Payment.Id.Value,
            PreviousStatus = (PaymentStatus)entry.Before,
            Status = (PaymentStatus)entry.After,
            CreatedAt = entry.At,
            Payment = renderer.Render(entry.Payment),
        }).ToList();
        var feed = new EventFeed
        {
            Records = records,
            NextAfter = records.Count > 0 ? records[^1].Cursor : after.ToString(CultureInfo.InvariantCulture),
            HasMore = entries.Count > limit,
        };
        await Answer.Ok(feed, ResponseJson.Numbers.EventFeed).WriteAsync(context);
    }
}
