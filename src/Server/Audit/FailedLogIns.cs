using System.Globalization;
using System.Net;
using Tollgate.Server.Apps;
using Tollgate.Server.Hardening;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Audit;

/// <summary>
/// Tells the audit log of failed log-ins: of the first of an app from a source at once, of those after it how many there were when ten minutes are over or the
/// lock-out is. A flood cannot fill the disk: of more than a hundred pairs at a time it is told how many there were.
/// </summary>
internal sealed class FailedLogIns(IJournal journal, RealTime real, ILogger<FailedLogIns> logger) : BackgroundService
{
    private const int MostPairs = 100;
    private const int LongestName = 100;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Lock turn = new();
    private readonly Dictionary<(string App, IPAddress Source), Series> series = [];
    private readonly Alarm alarm = new();
    private Series? others;
    private List<AuditEntry> unwritten = [];

    private sealed class Series(DateTimeOffset first, IPAddress? from, string why)
    {
        public DateTimeOffset First => first;

        public IPAddress? From => from;

        public string Why => why;

        public bool IsTold { get; set; }

        public DateTimeOffset EndsAt { get; set; } = first + Window;

        public int Count { get; set; }
    }

    /// <summary>Notes one.</summary>
    public void Note(string app, IPAddress? from, string why, DateTimeOffset? lockedUntil)
    {
        var now = real.Clock.GetUtcNow();

        // Who swaps the two headers has sent a secret for a name.
        var key = (Redaction.Clean(app.Length > LongestName ? app[..LongestName] : app), LogInGuard.SourceOf(from));
        lock (turn)
        {
            if (!series.TryGetValue(key, out var one))
            {
                if (series.Count < MostPairs)
                {
                    series.Add(key, one = new(now, from, why));
                    alarm.Ring();
                }
                else
                {
                    one = others ??= new(now, null, "various reasons") { IsTold = true };
                }
            }

            one.Count++;
            one.EndsAt = lockedUntil > one.EndsAt ? lockedUntil.Value : one.EndsAt;
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(DateTimeOffset.MaxValue);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        alarm.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await WriteAsync(real.Clock.GetUtcNow());
                await alarm.RestAsync(Rest, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    /// <summary>Writes what is to be told by an instant. What cannot be written is kept, and tried again: no more than was taken at once.</summary>
    private async Task WriteAsync(DateTimeOffset until)
    {
        if (unwritten.Count == 0)
        {
            unwritten = Take(until);
        }

        try
        {
            if (unwritten.Count > 0)
            {
                await journal.CommitAsync(new() { App = new(AuditActor.System.Name), At = real.Clock.GetUtcNow(), Audit = unwritten });
                unwritten = [];
            }
        }
        catch (Exception failure)
        {
            Log.AuditBroke(logger, failure);
        }
    }

    private List<AuditEntry> Take(DateTimeOffset until)
    {
        var entries = new List<AuditEntry>();
        lock (turn)
        {
            foreach (var ((app, _), one) in series)
            {
                if (!one.IsTold)
                {
                    one.IsTold = true;
                    one.Count--;
                    entries.Add(Entry(one.First, app, one, one.Why));
                }
            }

            foreach (var (key, one) in series.Where(s => s.Value.EndsAt <= until).ToList())
            {
                series.Remove(key);
                if (one.Count > 0)
                {
                    entries.Add(Entry(real.Clock.GetUtcNow(), key.App, one, Counted(one)));
                }
            }

            if (others is { } rest && rest.EndsAt <= until)
            {
                others = null;
                entries.Add(new(real.Clock.GetUtcNow(), AuditAct.LogInFailed, AuditActor.System, null, "various apps", Succeeded: false, After: Counted(rest)));
            }
        }

        return entries;
    }

    private static string Counted(Series one) => string.Create(
        CultureInfo.InvariantCulture, $"{one.Count} more since {one.First:u}, the last lock-out or window until {one.EndsAt:u}");

    private static AuditEntry Entry(DateTimeOffset at, string app, Series one, string what) =>
        new(at, AuditAct.LogInFailed, new(AuditActorKind.App, app), one.From, "app " + app, Succeeded: false, After: what);
}
