using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;

namespace Tollgate.Server.Webhooks;

/// <summary><c>DELETE /api/v2/webhooks/endpoints/{id}</c>: a further endpoint is told nothing any more, and what waits for it is given up.</summary>
internal sealed class RemoveEndpoint(EndpointDesk desk)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var removed = await desk.RemoveAsync(Asker.Of(context, app), app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["id"]));
        var answer = removed ? Answer.Ok(new(), ResponseJson.Numbers.DeleteTokenResponse) : Answer.NotFound("Endpoint not found.");
        await answer.WriteAsync(context);
    }
}
