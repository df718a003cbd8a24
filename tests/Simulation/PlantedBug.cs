using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Tollgate.Simulation;

/// <summary>A wrongness of one line: what stands in a file of the source, and what is put in its place.</summary>
/// <param name="File">The file, below <c>src/</c>.</param>
/// <param name="Below">The first text after which to look: what is replaced may stand more than once.</param>
/// <param name="Right">What stands there.</param>
/// <param name="Wrong">What is planted.</param>
internal sealed record SourceBug(string File, string Below, string Right, string Wrong)
{
    /// <summary>The project in which it is.</summary>
    public string Project => File[..File.IndexOf('/', StringComparison.Ordinal)];

    public string PlantIn(string text)
    {
        var start = text.IndexOf(Below, StringComparison.Ordinal);
        var at = start < 0 ? -1 : text.IndexOf(Right, start, StringComparison.Ordinal);
        return at < 0
            ? throw new InvalidOperationException($"src/{File} no longer has “{Right}” below “{Below}”: plant the bug where it is now.")
            : text[..at] + Wrong + text[(at + Right.Length)..];
    }
}

/// <summary>Compiles a project of the source with a bug in it, and simulates with it, in a place of its own that goes away afterwards.</summary>
internal static class Planting
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private static readonly ConcurrentDictionary<string, Dictionary<string, SyntaxTree>> Sources = new(StringComparer.Ordinal);

    private static readonly Lazy<List<PortableExecutableReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    private static readonly string[] Friends = ["Tollgate.Simulation", "Tollgate.Server.Tests"];

    /// <summary>Simulates with a bug planted; what was found first, or null.</summary>
    public static string? Find(SourceBug? bug, StoreFlaws flaws, ulong firstSeed, int histories)
    {
        var context = new Nursery(bug is null ? null : "Tollgate." + bug.Project, bug is null ? [] : Compile(bug));
        try
        {
            var simulation = context.LoadFromAssemblyName(typeof(Planting).Assembly.GetName());
            return (string?)simulation.GetType(typeof(Planting).FullName!)!.GetMethod(nameof(Search), BindingFlags.Static | BindingFlags.NonPublic)!
                .Invoke(null, [(int)flaws, firstSeed, histories]);
        }
        finally
        {
            context.Unload();
        }
    }

    private static string? Search(int flaws, ulong firstSeed, int histories)
    {
        var campaign = Campaign.Run(firstSeed, histories, () => true, (StoreFlaws)flaws, mostFailures: 1);
        return campaign.Failures.FirstOrDefault() is { Violation: { } violation } found
            ? $"after {campaign.Counts["histories"]} histories, by “{violation.Check}” (seed {found.Seed})"
            : null;
    }

    private static byte[] Compile(SourceBug bug)
    {
        var sources = new Dictionary<string, SyntaxTree>(Sources.GetOrAdd(bug.Project, Read), StringComparer.Ordinal);
        sources[bug.File] = Parse(bug.File, bug.PlantIn(sources[bug.File].ToString()));
        var name = "Tollgate." + bug.Project;
        Compilation compilation = CSharpCompilation.Create(
            name,
            sources.Values,
            References.Value.Where(r => Path.GetFileNameWithoutExtension(r.FilePath) != name),
            new CSharpCompilationOptions(
                bug.Project == "Server" ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                checkOverflow: true,
                nullableContextOptions: NullableContextOptions.Enable));
        if (bug.Project == "Server")
        {
            CSharpGeneratorDriver.Create(Generators(), parseOptions: Parsing).RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);
        }

        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        return result.Success
            ? assembly.ToArray()
            : throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
    }

    private static Dictionary<string, SyntaxTree> Read(string project)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Tollgate.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run outside the repository, and cannot find its source.");
        }

        var source = Path.Combine(root.FullName, "src");
        return Directory.EnumerateFiles(Path.Combine(source, project), "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path: Path.GetRelativePath(source, f).Replace('\\', '/'), Text: File.ReadAllText(f)))
            .Where(f => !f.Path.StartsWith(project + "/obj/", StringComparison.Ordinal) && !f.Path.StartsWith(project + "/bin/", StringComparison.Ordinal))
            .Append((Path: "Usings.cs", Text: Usings(project == "Server")))
            .ToDictionary(f => f.Path, f => Parse(f.Path, f.Text), StringComparer.Ordinal);
    }

    private static SyntaxTree Parse(string path, string text) => CSharpSyntaxTree.ParseText(SourceText.From(text, System.Text.Encoding.UTF8), Parsing, path);

    private static IEnumerable<ISourceGenerator> Generators() =>
        from file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "generators"), "*.dll")
        from generator in new AnalyzerFileReference(file, new Loader()).GetGenerators(LanguageNames.CSharp)
        select generator;

    /// <summary>The namespaces that the SDK imports by itself, and who may see what is internal.</summary>
    private static string Usings(bool web)
    {
        string[] names = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];
        string[] webs =
        [
            "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
            "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
        ];
        return string.Concat(names.Concat(web ? webs : []).Select(n => $"global using {n};\n"))
            + string.Concat(Friends.Select(f => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{f}\")]\n"));
    }

    /// <summary>Where the assemblies of the gateway and of the simulation are loaded once more, one of them with a bug in it.</summary>
    private sealed class Nursery(string? patched, byte[] assembly) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name is not { } name || !name.StartsWith("Tollgate.", StringComparison.Ordinal))
            {
                return null;
            }

            using var bytes = new MemoryStream(name == patched ? assembly : File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, name + ".dll")));
            return LoadFromStream(bytes);
        }
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
