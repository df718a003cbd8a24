using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests;

/// <summary>The description of the API as a document: it is valid, and it is what the server serves and shows.</summary>
public class ApiReference(SqliteGateway gateway)
{
    private static readonly string Root = FindRoot();

    internal static string Description => File.ReadAllText(Path.Combine(Root, "docs", "api", "openapi.json"));

    [Fact]
    public async Task The_linter_finds_nothing()
    {
        // npx would fetch a tool that is not installed; this starts the one that the lock file names, and fails without it.
        var linter = Path.Combine(Root, "tests", "npm", "node_modules", ".bin", "redocly");
        Assert.True(File.Exists(linter), $"{linter} is not there; `npm ci` in tests/npm installs it.");
        var start = new ProcessStartInfo(linter, ["lint", "--config", "docs/api/redocly.yaml"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true", ["CI"] = "true" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var said = await output + await errors;
        Assert.True(process.ExitCode == 0, said);
        Assert.Contains("Your API description is valid", said, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"You have \d+ (warning|error)", said);
    }

    [Fact]
    public async Task The_server_serves_the_description_byte_by_byte()
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await http.GetAsync(new Uri("/openapi/v2.json", UriKind.Relative));
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Root, "docs", "api", "openapi.json")), await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_reference_is_readable_and_loads_nothing_from_elsewhere()
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        using var page = await http.GetAsync(new Uri("/docs", UriKind.Relative));
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal((200, "text/html"), ((int)page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("<title>Tollgate API</title>", html, StringComparison.Ordinal);
        Assert.Contains("openapi/v2.json", html, StringComparison.Ordinal);

        // No attribute, import, style or setting of the page names another host.
        Assert.DoesNotMatch(@"(?i)(src|href|action|from|url|import)\s*[=(:]?\s*\(?[""']?\s*(https?:)?//", html);
        Assert.DoesNotMatch(@"https?://(?!127\.0\.0\.1|localhost|www\.w3\.org/)", html);

        // What it does load is here. The page's address ends in a slash once it is followed, and its scripts are named from there.
        var at = page.RequestMessage!.RequestUri!;
        var scripts = Regex.Matches(html, """(?:src|href|from|import)\s*[=(]?\s*["']([^"'#]+\.(?:js|css|svg|ico)[^"']*)["']""").Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(scripts);
        foreach (var script in scripts)
        {
            var address = new Uri(at, script);
            Assert.Equal(gateway.Address.Authority, address.Authority);
            using var loaded = await http.GetAsync(address);
            Assert.Equal((script, 200), (script, (int)loaded.StatusCode));
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "Tollgate.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
