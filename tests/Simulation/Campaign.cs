using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Tollgate.Simulation;

/// <summary>Many histories, as many at once as there are cores; each by itself on one thread.</summary>
internal sealed class Campaign
{
    private const int MostFailures = 5;

    public Counts Counts { get; } = new();

    public ConcurrentQueue<HistoryResult> Found { get; } = new();

    public IReadOnlyCollection<HistoryResult> Failures => Found;

    /// <summary>Runs the histories of consecutive seeds, for as long as it may, or until enough of them went wrong.</summary>
    public static Campaign Run(ulong firstSeed, long histories, Func<bool> goesOn, StoreFlaws flaws = StoreFlaws.None, int mostFailures = MostFailures)
    {
        var campaign = new Campaign();
        var next = -1L;
        var threads = new List<Thread>();
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            var thread = new Thread(() =>
            {
                var counts = new Counts();
                while (goesOn() && campaign.Found.Count < mostFailures && Interlocked.Increment(ref next) is var number && number < histories)
                {
                    var result = History.Run(unchecked(firstSeed + (ulong)number), flaws);
                    counts.Add(result.Counts);
                    if (result.Violation is not null)
                    {
                        campaign.Found.Enqueue(result);
                    }
                }

                lock (campaign.Counts)
                {
                    campaign.Counts.Add(counts);
                }
            });
            thread.Start();
            threads.Add(thread);
        }

        threads.ForEach(t => t.Join());
        return campaign;
    }

    public static string Explain(HistoryResult failure) => string.Create(
        CultureInfo.InvariantCulture, $"{failure.Violation!.Message}\n  The history again: dotnet run dev.cs -- simulate --seed {failure.Seed}");

    public string Describe(TimeSpan elapsed)
    {
        var text = new StringBuilder();
        foreach (var (what, times) in Counts.All)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{times,12:N0}  {what}");
        }

        var seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        return text.Append(CultureInfo.InvariantCulture, $"{Counts["histories"]:N0} histories, {Counts["commands"]:N0} commands in {elapsed.TotalSeconds:N0} s: {Counts["histories"] / seconds:N0} histories and {Counts["commands"] / seconds:N0} commands a second; {Failures.Count} went wrong; {Environment.CpuUsage.TotalTime.TotalSeconds:N0} s of processor time")
            .ToString();
    }
}
