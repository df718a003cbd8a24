using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Ledger;

/// <summary>Puts balances, statements and payouts together.</summary>
internal static class LedgerSetup
{
    /// <summary>What reads the ledger and closes payouts.</summary>
    public static void AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerReader>();
        services.AddSingleton<PayoutDesk>();
        services.AddSingleton<ReadBalances>();
        services.AddSingleton<ListBalanceEntries>();
        services.AddSingleton<ListPayouts>();
        services.AddSingleton<ReadPayout>();
        services.AddSingleton<ClosePayouts>();
        services.AddSingleton<PayoutSchedule>();
        services.AddSingleton<ITimedWork>(s => s.GetRequiredService<PayoutSchedule>());
    }

    /// <summary>The calls under one root of the API.</summary>
    public static void MapLedger(this WebApplication app, AppRegistry apps, string root)
    {
        var services = app.Services;
        app.MapGet(root + "/balances", Access.Requires(apps, services.GetRequiredService<ReadBalances>().HandleAsync)).Needs(Scopes.Read);
        app.MapGet(root + "/balances/entries", Access.Requires(apps, services.GetRequiredService<ListBalanceEntries>().HandleAsync)).Needs(Scopes.Read);
        app.MapGet(root + "/payouts", Access.Requires(apps, services.GetRequiredService<ListPayouts>().HandleAsync)).Needs(Scopes.Read);
        app.MapGet(root + "/payouts/{id}", Access.Requires(apps, services.GetRequiredService<ReadPayout>().HandleAsync)).Needs(Scopes.Read);
    }
}
