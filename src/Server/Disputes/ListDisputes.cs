using Tollgate.Client.Contract;
using Tollgate.Core.Disputes;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Disputes;

/// <summary><c>GET /api/v2/cards/disputes</c>: newest first, a page at a time.</summary>
internal sealed class ListDisputes(IDisputeLookup reader)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var page = fields.Integer("page", 1, 1, 1_000_000);
        var perPage = fields.Integer("per_page", 20, 1, 100);
        var query = new DisputeQuery(fields.Choice<DisputeStage>("status"), fields.Text("payment_uuid", 64), page, perPage);
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var (total, disputes) = await reader.ListAsync(app.Id, query);
        var evidence = await reader.ListEvidenceAsync(disputes.Select(d => d.Dispute.Id));
        var list = new DisputeList
        {
            Total = total,
            TotalPage = (total + perPage - 1) / perPage,
            Page = page,
            PerPage = perPage,
            Records = [.. disputes.Select(d => DisputeRenderer.Render(d.Dispute, d.Facts, evidence[d.Dispute.Id.Value]))],
        };
        await Answer.Ok(list, ResponseJson.Numbers.DisputeList).WriteAsync(context);
    }
}
