using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;

namespace Tollgate.Server.Webhooks;

/// <summary><c>POST /api/v2/webhooks/endpoints/{id}/enable</c>: an endpoint that said it was gone is told again.</summary>
internal sealed class EnableEndpoint(EndpointDesk desk)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        var enabled = await desk.EnableAsync(Asker.Of(context, app), app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["id"]));
        var answer = enabled is null ? Answer.NotFound("Endpoint not found.") : Answer.Ok(enabled, ResponseJson.Numbers.WebhookEndpointResponse);
        await answer.WriteAsync(context);
    }
}
