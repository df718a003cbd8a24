using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;

namespace Tollgate.Server.Ledger;

/// <summary><c>POST /api/v2/sandbox/payouts</c>: the sandbox's own operator. Elsewhere an operator or the schedule closes payouts.</summary>
internal sealed class ClosePayouts(PayoutDesk desk)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var closed = await desk.CloseAsync(app.Id);
        await Answer.Ok(new() { Records = [.. closed.Select(Statement.Payout)] }, ResponseJson.Numbers.ClosedPayouts).WriteAsync(context);
    }
}
