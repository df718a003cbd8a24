using System.Text.RegularExpressions;

namespace Tollgate.Repository;

/// <summary>What belongs to the making of the repository, or to one machine, is not in it. The words are put together here so that this file does not find itself.</summary>
public partial class Leftovers
{
    private static readonly string[] RegistryHosts =
    [
        "registry." + "npmjs", "registry." + "yarnpkg", "npm.pkg." + "github", "api." + "nuget.org", "globalcdn." + "nuget.org", "pkgs.dev." + "azure.com",
        "deb." + "debian.org", "security." + "debian.org", "archive." + "ubuntu.com", "files." + "pythonhosted.org", "proxy." + "golang.org", "registry-1." + "docker.io",
    ];

    private static readonly string[] UnfinishedWords = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X", "NotImplemented" + "Exception"];

    [Fact]
    public void No_working_notes_are_in_the_tree() => Border.Holds("Plans and notes are not part of the product.",
        from file in Tree.Files
        where Path.GetExtension(file) is ".md" or ".txt" or "" && !NumberedDecision().IsMatch(file)
        where WorkingNote().IsMatch(Path.GetFileNameWithoutExtension(file))
        select file);

    [Theory]
    [InlineData("PLAN")]
    [InlineData("hand-off")]
    [InlineData("implementation_plan")]
    [InlineData("notes-2")]
    [InlineData("todo")]
    public void These_are_names_of_working_notes(string name) => Assert.Matches(WorkingNote(), name);

    [Theory]
    [InlineData("README")]
    [InlineData("GLOSSARY")]
    [InlineData("explanation")]
    [InlineData("payment-statuses")]
    public void These_are_not(string name) => Assert.DoesNotMatch(WorkingNote(), name);

    [Fact]
    public void Nothing_in_src_is_marked_unfinished() => Border.Holds("What is unfinished is finished, or is not there.",
        from file in Tree.TextFiles
        where Tree.Under(file.Path, "src") || Tree.Under(file.Path, "tests") || Tree.Under(file.Path, "samples") || file.Path == "dev.cs"
        from word in UnfinishedWords
        where Regex.IsMatch(file.Text, $@"\b{word}\b")
        select $"{file.Path}: {word}");

    [Fact]
    public void No_path_of_a_machine_is_in_the_tree() => Border.Holds("A path of one machine is wrong on every other.",
        from file in Tree.TextFiles
        from Match path in MachinePath().Matches(file.Text)
        select $"{file.Path}: {path.Value}");

    [Fact]
    public void No_package_registry_is_named_in_the_tree() => Border.Holds("Where packages come from is the machine's setting.",
        from file in Tree.TextFiles
        from host in RegistryHosts
        where file.Text.Contains(host, StringComparison.OrdinalIgnoreCase)
        select $"{file.Path}: {host}");

    // docs/decisions/0007-what-a-refund-status-means.md is no note, whatever its last word.
    [GeneratedRegex("^docs/decisions/[0-9]{4}-")]
    private static partial Regex NumberedDecision();

    [GeneratedRegex("(^|[-_. ])(plans?|planning|notes?|hand-?_?off|hand-?_?over|progress|status|to-?dos?|summary|scratch|wip|worklog)([-_. ]?[0-9]*)$", RegexOptions.IgnoreCase)]
    private static partial Regex WorkingNote();

    [GeneratedRegex("""(?<![\w.\-*/])/(work|root)/|(?<![\w.\-*/])/home/[a-z][\w-]*/|[A-Z]:[\\/]Users[\\/]|/Users/[a-z][\w-]*/""")]
    private static partial Regex MachinePath();
}
