using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Core;
using Tollgate.Server;
using Tollgate.Server.Apps;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Webhooks;

/// <summary>The parts of a gateway that deliver webhooks, on a database, without the rest.</summary>
internal sealed class Rig : IAsyncDisposable
{
    /// <summary>Another run may have left its own in the database.</summary>
    private static readonly string Run = Guid.NewGuid().ToString("N")[..6];

    private static int payments;

    private readonly WebhookDirectory directory;
    private readonly WebhookWire wire;
    private WebhookDelivery? delivery;

    private Rig(Database database, Settings settings, CardVault vault)
    {
        Database = database;
        Journal = new(database.OpenWriter());
        directory = new(new(database), new AppRegistry(settings), vault, TimeProvider.System, NullLogger<WebhookDirectory>.Instance);
        wire = new(directory, vault, settings);
    }

    public static AppId App { get; } = new(Settings.SandboxApp.Id);

    public Database Database { get; }

    public Journal Journal { get; }

    public static async Task<Rig> OpenAsync(IConfiguration configuration)
    {
        var settings = Settings.Read(configuration);
        Directory.CreateDirectory(settings.DataDirectory);
        var database = Database.Create(settings.Database, settings.DataDirectory);
        await Migrator.MigrateAsync(database);
        return new(database, settings, new((await KeyCustody.OpenAsync(database, settings.Keys)).Ring));
    }

    public async Task StartDeliveryAsync()
    {
        await directory.StartAsync(CancellationToken.None);
        delivery = new(Journal, wire, directory, Random.Shared, TimeProvider.System, NullLogger<WebhookDelivery>.Instance);
        await delivery.StartAsync(CancellationToken.None);
    }

    public async Task StopDeliveryAsync()
    {
        await delivery!.StopAsync(CancellationToken.None);
        await directory.StopAsync(CancellationToken.None);
        delivery.Dispose();
        delivery = null;
    }

    /// <summary>A webhook of a payment of its own; its event's identifier.</summary>
    public static (NewWebhook Webhook, string Event) Make(string url, byte[] body)
    {
        var payment = new PaymentId($"BENCH{Run}{Interlocked.Increment(ref payments):D9}");
        return (new(payment, 3, string.Empty, DeliveryLane.IdOf(App, url), url, null, body), WebhookComposer.EventId(payment.Value, 3));
    }

    public Task CommitAsync(NewWebhook webhook) => Journal.CommitAsync(new() { App = App, At = DateTimeOffset.UtcNow, Webhooks = [webhook] });

    public async ValueTask DisposeAsync()
    {
        if (delivery is not null)
        {
            await StopDeliveryAsync();
        }

        wire.Dispose();
        directory.Dispose();
        await Journal.DisposeAsync();
        await Database.DisposeAsync();
    }
}
