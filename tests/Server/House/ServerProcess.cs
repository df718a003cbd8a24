using System.Diagnostics;
using Tollgate.Client;

namespace Tollgate.Server.Tests.House;

/// <summary>The server as an operating system's process of its own, on the data of a stopped gateway: so that it can be killed as a power cut would.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;

    private ServerProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
        Client = new(address, "app-sandbox", "sk-sandbox-tollgate");
    }

    public Uri Address { get; }

    public TollgateClient Client { get; }

    public static async Task<ServerProcess> StartAsync(Gateway data, params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = data.DataDirectory };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Tollgate.Server.dll"), "--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=" + data.DataDirectory,
            .. data.DatabaseSettings, .. AppsOfTests.Settings, .. settings,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process, await listening.Task.WaitAsync(TimeSpan.FromSeconds(60)));

        void Hear(string? line)
        {
            lock (said)
            {
                said.Add(line ?? string.Empty);
                const string Mark = "listens on ";
                if (line?.IndexOf(Mark, StringComparison.Ordinal) is { } at and >= 0)
                {
                    listening.TrySetResult(new(line[(at + Mark.Length)..].Split(' ')[0]));
                }
                else if (line is null)
                {
                    listening.TrySetException(new InvalidOperationException("The server ended before it listened: " + string.Join('\n', said)));
                }
            }
        }
    }

    /// <summary>Ends it in the middle of whatever it does (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        Client.Dispose();
        process.Dispose();
    }
}
