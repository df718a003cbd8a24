using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Disputes;

/// <summary><c>GET /api/v2/cards/disputes/{id}</c>.</summary>
internal sealed class ReadDispute(IDisputeLookup reader)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        if (await reader.FindAsync(app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["id"])) is not var (dispute, facts))
        {
            await Answer.NotFound("Dispute not found.").WriteAsync(context);
            return;
        }

        var evidence = await reader.ListEvidenceAsync(dispute.Id);
        await Answer.Ok(DisputeRenderer.Render(dispute, facts, evidence[dispute.Id.Value]), ResponseJson.Numbers.DisputeResponse).WriteAsync(context);
    }
}
