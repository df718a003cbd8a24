using Tollgate.Client;

namespace Tollgate.Server.Tests.House;

/// <summary>The server as a process of its own, on the data of a gateway: a stopped one, or one that shares its acquirer's process and its PostgreSQL.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly ListeningProcess process;

    private ServerProcess(ListeningProcess process)
    {
        this.process = process;
        Client = new(process.Address, "app-sandbox", "sk-sandbox-tollgate");
    }

    public Uri Address => process.Address;

    public TollgateClient Client { get; }

    public static async Task<ServerProcess> StartAsync(Gateway data, params string[] settings) => new(await ListeningProcess.StartAsync(
        data.DataDirectory,
        ["--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=" + data.DataDirectory, .. data.DatabaseSettings, .. AppsOfTests.Settings, .. settings]));

    /// <summary>Ends it in the middle of whatever it does (SIGKILL), and waits until it is gone.</summary>
    public Task KillAsync() => process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Client.Dispose();
    }
}
