using System.Xml.Linq;

namespace Tollgate.Repository;

public class Projects
{
    // Who may see whom. A new project under src/ gets a row here, and a fact below.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["src/Core"] = [],
        ["src/Vault"] = ["src/Core"],
        ["src/Sandbox"] = ["src/Core", "src/ThreeDS"],
        ["src/Client"] = [],
        ["src/Server"] = ["src/Client", "src/Core", "src/Sandbox", "src/ThreeDS", "src/Vault"],
        ["src/ThreeDS"] = [],
        ["src/Iso8583"] = [],
        ["samples/Shop"] = ["src/Client"],
    };

    [Fact]
    public void Core_references_nothing() => ReferencesExactlyWhatIsAllowed("src/Core");

    [Fact]
    public void Vault_references_Core() => ReferencesExactlyWhatIsAllowed("src/Vault");

    [Fact]
    public void Sandbox_references_Core_and_ThreeDS() => ReferencesExactlyWhatIsAllowed("src/Sandbox");

    [Fact]
    public void Client_references_nothing() => ReferencesExactlyWhatIsAllowed("src/Client");

    [Fact]
    public void Server_references_Core_Vault_Sandbox_Client_and_ThreeDS() => ReferencesExactlyWhatIsAllowed("src/Server");

    [Fact]
    public void ThreeDS_and_Iso8583_stand_alone() => Border.Holds("ThreeDS and Iso8583 reference no project.",
        from project in Tree.Projects
        where Folder(project) is "src/ThreeDS" or "src/Iso8583"
        from reference in References(project)
        select $"{project} references {reference}");

    [Fact]
    public void The_shop_sees_only_the_client() => Border.Holds("A sample is what a merchant could write: it references src/Client and nothing else of ours.",
        from project in Tree.Projects
        where Tree.Under(project, "samples") && !References(project).SequenceEqual(["src/Client"])
        select $"{project} references {Names(References(project))}");

    [Fact]
    public void Production_references_neither_tests_nor_samples() => Border.Holds("A project under src/ references only projects under src/.",
        from project in Tree.Projects
        where Tree.Under(project, "src")
        from reference in References(project)
        where !Tree.Under(reference, "src")
        select $"{project} references {reference}");

    [Fact]
    public void Every_project_under_src_has_its_row_of_references() => Border.Holds("Say in Projects.cs what the project may reference.",
        Tree.Projects.Where(p => Tree.Under(p, "src") && !Allowed.ContainsKey(Folder(p))));

    [Fact]
    public void Core_uses_no_package_but_analyzers() => Border.Holds("Core takes packages only while it is compiled.",
        from package in Items("src/Core/Core.csproj", "PackageReference")
        where !package.Include.EndsWith("Analyzers", StringComparison.Ordinal) || (string?)package.Element.Attribute("PrivateAssets") != "all"
        select package.Include);

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument.Load(Tree.Absolute("Tollgate.slnx")).Descendants("Project").Select(p => (string?)p.Attribute("Path")).ToHashSet();
        Border.Holds("Tollgate.slnx lists every project.", Tree.Projects.Where(p => !listed.Contains(p)));
    }

    [Fact]
    public void Every_package_version_comes_from_Directory_Packages_props() => Border.Holds("A version is written once, in Directory.Packages.props.",
        from file in Tree.Files
        where file != "Directory.Packages.props" && (file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal))
        from package in Items(file, "PackageReference").Concat(Items(file, "PackageVersion")).Concat(Items(file, "GlobalPackageReference"))
        where package.Element.Name.LocalName != "PackageReference" || Says(package.Element, "Version") || Says(package.Element, "VersionOverride")
        select $"{file}: {package.Include}");

    [Fact]
    public void Every_project_has_a_lock_file() => Border.Holds("packages.lock.json is committed beside the project.",
        Tree.Projects.Where(p => !Tree.Files.Contains($"{Folder(p)}/packages.lock.json")));

    [Fact]
    public void Npm_lock_files_name_no_address() => Border.Holds("A lock file holds checksums and leaves the address to whoever installs.",
        from file in Tree.Files
        where Path.GetFileName(file) is "package-lock.json" or "npm-shrinkwrap.json" && Tree.Text(file).Contains("\"resolved\"", StringComparison.Ordinal)
        select file);

    private static void ReferencesExactlyWhatIsAllowed(string folder)
    {
        var project = $"{folder}/{Path.GetFileName(folder)}.csproj";
        var references = References(project);
        Border.Holds($"{folder} references {Names(Allowed[folder])}.",
            [.. references.Except(Allowed[folder]).Select(r => $"{r} is one too many"), .. Allowed[folder].Except(references).Select(r => $"{r} is missing")]);
    }

    private static string[] References(string project) =>
        [.. Items(project, "ProjectReference").Concat(Items(project, "Reference"))
            .Select(r => Path.GetRelativePath(Tree.Root, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(Tree.Root, Folder(project), r.Include)))!).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    private static IEnumerable<(string Include, XElement Element)> Items(string file, string item) =>
        from element in XDocument.Load(Tree.Absolute(file)).Descendants(item)
        select (((string?)element.Attribute("Include") ?? (string?)element.Attribute("Update") ?? "").Replace('\\', '/'), element);

    private static bool Says(XElement package, string name) => package.Attribute(name) is not null || package.Element(name) is not null;

    private static string Folder(string project) => Path.GetDirectoryName(project)!.Replace('\\', '/');

    private static string Names(string[] projects) => projects.Length == 0 ? "nothing" : string.Join(", ", projects);
}
