using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tollgate.Core;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Webhooks;

/// <summary>
/// Delivers webhooks at least once, and those of one payment to one endpoint in order: the next goes out when the one before is delivered or given up. Each
/// endpoint has a lane of its own, so that one that hangs or fails takes nothing from the others. What is to be tried, and when, stands in the database,
/// so that a restart forgets nothing.
/// </summary>
internal sealed class WebhookDelivery : BackgroundService
{
    private const int AtOnce = 1024;
    private const int Busy = 64;
    private const int LanesInTurn = 256;
    private const int LanesInLook = 512;
    private const int GivenUpAtOnce = 500;

    /// <summary>After these times it is tried again; then every twelve hours until three days have passed.</summary>
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6),
    ];

    private static readonly TimeSpan LastDelay = TimeSpan.FromHours(12);
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromDays(3);

    /// <summary>How long a process that took a webhook has for it, before another may: longer than a delivery can take.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(4);

    private readonly IJournal journal;
    private readonly IWebhookWire wire;
    private readonly IWebhookDirectory directory;
    private readonly Random jitter;
    private readonly TimeProvider clock;
    private readonly ILogger<WebhookDelivery> logger;
    private readonly Alarm alarm = new();
    private readonly Meter meter = new("Tollgate");
    private readonly Counter<int> givenUp;
    private readonly Lock gate = new();
    private readonly Dictionary<long, DeliveryLane> lanes = [];
    private readonly Queue<DeliveryLane> ready = new();

    /// <summary>What this process is delivering: a sandbox clock that is moved ends leases whose deliveries still run.</summary>
    private readonly ConcurrentDictionary<(PaymentId Payment, int Version, string Endpoint), bool> underway = new();

    private DateTimeOffset lookedAt;
    private long lookedUpTo = -1;

    public WebhookDelivery(IJournal journal, IWebhookWire wire, IWebhookDirectory directory, Random jitter, TimeProvider clock, ILogger<WebhookDelivery> logger)
    {
        this.journal = journal;
        this.wire = wire;
        this.directory = directory;
        this.jitter = jitter;
        this.clock = clock;
        this.logger = logger;
        givenUp = meter.CreateCounter<int>("tollgate.webhooks.given_up", "{webhook}", "Webhooks that nobody took in time.");
        journal.WebhooksDue += Hear;
    }

    public override void Dispose()
    {
        journal.WebhooksDue -= Hear;
        alarm.Dispose();
        meter.Dispose();
        base.Dispose();
    }

    /// <summary>Takes what is due and begins to deliver it; what is being sent joins <paramref name="sending"/>. How much was taken.</summary>
    internal async Task<int> TakeAsync(HashSet<Task> sending, CancellationToken stopping)
    {
        sending.RemoveWhere(t => t.IsCompleted);
        var now = clock.GetUtcNow();
        if ((now - lookedAt).Duration() >= Rest)
        {
            lookedAt = now;
            await LookAsync(now);
        }

        var (rooms, ended) = Choose(now, AtOnce - sending.Count);
        foreach (var (lane, before, why) in ended)
        {
            await GiveUpAsync(lane, now, before, why);
        }

        if (rooms.Count == 0)
        {
            return 0;
        }

        // A lease that is taken while a delivery ends may have seen its row from before: what was underway then is not sent again.
        var earlier = underway.Keys.ToHashSet();
        var taken = await journal.LeaseWebhooksAsync(now, now + Lease, rooms);
        var perLane = taken.CountBy(w => w.Lane).ToDictionary();
        lock (gate)
        {
            foreach (var (id, room) in rooms)
            {
                LaneOf(id).HasMore = perLane.GetValueOrDefault(id) >= room;
            }
        }

        foreach (var webhook in taken)
        {
            var key = KeyOf(webhook);
            if (!earlier.Contains(key) && underway.TryAdd(key, true))
            {
                DeliveryLane lane;
                lock (gate)
                {
                    lane = LaneOf(webhook.Lane);
                    lane.Begin();
                }

                sending.Add(DeliverAsync(lane, webhook, stopping));
            }
            else
            {
                // It is being sent, or was until a moment ago: should it have to be sent once more, that need not wait for this lease to end.
                sending.Add(GiveBackAsync(webhook, now + Rest));
            }
        }

        lock (gate)
        {
            foreach (var (id, _) in rooms)
            {
                Enqueue(LaneOf(id), now);
            }
        }

        return taken.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sending = new HashSet<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var taken = await TakeAsync(sending, stoppingToken);
                if (sending.Count >= AtOnce || !HasReady())
                {
                    await alarm.RestAsync(Rest, stoppingToken);
                }

                if (taken >= Busy)
                {
                    // Where much is sent, much ends at once: what may be sent next is taken together.
                    await Task.Delay(Gathering, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception bug)
            {
                Log.BackgroundBroke(logger, nameof(WebhookDelivery), bug);
                await Task.Delay(Rest, CancellationToken.None);
            }
        }

        await Task.WhenAll(sending);
    }

    private static (PaymentId Payment, int Version, string Endpoint) KeyOf(DueWebhook webhook) => (webhook.Payment, webhook.Version, webhook.Endpoint);

    /// <summary>Some lanes have webhooks that have just become due.</summary>
    private void Hear(IReadOnlyCollection<long> due)
    {
        lock (gate)
        {
            foreach (var id in due)
            {
                var lane = LaneOf(id);
                lane.HasMore = true;
                Enqueue(lane, clock.GetUtcNow());
            }
        }

        alarm.Ring();
    }

    /// <summary>Looks in the store for lanes that have something due: retries, and what another process wrote or left. Some at a time, all of them in turn.</summary>
    private async Task LookAsync(DateTimeOffset now)
    {
        var waiting = await journal.ListLanesAsync(lookedUpTo, LanesInLook);
        lookedUpTo = waiting.Count < LanesInLook ? -1 : waiting[^1].Lane;
        lock (gate)
        {
            foreach (var (id, _) in waiting.Where(w => w.NextAt <= now))
            {
                var lane = LaneOf(id);
                lane.HasMore = true;
                Enqueue(lane, now);
            }

            foreach (var forgettable in lanes.Values.Where(l => l.IsForgettableAt(now)).ToList())
            {
                lanes.Remove(forgettable.Id);
            }
        }
    }

    /// <summary>Whose turn it is, and how many each may be sent; and the lanes of which some or all is to be given up, and why.</summary>
    private (List<LaneRoom> Rooms, List<(DeliveryLane Lane, DateTimeOffset Before, string Why)> Ended) Choose(DateTimeOffset now, int room)
    {
        var rooms = new List<LaneRoom>();
        var ended = new List<(DeliveryLane, DateTimeOffset, string)>();
        lock (gate)
        {
            while (room > 0 && rooms.Count < LanesInTurn && ready.TryDequeue(out var lane))
            {
                lane.IsQueued = false;
                if (directory.FindDisabled(lane.Id) is { } disabled)
                {
                    ended.Add((lane, now, "the endpoint is disabled: " + disabled.Reason));
                    continue;
                }

                if (lane.Failures > Delays.Length)
                {
                    ended.Add((lane, now - GivesUpAfter, "the endpoint has failed for three days"));
                }

                if (Math.Min(lane.RoomAt(now), room) is var most and > 0)
                {
                    rooms.Add(new(lane.Id, most));
                    room -= most;
                }
            }
        }

        return (rooms, ended);
    }

    private async Task GiveUpAsync(DeliveryLane lane, DateTimeOffset now, DateTimeOffset before, string why)
    {
        var count = await journal.GiveUpWebhooksAsync(lane.Id, now, before, why, GivenUpAtOnce);
        lock (gate)
        {
            lane.HasMore &= count == GivenUpAtOnce || before < now;
            Enqueue(lane, now);
        }

        if (count > 0)
        {
            givenUp.Add(count);
            Log.WebhooksGivenUp(logger, count, why);
        }
    }

    private async Task DeliverAsync(DeliveryLane lane, DueWebhook webhook, CancellationToken stopping)
    {
        EndpointAnswer? answer = null;
        try
        {
            var began = Stopwatch.GetTimestamp();
            answer = await wire.SendAsync(webhook, stopping);
            await RecordAsync(webhook, answer, (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nothing is known of this try: the webhook is given back, so that the next start need not wait for the lease to end.
            await GiveBackAsync(webhook, clock.GetUtcNow());
        }
        catch (Exception bug)
        {
            Log.BackgroundBroke(logger, nameof(WebhookDelivery), bug);
        }
        finally
        {
            underway.TryRemove(KeyOf(webhook), out _);
            End(lane, answer);
            alarm.Ring();
        }
    }

    private void End(DeliveryLane lane, EndpointAnswer? answer)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            switch (answer)
            {
                case null:
                    lane.Leave();
                    break;
                case { Error: null }:
                    lane.Succeed();
                    break;
                default:
                    lane.Fail(now, answer.RetryAfter);
                    break;
            }

            Enqueue(lane, now);
        }
    }

    private async Task RecordAsync(DueWebhook webhook, EndpointAnswer answer, int took)
    {
        var now = clock.GetUtcNow();
        var tries = webhook.Round + 1;
        var next = now + Longer(Delay(tries), answer.RetryAfter);
        var state = answer.Error is null
            ? DeliveryState.Delivered
            : answer.IsGone || IsOver(webhook, tries, next) ? DeliveryState.GivenUp : DeliveryState.Waiting;
        if (state == DeliveryState.GivenUp)
        {
            givenUp.Add(1);
            Log.WebhookGivenUp(logger, WebhookComposer.EventId(webhook.Payment.Value, webhook.Version), webhook.Attempts + 1, answer.Error!);
        }

        if (answer.IsGone)
        {
            await journal.DisableEndpointAsync(new(webhook.App, webhook.Lane, webhook.EndpointUrl, now, "it answered 410"));
            await directory.RefreshAsync();
        }

        await journal.CommitAsync(new()
        {
            App = webhook.App,
            At = now,
            Delivery = new(webhook, state, next, new(now, took, answer.StatusCode, answer.Excerpt, answer.Error)),
        });
    }

    private async Task GiveBackAsync(DueWebhook webhook, DateTimeOffset next)
    {
        try
        {
            await journal.CommitAsync(new() { App = webhook.App, At = clock.GetUtcNow(), Delivery = new(webhook, DeliveryState.Waiting, next, null) });
        }
        catch (JournalUnavailableException)
        {
            // Then the lease ends by itself.
        }
    }

    /// <summary>Three days are over, and every delay has been tried: a sandbox clock that jumps over the days does not jump over the tries.</summary>
    private static bool IsOver(DueWebhook webhook, int tries, DateTimeOffset next) => tries > Delays.Length && next - webhook.RoundAt > GivesUpAfter;

    private TimeSpan Delay(int tries)
    {
        var delay = tries <= Delays.Length ? Delays[tries - 1] : LastDelay;

        // A tenth of jitter, so that what failed together does not come again together.
        return delay * (0.95 + (jitter.NextDouble() / 10));
    }

    private static TimeSpan Longer(TimeSpan delay, TimeSpan? wanted) => wanted > delay ? wanted.Value : delay;

    private bool HasReady()
    {
        lock (gate)
        {
            return ready.Count > 0;
        }
    }

    private DeliveryLane LaneOf(long id)
    {
        if (!lanes.TryGetValue(id, out var lane))
        {
            lanes.Add(id, lane = new(id));
        }

        return lane;
    }

    /// <summary>Has a lane wait for its turn, when there is something in it that may be sent.</summary>
    private void Enqueue(DeliveryLane lane, DateTimeOffset now)
    {
        if (lane is { HasMore: true, IsQueued: false } && lane.RoomAt(now) > 0)
        {
            lane.IsQueued = true;
            ready.Enqueue(lane);
        }
    }
}
