using System.Diagnostics.Metrics;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Settlement;

/// <summary>
/// Watches over what does not match: a record that was missing here is looked at again until its capture is known, and a capture that no file has had in
/// time goes on the list. Should a file settle it while it is being listed, neither sees the other: so it is looked at again too.
/// </summary>
internal sealed class ClearingWatch : BackgroundService, ITimedWork
{
    private const int AtOnce = 500;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Reconciliation reconciliation;
    private readonly IClearingLookup clearing;
    private readonly Settings settings;
    private readonly TimeProvider clock;
    private readonly ILogger<ClearingWatch> logger;
    private readonly Meter meter = new("Tollgate");
    private readonly Counter<int> missed;

    public ClearingWatch(Reconciliation reconciliation, IClearingLookup clearing, Settings settings, TimeProvider clock, ILogger<ClearingWatch> logger)
    {
        this.reconciliation = reconciliation;
        this.clearing = clearing;
        this.settings = settings;
        this.clock = clock;
        this.logger = logger;
        missed = meter.CreateCounter<int>("tollgate.clearing.missing", "{capture}", "Captures that no clearing file has had in time.");
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> FindNextAsync(DateTimeOffset after)
    {
        var oldest = await clearing.ListUnsettledAsync(DateTimeOffset.MaxValue, 1);
        return oldest.Count > 0 && Deadline(oldest[0].Since) is var deadline && deadline > after ? deadline : null;
    }

    /// <inheritdoc/>
    public async Task<bool> RunAsync()
    {
        var any = false;
        foreach (var discrepancy in await clearing.ListKnownByNowAsync(AtOnce))
        {
            any |= await reconciliation.LookAgainAsync(discrepancy);
        }

        var now = clock.GetUtcNow();
        foreach (var (payment, since) in await clearing.ListUnsettledAsync(now - settings.ClearingGrace, AtOnce))
        {
            // The longest unsettled come first, and what was captured later is due later.
            if (Deadline(since) > now)
            {
                break;
            }

            if (await reconciliation.MissAsync(payment))
            {
                missed.Add(1);
                any = true;
            }
        }

        return any;
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
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
                    await RunAsync();
                }
                catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.BackgroundBroke(logger, nameof(ClearingWatch), bug);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private DateTimeOffset Deadline(DateTimeOffset capturedAt) => settings.SettlesAt(capturedAt) + settings.ClearingGrace;
}
