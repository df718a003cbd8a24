using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary><c>GET /api/v2/webhooks/deliveries</c>: what became of the app's webhooks, newest first.</summary>
internal sealed class ListDeliveries(WebhookReader reader, EndpointDesk endpoints)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var limit = fields.Integer("limit", 20, 1, 100);
        DeliveryCursor? after = null;
        if (fields.Text("after", 255) is { } text)
        {
            if (DeliveryCursor.TryParse(text, out var place))
            {
                after = place;
            }
            else
            {
                errors.Add("after", "is invalid");
            }
        }

        var query = new DeliveryQuery(
            app.Id,
            after,
            fields.Text("uuid", 64),
            endpoints.Choose(app.Id, fields.Text("endpoint", 2048)),
            fields.Choice<DeliveryState>("state"),
            fields.Value("status_code") is null ? null : fields.Integer("status_code", 0, 1, 999),
            fields.Instant("start_date"),
            fields.Instant("end_date"));
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var found = await reader.ListAsync(query, limit + 1);
        var hasMore = found.Count > limit;
        var list = new WebhookDeliveryList
        {
            Records = [.. found.Take(limit).Select(DeliveryDesk.Render)],
            NextAfter = hasMore ? new DeliveryCursor(found[limit - 1].CreatedAt.ToUnixTimeMilliseconds(), found[limit - 1].Key).ToString() : null,
            HasMore = hasMore,
        };
        await Answer.Ok(list, ResponseJson.Numbers.WebhookDeliveryList).WriteAsync(context);
    }
}
