using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Ledger;

/// <summary><c>GET /api/v2/balances</c>: what the app has.</summary>
internal sealed class ReadBalances(LedgerReader reader)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var balances = Statement.Balances(await reader.ReadBalancesAsync(app.Id));
        await Answer.Ok(new() { Records = [.. balances] }, ResponseJson.Numbers.BalanceList).WriteAsync(context);
    }
}
