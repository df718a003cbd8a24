using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Payments;

/// <summary>
/// Does what is due though nobody asks: settles operations that a crash or a silent acquirer left in flight, ends sessions, holds and refunds whose
/// time is over, and removes what has had its time.
/// </summary>
internal sealed class DueWork : BackgroundService
{
    private const int Batch = 64;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(5);

    private readonly PaymentReader reader;
    private readonly PaymentRunner runner;
    private readonly Journal journal;
    private readonly TimeProvider clock;
    private readonly ILogger<DueWork> logger;
    private readonly Alarm alarm = new();
    private readonly SemaphoreSlim turn = new(1, 1);

    public DueWork(PaymentReader reader, PaymentRunner runner, Journal journal, TimeProvider clock, ILogger<DueWork> logger)
    {
        this.reader = reader;
        this.runner = runner;
        this.journal = journal;
        this.clock = clock;
        this.logger = logger;
        runner.WorkDue += alarm.Ring;
    }

    /// <summary>Does everything that is due by now, once each.</summary>
    public async Task RunAsync()
    {
        await turn.WaitAsync();
        try
        {
            var done = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                // What was just done and is due again at once, or runs in this process, is left for the next round.
                var due = (await reader.ListDueAsync(runner.Now, Batch + done.Count)).Where(d => done.Add(d.Id.Value)).Take(Batch).ToList();
                if (due.Count == 0)
                {
                    return;
                }

                await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (next, _) =>
                {
                    try
                    {
                        if (await reader.FindAsync(next.Id) is { } payment && payment.DueAt <= runner.Now)
                        {
                            await runner.DoDueAsync(payment);
                        }
                    }
                    catch (Exception bug)
                    {
                        Log.DueWorkBroke(logger, next.Id.Value, bug);
                    }
                });
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public override void Dispose()
    {
        runner.WorkDue -= alarm.Ring;
        alarm.Dispose();
        turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var swept = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync();
                if (clock.GetUtcNow() - swept >= SweepEvery || await reader.HasCardToDestroyAsync())
                {
                    await journal.SweepAsync(clock.GetUtcNow());
                    swept = clock.GetUtcNow();
                }

                await alarm.RestAsync(Rest, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception bug)
            {
                Log.BackgroundBroke(logger, nameof(DueWork), bug);
                await Task.Delay(Rest, CancellationToken.None);
            }
        }
    }
}
