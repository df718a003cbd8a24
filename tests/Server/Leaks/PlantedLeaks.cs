using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>A leak in any of the places makes the canary fail: each is planted once.</summary>
public sealed class PlantedLeaks : IDisposable
{
    private const string Card = "4242424242424242";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tollgate-planted-");
    private readonly Sweep sweep = new(Create());

    public static TheoryData<string> Forms =>
    [
        Card, "{\"card_cvv_number\":\"7391\"}", Convert.ToBase64String(Encoding.ASCII.GetBytes("x" + Card)), Convert.ToHexString(Encoding.ASCII.GetBytes(Card)), "4242%204242%204242%204242",
    ];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Forms))]
    public void P1_in_a_row_of_SQLite_its_write_ahead_log_and_its_backup(string leak)
    {
        using var connection = new SqliteConnection("Pooling=False;Data Source=" + Path.Combine(folder.FullName, "tollgate.db"));
        connection.Open();
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x TEXT)");
        connection.Execute("INSERT INTO t VALUES (@leak)", new { leak });
        using (var backup = new SqliteConnection("Pooling=False;Data Source=" + Path.Combine(folder.FullName, "backup.db")))
        {
            backup.Open();
            connection.BackupDatabase(backup);
        }

        sweep.Folder(folder.FullName);
        Assert.Contains(sweep.Findings, f => f.Contains("tollgate.db-wal", StringComparison.Ordinal));
        Assert.Contains(sweep.Findings, f => f.Contains("backup.db", StringComparison.Ordinal));
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        var again = new Sweep(Create());
        again.Folder(folder.FullName);
        Assert.Contains(again.Findings, f => f.EndsWith("tollgate.db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task P1_in_a_row_of_PostgreSQL_its_write_ahead_log_its_log_and_its_dump()
    {
        await using var cluster = new PostgresCluster();
        await cluster.InitializeAsync();
        var connectionString = await cluster.CreateDatabaseAsync();
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync("CREATE TABLE t (x TEXT)");
            await connection.ExecuteAsync("SET log_statement = 'all'");
            await connection.ExecuteAsync($"INSERT INTO t VALUES ('{Card}')");
            await connection.ExecuteAsync("CHECKPOINT;");
        }

        await cluster.DumpAsync(connectionString, Path.Combine(folder.FullName, "dump.sql"));
        sweep.Folder(cluster.Folder);
        sweep.Folder(folder.FullName);
        var places = sweep.Findings.Select(f => f.Split(" in ")[^1]).ToList();
        Assert.Contains(places, p => p.EndsWith("/dump.sql", StringComparison.Ordinal));
        Assert.Contains(places, p => p.EndsWith("/log", StringComparison.Ordinal));
        Assert.Contains(places, p => p.StartsWith("pg_wal/", StringComparison.Ordinal));
        Assert.Contains(places, p => p.Split('/')[0].All(char.IsAsciiDigit));
    }

    [Fact]
    public async Task P1_in_the_environment_in_the_arguments_and_in_a_file_that_has_no_name_any_more()
    {
        var file = Path.Combine(folder.FullName, "temporary");
        await File.WriteAllTextAsync(file, "card 4242-4242-4242-4242\n", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("sh", ["-c", "exec 3<temporary; rm temporary; echo ready; read line", Card]) { WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["LEAK"] = "cvv=7391";
        using var process = Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        sweep.Process(process.Id);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(sweep.Findings, f => f.Contains("security code 7391", StringComparison.Ordinal) && f.EndsWith("/proc/environ", StringComparison.Ordinal));
        Assert.Contains(sweep.Findings, f => f.EndsWith("/proc/cmdline", StringComparison.Ordinal));
        Assert.Contains(sweep.Findings, f => f.Contains("temporary (deleted)", StringComparison.Ordinal));
    }

    [Fact]
    public void P1_in_a_file_in_memory()
    {
        var file = $"/dev/shm/tollgate-planted-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        File.WriteAllText(file, Card, Encoding.Unicode);
        try
        {
            sweep.Process(Environment.ProcessId);
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Contains(sweep.Findings, f => f.Contains("UTF-16", StringComparison.Ordinal) && f.EndsWith(file, StringComparison.Ordinal));
    }

    [Fact]
    public void P1_in_a_core_dump()
    {
        var dump = new byte[5 << 20];
        Encoding.Unicode.GetBytes(Card).CopyTo(dump, (3 << 20) + 1);
        File.WriteAllBytes(Path.Combine(folder.FullName, "core.4711"), dump);
        sweep.Folder(folder.FullName);
        Assert.Contains(sweep.Findings, f => f.EndsWith("core.4711", StringComparison.Ordinal));
    }

    [Fact]
    public async Task P1_in_the_traffic_to_an_endpoint_head_and_body()
    {
        await using (var tap = new WireTap())
        {
            using var client = new TcpClient();
            var url = new Uri(tap.Url);
            await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Card: {Card}\r\nContent-Length: 26\r\n\r\n{{\"card_cvv_number\":\"7391\"}}"), TestContext.Current.CancellationToken);
            await Eventually.GetAsync(() => Task.FromResult(tap.Count), count => count == 1, "The webhook");
            sweep.Bytes("the traffic", tap.Traffic);
        }

        Assert.Contains(sweep.Findings, f => f.StartsWith("the card", StringComparison.Ordinal));
        Assert.Contains(sweep.Findings, f => f.StartsWith("the security code", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void P1_in_a_log_or_an_answer(string leak)
    {
        sweep.Text("the log", $"info: Charged {leak} today");
        Assert.NotEmpty(sweep.Findings);
    }

    private static LeakScanner Create()
    {
        var scanner = new LeakScanner();
        scanner.AddCard(Card);
        scanner.AddCode("7391");
        return scanner;
    }
}
