using System.Globalization;
using Tollgate.Client;
using Tollgate.Client.Contract;

namespace Tollgate.Bench;

/// <summary>One run of one contestant.</summary>
/// <param name="Figures">What it answered.</param>
/// <param name="Ours">Processor time of its process for each request, in µs.</param>
/// <param name="Database">Processor time of PostgreSQL for each request, in µs.</param>
internal sealed record Sample(Figures Figures, double Ours, double Database);

/// <summary>All who take part, warm and ready.</summary>
internal sealed class Field : IAsyncDisposable
{
    private readonly Cluster cluster;
    private readonly Contestant postgres;
    private readonly Contestant watched;
    private readonly Contestant sqlite;
    private readonly Contestant ef;
    private readonly Contestant empty;
    private readonly Contestant noStore;
    private readonly string scripts;
    private readonly string folder;
    private readonly TollgateClient client;
    private int orders;

    private Field(Cluster cluster, string scripts, string folder, Contestant postgres, Contestant watched, Contestant sqlite, Contestant ef, Contestant empty, Contestant noStore)
    {
        this.cluster = cluster;
        this.scripts = scripts;
        this.folder = folder;
        (this.postgres, this.watched, this.sqlite, this.ef, this.empty, this.noStore) = (postgres, watched, sqlite, ef, empty, noStore);
        client = new(postgres.Address, "app-sandbox", "sk-sandbox-tollgate");
        Contests =
        [
            ("charge on PostgreSQL", (c, s) => LoadAsync(postgres, "charge", c, s)),
            ("charge on PostgreSQL, watched for abuse", (c, s) => LoadAsync(watched, "charge", c, s)),
            ("frictionless charge on PostgreSQL", (c, s) => LoadAsync(postgres, "frictionless", c, s)),
            ("pgbench, separate statements", (c, s) => PgbenchAsync("separate.sql", c, s)),
            ("charge on SQLite", (c, s) => LoadAsync(sqlite, "charge", c, s)),
            ("pgbench, best single statement", (c, s) => PgbenchAsync("single.sql", c, s)),
            ("EF Core endpoint", (c, s) => LoadAsync(ef, "plain", c, s)),
            ("handler without a store", (c, s) => LoadAsync(noStore, "plain", c, s)),
            ("empty handler", (c, s) => LoadAsync(empty, "plain", c, s)),
            ("token charge on PostgreSQL", async (c, s) => await LoadAsync(postgres, "token", c, s, await TokensAsync())),
            ("capture on PostgreSQL", async (c, s) => await LoadAsync(postgres, "capture", c, s, await CapturesAsync())),
            ("detail on PostgreSQL", async (c, s) => await LoadAsync(postgres, "detail", c, s, await KnownAsync())),
            ("list on PostgreSQL", (c, s) => LoadAsync(postgres, "list", c, s)),
        ];
    }

    /// <summary>Who is measured, by connections and seconds.</summary>
    public IReadOnlyList<(string Name, Func<int, int, Task<Sample>> RunAsync)> Contests { get; }

    public Contestant Postgres => postgres;

    public Contestant Sqlite => sqlite;

    public Cluster Cluster => cluster;

    public static async Task<Field> OpenAsync(string root, Cluster cluster)
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-bench-").FullName;
        var server = Path.Combine(root, "src/Server/bin/Release/net10.0/Tollgate.Server.dll");
        var yardsticks = Path.Combine(root, "bench/Yardsticks/bin/Release/net10.0/Tollgate.Yardsticks.dll");
        var scripts = Path.Combine(root, "bench/Yardsticks/pgbench");
        var database = await cluster.CreateDatabaseAsync("gateway");
        var plain = await cluster.CreateDatabaseAsync("ef");
        await cluster.CreateDatabaseAsync("pgbench");
        await cluster.AskAsync("pgbench", "-f", Path.Combine(scripts, "schema.sql"));
        return new(
            cluster,
            scripts,
            folder,
            await Contestant.StartAsync(server, $"--Tollgate:Database={database}", $"--Tollgate:DataDirectory={Path.Combine(folder, "postgres")}"),
            await Contestant.StartAsync(
                server, $"--Tollgate:Database={await cluster.CreateDatabaseAsync("watched")}", $"--Tollgate:DataDirectory={Path.Combine(folder, "watched")}", "--Tollgate:Risk:Mode=monitor"),
            await Contestant.StartAsync(server, $"--Tollgate:DataDirectory={Path.Combine(folder, "sqlite")}"),
            await Contestant.StartAsync(yardsticks, "ef", $"--Database={plain}"),
            await Contestant.StartAsync(yardsticks, "empty"),
            await Contestant.StartAsync(yardsticks, "nostore"));
    }

    /// <summary>
    /// The same for all: the first seconds of a program are no measure of it, and who opens 64 connections to a database in them may answer some clients late.
    /// </summary>
    public async Task WarmUpAsync(int times, int seconds)
    {
        for (var time = 1; time <= times; time++)
        {
            foreach (var (_, runAsync) in Contests)
            {
                try
                {
                    await runAsync(64, seconds);
                }
                catch (InvalidOperationException) when (time < times)
                {
                    // It is asked again.
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        foreach (var contestant in (Contestant[])[postgres, watched, sqlite, ef, empty, noStore])
        {
            await contestant.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<Sample> LoadAsync(Contestant contestant, string kind, int connections, int seconds, string? identifiers = null)
    {
        var (ours, theirs) = (Contestant.ProcessorTime(contestant.Id), Contestant.ProcessorTime(cluster.Postmaster));
        var figures = await Wrk.RunAsync(contestant.Address, kind, connections, seconds, identifiers);
        return new(
            figures,
            (Contestant.ProcessorTime(contestant.Id) - ours) * 1e6 / figures.Requests,
            (Contestant.ProcessorTime(cluster.Postmaster) - theirs) * 1e6 / figures.Requests);
    }

    private async Task<Sample> PgbenchAsync(string script, int clients, int seconds)
    {
        var before = Contestant.ProcessorTime(cluster.Postmaster);
        var (rate, p50, p99) = await cluster.PgbenchAsync("pgbench", Path.Combine(scripts, script), clients, seconds);
        var requests = rate * seconds;
        return new(new(rate, p50, p99, 0, (long)requests), 0, (Contestant.ProcessorTime(cluster.Postmaster) - before) * 1e6 / requests);
    }

    /// <summary>Saved cards to charge.</summary>
    private async Task<string> TokensAsync()
    {
        var file = Path.Combine(folder, "tokens");
        if (!File.Exists(file))
        {
            await File.WriteAllLinesAsync(file, (await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => ChargeAsync()))).Select(p => p.Token!.Id));
        }

        return file;
    }

    /// <summary>Payments that are authorised: what was charged before.</summary>
    private async Task<string> CapturesAsync()
    {
        var file = Path.Combine(folder, "captures");
        await File.WriteAllTextAsync(file, await cluster.AskAsync("gateway", "-c", "SELECT uuid FROM payments WHERE status = 1"));
        return file;
    }

    /// <summary>Payments to look at.</summary>
    private async Task<string> KnownAsync()
    {
        var file = Path.Combine(folder, "known");
        await File.WriteAllTextAsync(file, await cluster.AskAsync("gateway", "-c", "SELECT uuid FROM payments ORDER BY created_at DESC LIMIT 10000"));
        return file;
    }

    private Task<PaymentResponse> ChargeAsync() => client.ChargeAsync(new()
    {
        Amount = 1000,
        Currency = "AUD",
        Email = "john.doe@example.com",
        FirstName = "John",
        LastName = "Doe",
        BillingAddress = new() { Address = "123 Main Street", City = "Sydney", State = "NSW", Country = "AU", PostalCode = "2000" },
        CardInfo = new() { CardNumber = "4242424242424242", CardExpiryMonth = 12, CardExpiryYear = 2030, CardCvvNumber = "123", CardHolderName = "John Doe" },
        ExternalId = string.Create(CultureInfo.InvariantCulture, $"given-{Interlocked.Increment(ref orders)}"),
        ReturnUrl = "https://example.com",
    });
}
