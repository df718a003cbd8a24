using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Ledger;

/// <summary><c>GET /api/v2/payouts/{id}</c>.</summary>
internal sealed class ReadPayout(LedgerReader reader)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var payout = await reader.FindPayoutAsync(app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["id"]));
        var answer = payout is null ? Answer.NotFound("Payout not found.") : Answer.Ok(Statement.Payout(payout), ResponseJson.Numbers.Payout);
        await answer.WriteAsync(context);
    }
}
