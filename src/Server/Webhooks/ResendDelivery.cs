using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary><c>POST /api/v2/webhooks/deliveries/{id}/resend</c>: sends a webhook again, at once, in a new round of tries.</summary>
internal sealed class ResendDelivery(DeliveryDesk desk, EndpointDesk endpoints, WebhookReader reader, Idempotency idempotency)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        if (!WebhookKey.TryParse(QueryFields.Cleaned((string?)context.Request.RouteValues["id"]), out var key) || await reader.FindAsync(app.Id, key) is not { } delivery)
        {
            await ReadDelivery.NotFound.WriteAsync(context);
            return;
        }

        using var body = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        var keyed = idempotency.Read(context.Request, app.Id, [.. Encoding.UTF8.GetBytes(key + "|"), .. body.Bytes], KeyedRequest.OfNoPayment);
        if (await idempotency.TryReplayAsync(context, app.Id, keyed))
        {
            return;
        }

        Answer answer;
        if (await endpoints.WhyClosedAsync(app.Id, delivery) is var (code, message))
        {
            answer = Answer.Error(422, code, message);
        }
        else
        {
            await desk.ResendAsync(key);
            answer = await desk.FindAsync(app.Id, key) is { } now ? Answer.Ok(now, ResponseJson.Numbers.WebhookDeliveryResponse) : ReadDelivery.NotFound;
        }

        await idempotency.AnswerAsync(context, app.Id, keyed, null, answer);
    }
}
