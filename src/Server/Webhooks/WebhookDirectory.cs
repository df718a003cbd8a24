using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Webhooks;

/// <summary>
/// What apps have arranged about webhooks, kept in memory. It looks once a second for what another process has changed; a change of this process's own
/// is known when its call is answered.
/// </summary>
internal sealed class WebhookDirectory(WebhookSettingsReader reader, AppRegistry apps, CardVault vault, TimeProvider clock, ILogger<WebhookDirectory> logger)
    : BackgroundService, IWebhookDirectory
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private readonly HashSet<AppId> told = [];

    private volatile Arrangements now = new(
        Array.Empty<WebhookEndpoint>().ToLookup(e => e.App), new Dictionary<long, DisabledEndpoint>(), Array.Empty<StoredSecret>().ToLookup(s => s.App));

    /// <inheritdoc/>
    public IReadOnlyList<WebhookEndpoint> EndpointsOf(AppId app) => now.Endpoints.Contains(app) ? [.. now.Endpoints[app]] : [];

    /// <inheritdoc/>
    public DisabledEndpoint? FindDisabled(long lane) => now.Disabled.GetValueOrDefault(lane);

    /// <summary>The endpoints of an app that are told nothing any more, its own as well as those of its payments.</summary>
    public IReadOnlyList<DisabledEndpoint> DisabledOf(AppId app) => [.. now.Disabled.Values.Where(d => d.App == app).OrderBy(d => d.At).ThenBy(d => d.Lane)];

    /// <inheritdoc/>
    public IReadOnlyList<SecretText> SecretsOf(AppId app)
    {
        if (apps.Find(app) is not { } settings)
        {
            return [];
        }

        // An app that has never rotated signs by the secret of its settings.
        var at = clock.GetUtcNow();
        var stored = now.Secrets.Contains(app) ? now.Secrets[app].Where(s => s.EndsAt is null || s.EndsAt > at).Select(s => s.Secret).ToList() : [];
        return stored.Count > 0 ? stored : [settings.WebhookSecret];
    }

    /// <inheritdoc/>
    public async Task RefreshAsync()
    {
        // One after another: what was read first must not be what stands at last.
        await refreshing.WaitAsync();
        try
        {
            var (endpoints, disabled, secrets) = await reader.ReadAsync();
            now = new(
                endpoints.ToLookup(e => e.App),
                disabled.ToDictionary(d => d.Lane),
                secrets.Select(Open).OfType<StoredSecret>().ToLookup(s => s.App));
        }
        finally
        {
            refreshing.Release();
        }
    }

    /// <summary>The context for which an app's webhook secret is sealed.</summary>
    public static string SecretContext(AppId app) => $"webhook secret|{app}";

    public override void Dispose()
    {
        refreshing.Dispose();
        base.Dispose();
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RefreshAsync();
                }
                catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.BackgroundBroke(logger, nameof(WebhookDirectory), bug);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    /// <summary>One that was changed, or whose key is gone, signs nothing; all others do, and the server starts.</summary>
    private StoredSecret? Open(SealedSecret secret)
    {
        try
        {
            return new(secret.App, vault.UnsealText(secret.Sealed, SecretContext(secret.App)), secret.EndsAt);
        }
        catch (VaultException shut) when (shut is not VaultClosedException)
        {
            if (told.Add(secret.App))
            {
                Log.WebhookSecretUnreadable(logger, secret.App.Value, shut.Message);
            }

            return null;
        }
    }

    private sealed record StoredSecret(AppId App, SecretText Secret, DateTimeOffset? EndsAt);

    private sealed record Arrangements(
        ILookup<AppId, WebhookEndpoint> Endpoints, IReadOnlyDictionary<long, DisabledEndpoint> Disabled, ILookup<AppId, StoredSecret> Secrets);
}
