using System.Collections.Concurrent;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Webhooks;

/// <summary>
/// Delivers webhooks at least once, and those of one payment in order: the next goes out when the one before is delivered or given up. What is
/// to be tried, and when, stands in the database, so that a restart forgets nothing.
/// </summary>
internal sealed class WebhookDelivery : BackgroundService
{
    private const int AtOnce = 32;

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

    private readonly IJournal journal;
    private readonly IWebhookWire wire;
    private readonly Random jitter;
    private readonly TimeProvider clock;
    private readonly ILogger<WebhookDelivery> logger;
    private readonly Alarm alarm = new();

    /// <summary>What this process is delivering: a sandbox clock that is moved ends leases whose deliveries still run.</summary>
    private readonly ConcurrentDictionary<(string Payment, int Version), bool> underway = new();

    public WebhookDelivery(IJournal journal, IWebhookWire wire, Random jitter, TimeProvider clock, ILogger<WebhookDelivery> logger)
    {
        this.journal = journal;
        this.wire = wire;
        this.jitter = jitter;
        this.clock = clock;
        this.logger = logger;
        journal.WebhooksDue += alarm.Ring;
    }

    public override void Dispose()
    {
        journal.WebhooksDue -= alarm.Ring;
        alarm.Dispose();
        base.Dispose();
    }

    /// <summary>Takes what is due and begins to deliver it; what is being sent joins <paramref name="sending"/>.</summary>
    internal async Task TakeAsync(HashSet<Task> sending, CancellationToken stopping)
    {
        sending.RemoveWhere(t => t.IsCompleted);

        // A lease that is taken while a delivery ends may have seen its row from before: what was underway then is not sent again.
        var before = underway.Keys.ToHashSet();
        var taken = sending.Count >= AtOnce
            ? []
            : await journal.LeaseWebhooksAsync(clock.GetUtcNow(), clock.GetUtcNow() + Lease, AtOnce - sending.Count);
        sending.UnionWith(taken
            .Where(w => !before.Contains((w.PaymentUuid, w.Version)) && underway.TryAdd((w.PaymentUuid, w.Version), true))
            .Select(webhook => DeliverAsync(webhook, stopping)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sending = new HashSet<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TakeAsync(sending, stoppingToken);

                // Each delivery that ends makes the next of its payment due, and wakes this loop.
                await alarm.RestAsync(Rest, stoppingToken);
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

    private async Task DeliverAsync(DueWebhook webhook, CancellationToken stopping)
    {
        try
        {
            var error = await wire.SendAsync(webhook, stopping);
            var now = clock.GetUtcNow();
            var attempts = webhook.Attempts + 1;
            var next = now + Delay(attempts);
            var state = error is null
                ? DeliveryState.Delivered
                : IsOver(webhook, attempts, next) ? DeliveryState.GivenUp : DeliveryState.Waiting;
            if (state == DeliveryState.GivenUp)
            {
                Log.WebhookGivenUp(logger, WebhookComposer.EventId(webhook.PaymentUuid, webhook.Version), attempts, error!);
            }

            await journal.CommitAsync(new()
            {
                App = new(webhook.AppId),
                At = now,
                Delivery = new(new(webhook.PaymentUuid), webhook.Version, state, attempts, next, error),
            });
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nothing is known of this try: the webhook is given back, so that the next start need not wait for the lease to end.
            await GiveBackAsync(webhook);
        }
        catch (Exception bug)
        {
            Log.BackgroundBroke(logger, nameof(WebhookDelivery), bug);
        }
        finally
        {
            underway.TryRemove((webhook.PaymentUuid, webhook.Version), out _);
            alarm.Ring();
        }
    }

    private async Task GiveBackAsync(DueWebhook webhook)
    {
        try
        {
            var now = clock.GetUtcNow();
            await journal.CommitAsync(new()
            {
                App = new(webhook.AppId),
                At = now,
                Delivery = new(new(webhook.PaymentUuid), webhook.Version, DeliveryState.Waiting, webhook.Attempts, now, null),
            });
        }
        catch (JournalUnavailableException)
        {
            // Then the lease ends by itself.
        }
    }

    /// <summary>Three days are over, and every delay has been tried: a sandbox clock that jumps over the days does not jump over the tries.</summary>
    private static bool IsOver(DueWebhook webhook, int attempts, DateTimeOffset next) =>
        attempts > Delays.Length && next - DateTimeOffset.FromUnixTimeMilliseconds(webhook.CreatedAt) > GivesUpAfter;

    private TimeSpan Delay(int attempts)
    {
        var delay = attempts <= Delays.Length ? Delays[attempts - 1] : LastDelay;

        // A tenth of jitter, so that what failed together does not come again together.
        return delay * (0.95 + (jitter.NextDouble() / 10));
    }
}
