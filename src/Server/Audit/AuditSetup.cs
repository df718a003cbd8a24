using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Audit;

/// <summary>Puts the audit log together.</summary>
internal static class AuditSetup
{
    /// <summary>What links it, and what reads it.</summary>
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton(s => new AuditChain(s.GetRequiredService<CardVault>()));
        services.AddSingleton<AuditReader>();
        services.AddSingleton<KeyUseRecord>();
        services.AddSingleton<FailedLogIns>();
        services.AddSingleton<ConfigurationRecord>();
        services.AddSingleton<AuditWatch>();
    }
}
