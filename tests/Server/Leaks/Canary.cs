using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>
/// Cards and security codes go through every flow of a real server process, which crashes with a code waiting, comes back and ends; and are then looked for in
/// everything that it has written, said, sent or held open: PCI DSS 3.3.1 and 3.5.1. The database server is the test's own, so that what is found is its own too.
/// </summary>
public sealed class Canary
{
    /// <summary>How often every way is taken; <c>dev.cs canary</c> takes them more often than a build does.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("TOLLGATE_CANARY_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    // The server's own filter keeps the framework's chatter out of the log; here everything that could be switched on is.
    private static readonly string[] LogEverything =
    [
        "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Microsoft.Extensions=Trace",
        "--Logging:LogLevel:Microsoft.Hosting=Trace", "--Logging:LogLevel:System=Trace", "--Logging:LogLevel:Tollgate=Trace",
        "--Logging:Console:FormatterOptions:IncludeScopes=true", "--Tollgate:Sandbox:LateReplyDelay=00:00:05.5",
    ];

    [Fact]
    public async Task P1_on_SQLite_no_card_and_no_code_is_left_behind_or_told()
    {
        var gateway = new SqliteGateway().Another();
        await CheckAsync(gateway, null, scratch =>
        {
            // A clean stop empties the write-ahead log, so the files are taken while they are in use as well.
            foreach (var file in Directory.GetFiles(gateway.DataDirectory, "tollgate.db*").Where(f => !f.EndsWith(".server", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(scratch, Path.GetFileName(file)), overwrite: true);
            }

            Assert.True(File.Exists(Path.Combine(scratch, "tollgate.db-wal")), "There is no write-ahead log to look into.");
            using var source = new SqliteConnection("Pooling=False;Data Source=" + Path.Combine(gateway.DataDirectory, "tollgate.db"));
            using var backup = new SqliteConnection("Pooling=False;Data Source=" + Path.Combine(scratch, "backup.db"));
            source.Open();
            backup.Open();
            source.BackupDatabase(backup);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task P1_on_PostgreSQL_no_card_and_no_code_is_left_behind_or_told_and_not_in_the_database_servers_files_and_log_either()
    {
        await using var server = new PostgresGateway();
        await server.InitializeAsync();
        var gateway = server.Another();
        var connectionString = string.Empty;
        await CheckAsync(gateway, server.Cluster.Folder, async scratch =>
        {
            connectionString = gateway.DatabaseSettings[0].Split('=', 2)[1];
            await server.Cluster.DumpAsync(connectionString, Path.Combine(scratch, "dump.sql"));
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.ExecuteAsync("CHECKPOINT;");
        });
    }

    private static async Task CheckAsync(Gateway gateway, string? databaseFolder, Func<string, Task> copyAsync)
    {
        await gateway.InitializeAsync();
        await gateway.StopAsync();
        if (databaseFolder is not null)
        {
            // The database server, too, is to write down every statement that changes something, with every value it is given. What only asks is left out:
            // whoever sends a card number where an identifier belongs has it looked up as one.
            await using var connection = new NpgsqlConnection(gateway.DatabaseSettings[0].Split('=', 2)[1]);
            await connection.ExecuteAsync("ALTER SYSTEM SET log_statement = 'mod'");
            await connection.ExecuteAsync("ALTER SYSTEM SET log_parameter_max_length = -1");
            await connection.ExecuteAsync("SELECT pg_reload_conf()");
        }

        var scratch = Directory.CreateTempSubdirectory("tollgate-canary-").FullName;
        var temporary = Directory.CreateDirectory(Path.Combine(scratch, "tmp")).FullName;
        await using var webhooks = new WireTap();
        var server = await StartAsync(gateway, temporary);
        using var visitor = new Visitor(server.Address, webhooks.Url);
        for (var round = 0; round < Rounds; round++)
        {
            await visitor.TakeEveryWayAsync();
        }

        var waiting = await visitor.LeaveWaitingAsync();
        await Eventually.GetAsync(() => Task.FromResult(webhooks.Count), count => count > 100, "A hundred webhooks");
        var scanner = Scanner(visitor);
        var sweep = new Sweep(scanner);
        await copyAsync(scratch);
        sweep.Process(server.Id);

        // It crashes while a security code waits for its cardholder, and comes back.
        await server.CrashAsync();
        var log = LogOf(server);
        sweep.Text("the log", log);
        await server.DisposeAsync();
        Assert.Empty(Directory.GetFiles(gateway.DataDirectory, "core*"));
        sweep.Folder(gateway.DataDirectory);
        server = await StartAsync(gateway, temporary);
        using (var client = new Client.TollgateClient(server.Address, "app-sandbox", "sk-sandbox-tollgate"))
        {
            await client.AdvanceSandboxClockAsync(TimeSpan.FromHours(1));
            await Eventually.GetAsync(() => client.GetPaymentAsync(waiting), p => p.Status == Client.Contract.PaymentStatus.Expired, "The end of the session");
        }

        sweep.Process(server.Id);
        await server.TerminateAsync();
        sweep.Text("the log", LogOf(server));
        await server.DisposeAsync();

        sweep.Folder(gateway.DataDirectory);
        sweep.Folder(scratch);
        if (databaseFolder is not null)
        {
            sweep.Folder(databaseFolder);
        }

        sweep.Bytes("the webhooks' traffic", webhooks.Traffic);
        foreach (var (place, content) in visitor.Recorder.Answers)
        {
            sweep.Bytes(place, content);
        }

        // What a merchant asked for is sent to the merchant's own endpoint, and to nobody else.
        Assert.Equal(
            ["the webhooks' authorisation stands in clear in the webhooks' traffic"], sweep.Findings);
        CheckControl(visitor, webhooks, log, sweep.Files, databaseFolder);

        // A four-digit code as a word of its own has no business in the log, in an answer or in a webhook.
        var told = string.Join('\n', [log, .. visitor.Recorder.Answers.Select(a => Encoding.UTF8.GetString(a.Content)), Encoding.UTF8.GetString(webhooks.Traffic)]);
        Assert.DoesNotMatch($"(?<![0-9A-Za-z.:+-]){Visitor.AmexCode}(?![0-9A-Za-z.:+-])", told);

        // And of the number, no more than its last four digits.
        Assert.DoesNotContain("555555", Encoding.UTF8.GetString(webhooks.Traffic), StringComparison.Ordinal);
        Directory.Delete(scratch, recursive: true);
        Directory.Delete(gateway.DataDirectory, recursive: true);
    }

    internal static LeakScanner Scanner(Visitor visitor)
    {
        var scanner = new LeakScanner();
        scanner.AddText("the webhooks' authorisation", Visitor.Authorization);
        scanner.AddCode(Visitor.Code);
        scanner.AddCode(Visitor.AmexCode);
        foreach (var card in Visitor.QuickCards.Concat(Visitor.SlowCards).Append("4000000000001091"))
        {
            scanner.AddCard(card);
        }

        foreach (var (uuid, code) in visitor.Payments)
        {
            scanner.AddCodeOf(uuid, code);
        }

        return scanner;
    }

    /// <summary>What may be there is there: it was looked for in the right places.</summary>
    private static void CheckControl(Visitor visitor, WireTap webhooks, string log, IReadOnlyCollection<string> files, string? databaseFolder)
    {
        var control = new LeakScanner();
        control.AddText("the marker", Visitor.Marker);
        control.AddText("an e-mail address", "john.doe@example.com");
        var found = files.Where(File.Exists).Where(f => control.ScanFile(f).Any()).ToList();
        var names = found.Select(f => Path.GetFileName(f)!).ToList();
        Assert.Contains("sandbox-acquirer.jsonl", files.Select(Path.GetFileName));
        Assert.Contains("key-encryption.key", files.Select(Path.GetFileName));
        if (databaseFolder is null)
        {
            Assert.Superset(new HashSet<string> { "tollgate.db", "tollgate.db-wal", "backup.db" }, names.ToHashSet());
        }
        else
        {
            // The log of the server holds values in hexadecimal, the write-ahead log the rows as they are.
            Assert.Superset(new HashSet<string> { "log", "dump.sql" }, names.ToHashSet());
            Assert.Contains(found, f => f.Contains("pg_wal", StringComparison.Ordinal));
            Assert.Contains(found, f => f.Contains("/base/", StringComparison.Ordinal));
        }

        Assert.NotEmpty(visitor.Recorder.Answers.SelectMany(a => control.Scan(a.Place, a.Content)));
        Assert.NotEmpty(control.Scan("the webhooks", webhooks.Traffic));
        Assert.Contains("/api/v2/cards/charges", log, StringComparison.Ordinal);
    }

    /// <summary>What the server has said, but for the payment that it offers to be pasted.</summary>
    private static string LogOf(ListeningProcess server) => string.Join('\n', server.Said.Split('\n').Where(l => !l.Contains("\"card_info\":{\"card_number\":\"4242424242424242\"", StringComparison.Ordinal)));

    private static Task<ListeningProcess> StartAsync(Gateway gateway, string temporary) => ListeningProcess.StartAsync(
        "dotnet",
        gateway.DataDirectory,
        [
            Path.Combine(AppContext.BaseDirectory, "Tollgate.Server.dll"), "--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings,
            .. LogEverything,
        ],
        ("TMPDIR", temporary), ("SQLITE_TMPDIR", temporary), ("DOTNET_EnableDiagnostics", "0"));
}
