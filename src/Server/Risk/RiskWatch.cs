using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Risk;

/// <summary>
/// Keeps what is counted up to date: at the start it is read from the store, then what this process commits is taken at once, and what others commit, with the
/// lists, every second.
/// </summary>
internal sealed class RiskWatch(RiskDesk desk, RiskLists lists, RiskReader reader, Journal journal, Database database, TimeProvider clock, ILogger<RiskWatch> logger) : BackgroundService
{
    /// <summary>How long attempts are kept: what is usual is told from the seven days before today.</summary>
    public static readonly TimeSpan KeepsAttempts = TimeSpan.FromDays(8);

    /// <summary>How long declines are kept that count against a card.</summary>
    public static readonly TimeSpan KeepsDeclines = TimeSpan.FromDays(31);

    private const int Page = 5000;
    private const int MostAtStart = 1_000_000;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    /// <summary>How long a commit may be under way, and how far the clocks of two processes may differ.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(15);

    private readonly Lock turn = new();
    private HashSet<(string Payment, int Version)> young = [];
    private HashSet<(string Payment, int Version)> old = [];
    private long changedAt;
    private DateTimeOffset sweptAt;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        journal.RiskMarked += Hear;
        await lists.RefreshAsync();
        if (desk.Counts)
        {
            var now = clock.GetUtcNow();
            await foreach (var row in reader.ReadMarksAsync(now - KeepsAttempts, now - KeepsDeclines, MostAtStart))
            {
                Take(row);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        journal.RiskMarked -= Hear;
        return base.StopAsync(cancellationToken);
    }

    /// <summary>Looks once for what other processes have committed and changed.</summary>
    public async Task LookAsync()
    {
        await lists.RefreshAsync();
        if (!desk.Counts || !database.IsShared)
        {
            return;
        }

        IReadOnlyList<StoredRiskMark> rows;
        var from = clock.GetUtcNow() - Overlap;
        do
        {
            rows = await reader.ReadNewMarksAsync(from, Page);
            foreach (var row in rows)
            {
                Take(row);
            }

            // A page that is full goes on after its last instant, of which all were read unless one instant fills a page.
            from = rows.Count > 0 && rows[^1].At > from.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(rows[^1].At) : from.AddMilliseconds(1);
        }
        while (rows.Count == Page);
        Forget();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync();
                    await SweepAsync();
                }
                catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.BackgroundBroke(logger, nameof(RiskWatch), bug);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private async Task SweepAsync()
    {
        var now = clock.GetUtcNow();
        if (now - sweptAt >= SweepEvery)
        {
            sweptAt = now;
            await journal.SweepRiskAsync(now - KeepsAttempts, now - KeepsDeclines);
        }
    }

    /// <summary>Takes what this process has committed.</summary>
    private void Hear(Change change)
    {
        foreach (var mark in change.RiskMarks)
        {
            if (!database.IsShared || IsNew(change.Payment!.Id.Value, mark.Version))
            {
                desk.Take(change.App.Value, JournalRows.Millis(change.At), mark.Kind, mark.Body, isOwn: true);
            }
        }
    }

    private void Take(StoredRiskMark row)
    {
        if (!database.IsShared || IsNew(row.Payment, row.Version))
        {
            desk.Take(row.App, row.At, row.Kind, row.Body, isOwn: false);
        }
    }

    private bool IsNew(string payment, int version)
    {
        lock (turn)
        {
            return !old.Contains((payment, version)) && young.Add((payment, version));
        }
    }

    /// <summary>What was read is remembered for as long as it could be read once more.</summary>
    private void Forget()
    {
        var now = Environment.TickCount64;
        if (now - changedAt > 2 * Overlap.TotalMilliseconds)
        {
            lock (turn)
            {
                (old, young, changedAt) = (young, [], now);
            }
        }
    }
}
