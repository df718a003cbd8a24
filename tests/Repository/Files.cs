namespace Tollgate.Repository;

public class Files
{
    private const int Lines = 400;

    // A file that is longer for a reason stands here with the most lines it may have. The table only shrinks, or says why it grew.
    private static readonly (string Path, int MostLines, string Reason)[] LongForAReason = [];

    private static readonly string[] ScriptExtensions = [".sh", ".bash", ".zsh", ".ps1", ".psm1", ".cmd", ".bat", ".py", ".rb", ".pl", ".csx", ".fsx"];

    private static readonly string[] ScriptNames = ["makefile", "gnumakefile", "justfile", "rakefile", "taskfile.yml", "build.cake"];

    [Fact]
    public void No_file_in_src_is_too_long() => Border.Holds($"A file over {Lines} lines wants a reason.",
        from source in Tree.SourcesUnder("src")
        let lines = File.ReadLines(Tree.Absolute(source.Path)).Count()
        let most = LongForAReason.Where(l => l.Path == source.Path).Select(l => l.MostLines).DefaultIfEmpty(Lines).Single()
        where lines > most
        select $"{source.Path} has {lines} lines, {most} are allowed");

    [Fact]
    public void No_file_is_excused_that_needs_no_excuse() => Border.Holds($"Take these out of the table: they are gone, or no longer over {Lines} lines.",
        from excused in LongForAReason
        where !Tree.Files.Contains(excused.Path) || File.ReadLines(Tree.Absolute(excused.Path)).Count() <= Lines
        select excused.Path);

    [Fact]
    public void Dev_cs_is_the_only_script() => Border.Holds("What a script would do is a verb of dev.cs.",
        from file in Tree.Files
        where file != ".ci/run"
        where ScriptExtensions.Contains(Path.GetExtension(file).ToLowerInvariant())
            || ScriptNames.Contains(Path.GetFileName(file).ToLowerInvariant())
            || StartsLikeAScript(file)
        select file);

    [Fact]
    public void Every_C_sharp_file_but_dev_cs_belongs_to_a_project()
    {
        var folders = Tree.Projects.Select(p => p[..p.LastIndexOf('/')]).ToList();
        Border.Holds("A C# file outside a project is a script.",
            Tree.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && f != "dev.cs" && !folders.Any(folder => Tree.Under(f, folder))));
    }

    private static bool StartsLikeAScript(string file)
    {
        using var stream = File.OpenRead(Tree.Absolute(file));
        return stream.ReadByte() == '#' && stream.ReadByte() == '!';
    }
}
