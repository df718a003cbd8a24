using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Tollgate.Server.Tests.House;

/// <summary>A PostgreSQL server of the tests' own, on a temporary folder and a free port; one for the whole run, a new database for whoever asks.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "tollgate-postgres-" + Guid.NewGuid().ToString("N"));
    private readonly int port = FreePort();
    private int databases;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(folder);
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres", folder);
        }

        var data = Path.Combine(folder, "data");
        await RunAsServerAsync("initdb", "--pgdata", data, "--username", "tollgate", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync");

        // What the tests prove is about our process dying, never about the machine: without flushing they take half the time.
        var options = $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=300";
        await RunAsServerAsync("pg_ctl", "start", "--pgdata", data, "--wait", "--log", Path.Combine(folder, "log"), "--options", options);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsServerAsync("pg_ctl", "stop", "--pgdata", Path.Combine(folder, "data"), "--mode", "immediate");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The folder with everything that the server wrote.</summary>
    public string Folder => folder;

    /// <summary>Creates an empty database, and tells how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"t{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name} TEMPLATE template0";
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={port};Database={database};Username=tollgate;Maximum Pool Size=20";

    private static Task RunAsServerAsync(string program, params string[] arguments)
    {
        var path = Find(program);
        return Environment.UserName == "root" ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static string Find(string program)
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => d, StringComparer.Ordinal).Select(d => Path.Combine(d, "bin", program))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Select(d => Path.Combine(d, program));
        return debian.Concat(path).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"PostgreSQL's {program} is not installed; `dotnet run dev.cs -- test` installs it.");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // pg_ctl's server inherits what it is given, so nothing is redirected: a pipe would stay open with it.
        var start = new ProcessStartInfo("sh") { WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >/dev/null 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
