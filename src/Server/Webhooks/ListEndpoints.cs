using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;

namespace Tollgate.Server.Webhooks;

/// <summary><c>GET /api/v2/webhooks/endpoints</c>: who is told of the app's payments.</summary>
internal sealed class ListEndpoints(EndpointDesk desk)
{
    public async Task HandleAsync(HttpContext context, App app) =>
        await Answer.Ok(new() { Records = await desk.ListAsync(app.Id) }, ResponseJson.Numbers.WebhookEndpointList).WriteAsync(context);
}
