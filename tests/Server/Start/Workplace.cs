using Tollgate.Client;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Start;

/// <summary>An empty folder in which an operator starts the server; it and what was started in it are gone afterwards.</summary>
internal sealed class Workplace : IAsyncDisposable
{
    private readonly List<ChildProcess> started = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("tollgate-start-").FullName;

    public string KeyFile => Path.Combine(Folder, "data", "keys", "key-encryption.key");

    /// <summary>The last line of what the server prints when it listens.</summary>
    public static string LastLine => "\"return_url\":\"https://example.com\"}'";

    /// <summary>Starts the server's own executable assembly, as it was built.</summary>
    public ChildProcess Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var process = ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "Tollgate.Server.dll"), Folder, arguments, environment);
        started.Add(process);
        return process;
    }

    /// <summary>Starts it on a free port and waits until it listens; what it printed.</summary>
    public async Task<(ChildProcess Server, TollgateClient Client, string Banner)> StartListeningAsync(
        string[]? arguments = null, params (string Name, string Value)[] environment)
    {
        var server = Start(["--urls=http://127.0.0.1:0", .. arguments ?? []], environment);
        var banner = await server.UntilAsync(LastLine);
        var client = new TollgateClient(new(AddressIn(banner)), "app-sandbox", "sk-sandbox-tollgate");
        return (server, client, banner);
    }

    /// <summary>Starts it and expects that it refuses to: one sentence that names what is wrong, exit code 1, nothing else.</summary>
    public async Task<string> StartInVainAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        string[] all = arguments.Any(a => a.StartsWith("--urls", StringComparison.Ordinal)) ? arguments : ["--urls=http://127.0.0.1:0", .. arguments];
        var end = await Start(all, environment).ExitAsync();
        Assert.True(end.ExitCode == 1, $"exit code {end.ExitCode}\n{end.Output}\n{end.Errors}");
        Assert.Equal(string.Empty, end.Output);
        var sentence = Assert.Single(end.Errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("Tollgate cannot start: ", sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", sentence, StringComparison.Ordinal);
        return sentence;
    }

    public static string AddressIn(string banner) => banner.Split("listens on ")[1].Split(' ')[0];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
