using Tollgate.Core;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Feed;

/// <summary>
/// Wakes whoever waits for an app's next change of status: at once when this process committed it, within a second when another one on the same store did.
/// One look at the store serves all who wait, and nobody looks while nobody waits.
/// </summary>
internal sealed class FeedWatch : BackgroundService
{
    /// <summary>How many calls of one app can wait or stream in this process.</summary>
    public const int PlacesPerApp = 100;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<AppId, Watched> watched = [];
    private readonly Alarm somebodyWaits = new();
    private readonly Journal journal;
    private readonly PaymentReader reader;
    private readonly RealTime real;
    private readonly ILogger<FeedWatch> logger;

    public FeedWatch(Journal journal, PaymentReader reader, RealTime real, ILogger<FeedWatch> logger)
    {
        this.journal = journal;
        this.reader = reader;
        this.real = real;
        this.logger = logger;
        journal.FeedGrew += Wake;
    }

    /// <summary>A place to wait at; none when the app has them all taken.</summary>
    public Place? TryEnter(AppId app)
    {
        lock (gate)
        {
            if (!watched.TryGetValue(app, out var feed))
            {
                watched.Add(app, feed = new());
            }

            if (feed.Taken == PlacesPerApp)
            {
                return null;
            }

            feed.Taken++;
        }

        somebodyWaits.Ring();
        return new(this, app);
    }

    /// <summary>How many places an app has taken.</summary>
    public int Taken(AppId app)
    {
        lock (gate)
        {
            return watched.TryGetValue(app, out var feed) ? feed.Taken : 0;
        }
    }

    public override void Dispose()
    {
        journal.FeedGrew -= Wake;
        somebodyWaits.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = 0L;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (Apps().Length == 0)
                {
                    await somebodyWaits.RestAsync(Timeout.InfiniteTimeSpan, stoppingToken);
                    continue;
                }

                seen = await LookAsync(seen);
                await Task.Delay(Rest, real.Clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception bug)
            {
                Log.BackgroundBroke(logger, nameof(FeedWatch), bug);
                await Task.Delay(Rest, real.Clock, CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Wakes the apps whose feed has grown beyond a position; how far all feeds go. Who enters after the position was read finds everything up to it in the
    /// store, so the apps are listed after it.
    /// </summary>
    private async Task<long> LookAsync(long seen)
    {
        var last = await reader.ReadFeedEndAsync();
        if (last > seen)
        {
            foreach (var app in Apps())
            {
                if (await reader.ReadFeedEndAsync(app) > seen)
                {
                    Wake(app);
                }
            }
        }

        return last;
    }

    private AppId[] Apps()
    {
        lock (gate)
        {
            return [.. watched.Keys];
        }
    }

    private void Wake(AppId app)
    {
        lock (gate)
        {
            if (watched.TryGetValue(app, out var feed))
            {
                feed.Growth.SetResult();
                feed.Growth = NewGrowth();
            }
        }
    }

    private Task GrowthOf(AppId app)
    {
        lock (gate)
        {
            return watched[app].Growth.Task;
        }
    }

    private void Leave(AppId app)
    {
        lock (gate)
        {
            if (--watched[app].Taken == 0)
            {
                watched.Remove(app);
            }
        }
    }

    private static TaskCompletionSource NewGrowth() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One call's place. Whoever disposes it leaves.</summary>
    internal sealed class Place(FeedWatch watch, AppId app) : IDisposable
    {
        /// <summary>Completes when the feed has grown. Taken before the store is read, it misses nothing that the reading did not find.</summary>
        public Task Growth => watch.GrowthOf(app);

        public void Dispose() => watch.Leave(app);
    }

    private sealed class Watched
    {
        public int Taken { get; set; }

        public TaskCompletionSource Growth { get; set; } = NewGrowth();
    }
}
