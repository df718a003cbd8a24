using Tollgate.Server.Apps;

namespace Tollgate.Server.Ledger;

/// <summary>
/// Closes payouts at the times of <c>Tollgate:Payouts</c>. Every process tries, and the journal lets one succeed; a time that passed while no server ran
/// is made up for at the next start, before the first request is taken.
/// </summary>
internal sealed class PayoutSchedule(Settings settings, AppRegistry apps, PayoutDesk desk, TimeProvider clock, ILogger<PayoutSchedule> logger) : BackgroundService, ITimedWork
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private DateTimeOffset done = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public Task<DateTimeOffset?> FindNextAsync(DateTimeOffset after) => Task.FromResult(settings.Payouts?.FirstAfter(after));

    /// <inheritdoc/>
    public async Task<bool> RunAsync()
    {
        var slot = settings.Payouts?.LastUntil(clock.GetUtcNow());
        if (slot is not { } at || at <= done)
        {
            return false;
        }

        foreach (var app in apps.All)
        {
            await desk.CloseAsync(new(app.Id), at);
        }

        done = at;
        return true;
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Payouts is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Rest);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await RunAsync();
        }
        catch (Exception bug) when (!stopping.IsCancellationRequested)
        {
            Log.BackgroundBroke(logger, nameof(PayoutSchedule), bug);
        }
    }
}
