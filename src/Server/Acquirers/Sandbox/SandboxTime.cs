using Tollgate.Sandbox;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>
/// Moves the sandbox's clock, stopping at every instant at which something is due, so that what would have happened in that time has happened in its
/// order when the call answers: a refund that is paid out after thirty seconds does not expire because ten days went by at once.
/// </summary>
internal sealed class SandboxTime(IAcquirerHost host, PaymentReader reader, DueWork work, IEnumerable<ITimedWork> timed) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    public DateTimeOffset Now => host.Clock.GetUtcNow();

    public async Task AdvanceAsync(TimeSpan by)
    {
        await turn.WaitAsync();
        await work.HoldAsync();
        try
        {
            var target = Now + by;
            while (true)
            {
                // Time goes on while things are done: what has become due since then is the next to do, at its own time.
                var from = Now;
                await DoDueAsync();
                if (from >= target)
                {
                    return;
                }

                var further = await Task.WhenAll(timed.Select(t => t.FindNextAsync(from)));
                DateTimeOffset?[] stops = [target, Later(await host.FindNextDueAsync(), from), await reader.NextDueAsync(from), .. further];
                if (stops.Min() is { } stop && stop > Now)
                {
                    await host.MoveClockAsync(stop);
                }
            }
        }
        finally
        {
            work.Resume();
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    /// <summary>Does what is due by now, and what comes of it.</summary>
    private async Task DoDueAsync()
    {
        bool more;
        do
        {
            await host.RunDueAsync();
            await work.RunAsync();
            more = false;
            foreach (var due in timed)
            {
                more |= await due.RunAsync();
            }
        }
        while (more);
    }

    private static DateTimeOffset? Later(DateTimeOffset? instant, DateTimeOffset than) => instant > than ? instant : null;
}

/// <summary>Lets the simulated acquirer do what it does by itself when its time has come.</summary>
internal sealed class SandboxWork(IAcquirerHost host, ILogger<SandboxWork> logger) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RestFromTrouble = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await host.RunDueAsync();
                }
                catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.BackgroundBroke(logger, nameof(SandboxWork), bug);
                    if (bug is IOException or TimeoutException)
                    {
                        // The acquirer's process is away.
                        await Task.Delay(RestFromTrouble, stoppingToken);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }
}
