using System.Diagnostics;
using System.Globalization;

namespace Tollgate.Bench;

/// <summary>A process under load, and what it costs.</summary>
internal sealed class Contestant : IAsyncDisposable
{
    private const double TicksPerSecond = 100;

    private readonly Process process;

    private Contestant(Process process, Uri address, TimeSpan start)
    {
        this.process = process;
        Address = address;
        Start = start;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan Start { get; }

    public int Id => process.Id;

    /// <summary>Starts a .NET program and waits until it answers.</summary>
    public static async Task<Contestant> StartAsync(string assembly, params string[] arguments)
    {
        var address = new Uri($"http://127.0.0.1:{Cluster.FreePort()}");
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments, $"--urls={address.OriginalString}"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = address };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative));
                return new(process, address, Stopwatch.GetElapsedTime(began));
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(5);
            }
        }
    }

    /// <summary>Processor time of a process and of those it has started, so far, in seconds.</summary>
    public static double ProcessorTime(int id)
    {
        var sum = 0.0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var other))
            {
                try
                {
                    // After the name, which is in parentheses: state, parent, … https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
                    var fields = File.ReadAllText(Path.Combine(folder, "stat")) is var text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : [];
                    if (other == id || fields[1] == id.ToString(CultureInfo.InvariantCulture))
                    {
                        // What has ended is counted by its parent.
                        sum += Enumerable.Range(11, other == id ? 4 : 2).Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond;
                    }
                }
                catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
                {
                    // It has ended meanwhile.
                }
            }
        }

        return sum;
    }

    /// <summary>Resident memory, in MB: now, and the most there was.</summary>
    public (double Now, double Most) Memory()
    {
        var lines = File.ReadAllLines($"/proc/{Id}/status");
        return (Megabytes("VmRSS:"), Megabytes("VmHWM:"));

        double Megabytes(string name) =>
            double.Parse(lines.First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
