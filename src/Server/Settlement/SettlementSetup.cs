using Tollgate.Server.Storage;

namespace Tollgate.Server.Settlement;

/// <summary>Puts the clearing of captures together.</summary>
internal static class SettlementSetup
{
    /// <summary>What imports clearing files, and watches over what does not match.</summary>
    public static void AddSettlement(this IServiceCollection services)
    {
        services.AddSingleton<ClearingReader>();
        services.AddSingleton<IClearingLookup>(s => s.GetRequiredService<ClearingReader>());
        services.AddSingleton<Reconciliation>();
        services.AddSingleton<ClearingImport>();
        services.AddSingleton<ClearingDesk>();
        services.AddSingleton<ClearingWatch>();
        services.AddSingleton<ITimedWork>(s => s.GetRequiredService<ClearingWatch>());
    }
}
