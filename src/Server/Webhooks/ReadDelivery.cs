using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary><c>GET /api/v2/webhooks/deliveries/{id}</c>: one webhook's way to its endpoint, with every try.</summary>
internal sealed class ReadDelivery(DeliveryDesk desk)
{
    public static readonly Answer NotFound = Answer.NotFound("Delivery not found.");

    public async Task HandleAsync(HttpContext context, App app)
    {
        var known = WebhookKey.TryParse(QueryFields.Cleaned((string?)context.Request.RouteValues["id"]), out var key);
        var delivery = known ? await desk.FindAsync(app.Id, key) : null;
        await (delivery is null ? NotFound : Answer.Ok(delivery, ResponseJson.Numbers.WebhookDeliveryResponse)).WriteAsync(context);
    }
}
