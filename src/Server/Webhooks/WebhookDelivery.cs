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
    private const int TakenAtOnce = 256;
    private const int LanesInTurn = 256;
    private const int LanesInLook = 512;
    private const int GivenUpAtOnce = 500;

    /// <summary>How long a process that took a webhook has for it, before another may: longer than a delivery can take.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

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
    private readonly HashSet<(PaymentId Payment, int Version, string Endpoint)> underway = [];

    /// <summary>What of it has ended since the last lease was begun.</summary>
    private readonly HashSet<(PaymentId Payment, int Version, string Endpoint)> endedLately = [];

    private readonly DeliveryRecorder recorder;
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
        recorder = new(journal, clock, End, logger);
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

        var (rooms, ended) = Choose(now);
        foreach (var (lane, before, why) in ended)
        {
            await GiveUpAsync(lane, now, before, why);
        }

        if (rooms.Count == 0)
        {
            return 0;
        }

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
            // Should it have to be sent once more, that need not wait for this lease to end.
            sending.Add(Begin(webhook) is { } lane ? DeliverAsync(lane, webhook, stopping) : GiveBackAsync(webhook, now + Rest));
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
                await TakeAsync(sending, stoppingToken);
                if (!HasReady())
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
    private (List<LaneRoom> Rooms, List<(DeliveryLane Lane, DateTimeOffset Before, string Why)> Ended) Choose(DateTimeOffset now)
    {
        var rooms = new List<LaneRoom>();
        var ended = new List<(DeliveryLane, DateTimeOffset, string)>();
        lock (gate)
        {
            endedLately.Clear();

            // Some at a time, so that those are being sent while the next are taken.
            var room = Math.Min(AtOnce - underway.Count, TakenAtOnce);
            while (room > 0 && rooms.Count < LanesInTurn && ready.TryDequeue(out var lane))
            {
                lane.IsQueued = false;
                if (directory.FindDisabled(lane.Id) is { } disabled)
                {
                    ended.Add((lane, now, "the endpoint is disabled: " + disabled.Reason));
                    continue;
                }

                if (lane.Failures > RetrySchedule.Delays)
                {
                    ended.Add((lane, now - RetrySchedule.GivesUpAfter, "the endpoint has failed for three days"));
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

    /// <summary>
    /// The lane of a webhook that may be sent now; nothing when it is being sent already. A lease that is taken while a delivery ends may have seen its row
    /// from before, so what has just been sent is not sent again either.
    /// </summary>
    private DeliveryLane? Begin(DueWebhook webhook)
    {
        lock (gate)
        {
            if (endedLately.Contains(KeyOf(webhook)) || !underway.Add(KeyOf(webhook)))
            {
                return null;
            }

            var lane = LaneOf(webhook.Lane);
            lane.Begin();
            return lane;
        }
    }

    private async Task DeliverAsync(DeliveryLane lane, DueWebhook webhook, CancellationToken stopping)
    {
        EndpointAnswer? answer = null;
        DeliveryResult? result = null;
        try
        {
            if (await IsRemovedAsync(webhook))
            {
                var now = clock.GetUtcNow();
                result = new(webhook, DeliveryState.GivenUp, now, new(now, 0, null, null, "the endpoint was removed"));
            }
            else
            {
                var began = Stopwatch.GetTimestamp();
                answer = await wire.SendAsync(webhook, stopping);
                result = await JudgeAsync(webhook, answer, (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nothing is known of this try: the webhook is given back, so that the next start need not wait for the lease to end.
            result = new(webhook, DeliveryState.Waiting, clock.GetUtcNow(), null);
        }
        catch (Exception bug)
        {
            Log.BackgroundBroke(logger, nameof(WebhookDelivery), bug);
        }

        await recorder.RecordAsync(new(lane, webhook, answer, result));
    }

    /// <summary>Whether its endpoint was removed by somebody who did not come to give up what waited for it.</summary>
    private async ValueTask<bool> IsRemovedAsync(DueWebhook webhook)
    {
        if (webhook.Endpoint.Length == 0 || IsKnown())
        {
            return false;
        }

        await directory.RefreshAsync();
        return !IsKnown();

        bool IsKnown() => directory.EndpointsOf(webhook.App).Any(e => e.Id == webhook.Endpoint);
    }

    /// <summary>What came of some deliveries is written: others may go out in their place.</summary>
    private void End(IReadOnlyList<EndedDelivery> written)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            foreach (var (lane, webhook, answer, _) in written)
            {
                underway.Remove(KeyOf(webhook));
                endedLately.Add(KeyOf(webhook));
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

        alarm.Ring();
    }

    /// <summary>What an answer means for its webhook.</summary>
    private async Task<DeliveryResult> JudgeAsync(DueWebhook webhook, EndpointAnswer answer, int took)
    {
        var now = clock.GetUtcNow();
        var tries = webhook.Round + 1;
        var next = RetrySchedule.NextAt(now, tries, answer.RetryAfter, jitter);
        var state = answer.Error is null
            ? DeliveryState.Delivered
            : answer.IsGone || RetrySchedule.IsOver(webhook.RoundAt, tries, next) ? DeliveryState.GivenUp : DeliveryState.Waiting;
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

        return new(webhook, state, next, new(now, took, answer.StatusCode, answer.Excerpt, answer.Error));
    }

    private async Task GiveBackAsync(DueWebhook webhook, DateTimeOffset next)
    {
        try
        {
            await journal.CommitAsync(new() { App = webhook.App, At = clock.GetUtcNow(), Deliveries = [new(webhook, DeliveryState.Waiting, next, null)] });
        }
        catch (JournalUnavailableException)
        {
            // Then the lease ends by itself.
        }
    }

    /// <summary>Whether there is more that may be sent at once.</summary>
    private bool HasReady()
    {
        lock (gate)
        {
            return ready.Count > 0 && underway.Count < AtOnce;
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
