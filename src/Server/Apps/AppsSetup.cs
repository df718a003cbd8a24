using Tollgate.Server.Authentication;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Apps;

/// <summary>Puts together what is known of apps, and what they are told of it.</summary>
internal static class AppsSetup
{
    /// <summary>The apps, and their standing under the rule against fraud.</summary>
    public static void AddApps(this IServiceCollection services)
    {
        services.AddSingleton<AppReader>();
        services.AddSingleton<StoredSettings>();
        services.AddSingleton<AppRegistry>();
        services.AddSingleton<AppDirectory>();
        services.AddSingleton<AppDesk>();
        services.AddSingleton<LogInGuard>();
        services.AddSingleton<FraudReader>();
        services.AddSingleton<FraudWatch>();
        services.AddSingleton<ITimedWork>(s => s.GetRequiredService<FraudWatch>());
        services.AddSingleton<ReadSettings>();
    }

    /// <summary>The calls under one root of the API.</summary>
    public static void MapApps(this WebApplication app, AppRegistry apps, string root) =>
        app.MapGet(root + "/settings", Access.Requires(apps, app.Services.GetRequiredService<ReadSettings>().HandleAsync)).Needs(Scopes.Read);
}
