using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary><c>POST /api/v2/webhooks/replay</c>: sends a range of webhooks again, or the latest of each payment in it.</summary>
internal sealed class ReplayWebhooks(DeliveryDesk desk, EndpointDesk endpoints, Idempotency idempotency, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var from = fields.Instant("from", required: true) ?? default;
        var to = fields.Instant("to") ?? clock.GetUtcNow();
        var latest = fields.Boolean("latest") ?? false;
        var state = fields.Choice<WebhookReplayState>("state") ?? (latest ? WebhookReplayState.All : WebhookReplayState.GivenUp);
        var endpoint = fields.Text("endpoint", 2048);
        if (to < from)
        {
            errors.Add("to", "must not be before from");
        }

        var keyed = idempotency.Read(context.Request, app.Id, body.Bytes, KeyedRequest.OfNoPayment);
        if (await idempotency.TryReplayAsync(context, app.Id, keyed))
        {
            return;
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        // It goes on when the caller has left: half of a range would be sent again by the next try.
        var resent = await desk.ReplayAsync(new(app.Id, from, to, state == WebhookReplayState.GivenUp, endpoints.Choose(app.Id, endpoint), latest));
        var answer = Answer.Ok(new() { Resent = resent }, ResponseJson.Numbers.WebhookReplayResponse);
        await idempotency.AnswerAsync(context, app.Id, keyed, null, answer);
    }
}
