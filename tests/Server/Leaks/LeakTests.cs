using System.Text;
using Dapper;
using Npgsql;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>
/// Cards and security codes go through every flow, and are then looked for in everything that the gateway has written or said: PCI DSS 3.3.1 and 3.5.1.
/// The gateway and the database server are the test's own, so that what is found is its own too.
/// </summary>
public sealed class LeakTests
{
    // The server's own filter keeps the framework's chatter out of the log; here everything that could be switched on is.
    private static readonly string[] LogEverything =
    [
        "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Microsoft.Extensions=Trace",
        "--Logging:LogLevel:Microsoft.Hosting=Trace", "--Logging:LogLevel:System=Trace", "--Logging:LogLevel:Tollgate=Trace",
        "--Tollgate:Sandbox:LateReplyDelay=00:00:05.5",
    ];

    [Fact]
    public async Task On_SQLite_no_card_and_no_code_is_left_behind_or_told()
    {
        var gateway = new SqliteGateway().Another(LogEverything);
        await gateway.InitializeAsync();
        var alive = Path.Combine(gateway.DataDirectory, "copies-of-the-living");
        await CheckAsync(gateway, null, () =>
        {
            // A clean stop empties the write-ahead log, so the files are taken while they are in use as well.
            Directory.CreateDirectory(alive);
            foreach (var file in Directory.GetFiles(gateway.DataDirectory, "tollgate.db*"))
            {
                File.Copy(file, Path.Combine(alive, Path.GetFileName(file)));
            }

            Assert.True(File.Exists(Path.Combine(alive, "tollgate.db-wal")), "There is no write-ahead log to look into.");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task On_PostgreSQL_no_card_and_no_code_is_left_behind_or_told_and_not_in_the_database_servers_files_and_log_either()
    {
        await using var server = new PostgresGateway();
        await server.InitializeAsync();
        var gateway = server.Another(LogEverything);
        await gateway.InitializeAsync();
        var connectionString = gateway.DatabaseSettings[0].Split('=', 2)[1];
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            // The database server, too, is to write down every statement that changes something, with every value it is given. What only asks is left out:
            // whoever sends a card number where an identifier belongs has it looked up as one.
            await connection.ExecuteAsync("ALTER SYSTEM SET log_statement = 'mod'");
            await connection.ExecuteAsync("ALTER SYSTEM SET log_parameter_max_length = -1");
            await connection.ExecuteAsync("SELECT pg_reload_conf()");
        }

        await CheckAsync(gateway, server.Cluster.Folder, async () =>
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.ExecuteAsync("CHECKPOINT;");
        });
    }

    private static async Task CheckAsync(Gateway gateway, string? databaseFolder, Func<Task> beforeStop)
    {
        await using var webhooks = await WebhookReceiver.StartAsync();
        using var visitor = new Visitor(gateway, webhooks.Url);
        var scanner = new LeakScanner();
        scanner.AddText("the webhooks' authorisation", Visitor.Authorization);
        scanner.AddCode(Visitor.Code);
        scanner.AddCode(Visitor.AmexCode);
        foreach (var card in Visitor.QuickCards.Concat(Visitor.SlowCards))
        {
            scanner.AddCard(card);
        }

        await visitor.TakeEveryWayAsync();
        foreach (var (uuid, code) in visitor.Payments)
        {
            scanner.AddCodeOf(uuid, code);
        }

        await Eventually.GetAsync(() => Task.FromResult(webhooks.All.Count), count => count > 100, "A hundred webhooks");
        Assert.All(webhooks.All, w => Assert.Equal(Visitor.Authorization, w.Headers["authorization"]));
        await beforeStop();
        Assert.Null(await gateway.Reader.FindSealedCodeAsync(new(visitor.Payments.First().Uuid)));
        await gateway.StopAsync();

        var (leaks, files) = scanner.ScanFolder(gateway.DataDirectory);
        var (databaseLeaks, databaseFiles) = databaseFolder is null ? ([], []) : scanner.ScanFolder(databaseFolder);
        List<Leak> all =
        [
            .. leaks, .. databaseLeaks,
            .. scanner.Scan("the log", gateway.Log),
            .. visitor.Recorder.Answers.SelectMany(a => scanner.Scan(a.Place, a.Content)),
            .. webhooks.All.SelectMany(w => scanner.Scan("a webhook", w.Body)),
        ];
        Assert.Empty(all.Select(l => $"{l.Secret} stands {l.Form} in {l.Place}").Distinct());

        // What may be there is there: it was looked for in the right places.
        var control = new LeakScanner();
        control.AddText("the marker", Visitor.Marker);
        control.AddText("an e-mail address", "john.doe@example.com");
        var found = files.Concat(databaseFiles).Where(f => control.ScanFile(f).Any()).Select(f => Path.GetFileName(f)).ToList();
        Assert.NotEmpty(found);
        Assert.Contains("sandbox-acquirer.jsonl", files.Select(Path.GetFileName));
        Assert.Contains("key-encryption.key", files.Select(Path.GetFileName));
        if (databaseFolder is null)
        {
            Assert.Contains("tollgate.db", found);
            Assert.Contains("tollgate.db-wal", found);
        }
        else
        {
            // The log of the server holds values in hexadecimal, the write-ahead log the rows as they are.
            Assert.Contains("log", found);
            Assert.Contains(databaseFiles, f => f.Contains("pg_wal", StringComparison.Ordinal) && control.ScanFile(f).Any());
            Assert.Contains(databaseFiles, f => f.Contains("/base/", StringComparison.Ordinal) && control.ScanFile(f).Any());
        }

        Assert.NotEmpty(visitor.Recorder.Answers.SelectMany(a => control.Scan(a.Place, a.Content)));
        Assert.NotEmpty(webhooks.All.SelectMany(w => control.Scan("a webhook", w.Body)));
        Assert.Contains("/api/v2/cards/charges", gateway.Log, StringComparison.Ordinal);

        // A four-digit code as a word of its own has no business in the log, in an answer or in a webhook.
        var told = string.Join('\n', [gateway.Log, .. visitor.Recorder.Answers.Select(a => Encoding.UTF8.GetString(a.Content)), .. webhooks.All.Select(w => Encoding.UTF8.GetString(w.Body))]);
        Assert.DoesNotMatch($"(?<![0-9A-Za-z.:+-]){Visitor.AmexCode}(?![0-9A-Za-z.:+-])", told);
        Directory.Delete(gateway.DataDirectory, recursive: true);
    }
}
