namespace Tollgate.Server.Tests.House;

/// <summary>The acquirer's process, a gateway in the test's process that can be looked into, and one in a process of its own on the same PostgreSQL database.</summary>
public sealed class TwoServers : IAsyncDisposable
{
    private TwoServers(AcquirerServer acquirer, Gateway first, ServerProcess second) => (Acquirer, First, Second) = (acquirer, first, second);

    public AcquirerServer Acquirer { get; }

    public Gateway First { get; }

    public ServerProcess Second { get; }

    public static async Task<TwoServers> StartAsync(PostgresGateway gateway, params string[] acquirerSettings) =>
        await StartAsync(gateway, await AcquirerServer.StartAsync(acquirerSettings), []);

    /// <summary>Two servers with these settings, which trust what a proxy on this machine says of their callers.</summary>
    public static async Task<TwoServers> StartWithAsync(PostgresGateway gateway, params string[] settings) =>
        await StartAsync(gateway, await AcquirerServer.StartAsync(), settings);

    public async Task<DateTimeOffset> ClockOfSecondAsync() => (await Second.Client.GetSandboxClockAsync()).Now;

    public async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
        await Acquirer.DisposeAsync();
    }

    private static async Task<TwoServers> StartAsync(PostgresGateway gateway, AcquirerServer acquirer, string[] settings)
    {
        var first = gateway.Another([acquirer.Setting, .. settings]);
        await first.InitializeAsync();
        return new(acquirer, first, await ServerProcess.StartAsync(first, [acquirer.Setting, "--Tollgate:TrustedProxies=127.0.0.1", .. settings]));
    }
}
