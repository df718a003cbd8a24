// A file-based app takes the repository's build properties, but it is no project of the solution: no lock file, no native compilation, no prefix.
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

const string Help = """
    dotnet run dev.cs -- <verb>

      run [arguments]              start the gateway; the arguments go to it as they are
      verify [settings]            check everything that a database holds, such as verify --Tollgate:DataDirectory=data; 0 when all of it is right
      unresolved [settings]        list the operations that recovery has not settled in time; 0 when there are none
      test [projects] [options]    install what the tests need, build once, run every project under tests/ (or those named);
                                   the options go to each test executable, for example --filter-class or --show-live-output on
      torture [--kills N] [--engine sqlite|postgres|both]
                                   kill the server N times under load (200 unless told) on each engine, and do worse to its database and its disk
      canary [--rounds N] [--engine sqlite|postgres|both]
                                   send known cards and codes every way (5 times unless told), and look for them in all that is left behind
      fuzz [--requests N] [--seed N] [--engine sqlite|postgres|both]
                                   so many requests (a million unless told, half on each engine) over the whole public surface
      sbom                         write what the server is made of to artifacts/tollgate.cdx.json (CycloneDX 1.6)
      vulnerable                   fail when a package that is used has a known vulnerability, where the feed can be asked
      bench [--quick]              the gateway beside other ways to do the same work, in one run; writes bench/RESULTS.md and bench/results.json
                                   (--quick takes less than three minutes, and writes nothing)
      check                        formatting, a build in which a warning is an error, and tests/Repository
      format [options]             format the solution; the options go to dotnet format, for example --verify-no-changes
      simulate --seed N            tell one history of the simulation; this is how one that went wrong is seen again
      simulate --minutes N         simulate for so long, on seeds that nobody has seen
      help                         this text
    """;

const string Solution = "Tollgate.slnx";
var limit = TimeSpan.FromMinutes(15); // for one project
var patience = TimeSpan.FromSeconds(60); // for one kill of the torture test, and all that comes with it
const int NoTestRan = 8; // Microsoft.Testing.Platform's exit code for a run in which no test ran.

var root = (string)(AppContext.GetData("EntryPointFileDirectoryPath")
    ?? throw new InvalidOperationException("Start this with `dotnet run dev.cs`, which tells it where the repository is."));

// The children get the same signal from the terminal and end by themselves; their exit code is worth waiting for.
Console.CancelKeyPress += (_, e) => e.Cancel = true;
Environment.SetEnvironmentVariable("DOTNET_NOLOGO", "1");
Environment.SetEnvironmentVariable("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("TESTINGPLATFORM_TELEMETRY_OPTOUT", "1");

string[] rest = [.. args.Skip(1)];
switch (args.FirstOrDefault())
{
    case "run":
        return Run(Environment.CurrentDirectory, "dotnet", ["run", "--project", Path.Combine(root, "src/Server"), "--", .. rest]);
    case "verify" or "unresolved":
        // It reads much and keeps little: room for what is young spares the collector, and code that runs for seconds need not be measured while it runs.
        string[] reading = ["-e", "DOTNET_GCgen0size=0x4000000", "-e", "DOTNET_TieredPGO=0"];
        return Run(Environment.CurrentDirectory, "dotnet", ["run", "-c", "Release", .. reading, "--project", Path.Combine(root, "src/Server"), "--", args[0], .. rest]);
    case "test":
        try
        {
            return Test(rest);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return GiveUp(e.ToString());
        }
    case "torture":
        try
        {
            return Torture(rest);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return GiveUp(e.ToString());
        }
    case "canary":
        return Long(rest, "Tollgate.Server.Tests.Leaks.Canary", ("--rounds", "TOLLGATE_CANARY_ROUNDS", 5), null);
    case "fuzz":
        return Long(rest, "Tollgate.Server.Tests.Fuzz.FuzzingOn", ("--requests", "TOLLGATE_FUZZ_REQUESTS", 1_000_000), ("--seed", "TOLLGATE_FUZZ_SEED"));
    case "sbom":
        return WriteBillOfMaterials();
    case "vulnerable":
        return AskForVulnerabilities();
    case "bench":
        return Bench(rest);
    case "check":
        return Check();
    case "format":
        return Format(rest);
    case "simulate":
        return Run(root, "dotnet", ["run", "--project", Path.Combine(root, "tests/Simulation"), "-c", "Release", "-v", "quiet", "--", "simulate", .. rest]);
    case "help" or "--help" or "-h" or null:
        Console.WriteLine(Help);
        return 0;
    case var unknown:
        Console.Error.WriteLine($"There is no verb '{unknown}'.\n\n{Help}");
        return 2;
}

int Check()
{
    var format = Format(["--verify-no-changes"]);
    if (format != 0)
    {
        Console.Error.WriteLine("The formatting differs: `dotnet run dev.cs -- format` puts it right.");
        return format;
    }
    var build = Run(root, "dotnet", ["build", Solution, "-c", "Release", "-warnaserror", "-v", "quiet"]);
    return build != 0 ? build : Report([RunTests(ProjectNamed("Repository")!, [], limit)]);
}

int Format(string[] options)
{
    var solution = Run(root, "dotnet", ["format", Solution, .. options]);
    // This file is in no project, so only its white space can be formatted.
    var script = Run(root, "dotnet", ["format", "whitespace", root, "--folder", "--include", "dev.cs", .. options]);
    return solution != 0 ? solution : script;
}

// Every way out of here ends with the line of counts, so that whoever reads only the last line is never misled:
// what could not be set up, built or run counts as one failure.
int Test(string[] arguments)
{
    string[] names = [.. arguments.TakeWhile(a => !a.StartsWith('-'))];
    string[] options = [.. arguments.Skip(names.Length)];
    var unknown = names.FirstOrDefault(name => ProjectNamed(name) is null);
    if (unknown is not null)
    {
        return GiveUp($"There is no project tests/{unknown}/{unknown}.csproj.");
    }
    string[] projects = names.Length > 0 ? [.. names.Select(name => ProjectNamed(name)!)] : AllTestProjects();
    if (projects.Length == 0)
    {
        return GiveUp("There is no project under tests/.");
    }
    if (InstallWhatTestsNeed() is { } missing)
    {
        return GiveUp(missing);
    }
    if (Run(root, "dotnet", ["build", Solution, "-c", "Release", "-v", "quiet"]) != 0)
    {
        return GiveUp("The solution does not build.");
    }

    var runs = new List<TestRun>();
    // The simulation needs the processors and nothing else, the other two wait for most of their time: together they take little longer than the longest.
    string[] together = [.. projects.Where(p => Path.GetFileNameWithoutExtension(p) is "Server" or "Simulation" or "Torture")];
    foreach (var project in projects.Except(together))
    {
        runs.Add(RunTests(project, options, limit));
    }
    runs.AddRange(Task.WhenAll(together.Select(project => Task.Run(() => RunTests(project, options, limit)))).GetAwaiter().GetResult());
    // A filter seldom matches something in every project; then it is enough that a test ran somewhere.
    if (options.Any(o => o.StartsWith("--filter", StringComparison.Ordinal)) && runs.Any(r => r.Ran > 0))
    {
        runs.RemoveAll(r => r.Ran == 0 && r.ExitCode == NoTestRan);
    }
    return Report(runs);
}

int Torture(string[] arguments)
{
    var (kills, engine) = (200, "both");
    for (var i = 0; i < arguments.Length; i += 2)
    {
        var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
        if (arguments[i] == "--kills" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            kills = number;
        }
        else if (arguments[i] == "--engine" && value is "sqlite" or "postgres" or "both")
        {
            engine = value;
        }
        else
        {
            return GiveUp($"torture does not understand '{arguments[i]} {value}'.\n\n{Help}");
        }
    }

    var project = ProjectNamed("Torture")!;
    if (InstallWhatTestsNeed() is { } missing)
    {
        return GiveUp(missing);
    }
    if (Run(root, "dotnet", ["build", project, "-c", "Release", "-v", "quiet"]) != 0)
    {
        return GiveUp("tests/Torture does not build.");
    }
    Environment.SetEnvironmentVariable("TOLLGATE_TORTURE_KILLS", kills.ToString(CultureInfo.InvariantCulture));
    string[] filter = engine switch { "sqlite" => ["--filter-class", "*OnSqlite"], "postgres" => ["--filter-class", "*OnPostgres"], _ => [] };
    return Report([RunTests(project, [.. filter, "--show-live-output", "on"], limit + (2 * kills * patience))]);
}

// A test of tests/Server that a build runs for seconds, for as long as one likes.
int Long(string[] arguments, string test, (string Option, string Variable, int Otherwise) size, (string Option, string Variable)? more)
{
    var engine = "both";
    var number = size.Otherwise;
    for (var i = 0; i < arguments.Length; i += 2)
    {
        var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
        if (arguments[i] == size.Option && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0)
        {
            number = given;
        }
        else if (more is { } second && arguments[i] == second.Option && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            Environment.SetEnvironmentVariable(second.Variable, value);
        }
        else if (arguments[i] == "--engine" && value is "sqlite" or "postgres" or "both")
        {
            engine = value;
        }
        else
        {
            return GiveUp($"This verb does not understand '{arguments[i]} {value}'.\n\n{Help}");
        }
    }

    var project = ProjectNamed("Server")!;
    if (InstallWhatTestsNeed() is { } missing)
    {
        return GiveUp(missing);
    }
    if (Run(root, "dotnet", ["build", project, "-c", "Release", "-v", "quiet"]) != 0)
    {
        return GiveUp("tests/Server does not build.");
    }
    var isFuzz = more is not null;
    Environment.SetEnvironmentVariable(size.Variable, (isFuzz && engine == "both" ? number / 2 : number).ToString(CultureInfo.InvariantCulture));
    string[] filter = (isFuzz, engine) switch
    {
        (true, "sqlite") => ["--filter-class", test + "Sqlite"],
        (true, "postgres") => ["--filter-class", test + "Postgres"],
        (true, _) => ["--filter-class", test + "Sqlite", "--filter-class", test + "Postgres"],
        (_, "sqlite") => ["--filter-method", test + ".*SQLite*"],
        (_, "postgres") => ["--filter-method", test + ".*PostgreSQL*"],
        _ => ["--filter-class", test],
    };
    // One worker process after the other: the machine is for the one that is measured.
    return Report([RunTests(project, [.. filter, "--show-live-output", "on", "--max-threads", "1"], limit + TimeSpan.FromSeconds(isFuzz ? number / 100 : number * 120))]);
}

// What the server is made of, from the lock file that it is built by. CycloneDX's own tool is one more thing to trust, and says no more than that file does.
int WriteBillOfMaterials()
{
    using var locked = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "src", "Server", "packages.lock.json")));
    var version = XDocument.Load(Path.Combine(root, "Directory.Build.props")).Descendants("Version").Single().Value;
    var packages = (
        from framework in locked.RootElement.GetProperty("dependencies").EnumerateObject()
        from package in framework.Value.EnumerateObject()
        where package.Value.GetProperty("type").GetString() != "Project"
        select (Name: package.Name, Version: package.Value.GetProperty("resolved").GetString()!, Hash: package.Value.GetProperty("contentHash").GetString()!,
            Needs: package.Value.TryGetProperty("dependencies", out var needs) ? needs.EnumerateObject().Select(n => n.Name).ToArray() : []))
        .DistinctBy(p => p.Name).OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
    var urls = packages.ToDictionary(p => p.Name, p => $"pkg:nuget/{p.Name}@{p.Version}", StringComparer.OrdinalIgnoreCase);
    var own = "pkg:generic/tollgate@" + version;
    var bill = new JsonObject
    {
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.6",
        ["version"] = 1,
        ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = "application", ["bom-ref"] = own, ["name"] = "Tollgate", ["version"] = version } },
        ["components"] = new JsonArray([.. packages.Select(p => (JsonNode)new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = urls[p.Name],
            ["name"] = p.Name,
            ["version"] = p.Version,
            ["purl"] = urls[p.Name],
            ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(p.Hash)) }),
        })]),
        ["dependencies"] = new JsonArray(
        [
            new JsonObject { ["ref"] = own, ["dependsOn"] = new JsonArray([.. packages.Select(p => (JsonNode)urls[p.Name])]) },
            .. packages.Select(p => (JsonNode)new JsonObject { ["ref"] = urls[p.Name], ["dependsOn"] = new JsonArray([.. p.Needs.Where(urls.ContainsKey).Select(n => (JsonNode)urls[n])]) }),
        ]),
    };
    var path = Path.Combine(root, "artifacts", "tollgate.cdx.json");
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    // The one serializer option that a file-based program without reflection does not lack: nodes write themselves.
    using (var stream = File.Create(path))
    using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
    {
        bill.WriteTo(writer);
    }
    Console.WriteLine($"artifacts/tollgate.cdx.json lists {packages.Count} packages.");
    return 0;
}

// The feed may have no list of vulnerabilities, or not be reachable: then that is said, and whoever cares asks elsewhere.
int AskForVulnerabilities()
{
    string answer;
    try
    {
        answer = Ask(root, "dotnet", ["list", Solution, "package", "--vulnerable", "--include-transitive", "--format", "json"]);
        using var report = JsonDocument.Parse(answer);
        if (report.RootElement.TryGetProperty("problems", out var problems) && problems.GetArrayLength() > 0)
        {
            Console.WriteLine($"Whether packages have known vulnerabilities could not be asked: {problems[0].GetProperty("text").GetString()}");
            return 0;
        }
        string[] kinds = ["topLevelPackages", "transitivePackages"];
        var found = (
            from project in report.RootElement.GetProperty("projects").EnumerateArray()
            where project.TryGetProperty("frameworks", out _)
            from framework in project.GetProperty("frameworks").EnumerateArray()
            from kind in kinds
            where framework.TryGetProperty(kind, out _)
            from package in framework.GetProperty(kind).EnumerateArray()
            where package.TryGetProperty("vulnerabilities", out _)
            select $"{package.GetProperty("id").GetString()} {package.GetProperty("resolvedVersion").GetString()}: "
                + string.Join(", ", package.GetProperty("vulnerabilities").EnumerateArray().Select(v => $"{v.GetProperty("severity").GetString()} {v.GetProperty("advisoryurl").GetString()}")))
            .Distinct().ToList();
        found.ForEach(Console.Error.WriteLine);
        Console.WriteLine(found.Count == 0 ? "No package that is used has a known vulnerability." : $"{found.Count} packages have known vulnerabilities.");
        return found.Count == 0 ? 0 : 1;
    }
    catch (JsonException)
    {
        Console.WriteLine("Whether packages have known vulnerabilities could not be asked: the feed gave no answer.");
        return 0;
    }
}

int Bench(string[] options)
{
    var packages = new List<string>();
    if (!HasPostgres())
    {
        packages.Add("postgresql");
    }
    if (!OnPath("wrk"))
    {
        packages.Add("wrk");
    }
    if (packages.Count > 0 && InstallPackages(packages) is { } missing)
    {
        Console.Error.WriteLine(missing);
        return 1;
    }
    return Run(root, "dotnet", ["build", Solution, "-c", "Release", "-v", "quiet"]) is not 0 and var broken
        ? broken
        : Run(root, "dotnet", ["run", "--project", Path.Combine(root, "bench/Gateway"), "-c", "Release", "--no-build", "--", .. options]);
}

int GiveUp(string sentence)
{
    Console.Error.WriteLine(sentence);
    Console.WriteLine("0 passed, 1 failed");
    return 1;
}

string[] AllTestProjects() => [.. Directory.EnumerateDirectories(Path.Combine(root, "tests"))
    .Select(folder => Path.GetFileName(folder))
    .Order(StringComparer.Ordinal)
    .Select(ProjectNamed)
    .OfType<string>()];

string? ProjectNamed(string name)
{
    var path = Path.Combine(root, "tests", name, name + ".csproj");
    return File.Exists(path) ? path : null;
}

TestRun RunTests(string project, string[] options, TimeSpan limit)
{
    var name = Path.GetFileNameWithoutExtension(project);
    Console.WriteLine($"\n── tests/{name}");
    var assembly = Ask(root, "dotnet", ["msbuild", project, "-getProperty:TargetPath", "-p:Configuration=Release"]).Trim();
    if (!File.Exists(assembly))
    {
        return new TestRun(name, 0, 0, 0, $"tests/{name} was not built: is it in {Solution}?", 1);
    }

    // The counts come from the report the test framework writes, not from the text it prints; an old report must not stand in for a run that crashed.
    var reports = Path.Combine(root, "artifacts", "tests");
    var report = Path.Combine(reports, name + ".xml");
    Directory.CreateDirectory(reports);
    File.Delete(report);
    string[] own = ["--report-xunit", "--report-xunit-filename", name + ".xml", "--results-directory", reports, "--no-progress",
        "--long-running", "60", "--xunit-diagnostics", "on"]; // names a test that has been running for a minute
    // A test that hangs must still leave a line of counts behind. The platform's own --timeout asks the test to stop, and a test that hangs does not.
    // The simulation's time is its own, so it loses nothing by giving way to what runs beside it.
    string[] command = name == "Simulation" && !OperatingSystem.IsWindows() ? ["nice", "-n", "15", "dotnet", assembly] : ["dotnet", assembly];
    using var process = Start(root, command[0], [.. command[1..], .. own, .. options], readOutput: false);
    if (!process.WaitForExit(limit))
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return new TestRun(name, 0, 0, 0, $"tests/{name} was stopped: it had not ended after {limit.TotalMinutes} minutes.", process.ExitCode);
    }
    var exitCode = process.ExitCode;

    int passed = 0, failed = 0, skipped = 0;
    try
    {
        foreach (var counts in XDocument.Load(report).Descendants("assembly"))
        {
            passed += Count(counts, "passed");
            failed += Count(counts, "failed") + Count(counts, "errors"); // An error is a failure outside a test, in a fixture's clean-up for one.
            skipped += Count(counts, "skipped");
        }
    }
    catch (Exception e) when (e is IOException or XmlException or FormatException)
    {
        return new TestRun(name, 0, 0, 0, $"tests/{name} crashed: it ended with exit code {exitCode} and left no readable report ({e.Message})", exitCode);
    }
    var trouble =
        exitCode != 0 && exitCode != NoTestRan && failed == 0 ? $"tests/{name} ended with exit code {exitCode} although no test failed." :
        passed + failed == 0 ? $"tests/{name} ran no test." :
        null;
    return new TestRun(name, passed, failed, skipped, trouble, exitCode);
}

static int Count(XElement element, string name) =>
    element.Attribute(name) is { } value ? int.Parse(value.Value, CultureInfo.InvariantCulture) : 0;

int Report(IReadOnlyList<TestRun> runs)
{
    Console.WriteLine();
    var width = runs.Max(r => r.Name.Length);
    foreach (var run in runs)
    {
        Console.WriteLine($"{run.Name.PadRight(width)}  {run.Passed,5} passed  {run.Failed,3} failed{(run.Skipped > 0 ? $"  {run.Skipped,3} skipped" : "")}");
    }
    foreach (var run in runs.Where(r => r.Trouble is not null))
    {
        Console.WriteLine(run.Trouble);
    }
    var failed = runs.Sum(r => r.Failed) + runs.Count(r => r.Trouble is not null);
    var skipped = runs.Sum(r => r.Skipped);
    Console.WriteLine($"{runs.Sum(r => r.Passed)} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
    return failed == 0 ? 0 : 1;
}

// Answers with null, or with the sentence that tells what to install.
string? InstallWhatTestsNeed()
{
    var packages = new List<string>();
    if (!HasPostgres())
    {
        packages.Add("postgresql");
    }
    if (!OnPath("chromium"))
    {
        packages.Add("chromium");
    }
    if (!OnPath("softhsm2-util"))
    {
        packages.Add("softhsm2");
    }
    if (!OnPath("npm"))
    {
        packages.AddRange(["nodejs", "npm"]);
    }
    return (packages.Count > 0 ? InstallPackages(packages) : null) ?? InstallCheckers();
}

static bool HasPostgres() => OnPath("initdb") || PostgresFolders().Any(bin => File.Exists(Path.Combine(bin, "initdb")));

static string[] PostgresFolders() =>
    Directory.Exists("/usr/lib/postgresql") ? [.. Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))] : [];

string? InstallPackages(List<string> packages)
{
    var wanted = string.Join(", ", packages);
    if (!OnPath("apt-get") || (Environment.UserName != "root" && !OnPath("sudo")))
    {
        return $"This needs {wanted}: install them, so that their programs are found, and start again.";
    }
    Console.WriteLine($"Installing {wanted}");
    string[] asRoot = Environment.UserName == "root" ? [] : ["sudo"];
    string[] aptGet = [.. asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"];
    var installed =
        Run(root, aptGet[0], [.. aptGet[1..], "update"]) == 0 &&
        Run(root, aptGet[0], [.. aptGet[1..], "install", "-y", "--no-install-recommends", .. packages]) == 0;
    return installed ? null : $"apt-get could not install {wanted}, which this needs.";
}

// The independent implementations that the tests compare with. They are installed again only when their lock file has changed.
string? InstallCheckers()
{
    var folder = Path.Combine(root, "tests", "npm");
    var wanted = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "package-lock.json"))));
    var stamp = Path.Combine(folder, "node_modules", ".installed");
    if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted)
    {
        return null;
    }
    if (Run(folder, "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) != 0)
    {
        return "npm could not install what tests/npm/package-lock.json lists, which the tests need.";
    }
    File.WriteAllText(stamp, wanted);
    return null;
}

static bool OnPath(string program) =>
    (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

static int Run(string folder, string program, string[] arguments)
{
    using var process = Start(folder, program, arguments, readOutput: false);
    process.WaitForExit();
    return process.ExitCode;
}

static string Ask(string folder, string program, string[] arguments)
{
    using var process = Start(folder, program, arguments, readOutput: true);
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return output;
}

static Process Start(string folder, string program, string[] arguments, bool readOutput)
{
    try
    {
        return Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = readOutput })!;
    }
    catch (Win32Exception e)
    {
        throw new InvalidOperationException($"'{program}' cannot be started: {e.Message}", e);
    }
}

internal sealed record TestRun(string Name, int Passed, int Failed, int Skipped, string? Trouble, int ExitCode)
{
    public int Ran => Passed + Failed;
}
