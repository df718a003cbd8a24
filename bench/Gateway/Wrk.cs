using System.Text.Json;

namespace Tollgate.Bench;

/// <summary>What one run of load came to.</summary>
/// <param name="Rate">Answers a second.</param>
/// <param name="P50">Half were faster, in ms.</param>
/// <param name="P99">All but a hundredth were faster, in ms.</param>
/// <param name="P999">All but a thousandth were faster, in ms.</param>
/// <param name="Requests">How many were answered.</param>
internal sealed record Figures(double Rate, double P50, double P99, double P999, long Requests);

/// <summary>Runs wrk.</summary>
internal static class Wrk
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "wrk", "requests.lua");

    private static int runs;

    /// <summary>Loads an address.</summary>
    /// <param name="address">Where.</param>
    /// <param name="kind">With what, as the script says.</param>
    /// <param name="connections">How many clients.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="identifiers">A file of identifiers, where the kind needs one.</param>
    /// <exception cref="InvalidOperationException">An answer was no success: what was measured is something else.</exception>
    public static async Task<Figures> RunAsync(Uri address, string kind, int connections, int seconds, string? identifiers = null)
    {
        var run = $"{Environment.ProcessId}-{Interlocked.Increment(ref runs)}";
        string[] given = identifiers is null ? [] : [identifiers];
        var said = await Tool.ReadAsync(
            "wrk", ["-t", connections == 1 ? "1" : "2", "-c", $"{connections}", "-d", $"{seconds}s", "--timeout", "30s", "-s", Script, address.OriginalString, "--", kind, run, .. given]);
        using var result = JsonDocument.Parse(said.Split('\n').Last(l => l.StartsWith('{')));
        var (requests, micros) = (Number("requests"), Number("micros"));
        if (Number("refused") + Number("broken") > 0)
        {
            throw new InvalidOperationException($"{kind} at {connections} connections: {Number("refused")} refused, {Number("broken")} broken of {requests}");
        }

        return new(requests * 1e6 / micros, Number("p50") / 1000.0, Number("p99") / 1000.0, Number("p999") / 1000.0, requests);

        long Number(string name) => result.RootElement.GetProperty(name).GetInt64();
    }
}
