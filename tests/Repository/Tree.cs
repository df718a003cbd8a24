using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Tollgate.Repository;

/// <summary>The files of the repository as git sees them: tracked, or new and not ignored. Paths are relative to the root, with forward slashes.</summary>
internal static class Tree
{
    private static readonly ConcurrentDictionary<string, Source> Parsed = new();

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> Projects => Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    /// <summary>Every file that is text. A file with a zero byte near its start is not, as git has it.</summary>
    public static IEnumerable<(string Path, string Text)> TextFiles =>
        from path in Files
        let bytes = File.ReadAllBytes(Absolute(path))
        where !bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0)
        select (path, Encoding.UTF8.GetString(bytes));

    public static string Absolute(string path) => Path.Combine(Root, path);

    public static string Text(string path) => File.ReadAllText(Absolute(path));

    /// <summary>The C# files under a folder. A border around nothing guards nothing, so a folder without a source fails whoever asks for it.</summary>
    public static IReadOnlyList<Source> SourcesUnder(string folder)
    {
        var sources = SourcesUnderIfAny(folder);
        Assert.True(sources.Count > 0, $"{folder}/ holds no C# file: has what this test guards been moved?");
        return sources;
    }

    /// <summary>The same for a folder that need not exist yet.</summary>
    public static IReadOnlyList<Source> SourcesUnderIfAny(string folder) =>
        [.. Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && Under(f, folder)).Select(f => Parsed.GetOrAdd(f, Source.Parse))];

    public static bool Under(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tollgate.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Tollgate.slnx.");
    }

    private static string[] ListFiles()
    {
        // A checkout that belongs to another user, as a build agent's may, is still ours to read.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git cannot be started.");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException($"git ls-files ended with exit code {git.ExitCode}.");
        }
        // git still lists a file that was deleted and not yet committed.
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct().Where(f => File.Exists(Absolute(f))).Order(StringComparer.Ordinal)];
    }
}
