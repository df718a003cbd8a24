using System.Diagnostics;

namespace Tollgate.Torture;

/// <summary>A folder on a file system of a few megabytes, made for the test: mounted in memory, which only root may. Otherwise it is an ordinary folder.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string ballast;

    private SmallDisk(string folder, bool isMounted)
    {
        Folder = folder;
        IsMounted = isMounted;
        ballast = Path.Combine(folder, "ballast");
    }

    public string Folder { get; }

    /// <summary>Whether it is small: this user, or this machine, may not allow it.</summary>
    public bool IsMounted { get; }

    /// <summary>Mounts one if that can be.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var folder = Stage.NewFolder();
        return new(folder, await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", folder) == 0);
    }

    /// <summary>Takes all the room that is left.</summary>
    public async Task FillAsync()
    {
        await using var file = new FileStream(ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        foreach (var piece in (int[])[1 << 20, 4096, 1])
        {
            try
            {
                for (var bytes = new byte[piece]; ;)
                {
                    await file.WriteAsync(bytes);
                }
            }
            catch (IOException)
            {
                // A piece of this size has no room any more.
            }
        }
    }

    /// <summary>Gives the room back.</summary>
    public Task FreeAsync()
    {
        File.Delete(ballast);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsMounted)
        {
            Assert.Equal(0, await RunAsync("umount", Folder));
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
