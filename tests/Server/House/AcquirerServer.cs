namespace Tollgate.Server.Tests.House;

/// <summary>The sandbox's acquirer in a process of its own, with books of its own. It can be killed and started again on the same books and address.</summary>
public sealed class AcquirerServer : IAsyncDisposable
{
    private readonly string[] settings;
    private ListeningProcess process = null!;

    private AcquirerServer(string folder, string[] settings)
    {
        Folder = folder;
        this.settings = settings;
    }

    /// <summary>Where its books are.</summary>
    public string Folder { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The setting that makes a gateway use it.</summary>
    public string Setting => "--Tollgate:Sandbox:Acquirer=" + Address.GetLeftPart(UriPartial.Authority);

    /// <summary>Everything that it has printed since its last start.</summary>
    public string Said => process.Said;

    public static Task<AcquirerServer> StartAsync(params string[] settings) => StartInAsync(Directory.CreateTempSubdirectory("tollgate-acquirer-").FullName, settings);

    /// <summary>Starts it on a folder of the caller's choice, which is gone with it.</summary>
    public static async Task<AcquirerServer> StartInAsync(string folder, params string[] settings)
    {
        var server = new AcquirerServer(folder, settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Ends it in the middle of whatever it does (SIGKILL).</summary>
    public Task KillAsync() => process.KillAsync();

    public async Task StartAgainAsync()
    {
        process = await ListeningProcess.StartAsync(
            Folder, ["sandbox-acquirer", "--urls=" + Address.GetLeftPart(UriPartial.Authority), "--Tollgate:DataDirectory=" + Folder, .. settings]);
        Address = process.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
