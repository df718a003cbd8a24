using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Tollgate.Server.Tests.House;

/// <summary>A PostgreSQL server of the tests' own, on a temporary folder and a free port; one for the whole run, a new database for whoever asks.</summary>
/// <param name="folder">Where it is to be; a temporary folder when left out.</param>
/// <param name="initOptions">Further options for <c>initdb</c>.</param>
public sealed class PostgresCluster(string? folder = null, params string[] initOptions) : IAsyncLifetime
{
    private readonly string folder = folder ?? Path.Combine(Path.GetTempPath(), "tollgate-postgres-" + Guid.NewGuid().ToString("N"));
    private readonly int port = FreePort();
    private int databases;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(folder);
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres", folder);
        }

        await RunAsServerAsync(
            "initdb", ["--pgdata", Data, "--username", "tollgate", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync", .. initOptions]);
        await StartAsync();
    }

    /// <summary>Starts it on the data that it has, and waits until it lets itself be used.</summary>
    public Task StartAsync()
    {
        // What the tests prove is about our process dying, never about the machine: without flushing they take half the time.
        var options = $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=300";
        return RunAsServerAsync("pg_ctl", "start", "--pgdata", Data, "--wait", "--log", Path.Combine(folder, "log"), "--options", options);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsServerAsync("pg_ctl", "stop", "--pgdata", Data, "--mode", "immediate");
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    /// <summary>Ends the process that all of its others come from (SIGKILL), as the system does when memory runs out, and starts it again.</summary>
    public async Task KillAndStartAsync()
    {
        await SignalAsync("-KILL", [await PostmasterAsync()]);

        // The others end when they notice, and until then no new one may take their place.
        await Eventually.GetAsync(TryStartAsync, started => started, "the new start of PostgreSQL");
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Starts it if it can be; whether it runs now.</summary>
    public async Task<bool> TryStartAsync()
    {
        try
        {
            await StartAsync();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Whether it runs.</summary>
    public async Task<bool> RunsAsync()
    {
        try
        {
            await RunAsServerAsync("pg_ctl", "status", "--pgdata", Data);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Stops every one of its processes where it is (SIGSTOP).</summary>
    public async Task PauseAsync() => await SignalAsync("-STOP", await FamilyAsync());

    /// <summary>Lets them all go on (SIGCONT).</summary>
    public async Task ResumeAsync() => await SignalAsync("-CONT", await FamilyAsync());

    /// <summary>Lets none of its processes write a file past a size, or any again.</summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        foreach (var process in await FamilyAsync())
        {
            try
            {
                await RunAsServerAsync("prlimit", "--pid", process, $"--fsize={bytes?.ToString(CultureInfo.InvariantCulture) ?? "unlimited"}:unlimited");
            }
            catch (InvalidOperationException)
            {
                // It has ended in the meantime, perhaps of the limit.
            }
        }
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

    /// <summary>Writes a database down as an operator's backup does.</summary>
    public Task DumpAsync(string connectionString, string file) => RunAsync(
        Find("pg_dump"),
        "--host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--port={port}"), "--username=tollgate", "--file=" + file,
        "--dbname=" + new NpgsqlConnectionStringBuilder(connectionString).Database);

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={port};Database={database};Username=tollgate;Maximum Pool Size=20";

    private async Task<string> PostmasterAsync() => (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];

    private async Task<IEnumerable<string>> FamilyAsync()
    {
        var postmaster = await PostmasterAsync();
        var children = await File.ReadAllTextAsync($"/proc/{postmaster}/task/{postmaster}/children");
        return [postmaster, .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static Task SignalAsync(string signal, IEnumerable<string> processes) => RunAsync("kill", [signal, .. processes]);

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
