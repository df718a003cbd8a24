using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Ledger;

/// <summary><c>GET /api/v2/payouts</c>: newest first, a page at a time.</summary>
internal sealed class ListPayouts(LedgerReader reader)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var page = fields.Integer("page", 1, 1, 1_000_000);
        var perPage = fields.Integer("per_page", 20, 1, 100);
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var (total, payouts) = await reader.ListPayoutsAsync(app.Id, page, perPage);
        var list = new PayoutList
        {
            Total = total,
            TotalPage = (total + perPage - 1) / perPage,
            Page = page,
            PerPage = perPage,
            Records = [.. payouts.Select(Statement.Payout)],
        };
        await Answer.Ok(list, ResponseJson.Numbers.PayoutList).WriteAsync(context);
    }
}
