using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Storage;

[assembly: AssemblyFixture(typeof(Tollgate.Server.Tests.House.SqliteGateway))]
[assembly: AssemblyFixture(typeof(Tollgate.Server.Tests.House.PostgresGateway))]

namespace Tollgate.Server.Tests.House;

/// <summary>
/// A whole gateway on a real socket, reached through the SDK. Most tests share one per engine, so they use orders of their own and never move its clock;
/// a test that moves the clock, breaks wires for everybody or restarts the server starts its own.
/// </summary>
public abstract class Gateway : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> log = new();
    private WebApplication app = null!;

    /// <summary>Further settings, such as <c>--Tollgate:Sandbox:RefundDelay=00:00:05</c>.</summary>
    protected string[] Settings { get; init; } = [];

    /// <summary>Calls as the sandbox's own app.</summary>
    public TollgateClient Client { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    public string DataDirectory { get; } = Path.Combine(Path.GetTempPath(), "tollgate-test-" + Guid.NewGuid().ToString("N"));

    /// <summary>Everything that it has logged, at every level.</summary>
    public string Log => string.Join('\n', log);

    /// <summary>Whether what it logs is let go: for a test that runs long, and measures memory.</summary>
    public bool ForgetsLog { get; set; }

    /// <summary>Whether the test takes its database away, so that there is nothing to prove at its end.</summary>
    public bool LosesItsStore { get; set; }

    public IServiceProvider Services => app.Services;

    internal PaymentReader Reader => app.Services.GetRequiredService<PaymentReader>();

    /// <summary>Another gateway on the same engine, of the caller's own.</summary>
    public abstract Gateway Another(params string[] settings);

    public async ValueTask InitializeAsync()
    {
        await PrepareAsync();
        await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (!LosesItsStore)
        {
            await Proof.HoldsAfterwardsAsync(this);
        }

        Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>Starts it on the data that it has.</summary>
    public async Task StartAsync()
    {
        string[] args = ["--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=" + DataDirectory, "--Tollgate:TrustedProxies=127.0.0.1", .. DatabaseSettings, .. AppsOfTests.Settings, .. Settings];
        app = await TollgateServer.CreateAsync(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.SetMinimumLevel(ForgetsLog ? LogLevel.Warning : LogLevel.Trace);
            builder.Logging.AddProvider(new LogKeeper(log));
        });
        await app.StartAsync();
        TollgateServer.PublishAddress(app);
        Address = new(app.Urls.First());
        Client = ClientFor("app-sandbox", "sk-sandbox-tollgate");
    }

    /// <summary>Stops it cleanly; its data stays.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public TollgateClient ClientFor(string appId, SecretText secretKey) => new(Address, appId, secretKey);

    /// <summary>A bare HTTP client with the sandbox's credentials, for what the SDK would never send.</summary>
    public HttpClient Raw()
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        http.DefaultRequestHeaders.Add("app-id", "app-sandbox");
        http.DefaultRequestHeaders.Add("secret-key", "sk-sandbox-tollgate");
        return http;
    }

    /// <summary>Posts a body as it stands; the answer's status and body.</summary>
    public async Task<(int Status, string Body)> PostAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        using var http = Raw();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>What the settings say about the database.</summary>
    public virtual string[] DatabaseSettings => [];

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    private sealed class LogKeeper(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>Further apps that every gateway of the tests knows.</summary>
public static class AppsOfTests
{
    public const string WebhookSecret = "whsec_b3RoZXItYXBwLXdlYmhvb2stc2VjcmV0LTAwMDE=";

    /// <summary>Another merchant.</summary>
    public static (string Id, string Key) Other { get; } = ("app-other", "sk-other");

    /// <summary>One live payment per order; money in webhooks as numbers.</summary>
    public static (string Id, string Key) Strict { get; } = ("app-strict", "sk-strict");

    public static string[] Settings { get; } =
    [
        $"--Tollgate:Apps:0:Id={Other.Id}", $"--Tollgate:Apps:0:SecretKey={Other.Key}", $"--Tollgate:Apps:0:WebhookSecret={WebhookSecret}",
        $"--Tollgate:Apps:1:Id={Strict.Id}", $"--Tollgate:Apps:1:SecretKey={Strict.Key}", $"--Tollgate:Apps:1:WebhookSecret={WebhookSecret}",
        "--Tollgate:Apps:1:OneLivePaymentPerOrder=true", "--Tollgate:Apps:1:WebhookMoney=numbers",
    ];
}

/// <summary>A gateway on SQLite.</summary>
public sealed class SqliteGateway : Gateway
{
    public override Gateway Another(params string[] settings) => new SqliteGateway { Settings = settings };
}

/// <summary>A gateway on PostgreSQL. The shared one brings the database server with it, and takes it away at the end of the run.</summary>
public sealed class PostgresGateway : Gateway
{
    private readonly bool owns;
    private string connectionString = string.Empty;

    public PostgresGateway()
        : this(new(), owns: true)
    {
    }

    private PostgresGateway(PostgresCluster cluster, bool owns)
    {
        Cluster = cluster;
        this.owns = owns;
    }

    public PostgresCluster Cluster { get; }

    public override Gateway Another(params string[] settings) => new PostgresGateway(Cluster, owns: false) { Settings = settings };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (owns)
        {
            await Cluster.DisposeAsync();
        }
    }

    public override string[] DatabaseSettings => ["--Tollgate:Database=" + connectionString];

    protected override async Task PrepareAsync()
    {
        if (owns)
        {
            await Cluster.InitializeAsync();
        }

        connectionString = await Cluster.CreateDatabaseAsync();
    }
}
