using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Server.Hardening;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Start;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>The public pages are fetched as a browser would, and what differs from what was authorised is said (PCI DSS 11.6.1).</summary>
public sealed class AuthorisedPages(SqliteGateway gateway)
{
    private Settings Settings => gateway.Services.GetRequiredService<Settings>();

    private string Root => gateway.Address.AbsoluteUri.TrimEnd('/');

    [Fact]
    public async Task P28_pages_as_they_were_built_differ_in_nothing() =>
        Assert.Empty(await PageWatch.CompareAsync(Settings, Root, null, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("html", "other scripts")]
    [InlineData("markup", "markup")]
    [InlineData("script", "script is not the one")]
    [InlineData("style", "style is not the one")]
    [InlineData("policy", "Content-Security-Policy is another")]
    [InlineData("policy-gone", "Content-Security-Policy is missing")]
    [InlineData("sniff-gone", "X-Content-Type-Options is missing")]
    [InlineData("cookie", "Set-Cookie was authorised by nobody")]
    [InlineData("frozen", "nonce is used again")]
    [InlineData("gone", "is answered with 404")]
    [InlineData("down", "could not be fetched")]
    public async Task P28_what_somebody_in_front_changes_is_said(string change, string difference)
    {
        using var wire = new Tamperer(change);
        var differences = await PageWatch.CompareAsync(Settings, Root, wire, TestContext.Current.CancellationToken);
        Assert.Contains(differences, d => d.Contains(difference, StringComparison.Ordinal));
    }

    [Fact]
    public async Task P28_a_header_that_the_operator_has_authorised_is_none()
    {
        using var wire = new Tamperer("ray");
        Assert.NotEmpty(await PageWatch.CompareAsync(Settings, Root, wire, TestContext.Current.CancellationToken));
        var settings = Settings with { Hardening = Settings.Hardening with { AuthorisedHeaders = ["CF-Ray"] } };
        using var again = new Tamperer("ray");
        Assert.Empty(await PageWatch.CompareAsync(settings, Root, again, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task P28_the_server_looks_by_itself_and_raises_an_alert()
    {
        await using var right = gateway.Another("--Tollgate:PageWatch=00:00:01");
        await right.InitializeAsync();
        await Eventually.GetAsync(() => Task.FromResult(right.Log), log => log.Contains("The public pages are as they were authorised", StringComparison.Ordinal), "The look");

        // What is known as the public address is somebody else's.
        await using var other = await WebhookReceiver.StartAsync();
        await using var wrong = gateway.Another("--Tollgate:PageWatch=00:00:01", "--Tollgate:PublicUrl=" + new Uri(other.Url).GetLeftPart(UriPartial.Authority));
        await wrong.InitializeAsync();
        await Eventually.GetAsync(
            () => Task.FromResult(wrong.Log), log => log.Split('\n').Any(l => l.StartsWith("Critical A public page is not as it was authorised", StringComparison.Ordinal)), "The alert");
    }

    [Fact]
    public async Task P28_a_command_looks_once()
    {
        await using var place = new Workplace();
        var right = await place.Start(["pages", "--Tollgate:PublicUrl=" + Root]).ExitAsync();
        Assert.Equal((0, $"{Root}/3ds/specimen is as it was authorised.\n"), (right.ExitCode, right.Output));
        await using var other = await WebhookReceiver.StartAsync();
        var wrong = await place.Start(["pages", "--Tollgate:PublicUrl=" + new Uri(other.Url).GetLeftPart(UriPartial.Authority)]).ExitAsync();
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("Content-Security-Policy is missing", wrong.Output, StringComparison.Ordinal);
    }

    private sealed class Tamperer(string change) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        private (string Html, string Policy)? kept;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (change == "down")
            {
                throw new HttpRequestException("Connection refused");
            }

            var answer = await base.SendAsync(request, cancellationToken);
            var path = request.RequestUri!.AbsolutePath;
            var html = await answer.Content.ReadAsStringAsync(cancellationToken);
            switch (change)
            {
                case "html" when path == PageWatch.Specimen: Replace(answer, html.Replace("</main>", "</main><script src=\"https://evil.example/x.js\"></script>", StringComparison.Ordinal)); break;
                case "markup" when path == PageWatch.Specimen: Replace(answer, html.Replace("</main>", "<form action=\"https://evil.example\"></form></main>", StringComparison.Ordinal)); break;
                case "script" when path.EndsWith(".js", StringComparison.Ordinal): Replace(answer, html + "fetch('https://evil.example')"); break;
                case "style" when path.EndsWith(".css", StringComparison.Ordinal): Replace(answer, html + "body{background:url(https://evil.example)}"); break;
                case "policy" when path == PageWatch.Specimen:
                    var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
                    answer.Headers.Remove("Content-Security-Policy");
                    answer.Headers.Add("Content-Security-Policy", policy.Replace("script-src ", "script-src https: ", StringComparison.Ordinal));
                    break;
                case "policy-gone": answer.Headers.Remove("Content-Security-Policy"); break;
                case "sniff-gone": answer.Headers.Remove("X-Content-Type-Options"); break;
                case "cookie": answer.Headers.Add("Set-Cookie", "id=1"); break;
                case "ray": answer.Headers.Add("CF-Ray", "1"); break;
                case "gone": answer.StatusCode = HttpStatusCode.NotFound; break;
                case "frozen" when path == PageWatch.Specimen:
                    kept ??= (html, answer.Headers.GetValues("Content-Security-Policy").Single());
                    Replace(answer, kept.Value.Html);
                    answer.Headers.Remove("Content-Security-Policy");
                    answer.Headers.Add("Content-Security-Policy", kept.Value.Policy);
                    break;
                default: break;
            }

            return answer;
        }

        private static void Replace(HttpResponseMessage answer, string content)
        {
            var type = answer.Content.Headers.ContentType;
            answer.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) { Headers = { ContentType = type } };
        }
    }
}
