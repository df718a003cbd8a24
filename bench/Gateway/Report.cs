using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Server;

namespace Tollgate.Bench;

/// <summary>What was measured, as people and as programs read it.</summary>
internal sealed class Report(string root, bool quick)
{
    private readonly Dictionary<(string Name, int Connections), List<Sample>> samples = [];
    private readonly Dictionary<string, double> state = [];

    public void Add(string name, int connections, Sample sample)
    {
        if (!samples.TryGetValue((name, connections), out var list))
        {
            samples.Add((name, connections), list = []);
        }

        list.Add(sample);
    }

    /// <summary>What there is before any load.</summary>
    public void AddRest(Field field) => (state["resident memory at rest, MB"], _) = field.Postgres.Memory();

    /// <summary>What stays when the load is over: memory, bytes in the database.</summary>
    public async Task AddStateAsync(Field field)
    {
        (state["resident memory after load, MB"], state["resident memory under load, MB"]) = field.Postgres.Memory();
        state["start to first answer, s"] = field.Sqlite.Start.TotalSeconds;
        state["start to first answer on PostgreSQL, s"] = field.Postgres.Start.TotalSeconds;
        await field.Cluster.AskAsync("gateway", "-c", "VACUUM");
        var (bytes, payments) = (await NumberAsync("SELECT pg_database_size('gateway')"), await NumberAsync("SELECT COUNT(*) FROM payments"));
        (state["database bytes per payment"], state["payments in the database"]) = (bytes / payments, payments);

        async Task<double> NumberAsync(string sql) => double.Parse(await field.Cluster.AskAsync("gateway", "-c", sql), CultureInfo.InvariantCulture);
    }

    /// <summary>What a charge allocates: the server in this process, the load from another.</summary>
    public async Task AddAllocationAsync(Cluster cluster, int seconds)
    {
        var data = Directory.CreateTempSubdirectory("tollgate-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{Cluster.FreePort()}");
        await using (var app = await TollgateServer.CreateAsync(
            [$"--urls={address.OriginalString}", $"--Tollgate:DataDirectory={data}", $"--Tollgate:Database={await cluster.CreateDatabaseAsync("allocation")}"]))
        {
            await TollgateServer.ListenAsync(app);
            await Wrk.RunAsync(address, "charge", 64, seconds);
            var before = GC.GetTotalAllocatedBytes();
            var figures = await Wrk.RunAsync(address, "charge", 64, seconds);
            state["allocation per charge, KB"] = (GC.GetTotalAllocatedBytes() - before) / 1024.0 / figures.Requests;
            await app.StopAsync();
        }

        Directory.Delete(data, recursive: true);
    }

    /// <summary>What the vault does costs, and what part of a charge's processor time that is.</summary>
    public void AddVault()
    {
        var costs = VaultCost.Measure();
        foreach (var (name, nanoseconds) in costs)
        {
            state[name] = nanoseconds;
        }

        if (Value("charge on PostgreSQL", 64, s => s.Ours) is { } micros)
        {
            state["the vault's share of a charge's CPU, %"] = VaultCost.OfCharge(costs) / 10 / micros;
        }

        if (Ratio("charge on PostgreSQL, watched for abuse", "charge on PostgreSQL") is { } watched)
        {
            state["charges/s watched for abuse (Risk:Mode=monitor) against not"] = watched;
        }
    }

    public async Task WriteAsync(string postgres, DateTimeOffset started, int rounds, int seconds)
    {
        var goals = Goals().ToList();
        var text = new StringBuilder();
        Line($"# What was measured");
        Line($"");
        Line($"{started:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors ({Processor()}), Linux {Environment.OSVersion.Version}, .NET {Environment.Version}, {postgres}.");
        Line($"`dotnet run dev.cs -- bench{(quick ? " --quick" : string.Empty)}`: {rounds} rounds of {seconds} s each, everybody in turn, load and database on the same machine. Medians; in brackets the least and the most.");
        Line($"");
        Line($"| | connections | per second | p50 ms | p99 ms | p99.9 ms | CPU µs ours + PostgreSQL's |");
        Line($"|---|---|---|---|---|---|---|");
        foreach (var ((name, connections), list) in samples.OrderBy(s => s.Key.Connections))
        {
            Line($"| {name} | {connections} | {Median(list, s => s.Figures.Rate):F0} ({list.Min(s => s.Figures.Rate):F0}–{list.Max(s => s.Figures.Rate):F0}) | {Median(list, s => s.Figures.P50):F2} | {Median(list, s => s.Figures.P99):F1} | {(Median(list, s => s.Figures.P999) is var most and > 0 ? most.ToString("F1", CultureInfo.InvariantCulture) : "–")} | {Median(list, s => s.Ours):F0} + {Median(list, s => s.Database):F0} |");
        }

        Line($"");
        Line($"| | |");
        Line($"|---|---|");
        foreach (var (name, value) in state)
        {
            Line($"| {name} | {value:F2} |");
        }

        Line($"");
        Line($"## Goals");
        Line($"");
        Line($"| | measured | goal | |");
        Line($"|---|---|---|---|");
        foreach (var goal in goals)
        {
            Line($"| {goal.Name} | {(goal.Value is { } value ? value.ToString("F2", CultureInfo.InvariantCulture) : "not measured")} | {goal.Text} | {(goal.Met ? "met" : "missed")} |");
        }

        Console.WriteLine(text);
        if (!quick)
        {
            await File.WriteAllTextAsync(Path.Combine(root, "bench/RESULTS.md"), text.ToString());
            await using var json = File.Create(Path.Combine(root, "bench/results.json"));
            await using var writer = new Utf8JsonWriter(json, new() { Indented = true });
            Write(writer, goals);
        }

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static double Median(IEnumerable<Sample> list, Func<Sample, double> value) => list.Select(value).Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";

    private static void Write(Utf8JsonWriter writer, List<Goal> goals)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("goals");
        foreach (var goal in goals)
        {
            writer.WriteStartObject();
            writer.WriteString("name", goal.Name);
            if (goal.Value is { } value)
            {
                writer.WriteNumber("value", Math.Round(value, 3));
            }
            else
            {
                writer.WriteNull("value");
            }

            writer.WriteString("goal", goal.Text);
            writer.WriteBoolean("met", goal.Met);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private IEnumerable<Goal> Goals()
    {
        var charge = "charge on PostgreSQL";
        yield return AtLeast("charges/s against pgbench, separate statements", Ratio(charge, "pgbench, separate statements"), 2.5);
        yield return AtLeast("charges/s against pgbench, best single statement", Ratio(charge, "pgbench, best single statement"), 1.2);
        yield return AtLeast("charges/s against the EF Core endpoint", Ratio(charge, "EF Core endpoint"), 5);
        yield return AtLeast("charges/s against Medusa's authorise on PostgreSQL", null, 100);
        yield return AtLeast("charges/s on SQLite against the same on PostgreSQL", Ratio("charge on SQLite", charge), 0.5);
        yield return AtLeast("frictionless charges/s against plain ones", Ratio("frictionless charge on PostgreSQL", charge), 0.25);
        yield return AtMost("p99 of a charge at 64 connections, ms", Value(charge, 64, s => s.Figures.P99), 30);
        yield return AtMost("p50 of a single charge alone, ms", Value(charge, 1, s => s.Figures.P50), 2);
        yield return AtLeast("detail reads/s against the handler without a store", Ratio("detail on PostgreSQL", "handler without a store"), 0.4);
        yield return AtMost("CPU of our process per charge, µs", Value(charge, 64, s => s.Ours), 200);
        yield return AtMost("allocation per charge, KB", State("allocation per charge, KB"), 20);
        yield return AtMost("resident memory under full load, MB", State("resident memory under load, MB"), 250);
        yield return AtMost("resident memory at rest, MB", State("resident memory at rest, MB"), 100);
        yield return AtMost("start to first answer, s", State("start to first answer, s"), 0.8);
        yield return AtLeast("charges/s at 10 million payments against an empty database", null, 0.85);
        yield return AtMost("database bytes per finished payment, KB", State("database bytes per payment") / 1024, 3);
        yield return AtLeast("three server processes against one, in sum", null, 1);
    }

    /// <summary>The median of the ratios of one round each, at 64 connections.</summary>
    private double? Ratio(string name, string other) =>
        samples.TryGetValue((name, 64), out var ours) && samples.TryGetValue((other, 64), out var theirs)
            ? ours.Zip(theirs, (o, t) => o.Figures.Rate / t.Figures.Rate).Order().ToList() is var sorted ? sorted[sorted.Count / 2] : null
            : null;

    private double? Value(string name, int connections, Func<Sample, double> value) => samples.TryGetValue((name, connections), out var list) ? Median(list, value) : null;

    private double? State(string name) => state.TryGetValue(name, out var value) ? value : null;

    private static Goal AtLeast(string name, double? value, double goal) => new(name, value, string.Create(CultureInfo.InvariantCulture, $"≥ {goal}"), value >= goal);

    private static Goal AtMost(string name, double? value, double goal) => new(name, value, string.Create(CultureInfo.InvariantCulture, $"≤ {goal}"), value <= goal);

    private sealed record Goal(string Name, double? Value, string Text, bool Met);
}
