using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Sandbox;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Torture;

/// <summary>A server as it is in the world: a process of its own on real sockets, its database, its acquirer in another process, and merchants.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    private readonly string folder;
    private readonly string? connectionString;
    private readonly Database database;
    private readonly AcquirerServer acquirer;
    private readonly AcquirerOverHttp bank;
    private readonly Inspection inspection;
    private readonly Stopwatch whole = Stopwatch.StartNew();

    private Stage(string folder, string? connectionString, AcquirerServer acquirer, AcquirerOverHttp bank)
    {
        this.folder = folder;
        this.connectionString = connectionString;
        this.acquirer = acquirer;
        this.bank = bank;
        database = Database.Create(connectionString, folder);
        inspection = new(database, bank.ReadAsync);
    }

    public Market Market { get; } = new(Random.Shared.Next(1_000_000));

    public ListeningProcess Server { get; private set; } = null!;

    public TollgateClient Client { get; private set; } = null!;

    /// <summary>A new folder that a database server under another user may enter.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-torture-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | Enter);
        }

        return folder;
    }

    /// <summary>Sets everything up in a folder; on SQLite when there is no database.</summary>
    public static async Task<Stage> SetUpAsync(string folder, string? connectionString)
    {
        var books = Directory.CreateDirectory(Path.Combine(folder, "bank")).FullName;
        var data = Directory.CreateDirectory(Path.Combine(folder, "server")).FullName;

        // Answers take long enough that a kill finds some on their way, and funds arrive while the merchants trade.
        var acquirer = await AcquirerServer.StartInAsync(
            books, "--Tollgate:Sandbox:ReplyDelay=00:00:00.010", "--Tollgate:Sandbox:SettlementDelay=00:00:00.300", "--Tollgate:Sandbox:RefundDelay=00:00:00.300");
        var stage = new Stage(data, connectionString, acquirer, await AcquirerOverHttp.ConnectAsync(acquirer.Address, TimeProvider.System));
        await stage.StartServerAsync();
        return stage;
    }

    public async Task StartServerAsync()
    {
        Client?.Dispose();
        Server = await StartAnotherServerAsync();
        Client = ClientOf(Server);
    }

    /// <summary>Starts one more server on the same data; whoever calls has it.</summary>
    public Task<ListeningProcess> StartAnotherServerAsync() => ListeningProcess.StartAsync(
        folder,
        [
            "--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=" + folder, acquirer.Setting,
            .. connectionString is null ? (string[])[] : ["--Tollgate:Database=" + connectionString],
        ]);

    public static TollgateClient ClientOf(ListeningProcess server) => new(server.Address, "app-sandbox", "sk-sandbox-tollgate");

    /// <summary>Kills the server in the middle of trading, and starts it again on the same data.</summary>
    public async Task KillServerAsync(int afterAnswers)
    {
        var trading = Market.TradeAsync(Client);
        await Market.AnswersAsync(afterAnswers);
        await Server.KillAsync();
        await trading;
        await Server.DisposeAsync();
        await StartServerAsync();
    }

    /// <summary>Lets the time go by after which recovery takes what is in flight for abandoned, asks again, and inspects what merchants were told.</summary>
    public async Task RecoverAsync()
    {
        await Client.AdvanceSandboxClockAsync(LongEnough);
        await AskAndInspectAsync();
    }

    /// <summary>The same without moving a clock: as long as it really takes.</summary>
    public async Task<TimeSpan> RecoverInRealTimeAsync()
    {
        var waited = Stopwatch.StartNew();
        await NothingIsInFlightAsync();
        var took = waited.Elapsed;
        await AskAndInspectAsync();
        return took;
    }

    /// <summary>Waits until nothing is in flight.</summary>
    public Task NothingIsInFlightAsync() => Eventually.GetAsync(CountInFlightAsync, count => count == 0, "the end of everything in flight");

    /// <summary>Moves the clock at the acquirer, behind the server's back.</summary>
    public async Task LetTimePassAsync() => await bank.MoveClockAsync(bank.Clock.GetUtcNow() + LongEnough);

    /// <summary>Waits until the server takes payments again; one that has ended is started again.</summary>
    public Task ComesBackAsync() => Eventually.GetAsync(
        async () =>
        {
            if (Server.HasEnded)
            {
                await StartServerAsync();
            }

            try
            {
                return (await Client.ChargeAsync(Requests.Charge())).Status.ToString();
            }
            catch (TollgateException away) when (away.StatusCode is null or System.Net.HttpStatusCode.ServiceUnavailable)
            {
                return away.Message;
            }
        },
        seen => seen == nameof(PaymentStatus.Authorised),
        "the server's return");

    /// <summary>What the server says of itself.</summary>
    public async Task<int> HealthAsync()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(Server.Address, "/health"));
        return (int)response.StatusCode;
    }

    /// <summary>Ends server and acquirer, and inspects every payment that there is against the books; then the product's own <c>verify</c> does.</summary>
    public async Task EndAsync(string what)
    {
        // A server that dies between hearing of a settlement and confirming it would leave the books behind.
        await Client.AdvanceSandboxClockAsync(LongEnough);
        await Server.KillAsync();
        await acquirer.KillAsync();
        var payments = await InspectWhollyAsync(Path.Combine(acquirer.Folder, "sandbox-acquirer.jsonl"));
        Assert.NotEqual(0, payments);
        await VerifyAsync();
        Effort.Tell($"{database.Name.Split(' ')[0]}: {what}; {Market.Answers} answers, {payments} payments, all in order, {whole.Elapsed.TotalSeconds:F1} s");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        bank.Dispose();
        await acquirer.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<int> InspectWhollyAsync(string path)
    {
        var booked = await ReadBookedAsync(path);
        using var books = new SimulatedAcquirer(path, new(at => at, default, default, default), TimeProvider.System);
        var host = new AcquirerInProcess(books);
        return await new Inspection(database, host.ReadAsync).PassesWhollyAsync(booked);
    }

    private async Task VerifyAsync()
    {
        // The books stand in a data directory of their own.
        string[] arguments =
        [
            "verify", "--Tollgate:DataDirectory=" + acquirer.Folder, "--Tollgate:Database=" + (connectionString ?? "Data Source=" + Path.Combine(folder, "tollgate.db")),
        ];
        await using var verify = ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "Tollgate.Server.dll"), folder, arguments);
        var end = await verify.ExitAsync();
        Assert.True(end.ExitCode == 0, end.Output + end.Errors);
        Assert.DoesNotContain("not compared", end.Output, StringComparison.Ordinal);
    }

    private async Task AskAndInspectAsync()
    {
        await Market.AskAgainAsync(Client);
        await inspection.PassesAsync(Market.TakeReceipts());
    }

    /// <summary>What is in flight is due within minutes; holds and refunds end in days.</summary>
    private async Task<long> CountInFlightAsync()
    {
        await using var connection = await database.OpenAsync();
        var soon = (bank.Clock.GetUtcNow() + TimeSpan.FromMinutes(30)).ToUnixTimeMilliseconds();
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM payments WHERE due_at < @soon", new { soon });
    }

    private static async Task<HashSet<string>> ReadBookedAsync(string path)
    {
        var booked = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var line in File.ReadLinesAsync(path))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("Kind").GetString() == nameof(MessageKind.Authorisation))
            {
                booked.Add(document.RootElement.GetProperty("Payment").GetString()!);
            }
        }

        return booked;
    }
}
