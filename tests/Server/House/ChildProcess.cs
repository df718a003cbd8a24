using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Tollgate.Server.Tests.House;

/// <summary>How a process ended, and everything that it printed.</summary>
public sealed record ProcessEnd(int ExitCode, string Output, string Errors);

/// <summary>One of our programs as a process of its own, as an operator starts it.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder output = new();
    private readonly Task<string> errors;
    private readonly Task reading;

    private ChildProcess(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
        reading = ReadAsync();
    }

    /// <summary>Starts <c>dotnet</c> with an assembly. Settings of the machine that runs the tests do not reach it.</summary>
    public static ChildProcess StartDotnet(string assembly, string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!);
    }

    /// <summary>Waits for a line that has a text in it, and gives everything that was printed up to it.</summary>
    public async Task<string> UntilAsync(string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var seen = new StringBuilder();
        while (await lines.Reader.WaitToReadAsync(patience.Token))
        {
            while (lines.Reader.TryRead(out var line))
            {
                seen.AppendLine(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return seen.ToString();
                }
            }
        }

        Assert.Fail($"The process ended without printing '{text}'. It printed:\n{seen}\n{await errors}");
        return string.Empty;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProcessEnd> ExitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await process.WaitForExitAsync(patience.Token);
        await reading;
        return new(process.ExitCode, output.ToString(), await errors);
    }

    /// <summary>Asks it to end, as systemd and Docker do, and waits until it has.</summary>
    public async Task<ProcessEnd> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("Tollgate__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Kestrel__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Logging__", StringComparison.OrdinalIgnoreCase)
        || name.Equals("URLS", StringComparison.OrdinalIgnoreCase);

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.AppendLine(line);
            lines.Writer.TryWrite(line);
        }

        lines.Writer.Complete();
    }
}
