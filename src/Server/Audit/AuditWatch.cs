using System.Globalization;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Verification;
using Tollgate.Vault;

namespace Tollgate.Server.Audit;

/// <summary>
/// Tells the audit log that the server started and stopped keeping it, and with which configuration; and verifies it once a day, by what this process has seen of
/// it. A server that cannot write it does not start.
/// </summary>
internal sealed class AuditWatch(
    Journal journal, AuditReader reader, AppReader apps, AuditChain chain, ConfigurationRecord configuration, RealTime real, ILogger<AuditWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LooksFirstAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan ReviewEvery = TimeSpan.FromDays(1);

    private readonly List<AuditAnchor> seen = [];
    private bool isStarted;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryBeginAsync();
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (isStarted)
            {
                await WriteAsync(AuditAct.LogStopped, true, null);
            }
        }
        catch (Exception failure)
        {
            // The server stops all the same: what is not in the log is that it did.
            Log.AuditBroke(logger, failure);
        }
    }

    /// <summary>Verifies the log, tells the operator's log where it ends or what does not hold, and enters it.</summary>
    public async Task<IReadOnlyList<Violation>> ReviewAsync()
    {
        var check = new AuditCheck(chain, seen);
        List<Violation> broken;
        AuditHead head;
        await using (var snapshot = await reader.OpenSnapshotAsync())
        {
            head = AuditReader.ReadHead(snapshot.Connections[0]);
            broken = [.. check.Run(head, AuditReader.Read(snapshot.Connections[0]))];
        }

        foreach (var violation in broken)
        {
            Log.AuditViolated(logger, violation.ToString());
        }

        if (broken.Count == 0)
        {
            var anchor = new AuditAnchor(head.Position, head.Hash, real.Clock.GetUtcNow());
            seen.Clear();
            seen.Add(anchor);
            Log.AuditHolds(logger, anchor.ToString());
        }

        await WriteAsync(
            AuditAct.LogReviewed,
            broken.Count == 0,
            broken.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"{check.Entries} entries hold") : string.Join(' ', broken.Select(b => b.ToString())));
        return broken;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        var looksAt = real.Clock.GetUtcNow() + LooksFirstAfter;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    if (!isStarted)
                    {
                        await TryBeginAsync();
                    }
                    else if (real.Clock.GetUtcNow() is var now && now >= looksAt)
                    {
                        // Of several processes, and of starts in a day, one reviews.
                        looksAt = now + LooksEvery;
                        if (!(now - await reader.FindLastAsync(AuditAct.LogReviewed) < ReviewEvery))
                        {
                            await ReviewAsync();
                        }
                    }
                }
                catch (Exception bug)
                {
                    Log.BackgroundBroke(logger, nameof(AuditWatch), bug);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private async Task TryBeginAsync()
    {
        try
        {
            await WriteAsync(AuditAct.LogStarted, true, typeof(AuditWatch).Assembly.GetName().Version?.ToString());
            var before = await apps.ReadSettingsSeenAsync(configuration.Node);
            var differs = configuration.Differs(before, real.Clock.GetUtcNow()).ToList();
            if (differs.Count > 0)
            {
                await journal.RecordSettingsAsync(configuration.Node, configuration.Values, differs);
            }

            isStarted = true;
        }
        catch (JournalUnavailableException sealedStill) when (sealedStill.GetBaseException() is VaultException)
        {
            // The key of the log is in the vault: it is begun when that is opened, and nothing that is audited can be done before.
        }
    }

    private async Task WriteAsync(AuditAct act, bool succeeded, string? after) => await ((IJournal)journal).AuditAsync(
        new(real.Clock.GetUtcNow(), act, AuditActor.System, null, "server " + configuration.Node, succeeded, After: after));
}
