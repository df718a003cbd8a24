using System.Diagnostics;
using System.Globalization;

namespace Tollgate.Server.Tests.House;

/// <summary>The server's executable as an operating system's process of its own: so that it can be killed as a power cut would.</summary>
public sealed class ListeningProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly List<string> said;

    private ListeningProcess(Process process, List<string> said, Uri address)
    {
        this.process = process;
        this.said = said;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Whether it is gone.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Everything that it has printed.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return string.Join('\n', said);
            }
        }
    }

    /// <summary>Starts the server's executable and waits until it listens.</summary>
    public static Task<ListeningProcess> StartAsync(string folder, params IEnumerable<string> arguments) =>
        StartAsync("dotnet", folder, [Path.Combine(AppContext.BaseDirectory, "Tollgate.Server.dll"), .. arguments]);

    /// <summary>Starts any program that in the end says where it listens, and waits until it does.</summary>
    public static async Task<ListeningProcess> StartAsync(string program, string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new(process, said, await listening.Task.WaitAsync(Patience));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        void Hear(string? line)
        {
            lock (said)
            {
                const string Mark = "listens on ";
                if (line is not null)
                {
                    said.Add(line);
                }

                if (line?.IndexOf(Mark, StringComparison.Ordinal) is { } at and >= 0)
                {
                    listening.TrySetResult(new(line[(at + Mark.Length)..].Split(' ')[0]));
                }
                else if (line is null)
                {
                    listening.TrySetException(new InvalidOperationException("The process ended before it listened: " + string.Join('\n', said)));
                }
            }
        }
    }

    /// <summary>Ends it in the middle of whatever it does (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Has it crash (SIGABRT), and waits until it is gone. The runtime takes the first signal from outside for itself and goes on; it dies of the second.</summary>
    public async Task CrashAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var over = process.WaitForExitAsync();
        while (!over.IsCompleted)
        {
            await RunAsync("kill", "-ABRT", Number);
            await Task.WhenAny(over, timer.WaitForNextTickAsync().AsTask());
        }
    }

    /// <summary>Asks it to end (SIGTERM), and waits until it has.</summary>
    public async Task TerminateAsync()
    {
        await RunAsync("kill", "-TERM", Number);
        await process.WaitForExitAsync();
    }

    /// <summary>Stops it where it is (SIGSTOP).</summary>
    public Task PauseAsync() => RunAsync("kill", "-STOP", Number);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public Task ResumeAsync() => RunAsync("kill", "-CONT", Number);

    /// <summary>Lets it write no file past a size, or any again.</summary>
    public Task LimitFilesAsync(long? bytes) =>
        RunAsync("prlimit", "--pid", Number, $"--fsize={bytes?.ToString(CultureInfo.InvariantCulture) ?? "unlimited"}:unlimited");

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    /// <summary>Its number with the operating system.</summary>
    public int Id => process.Id;

    private string Number => process.Id.ToString(CultureInfo.InvariantCulture);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var run = Process.Start(program, arguments);
        await run.WaitForExitAsync();
    }
}
