using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary>Puts webhooks together, but for the work that a server does by itself.</summary>
internal static class WebhookSetup
{
    /// <summary>What knows who is told what, and what became of it.</summary>
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<WebhookSettingsReader>();
        services.AddSingleton<WebhookReader>();
        services.AddSingleton<WebhookDirectory>();
        services.AddSingleton<IWebhookDirectory>(s => s.GetRequiredService<WebhookDirectory>());
        services.AddSingleton<IWebhookWire, WebhookWire>();
        services.AddSingleton<WebhookComposer>();
        services.AddSingleton<EndpointDesk>();
        services.AddSingleton<DeliveryDesk>();
        services.AddSingleton<ListEndpoints>();
        services.AddSingleton<AddEndpoint>();
        services.AddSingleton<RemoveEndpoint>();
        services.AddSingleton<EnableEndpoint>();
        services.AddSingleton<TestEndpoint>();
        services.AddSingleton<ListDeliveries>();
        services.AddSingleton<ReadDelivery>();
        services.AddSingleton<ResendDelivery>();
        services.AddSingleton<ReplayWebhooks>();
        services.AddSingleton<RotateSecret>();
    }

    /// <summary>The calls under one root of the API.</summary>
    public static void MapWebhooks(this WebApplication app, AppRegistry apps, string root)
    {
        var services = app.Services;
        var webhooks = root + "/webhooks";
        app.MapGet(webhooks + "/endpoints", Access.Requires(apps, services.GetRequiredService<ListEndpoints>().HandleAsync)).Needs(Scopes.Read);
        app.MapPost(webhooks + "/endpoints", Access.Requires(apps, services.GetRequiredService<AddEndpoint>().HandleAsync)).Needs(Scopes.All);
        app.MapDelete(webhooks + "/endpoints/{id}", Access.Requires(apps, services.GetRequiredService<RemoveEndpoint>().HandleAsync)).Needs(Scopes.All);
        app.MapPost(webhooks + "/endpoints/{id}/enable", Access.Requires(apps, services.GetRequiredService<EnableEndpoint>().HandleAsync)).Needs(Scopes.All);
        app.MapPost(webhooks + "/test", Access.Requires(apps, services.GetRequiredService<TestEndpoint>().HandleAsync)).Needs(Scopes.All);
        app.MapGet(webhooks + "/deliveries", Access.Requires(apps, services.GetRequiredService<ListDeliveries>().HandleAsync)).Needs(Scopes.Read);
        app.MapGet(webhooks + "/deliveries/{id}", Access.Requires(apps, services.GetRequiredService<ReadDelivery>().HandleAsync)).Needs(Scopes.Read);
        app.MapPost(webhooks + "/deliveries/{id}/resend", Access.Requires(apps, services.GetRequiredService<ResendDelivery>().HandleAsync)).Needs(Scopes.All);
        app.MapPost(webhooks + "/replay", Access.Requires(apps, services.GetRequiredService<ReplayWebhooks>().HandleAsync)).Needs(Scopes.All);
        app.MapPost(webhooks + "/secret/rotate", Access.Requires(apps, services.GetRequiredService<RotateSecret>().HandleAsync)).Needs(Scopes.All);
    }
}
