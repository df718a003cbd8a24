using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Tollgate.Core;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Payments;

/// <summary>The clock on the wall, whatever the sandbox's says: leases are by it.</summary>
internal sealed record RealTime(TimeProvider Clock);

/// <summary>
/// Does what is due though nobody asks: settles operations that a crash or a silent acquirer left in flight, ends sessions, holds, refunds, disputes and
/// reserves whose time is over, and removes what has had its time. The work is taken by lease, so that any number of processes share it, and what a
/// dead one had taken is taken over.
/// </summary>
internal sealed class DueWork : BackgroundService
{
    /// <summary>How many payments are worked on at once: an acquirer that is silent about some does not hold up the others.</summary>
    private const int AtOnce = 64;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long a process has for what it took, in real time: longer than recovery's exchanges with an acquirer can take.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private readonly IPaymentLookup reader;
    private readonly PaymentRunner runner;
    private readonly IJournal journal;
    private readonly Settings settings;
    private readonly TimeProvider clock;
    private readonly RealTime real;
    private readonly ILogger<DueWork> logger;
    private readonly Alarm alarm = new();
    private readonly ConcurrentDictionary<PaymentId, Task> underway = new();
    private readonly SemaphoreSlim taking = new(1, 1);
    private readonly Meter meter = new("Tollgate");
    private readonly TimeSpan lookEvery;
    private int unresolved;

    public DueWork(IPaymentLookup reader, PaymentRunner runner, IJournal journal, Settings settings, TimeProvider clock, RealTime real, ILogger<DueWork> logger)
    {
        this.reader = reader;
        this.runner = runner;
        this.journal = journal;
        this.settings = settings;
        this.clock = clock;
        this.real = real;
        this.logger = logger;
        lookEvery = settings.AlertAfter < LookEvery ? settings.AlertAfter : LookEvery;
        runner.WorkDue += alarm.Ring;
        meter.CreateObservableGauge(
            "tollgate.operations.unresolved", () => unresolved, "{operation}", "Operations that recovery has not settled within Tollgate:AlertAfter.");
    }

    /// <summary>Has the background take nothing until <see cref="Resume"/>: then only what <see cref="RunAsync"/> is asked for is done.</summary>
    public Task HoldAsync() => taking.WaitAsync();

    /// <summary>Lets the background take what is due again.</summary>
    public void Resume() => taking.Release();

    /// <summary>Does everything that is due by now, and waits until it is done; only for whoever holds the work.</summary>
    public async Task RunAsync()
    {
        int taken;
        do
        {
            await Task.WhenAll(underway.Values);
            taken = await TakeInTurnAsync();
        }
        while (taken > 0 || !underway.IsEmpty);
    }

    public override void Dispose()
    {
        runner.WorkDue -= alarm.Ring;
        alarm.Dispose();
        taking.Dispose();
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (swept, looked) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var taken = await TakeAsync();
                if (clock.GetUtcNow() - swept >= SweepEvery || await reader.HasCardToDestroyAsync())
                {
                    await journal.SweepAsync(clock.GetUtcNow());
                    swept = clock.GetUtcNow();
                }

                if (clock.GetUtcNow() - looked >= lookEvery)
                {
                    await LookForUnresolvedAsync();
                    looked = clock.GetUtcNow();
                }

                if (taken < AtOnce)
                {
                    await alarm.RestAsync(Rest, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception bug)
            {
                Log.BackgroundBroke(logger, nameof(DueWork), bug);
                await Task.Delay(Rest, CancellationToken.None);
            }
        }

        await Task.WhenAll(underway.Values);
    }

    /// <summary>Takes what is due, as far as there is room, and begins it. One at a time: what is leased and not yet begun is nobody's to miss.</summary>
    internal async Task<int> TakeAsync()
    {
        await taking.WaitAsync();
        try
        {
            return await TakeInTurnAsync();
        }
        finally
        {
            taking.Release();
        }
    }

    private async Task<int> TakeInTurnAsync()
    {
        var room = AtOnce - underway.Count;
        if (room <= 0)
        {
            // Whoever ends makes room, and rings.
            return 0;
        }

        var from = real.Clock.GetUtcNow();
        var taken = await journal.LeaseDueAsync(runner.Now, from, from + Lease, room);
        foreach (var payment in taken)
        {
            // A payment whose lease has ended while it is still worked on is left to that work.
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (underway.TryAdd(payment, turn.Task))
            {
                _ = DoAsync(payment, turn);
            }
        }

        return taken.Count;
    }

    private async Task DoAsync(PaymentId id, TaskCompletionSource turn)
    {
        try
        {
            if (await reader.FindAsync(id) is { } payment && payment.DueAt <= runner.Now)
            {
                await runner.DoDueAsync(payment);
            }
        }
        catch (Exception bug)
        {
            // The lease ends, and it is tried again.
            Log.DueWorkBroke(logger, id.Value, bug);
        }
        finally
        {
            underway.TryRemove(id, out _);
            turn.SetResult();
            alarm.Ring();
        }
    }

    /// <summary>Tells the operator, again and again, of what recovery cannot settle. It stays on the list until it is settled.</summary>
    private async Task LookForUnresolvedAsync()
    {
        var payments = await reader.ListInFlightAsync(clock.GetUtcNow() - settings.AlertAfter, clock.GetUtcNow());
        unresolved = payments.Count;
        foreach (var payment in payments)
        {
            var operation = payment.InFlight!;
            Log.Unresolved(logger, payment.Id.Value, operation.Kind.ToString(), operation.Id.Value, operation.StartedAt);
        }
    }
}
