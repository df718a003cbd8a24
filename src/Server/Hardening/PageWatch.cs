using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Tollgate.Server.Authentication;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Hardening;

/// <summary>
/// Fetches the page on which cardholders are authenticated as their browsers do, from its public address and through whatever stands in front of it, and compares
/// headers, markup, script and style with what this version was built with (PCI DSS 11.6.1).
/// </summary>
internal sealed partial class PageWatch(Settings settings, PublicAddress address, RealTime real, ILogger<PageWatch> logger) : BackgroundService
{
    /// <summary>Where a page stands that is like the others and of no payment.</summary>
    public const string Specimen = "/3ds/specimen";

    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);

    // What transport and proxies say of the message itself, and nothing that a browser obeys.
    private static readonly string[] OfTransport = ["date", "content-length", "connection", "keep-alive", "transfer-encoding", "server", "via", "alt-svc", "age", "content-encoding", "accept-ranges"];

    /// <summary>The specimen as it is authorised.</summary>
    public static PageDocument Document(Settings settings) => PageContent.Specimen(PageLanguage.English, settings.IsSandbox);

    /// <summary>Everything in which the pages differ from what was authorised.</summary>
    public static async Task<IReadOnlyList<string>> CompareAsync(Settings settings, string root, HttpMessageHandler? wire = null, CancellationToken cancel = default)
    {
        List<string> differences = [];
        using var http = new HttpClient(wire ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.All }) { Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.UserAgent.ParseAdd(Browser);
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        try
        {
            var first = await LookAsync(differences, http, settings, root, cancel);
            var second = await LookAsync(differences, http, settings, root, cancel);
            if (first == second && first.Length > 0)
            {
                differences.Add("its nonce is used again, so that somebody keeps it");
            }

            foreach (var (name, asset) in new[] { ("script", PageAsset.Script), ("style", PageAsset.Style) })
            {
                using var answer = await http.GetAsync($"{root}/3ds/assets/{asset.FileName}", cancel);
                var bytes = await answer.Content.ReadAsByteArrayAsync(cancel);
                if (answer.StatusCode != HttpStatusCode.OK || "sha384-" + Convert.ToBase64String(SHA384.HashData(bytes)) != asset.Integrity)
                {
                    differences.Add($"its {name} is not the one that was built");
                }
            }
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or IOException || (unreachable is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            differences.Add("it could not be fetched: " + unreachable.GetBaseException().Message.TrimEnd('.'));
        }

        return [.. differences.Distinct()];
    }

    /// <summary>The verb <c>pages</c>: looks once; 1 when something differs.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var settings = Settings.Read(TollgateServer.CreateBuilder(arguments).Configuration);
        var root = settings.PublicUrl?.AbsoluteUri.TrimEnd('/') ?? throw new SettingException("Tollgate:PublicUrl", "must be set, for the pages are looked at where cardholders do");
        var differences = await CompareAsync(settings, root);
        foreach (var difference in differences)
        {
            await output.WriteLineAsync($"{root}{Specimen}: {difference}.");
        }

        if (differences.Count == 0)
        {
            await output.WriteLineAsync($"{root}{Specimen} is as it was authorised.");
        }

        return differences.Count == 0 ? 0 : 1;
    }

    /// <summary>Looks once, and says what it saw.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var differences = await CompareAsync(settings, address.Url, null, cancel);
        foreach (var difference in differences)
        {
            Log.PageDiffers(logger, difference);
        }

        if (differences.Count == 0)
        {
            Log.PagesAreRight(logger);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Hardening.PageWatch is not { } interval)
        {
            return;
        }

        await Task.Delay(interval < AfterStart ? interval : AfterStart, real.Clock, stoppingToken);
        using var timer = new PeriodicTimer(interval, real.Clock);
        do
        {
            await LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Compares one fetch of the document; the nonce that it came with.</summary>
    private static async Task<string> LookAsync(List<string> differences, HttpClient http, Settings settings, string root, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(root + Specimen, cancel);
        var html = await answer.Content.ReadAsStringAsync(cancel);
        var shown = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        var nonce = Nonce().Match(shown.GetValueOrDefault("Content-Security-Policy") ?? string.Empty).Groups[1].Value;
        var document = Document(settings);
        Dictionary<string, string> authorised = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Cache-Control"] = "no-store",
            ["Referrer-Policy"] = "no-referrer",
            ["X-Content-Type-Options"] = "nosniff",
            ["Content-Security-Policy"] = document.PolicyWith(nonce),
            ["Content-Type"] = "text/html; charset=utf-8",
            ["Vary"] = "Accept-Language",
        };
        if (AuthenticationPage.IsStrict(settings) || (root.StartsWith("https:", StringComparison.Ordinal) && !new Uri(root).IsLoopback))
        {
            authorised["Strict-Transport-Security"] = "max-age=63072000";
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            differences.Add($"it is answered with {(int)answer.StatusCode}");
            return nonce;
        }

        foreach (var (name, value) in authorised)
        {
            if (!shown.TryGetValue(name, out var other) || other != value)
            {
                differences.Add(other is null ? $"the header {name} is missing" : $"the header {name} is another");
            }
        }

        differences.AddRange(shown.Keys
            .Where(name => !authorised.ContainsKey(name) && !OfTransport.Contains(name, StringComparer.OrdinalIgnoreCase) && !settings.Hardening.AuthorisedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Select(name => $"the header {name} was authorised by nobody"));
        if (html != document.Compose(PageLanguage.English, "assets/", nonce))
        {
            differences.Add(Scripts().Count(html) == 1 ? "its markup is not the one that was built" : "it has other scripts than the one that was built");
        }

        return nonce;
    }

    [GeneratedRegex("'nonce-([^']+)'")]
    private static partial Regex Nonce();

    [GeneratedRegex("<script", RegexOptions.IgnoreCase)]
    private static partial Regex Scripts();
}
