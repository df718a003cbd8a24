using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Keys;

/// <summary>Puts together what has to do with keys.</summary>
internal static class KeysSetup
{
    /// <summary>The keys of this process, and what is done to them.</summary>
    public static void AddKeys(this IServiceCollection services, KeySettings settings, KeyCustody custody)
    {
        services.AddSingleton(settings);
        services.AddSingleton(_ => custody);
        services.AddSingleton(_ => custody.Ring);
        services.AddSingleton<KeyDesk>();
        services.AddSingleton<KeyWatch>();
        services.AddSingleton<UnlockDoor>();
        services.AddSingleton<SealedReader>();
        services.AddSingleton<CardRetention>();
    }

    /// <summary>Background work that begins when the vault is open: it seals, opens or digests.</summary>
    public static void AddUnlockedWork<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.TryAddSingleton<T>();
        services.AddHostedService<UnlockedWork<T>>();
    }
}
