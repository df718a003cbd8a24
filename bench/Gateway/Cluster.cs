using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tollgate.Bench;

/// <summary>A PostgreSQL server of the benchmark's own, as it comes: every commit waits for the disk.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "tollgate-bench-" + Guid.NewGuid().ToString("N")[..8]);
    private readonly int port = FreePort();

    /// <summary>The process that all of its others come from.</summary>
    public int Postmaster => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public string Version { get; private set; } = string.Empty;

    private string Data => Path.Combine(folder, "data");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        if (Environment.UserName == "root")
        {
            await Tool.RunAsync("chown", "postgres", folder);
        }

        await AsServerAsync("initdb", "--pgdata", Data, "--username", "tollgate", "--auth", "trust", "--encoding", "UTF8", "--no-locale");
        var options = $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=300 -c shared_buffers=256MB -c max_wal_size=4GB";
        await AsServerAsync("pg_ctl", "start", "--pgdata", Data, "--wait", "--log", Path.Combine(folder, "log"), "--options", options);
        Version = (await Tool.ReadAsync(Binary("postgres"), "--version")).Trim();
    }

    /// <summary>A new database; how to reach it over the socket.</summary>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await Tool.RunAsync(Binary("createdb"), "-h", folder, "-p", $"{port}", "-U", "tollgate", name);
        return $"Host={folder};Port={port};Username=tollgate;Database={name}";
    }

    /// <summary>What <c>psql</c> answers.</summary>
    public Task<string> AskAsync(string database, params string[] arguments) =>
        Tool.ReadAsync(Binary("psql"), ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", $"{port}", "-U", "tollgate", "-d", database, .. arguments]);

    /// <summary>Transactions a second by <c>pgbench</c>, with the median and the 99th percentile of their latency in milliseconds.</summary>
    public async Task<(double Rate, double P50, double P99)> PgbenchAsync(string database, string script, int clients, int seconds)
    {
        var logs = Path.Combine(folder, "pgbench");
        Directory.CreateDirectory(logs);
        var said = await Tool.ReadAsync(
            Binary("pgbench"), "-n", "-M", "prepared", "-f", script, "-c", $"{clients}", "-j", "2", "-T", $"{seconds}", "-h", folder, "-p", $"{port}", "-U", "tollgate", "-l",
            "--log-prefix", Path.Combine(logs, "log"), database);
        var rate = said.Split('\n').First(l => l.StartsWith("tps = ", StringComparison.Ordinal)).Split(' ')[2];
        var latencies = Directory.EnumerateFiles(logs).SelectMany(File.ReadLines).Select(l => long.Parse(l.Split(' ')[2], CultureInfo.InvariantCulture)).Order().ToList();
        Directory.Delete(logs, recursive: true);
        return (double.Parse(rate, CultureInfo.InvariantCulture), latencies[latencies.Count / 2] / 1000.0, latencies[(int)(latencies.Count * 0.99)] / 1000.0);
    }

    public async ValueTask DisposeAsync()
    {
        await AsServerAsync("pg_ctl", "stop", "--pgdata", Data, "--mode", "immediate");
        Directory.Delete(folder, recursive: true);
    }

    private static string Binary(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin", name)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault(name)
            : name;

    /// <summary>PostgreSQL refuses to be root's.</summary>
    private static Task AsServerAsync(string name, params string[] arguments) =>
        Environment.UserName == "root" ? Tool.RunAsync("runuser", ["-u", "postgres", "--", Binary(name), .. arguments]) : Tool.RunAsync(Binary(name), arguments);
}

/// <summary>Other people's programs.</summary>
internal static class Tool
{
    public static Task RunAsync(string program, params string[] arguments) => StartAsync(program, arguments, read: false);

    public static Task<string> ReadAsync(string program, params string[] arguments) => StartAsync(program, arguments, read: true);

    private static async Task<string> StartAsync(string program, string[] arguments, bool read)
    {
        // A server that stays keeps what it is given to write to, so that nothing is read of one that starts it.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = read, RedirectStandardError = read };
        if (!read)
        {
            start = new("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", program, .. arguments]);
        }

        using var process = Process.Start(start)!;
        var errors = read ? process.StandardError.ReadToEndAsync() : Task.FromResult(string.Empty);
        var output = read ? await process.StandardOutput.ReadToEndAsync() : string.Empty;
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{await errors}");
    }
}
