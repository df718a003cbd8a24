using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Risk;
using Tollgate.Server;
using Tollgate.Server.Apps;
using Tollgate.Server.Disputes;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Simulation;

/// <summary>What every history uses and none changes: keys, settings, apps.</summary>
internal static class House
{
    public static CardVault Vault { get; } = new(OpenKeys());

    public static Settings Settings { get; } = Settings.Read(new ConfigurationBuilder().Build()) with
    {
        AllowPrivateWebhooks = true,

        // As long as the acquirer takes for most: what comes later is missed before it comes.
        SettlementDelay = TimeSpan.FromDays(2),
        Apps = [AppSettingsOf("app-one", oneLivePayment: false), AppSettingsOf("app-two", oneLivePayment: true)],
    };

    public static AppRegistry Apps { get; } = new(Settings);

    public static IReadOnlyList<App> Merchants { get; } = [.. Settings.Apps.Select(a => Apps.Find(a.Id, a.SecretKey!.Expose())!)];

    public static PublicAddress Address { get; } = new();

    public static EvidenceForms EvidenceForms { get; } = new(new NeverStopping());

    private static AppSettings AppSettingsOf(string id, bool oneLivePayment) => new()
    {
        Id = id,
        SecretKey = "sk-simulated-" + id,
        WebhookSecret = "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0LW9mLXRlc3Q=",
        OneLivePaymentPerOrder = oneLivePayment,

        // One app is kept from being used to test cards: by its declines alone, for every merchant here has the same customer.
        Risk = oneLivePayment
            ? new() { Mode = RiskMode.Enforce, Rules = [.. RiskRules.Default.Select(r => r.Counter == RiskCounter.CardDeclinesDay ? r with { Challenge = 1, Refuse = 2 } : r with { Challenge = null, Refuse = null })] }
            : new(),
        Fees = oneLivePayment ? new(BasisPoints: 175, Fixed: 30, TaxBasisPoints: 1000, Dispute: 2500, ReserveBasisPoints: 500, ReserveDays: 12) : null,
        DefaultWebhook = new() { EndpointUrl = "https://merchant.example/webhooks" },
    };

    private sealed class NeverStopping : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => throw new NotSupportedException("A simulated process dies.");
    }

    private static KeyRing OpenKeys()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-simulation-").FullName;
        try
        {
            using var key = KeyEncryptionKey.Create(Path.Combine(folder, "key-encryption.key"));
            return new(KeyRegister.Create(key, Cryptoperiods.Default, DateTimeOffset.UtcNow).Open(key));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>What apps have arranged about webhooks: nothing but what is in their settings.</summary>
internal sealed class PlainDirectory : IWebhookDirectory
{
    public IReadOnlyList<WebhookEndpoint> EndpointsOf(AppId app) => [];

    public DisabledEndpoint? FindDisabled(long lane) => null;

    public IReadOnlyList<SecretText> SecretsOf(AppId app) => House.Apps.Find(app) is { } settings ? [settings.WebhookSecret] : [];

    public Task RefreshAsync() => Task.CompletedTask;
}

/// <summary>Everything outside a server process.</summary>
internal sealed record Surroundings(
    Place Store,
    SimulatedStore Tables,
    StoreFaults StoreFaults,
    Place Wire,
    Acquirer Acquirer,
    WireFaults WireFaults,
    WebhookReceiver Webhooks);
