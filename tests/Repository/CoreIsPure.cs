using System.Xml.Linq;

namespace Tollgate.Repository;

/// <summary>Core must be provable by simulation: what it does follows from what it is given.</summary>
public class CoreIsPure
{
    // The analyzer sees through aliases and knows the overloads; this list sees what nobody thought of banning there.
    private static readonly string[] Impure =
    [
        "UtcNow", "Now", "Today", "TimeProvider", "Stopwatch", "TickCount", "TickCount64",
        "NewGuid", "CreateVersion7", "Random", "RandomNumberGenerator",
        "Task", "ValueTask", "Thread", "Timer", "CancellationToken",
        "HttpClient", "Socket", "File", "Directory", "Stream", "Console", "Environment", "Process",
    ];

    private static readonly string[] ImpureNamespaces = ["System.IO", "System.Net", "System.Threading", "System.Data", "System.Diagnostics.Process"];

    // The analyzer's entries without which the list would be a list in name only.
    private static readonly string[] Banned =
    [
        "P:System.DateTime.UtcNow", "P:System.DateTime.Now", "P:System.DateTimeOffset.UtcNow", "P:System.DateTimeOffset.Now", "T:System.TimeProvider",
        "M:System.Guid.NewGuid", "T:System.Random", "T:System.Security.Cryptography.RandomNumberGenerator",
        "T:System.Threading.Tasks.Task", "T:System.Threading.Tasks.Task`1", "T:System.IO.File", "T:System.IO.Stream", "T:System.Net.Http.HttpClient",
    ];

    [Fact]
    public void Core_names_no_clock_no_randomness_no_task_and_no_IO() => Border.Holds("Instants, identifiers and randomness come in with the command.",
        from source in Tree.SourcesUnder("src/Core")
        from name in source.Identifiers
        where Impure.Contains(name.Text)
        select $"{source.At(name)}: {name.Text}");

    [Fact]
    public void Core_uses_no_namespace_of_IO() => Border.Holds("Core neither waits nor reaches outside.",
        from source in Tree.SourcesUnder("src/Core")
        from name in source.QualifiedNames
        let text = name.ToString()
        where ImpureNamespaces.Any(n => text == n || text.StartsWith(n + ".", StringComparison.Ordinal))
        select $"{source.At(name)}: {text}");

    [Fact]
    public void Core_bans_the_impure_by_analyzer()
    {
        var list = Tree.Text("src/Core/BannedSymbols.txt").Split('\n').Select(line => line.Split(';')[0].Trim()).ToHashSet();
        Border.Holds("src/Core/BannedSymbols.txt lost an entry.", Banned.Where(b => !list.Contains(b)));
    }

    [Fact]
    public void Core_is_compiled_with_the_list_of_banned_symbols()
    {
        var project = XDocument.Load(Tree.Absolute("src/Core/Core.csproj"));
        Assert.Contains(project.Descendants("AdditionalFiles"), e => (string?)e.Attribute("Include") == "BannedSymbols.txt");
        Assert.Contains(project.Descendants("PackageReference"), e => (string?)e.Attribute("Include") == "Microsoft.CodeAnalysis.BannedApiAnalyzers");
    }

    [Fact]
    public void Nothing_in_src_switches_the_ban_off()
    {
        // RS0030 is the analyzer's finding. The text is searched, because a pragma is not code.
        Border.Holds("A banned symbol is not allowed by a suppression.",
            from source in Tree.SourcesUnder("src/Core")
            where Tree.Text(source.Path).Contains("RS0030", StringComparison.Ordinal)
            select source.Path);
        Border.Holds("A banned symbol is not allowed by a setting.",
            from file in Tree.Files
            where file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal) || file.EndsWith(".editorconfig", StringComparison.Ordinal) || file.EndsWith(".globalconfig", StringComparison.Ordinal)
            where Tree.Text(file).Contains("RS0030", StringComparison.Ordinal)
            select file);
    }
}
