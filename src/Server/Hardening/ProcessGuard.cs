using System.Runtime.InteropServices;

namespace Tollgate.Server.Hardening;

/// <summary>
/// Keeps the process's memory out of files: keys and card numbers pass through it (PCI DSS 3.3 and 3.5). What a crash would leave behind is switched off for the
/// kernel, and for production the runtime's own dumps, other processes' debuggers and swap as well.
/// </summary>
internal static class ProcessGuard
{
    // Linux, asm-generic/resource.h and linux/prctl.h.
    private const int LimitOfCore = 4;
    private const int SetDumpable = 4;

    private static readonly string[] DumpsOfTheRuntime = ["DOTNET_DbgEnableMiniDump", "COMPlus_DbgEnableMiniDump"];

    /// <summary>Switches off what can be.</summary>
    public static void Close(Settings settings)
    {
        if (!OperatingSystem.IsLinux() || settings.Hardening.AllowCoreDumps)
        {
            return;
        }

        // For good: what was lowered can be raised again by the administrator only.
        var none = default(Limit);
        _ = setrlimit(LimitOfCore, in none);
        if (!settings.IsSandbox)
        {
            // Nobody but the administrator reads the memory through /proc, attaches to the process, or dumps it.
            _ = prctl(SetDumpable, 0, 0, 0, 0);
        }
    }

    /// <summary>What would have a crash of production write memory down, as the name of a setting and its problem.</summary>
    public static (string Name, string Problem)? DumpsIn(Func<string, string?> environment) =>
        DumpsOfTheRuntime.FirstOrDefault(name => environment(name) is { Length: > 0 } value && value != "0") is { } dumps
            ? (dumps, "has a crash write the memory with its keys and card numbers to a file; production runs without it")
            : null;

    /// <summary>Whether memory of this process may be written to swap.</summary>
    /// <param name="root">The root of the file system.</param>
    public static bool MaySwap(string root = "/")
    {
        if (!TryRead(Path.Combine(root, "proc/swaps"), out var swaps) || swaps.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length < 2)
        {
            return false;
        }

        // A control group of version 2 may have none of it, whatever the machine has: systemd's MemorySwapMax=0.
        var group = TryRead(Path.Combine(root, "proc/self/cgroup"), out var groups)
            ? groups.Split('\n').Where(line => line.StartsWith("0::/", StringComparison.Ordinal)).Select(line => line["0::/".Length..]).FirstOrDefault()
            : null;
        return group is null || !TryRead(Path.Combine(root, "sys/fs/cgroup", group, "memory.swap.max"), out var most) || most.Trim() != "0";
    }

    private static bool TryRead(string path, out string text)
    {
        try
        {
            text = File.ReadAllText(path);
            return true;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            text = string.Empty;
            return false;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setrlimit(int resource, in Limit limit);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(nuint Current, nuint Most);
}
