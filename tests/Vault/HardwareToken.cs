using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tollgate.Vault.Tests;

/// <summary>A token of SoftHSM2 in a folder of its own: a hardware security module made of software, spoken to as a real one is.</summary>
internal sealed class HardwareToken : IDisposable
{
    public const string Pin = "4711-tollgate";

    private static readonly string[] Modules = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"];

    private readonly string folder = Directory.CreateTempSubdirectory("tollgate-hsm-").FullName;

    public HardwareToken()
    {
        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        File.WriteAllText(Configuration, $"directories.tokendir = {Path.Combine(folder, "tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n");

        // The module reads it when it is loaded, in this process as well as in the tool; .NET keeps to itself what is set by way of Environment.
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", Configuration);
        Assert.Equal(0, SetForModules("SOFTHSM2_CONF", Configuration, 1));
        Run("softhsm2-util", "--init-token", "--free", "--label", "tollgate-test", "--pin", Pin, "--so-pin", "so-" + Pin);
    }

    public static string Module => Modules.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("SoftHSM2 is not installed; `dotnet run dev.cs -- test` installs it.");

    public string Configuration => Path.Combine(folder, "softhsm2.conf");

    public static Pkcs11Place Place { get; } = new(Module, "tollgate-test", "tollgate");

    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {said}");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetForModules(string name, string value, int overwrite);
}
