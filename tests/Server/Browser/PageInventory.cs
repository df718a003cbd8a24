using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Tollgate.Server.Authentication;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Browser;

/// <summary>
/// What the 3DS page runs, and what headers hold a browser to it, is what the inventory says, to the byte (PCI DSS 6.4.3 and 11.6.1): whoever changes the one
/// changes the other.
/// </summary>
public sealed partial class PageInventory(SqliteGateway gateway)
{
    private static readonly string Inventory = File.ReadAllText(Repository.PathOf("docs", "operate", "authentication-page.md"));

    [Fact]
    public async Task P27_every_document_loads_what_the_inventory_lists_and_nothing_else()
    {
        var listed = Rows().Matches(Inventory).Select(row => (File: row.Groups[1].Value, Integrity: row.Groups[3].Value)).ToList();
        Assert.All(Rows().Matches(Inventory), row => Assert.True(row.Groups[2].Value.Trim().Length > 20, $"{row.Groups[1].Value} has no purpose"));
        var loaded = new HashSet<(string File, string Integrity)>();
        using var http = gateway.Raw();
        foreach (var (name, method, url, form) in await PagesOfPayment.AllAsync(gateway))
        {
            var (_, html) = await AskAsync(http, method, url, form);

            // A script or a style is a file with a digest: none stands in the page, none hangs on an element.
            Assert.DoesNotMatch(@"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", html);
            foreach (Match tag in Tags().Matches(html))
            {
                var address = new Uri(new(url), tag.Groups[2].Value);
                Assert.StartsWith(gateway.Address + "3ds/assets/", address.AbsoluteUri, StringComparison.Ordinal);
                var integrity = Integrity().Match(tag.Value).Groups[1].Value;
                using var asset = await http.GetAsync(address, TestContext.Current.CancellationToken);
                var bytes = await asset.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                Assert.Equal("sha384-" + Convert.ToBase64String(SHA384.HashData(bytes)), integrity);
                Assert.Matches(@"\.[0-9a-f]{16}\.(js|css)$", address.AbsolutePath);
                Assert.Equal("public, max-age=31536000, immutable", asset.Headers.GetValues("Cache-Control").Single());
                loaded.Add((Regex.Replace(address.Segments[^1], @"\.[0-9a-f]{16}\.", "."), integrity));
            }

            Assert.True(name is "done" or "expired" or "unknown" || name.StartsWith("failed", StringComparison.Ordinal) || html.Contains("<script", StringComparison.Ordinal), name);
        }

        Assert.Equal(listed.Order(), loaded.Order());
    }

    [Fact]
    public async Task P27_every_document_has_the_headers_of_the_inventory_and_no_others()
    {
        var seen = new StringBuilder();
        using var http = gateway.Raw();
        foreach (var (name, method, url, form) in await PagesOfPayment.AllAsync(gateway))
        {
            var (answer, _) = await AskAsync(http, method, url, form);
            seen.Append(Describe(name, answer));
        }

        var block = Blocks().Match(Inventory).Groups[1].Value;
        Assert.True(block == seen.ToString(), $"docs/operate/authentication-page.md lists other headers. Those that are:\n{seen}");
    }

    [Fact]
    public async Task In_production_browsers_are_told_to_come_over_TLS_only_and_are_sent_nowhere_without_it()
    {
        var sandbox = Settings.Read(new ConfigurationBuilder().Build());
        var production = sandbox with { IsSandbox = false, PublicUrl = new("https://pay.example.com/gateway") };
        Assert.True(AuthenticationPage.IsStrict(production));
        Assert.False(AuthenticationPage.IsStrict(sandbox with { PublicUrl = production.PublicUrl }));
        Assert.False(AuthenticationPage.IsStrict(production with { PublicUrl = new("http://pay.example.com") }));

        var context = new DefaultHttpContext();
        context.Request.Path = "/3ds/7PPPMXIGH/key";
        await new PageDocument { Title = "Title", Content = string.Empty }.WriteAsync(context, PageLanguage.English, strictTransport: true);
        Assert.Equal("max-age=63072000", context.Response.Headers.StrictTransportSecurity);
        Assert.DoesNotContain("http:", context.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nonce_is_never_used_twice()
    {
        using var http = gateway.Raw();
        var nonces = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            var (answer, html) = await AskAsync(http, HttpMethod.Get, gateway.Address + "3ds/7PPPMXIGH/KEY", null);
            var nonce = Nonces().Match(answer.Headers.GetValues("Content-Security-Policy").Single()).Groups[1].Value;
            Assert.Contains($"nonce=\"{nonce}\"", html, StringComparison.Ordinal);
            Assert.Equal(16, Convert.FromBase64String(nonce).Length);
            nonces.Add(nonce);
        }

        Assert.Equal(10, nonces.Distinct().Count());
    }

    private static async Task<(HttpResponseMessage Answer, string Html)> AskAsync(HttpClient http, HttpMethod method, string url, IReadOnlyDictionary<string, string>? form)
    {
        using var request = new HttpRequestMessage(method, url) { Content = form is null ? null : new FormUrlEncodedContent(form) };
        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The headers in order; what differs from answer to answer, its time, its length and its nonce, is left out.</summary>
    private static string Describe(string name, HttpResponseMessage answer)
    {
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Content-Length"))
            .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .Select(header => $"  {header.Key.ToLowerInvariant()}: {Nonces().Replace(string.Join(", ", header.Value), "'nonce-…'")}\n");
        return $"{name}: {(int)answer.StatusCode}\n{string.Concat(headers)}";
    }

    [GeneratedRegex(@"^\| `(\S+)` \| (.+?) \| `(sha384-\S+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("""<(script|link|img|object|embed|source|track)\b[^>]*?\s(?:src|href|data)="([^"]*)"[^>]*>""")]
    private static partial Regex Tags();

    [GeneratedRegex("integrity=\"([^\"]*)\"")]
    private static partial Regex Integrity();

    [GeneratedRegex("```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("'nonce-([^']+)'")]
    private static partial Regex Nonces();
}
