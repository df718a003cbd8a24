using System.Globalization;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Audit;

/// <summary>
/// Tells the audit log every hour, and when the server stops, how often each key was used since. Uses of the log's own key are its entries, and are not told: a server
/// that does nothing would tell of its telling.
/// </summary>
internal sealed class KeyUseRecord(IJournal journal, KeyRing keys, ConfigurationRecord configuration, RealTime real, ILogger<KeyUseRecord> logger) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private readonly List<AuditEntry> unwritten = [];
    private DateTimeOffset since = real.Clock.GetUtcNow();

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync();
    }

    /// <summary>Tells what was used since this was last done. What cannot be written is kept, and tried again an hour later.</summary>
    public async Task WriteAsync()
    {
        var now = real.Clock.GetUtcNow();
        unwritten.AddRange(
            from use in keys.TakeUses()
            where use.Purpose != KeyPurpose.Audit
            select new AuditEntry(
                now,
                AuditAct.KeyUsed,
                AuditActor.System,
                null,
                string.Create(CultureInfo.InvariantCulture, $"key {use.Key} ({use.Purpose.ToString().ToLowerInvariant()}) by server {configuration.Node}"),
                After: string.Create(CultureInfo.InvariantCulture, $"sealed {use.Sealed}, opened {use.Opened}, digested {use.Digested} since {since:u}")));
        since = now;
        try
        {
            if (unwritten.Count > 0)
            {
                await journal.CommitAsync(new() { App = new(AuditActor.System.Name), At = now, Audit = [.. unwritten] });
                unwritten.Clear();
            }
        }
        catch (Exception failure)
        {
            Log.AuditBroke(logger, failure);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (real.Clock.GetUtcNow() - since >= Every)
                {
                    await WriteAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }
}
