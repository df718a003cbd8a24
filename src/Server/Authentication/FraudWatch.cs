using NodaTime;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Server.Apps;
using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Authentication;

/// <summary>What the rule against fraud looks at of an app.</summary>
/// <param name="Running">The quarter that is not over.</param>
/// <param name="Complete">The four before it, the latest last.</param>
internal sealed record FraudStanding(FraudFigures Running, IReadOnlyList<FraudFigures> Complete);

/// <summary>
/// Keeps what apps sold and what of it was fraud, quarter by quarter by Sydney's calendar, in memory, so that a charge asks for nothing. What is new in the
/// ledger is added when the server starts, when a quarter ends, daily, and whenever the figures are asked for.
/// </summary>
internal sealed class FraudWatch(AppRegistry registry, FraudReader reader, TimeProvider clock, ILogger<FraudWatch> logger) : BackgroundService, ITimedWork
{
    private const int Page = 1000;
    private const int Quarters = 4;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Sums> apps = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1, 1);
    private volatile Look? last;

    /// <summary>The standings of all apps at one moment.</summary>
    private sealed record Look(DateTimeOffset At, Quarter Quarter, IReadOnlyDictionary<string, FraudStanding> Standings);

    /// <summary>What was added up of an app so far.</summary>
    private sealed class Sums
    {
        public long Position { get; set; }

        public Dictionary<Quarter, (long Fraud, long Sales)> ByQuarter { get; } = [];
    }

    /// <summary>An app's rules for authentication as its fraud leaves them, by what was last looked at.</summary>
    public AuthenticationRules Apply(AppId app, AuthenticationRules rules) =>
        last is { } look && look.Standings.TryGetValue(app.Value, out var standing) ? rules.Under(standing.Complete) : rules;

    /// <summary>The standing of an app, up to now.</summary>
    public async Task<FraudStanding> ReadAsync(AppId app) => (await LookAsync()).Standings[app.Value];

    /// <summary>The quarter of an instant in Sydney.</summary>
    public static Quarter QuarterOf(DateTimeOffset instant)
    {
        var day = Instant.FromDateTimeOffset(instant).InZone(BusinessCalendar.Zone).Date;
        return Quarter.Of(day.Year, day.Month);
    }

    /// <summary>When a quarter begins in Sydney.</summary>
    public static DateTimeOffset StartOf(Quarter quarter) => BusinessCalendar.At(new(quarter.Year, quarter.FirstMonth, 1), LocalTime.Midnight);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> FindNextAsync(DateTimeOffset after) => Task.FromResult<DateTimeOffset?>(StartOf(QuarterOf(after).Plus(1)));

    /// <inheritdoc/>
    public async Task<bool> RunAsync()
    {
        var now = clock.GetUtcNow();
        if (last is { } look && look.Quarter == QuarterOf(now) && now - look.At < LookEvery)
        {
            return false;
        }

        await LookAsync();
        return true;
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A ledger of many millions of lines takes its time: then the first charges do not wait for it.
        try
        {
            await TryAsync(cancellationToken).WaitAsync(LongestStart, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It goes on.
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
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
            Log.BackgroundBroke(logger, nameof(FraudWatch), bug);
        }
    }

    private async Task<Look> LookAsync()
    {
        await turn.WaitAsync();
        try
        {
            var now = clock.GetUtcNow();
            var quarter = QuarterOf(now);
            var standings = new Dictionary<string, FraudStanding>(StringComparer.Ordinal);
            foreach (var app in registry.All)
            {
                apps.TryAdd(app.Id, new());
            }

            foreach (var (app, sums) in apps)
            {
                await AddAsync(new(app), sums, StartOf(quarter.Plus(-Quarters)));
                standings.Add(app, new(FiguresOf(sums, quarter), [.. Enumerable.Range(-Quarters, Quarters).Select(from => FiguresOf(sums, quarter.Plus(from)))]));
            }

            return last = new(now, quarter, standings);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Adds what is new.</summary>
    private async Task AddAsync(AppId app, Sums sums, DateTimeOffset from)
    {
        IReadOnlyList<FraudLine> lines;
        do
        {
            lines = await reader.ReadAsync(app, sums.Position, from, Page);
            foreach (var line in lines)
            {
                sums.Position = line.Position;
                var card = line.Facts.Card;
                if (FraudRule.Covers(card.Country))
                {
                    var quarter = QuarterOf(line.At);
                    var (fraud, sales) = sums.ByQuarter.GetValueOrDefault(quarter);
                    var isFraud = line.ReasonCode is { } code && FraudRule.IsFraud(card.Brand, code);
                    sums.ByQuarter[quarter] = (fraud + (isFraud ? line.ChargedBack : 0), sales + line.Settled);
                }
            }
        }
        while (lines.Count == Page);
    }

    private static FraudFigures FiguresOf(Sums sums, Quarter quarter)
    {
        var (fraud, sales) = sums.ByQuarter.GetValueOrDefault(quarter);
        return new(quarter, fraud, sales);
    }
}
