using System.Diagnostics;
using System.Globalization;

namespace Tollgate.Simulation;

/// <summary>The verb <c>simulate</c> of dev.cs: one seed and its story, or as many histories as a time allows.</summary>
internal static class Simulate
{
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["--seed", var text] when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                return Tell(seed);
            case ["--minutes", var text] when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes > 0:
                return RunFor(TimeSpan.FromMinutes(minutes));
            case ["--bug", var bug]:
                Console.WriteLine(PlantedBugs.Find(bug) ?? "Nobody noticed.");
                return 0;
            default:
                Console.Error.WriteLine("Say --seed N for the story of one history, or --minutes N for as many histories as that allows.");
                return 2;
        }
    }

    private static int Tell(ulong seed)
    {
        var result = History.Run(seed, tells: true);
        foreach (var line in result.Story)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}: {result.Counts["commands"]} commands, trace {result.Hash:x16}"));
        if (result.Violation is not { } violation)
        {
            return 0;
        }

        Console.Error.WriteLine(violation.Message);
        return 1;
    }

    private static int RunFor(TimeSpan time)
    {
        var first = (ulong)Random.Shared.NextInt64();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seeds from {first} on."));
        var watch = Stopwatch.StartNew();
        var campaign = Campaign.Run(first, long.MaxValue, () => watch.Elapsed < time);
        Console.WriteLine(campaign.Describe(watch.Elapsed));
        foreach (var failure in campaign.Failures)
        {
            Console.Error.WriteLine(Campaign.Explain(failure));
        }

        return campaign.Failures.Count == 0 ? 0 : 1;
    }
}
