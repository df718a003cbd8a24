using System.Globalization;
using Tollgate.Bench;
using Tollgate.Client;

// The gateway beside other ways to do the same work, in one run, in turns, with the real server process and real sockets.
//   dotnet run dev.cs -- bench [--quick]
var quick = args.Contains("--quick");
var (rounds, seconds, warmUp) = quick ? (2, 3, 3) : (5, 5, 8);
var root = FindRoot();
var started = DateTimeOffset.UtcNow;
await using var cluster = new Cluster();
await cluster.StartAsync();
var report = new Report(root, quick);
await using (var field = await Field.OpenAsync(root, cluster))
{
    report.AddRest(field);
    await field.WarmUpAsync(times: 2, warmUp);
    await SideBySideAsync(field);
    if (!quick)
    {
        await ByConnectionsAsync(field);
    }

    await report.AddStateAsync(field);
}

await report.AddAllocationAsync(cluster, seconds);
report.AddVault();
await report.WriteAsync(cluster.Version, started, rounds, seconds);
return 0;

// Everybody in turn, round after round: what the machine does meanwhile, it does to all.
async Task SideBySideAsync(Field field)
{
    for (var round = 1; round <= rounds; round++)
    {
        foreach (var (name, runAsync) in field.Contests)
        {
            var sample = await runAsync(64, seconds);
            report.Add(name, 64, sample);
            Say($"round {round}: {name}: {sample.Figures.Rate:F0}/s, p50 {sample.Figures.P50:F1} ms, p99 {sample.Figures.P99:F1} ms, CPU {sample.Ours:F0} + {sample.Database:F0} µs");
        }
    }
}

async Task ByConnectionsAsync(Field field)
{
    for (var round = 1; round <= rounds; round++)
    {
        foreach (var connections in (int[])[1, 8, 256])
        {
            foreach (var (name, runAsync) in field.Contests.Where(c => c.Name.StartsWith("charge", StringComparison.Ordinal)))
            {
                var sample = await runAsync(connections, seconds);
                report.Add(name, connections, sample);
                Say($"round {round}: {name} at {connections}: {sample.Figures.Rate:F0}/s, p50 {sample.Figures.P50:F1} ms, p99 {sample.Figures.P99:F1} ms");
            }
        }
    }
}

static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

static string FindRoot()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (!File.Exists(Path.Combine(folder.FullName, "Tollgate.slnx")))
    {
        folder = folder.Parent ?? throw new InvalidOperationException("The benchmark runs inside the repository.");
    }

    return folder.FullName;
}
