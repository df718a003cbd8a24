using System.Diagnostics.Metrics;

namespace Tollgate.Server.Hardening;

/// <summary>
/// Whether the log can be written. While it cannot, nothing is done that would have to be in it: calls are answered with 503, and so is the question after the
/// server's health, by which whoever runs it is told (PCI DSS 10.7.2 and 10.7.3). The first line of it goes where no sink is in between.
/// </summary>
internal sealed class LogPipeline : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly Meter meter = new("Tollgate");
    private readonly Counter<int> lost;
    private readonly TextWriter elsewhere;
    private long triedAt;
    private volatile bool broken;

    public LogPipeline()
        : this(Console.Error)
    {
    }

    internal LogPipeline(TextWriter elsewhere)
    {
        this.elsewhere = elsewhere;
        lost = meter.CreateCounter<int>("tollgate.log.lost", "{entry}", "Entries that no sink took.");
    }

    public bool IsBroken => broken;

    /// <summary>An entry was lost.</summary>
    public void Broke(Exception cause)
    {
        lost.Add(1);
        if (!broken)
        {
            broken = true;
            elsewhere.WriteLine($"Tollgate: the log cannot be written ({Redaction.Clean(cause.GetBaseException().GetType().Name)}); calls are refused until it can be.");
        }
    }

    /// <summary>An entry was written.</summary>
    public void Works() => broken = false;

    /// <summary>Whether calls may be answered: when the log was broken, it is tried again, once a second.</summary>
    public bool Admits(ILogger logger)
    {
        if (!broken)
        {
            return true;
        }

        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref triedAt);
        if (now - last >= BetweenTries.TotalMilliseconds && Interlocked.CompareExchange(ref triedAt, now, last) == last)
        {
            // What is written first, if it is, is that something is missing.
            Log.LogWasBroken(logger);
        }

        return !broken;
    }

    public void Dispose() => meter.Dispose();
}
