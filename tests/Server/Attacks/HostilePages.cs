using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Attacks;

/// <summary>What a merchant, or a page that the customer has open beside, tries with the customer's browser. A real one says what comes of it.</summary>
public sealed class HostilePages(SqliteGateway gateway, Chromium chromium)
{
    private const string Script = "\"'><script>window.top.ran=1;window.ran=1</script><img src=x onerror=\"window.top.ran=1;window.ran=1\"><svg onload=ran=1>{{7*7}}${7*7}</title></textarea>";

    [Fact]
    public async Task P25_names_and_descriptions_are_shown_as_text_on_every_page_that_shows_them()
    {
        const string Name = "<img src=x onerror=window.ran=1>Shop";
        await using var own = gateway.Another("--Tollgate:Apps:2:Id=app-evil", "--Tollgate:Apps:2:SecretKey=sk-evil", "--Tollgate:Apps:2:WebhookSecret=" + AppsOfTests.WebhookSecret, "--Tollgate:Apps:2:MerchantName=" + Name);
        await own.InitializeAsync();
        using var merchant = own.ClientFor("app-evil", "sk-evil");
        var charge = Requests.Charge("4000000000001091") with
        {
            ExternalId = Script + Guid.NewGuid().ToString("N")[..8],
            Description = Script,
            FirstName = Script[..90],
            LastName = Script[..90],
            ReturnUrl = "https://example.com/?back=%22%3E%3Cscript%3Ewindow.ran=1%3C/script%3E",
        };
        charge = charge with { CardInfo = charge.CardInfo with { CardHolderName = Script[..90] } };
        var payment = await merchant.ChargeAsync(charge);
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(payment.PayCode!.ThreeDsUrl!);
        await page.CodeField().WaitForAsync();
        await UnharmedAsync(page);
        Assert.Contains(Name, await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Contains("onerror=\"window.top.ran=1", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        await page.EnterAsync("123456");
        var back = await page.ComeBackAsync();
        Assert.Equal(charge.ExternalId, back["external_id"]);

        // The page of a payment that has ended shows them too, and so does each without a script.
        await page.GotoAsync(payment.PayCode.ThreeDsUrl!);
        await page.GetByRole(AriaRole.Link).First.WaitForAsync();
        await UnharmedAsync(page);
        Assert.Equal(0, await page.Locator("main img, main svg, main script").CountAsync());
        using var http = own.Raw();
        Assert.DoesNotContain("<img", await http.GetStringAsync(payment.PayCode.ThreeDsUrl!, TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_a_browser_says_of_itself_comes_back_as_text()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        using var http = gateway.Raw();
        using var request = new HttpRequestMessage(HttpMethod.Post, payment.PayCode!.ThreeDsUrl + "/method")
        {
            Content = new FormUrlEncodedContent(
                [new("threeDSMethodData", System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes("{\"threeDSServerTransID\":\"\\\"><script>ran=1</script>\"}")))]),
        };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<script>ran", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_not_shown_in_somebody_elses_frame()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        await using var evil = await HostileSite.StartAsync($"<iframe id=f src=\"{payment.PayCode!.ThreeDsUrl}\"></iframe>");
        var page = await chromium.NewPageAsync();
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("frame-ancestors", StringComparison.Ordinal))
            {
                refused.TrySetResult();
            }
        };
        await page.GotoAsync(evil.Url);
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task P25_another_site_moves_nothing_with_a_customers_browser()
    {
        var pending = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        var paid = await gateway.Client.ChargeAsync(Requests.Charge());
        var root = gateway.Address.AbsoluteUri;
        await using var evil = await HostileSite.StartAsync("<h1>Win a prize</h1>");
        var page = await chromium.NewPageAsync();

        // The customer has been there: if there were anything that a browser keeps and sends along, it would have it now.
        await page.GotoAsync(pending.PayCode!.ThreeDsUrl!);
        await page.CodeField().WaitForAsync();
        Assert.Empty(await page.Context.CookiesAsync());
        await page.GotoAsync(evil.Url);
        var outcomes = await page.EvaluateAsync<string[]>(
            """
            async ([root, pending, paid]) => {
              const results = [];
              const attempt = async (path, options) => {
                try { const r = await fetch(root + path, options); results.push(path + " " + r.type + " " + r.status); }
                catch (e) { results.push(path + " blocked"); }
              };
              const json = JSON.stringify({ uuid: paid, reason: "Because I can" });
              await attempt("api/v2/cards/void_payment", { method: "POST", body: json, credentials: "include", mode: "no-cors", headers: { "Content-Type": "text/plain" } });
              await attempt("api/v2/cards/void_payment", { method: "POST", body: json, credentials: "include", headers: { "Content-Type": "application/json", "app-id": "app-sandbox", "secret-key": "sk-sandbox-tollgate" } });
              await attempt("api/v2/cards/payments/" + paid, { credentials: "include", headers: { "app-id": "app-sandbox", "secret-key": "sk-sandbox-tollgate" } });
              await attempt("3ds/" + pending + "/GUESS/start", { method: "POST", body: new URLSearchParams({ method: "U" }), credentials: "include", mode: "no-cors" });
              await attempt("3ds/" + pending + "/GUESS/challenge", { method: "POST", body: new URLSearchParams({ cres: "e30" }), credentials: "include", mode: "no-cors" });
              await attempt("openapi/v2.json", { credentials: "include" });
              return results;
            }
            """,
            new[] { root, pending.Uuid, paid.Uuid });
        Assert.All(outcomes, outcome => Assert.Matches(" blocked$| opaque 0$", outcome));
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(paid.Uuid)).Status);
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(pending.Uuid)).Status);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("//evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("https:evil")]
    [InlineData("https://")]
    [InlineData("/back")]
    [InlineData("file:///etc/passwd")]
    [InlineData(" https://evil.example")]
    [InlineData("https://evil.example\r\nSet-Cookie: a=b")]
    public async Task A_return_url_that_is_no_web_address_is_refused(string url)
    {
        var (status, body) = await gateway.PostAsync("/api/v2/cards/charges", Wire.Json(Requests.Charge() with { ReturnUrl = url }, RequestJson.Default.ChargeRequest));
        Assert.True(status == 422 && body.Contains("\"return_url\"", StringComparison.Ordinal) || url == "https:evil", $"{status} {body}");
    }

    [Theory]
    [InlineData("?back=https://evil.example")]
    [InlineData("?back&return_url=https://evil.example")]
    [InlineData("?back&external_id=1&uuid=%0d%0aLocation:%20https://evil.example")]
    public async Task The_page_sends_browsers_to_the_payments_own_shop_only(string query)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        using var http = gateway.Raw();
        await PlainBrowser.WalkAsync(http, payment.PayCode!.ThreeDsUrl!, "123456");
        using var answer = await http.GetAsync(payment.PayCode.ThreeDsUrl + query, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("example.com", answer.Headers.Location!.Host);
    }

    private static async Task UnharmedAsync(IPage page)
    {
        foreach (var frame in page.Frames)
        {
            Assert.True(await frame.EvaluateAsync<bool>("() => window.ran === undefined"), frame.Url);
        }
    }

    private sealed class HostileSite : IAsyncDisposable
    {
        private readonly WebApplication app;

        private HostileSite(WebApplication app) => this.app = app;

        public string Url => app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        public static async Task<HostileSite> StartAsync(string body)
        {
            var site = new HostileSite(WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build());
            site.app.Use(_ => context =>
            {
                context.Response.ContentType = "text/html; charset=utf-8";
                return context.Response.WriteAsync($"<!doctype html><title>Prizes</title>{body}");
            });
            await site.app.StartAsync();
            return site;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
