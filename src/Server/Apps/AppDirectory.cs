using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Apps;

/// <summary>
/// Gives the registry what the database has of apps. It asks once a second whether another process has changed something; a change of this process's own is known
/// when it is answered. Besides, it writes down when secrets were used.
/// </summary>
internal sealed class AppDirectory(AppReader reader, StoredSettings stored, AppRegistry registry, Journal journal, ILogger<AppDirectory> logger) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private long known = -1;
    private long told = -1;

    /// <summary>Reads what is stored now.</summary>
    public async Task RefreshAsync()
    {
        // One after another: what was read first must not be what stands at last.
        await refreshing.WaitAsync();
        try
        {
            // The version first: what is changed while the rows are read is read once more.
            var version = await reader.ReadVersionAsync();
            if (version == known)
            {
                return;
            }

            var (apps, secrets) = await reader.ReadAsync();
            var ofApp = secrets.ToLookup(s => s.App);
            var registered = new List<RegisteredApp>();
            var opened = true;
            foreach (var app in apps)
            {
                try
                {
                    registered.Add(new(stored.Check(app.Id, stored.Read(app)), app.RemovedAt is not null, [.. ofApp[app.Id]]));
                }
                catch (SettingException wrong)
                {
                    // A setting that this version does not know, or does not take any more. The other apps go on.
                    Log.AppUnreadable(logger, app.Id.Value, wrong.Message);
                }
                catch (VaultException shut) when (shut is not VaultClosedException)
                {
                    // Its row was changed, or its key is gone: what is revoked of other apps must be heard all the same. It is tried again, and told once.
                    opened = false;
                    if (version != told)
                    {
                        Log.AppUnreadable(logger, app.Id.Value, "does not open (" + shut.Message.TrimEnd('.') + ")");
                    }
                }
            }

            registry.Replace(registered);
            told = version;
            known = opened ? version : -1;
        }
        finally
        {
            refreshing.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync();
        }
        catch (VaultException)
        {
            // The vault is sealed: until it is opened nobody is let in, and then all are read.
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(NoteUsesAsync);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        refreshing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryAsync(RefreshAsync);
                await TryAsync(NoteUsesAsync);
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (VaultException)
        {
            // It is sealed still.
        }
        catch (Exception bug)
        {
            Log.BackgroundBroke(logger, nameof(AppDirectory), bug);
        }
    }

    private async Task NoteUsesAsync()
    {
        if (registry.TakeUses() is { Count: > 0 } uses)
        {
            await journal.NoteUsesAsync(uses);
        }
    }
}
