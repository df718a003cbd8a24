using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Risk;

/// <summary>Puts together what keeps cards from being tested, but for the work that a server does by itself.</summary>
internal static class RiskSetup
{
    public static void AddRisk(this IServiceCollection services)
    {
        services.AddSingleton<RiskReader>();
        services.AddSingleton(s => new RiskLists(s.GetRequiredService<CardVault>(), s.GetRequiredService<RiskReader>().ReadListsAsync));
        services.AddSingleton<RiskDesk>();
    }
}
