using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Playwright;
using Tollgate.Server.Tests.House;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Tests.Acquirers;

/// <summary>The pretend directory server and issuer on the wire: mounted by a gateway, and by the acquirer's own process.</summary>
public sealed class SchemeOverHttp(SqliteGateway gateway, Chromium chromium)
{
    private const string Back = "https://gateway.example/back";

    [Fact]
    public async Task A_gateway_s_directory_server_tells_the_ranges_with_addresses_of_the_gateway()
    {
        var ranges = await AskAsync<PreparationResponse>(gateway.Address, Preparation());
        var range = Assert.Single(ranges.CardRangeData!, range => range.StartRange == "4000010000000001");
        Assert.Equal(new Uri(gateway.Address, "/sandbox/acs/method").AbsoluteUri, range.ThreeDSMethodURL);
    }

    [Fact]
    public async Task The_acquirer_s_own_process_has_one_too_and_tells_results_on_its_own_machine_only()
    {
        await using var acquirer = await AcquirerServer.StartAsync();
        var ranges = await AskAsync<PreparationResponse>(acquirer.Address, Preparation());
        Assert.Equal(new Uri(acquirer.Address, "/sandbox/acs/method").AbsoluteUri, Assert.Single(ranges.CardRangeData!, range => range.StartRange == "4000010000000001").ThreeDSMethodURL);
        var answer = await AskAsync<AuthenticationResponse>(acquirer.Address, Request("4111111111111111", "http://127.0.0.1:1/3ds/results"));
        Assert.Equal(new Uri(acquirer.Address, "/sandbox/acs/challenge").AbsoluteUri, answer.AcsURL);
        var error = await AskAsync<ErrorMessage>(acquirer.Address, Request("4111111111111111", "https://gateway.example/3ds/results"));
        Assert.Equal("203 threeDSServerURL", $"{error.ErrorCode} {error.ErrorDetail}");

        // A gateway of this machine says by which name its customers know it.
        using var http = new HttpClient { BaseAddress = acquirer.Address };
        await SayAsync("https://other.example http://192.0.2.1:80");
        await SayAsync("https://gateway.example http://127.0.0.1:1");
        Assert.Equal("C", (await AskAsync<AuthenticationResponse>(acquirer.Address, Request("4111111111111111", "https://gateway.example/3ds/results"))).TransStatus);
        Assert.Equal("203", (await AskAsync<ErrorMessage>(acquirer.Address, Request("4111111111111111", "https://other.example/3ds/results"))).ErrorCode);

        async Task SayAsync(string gateway)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/clock");
            request.Headers.Add("sandbox-gateway", gateway);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_challenge_is_given_up_when_the_clock_is_moved_past_its_time()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var http = new HttpClient { BaseAddress = own.Address };
        var answer = await AskAsync<AuthenticationResponse>(own.Address, Request("4111111111111111", new Uri(own.Address, "/3ds/results").AbsoluteUri));
        Assert.Contains("Confirm", await ShowAsync(), StringComparison.Ordinal);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(10));
        Assert.Contains("Confirm", await ShowAsync(), StringComparison.Ordinal);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("Continue", await ShowAsync(), StringComparison.Ordinal);

        Task<string> ShowAsync() => http.GetStringAsync($"/sandbox/acs/challenge/{answer.AcsTransID}", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_not_a_message_in_JSON_is_not_read()
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        foreach (var type in (string[])["text/plain", "application/json; charset=iso-8859-1", "application/x-www-form-urlencoded"])
        {
            using var content = new ByteArrayContent(MessageWriter.Write(Preparation()));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            using var answer = await http.PostAsync("/sandbox/ds", content, TestContext.Current.CancellationToken);
            Assert.Equal(415, (int)answer.StatusCode);
        }

        using var unknown = await http.GetAsync("/sandbox/acs/challenge/nothing", TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)unknown.StatusCode);
        Assert.Contains("error 301", await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_challenge_runs_in_a_narrow_browser_and_keeps_to_its_content_policy(bool withScript)
    {
        var answer = await AskAsync<AuthenticationResponse>(gateway.Address, Request("4111111111111111", new Uri(gateway.Address, "/3ds/results").AbsoluteUri));
        var page = await chromium.NewPageAsync(new() { JavaScriptEnabled = withScript, ViewportSize = new() { Width = 320, Height = 480 } });
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        await page.RouteAsync("https://gateway.example/**", route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = route.Request.Url == Back ? "<h1>Back</h1>" : Form(answer.AcsURL!, ("creq", Creq(answer)), ("threeDSSessionData", "c2Vzc2lvbg")),
        }));
        await page.GotoAsync("https://gateway.example/start");
        await page.Button("Go").ClickAsync();
        await page.EnterInWindowAsync("000000");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        Assert.Equal(320, await page.Locator("html").EvaluateAsync<int>("e => Math.max(320, e.scrollWidth)"));

        var back = await page.RunAndWaitForRequestAsync(
            async () =>
            {
                await page.EnterInWindowAsync("123456");
                if (!withScript)
                {
                    await page.Button("Continue").ClickAsync();
                }
            },
            request => request.Url == Back);

        var fields = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(back.PostData);
        Assert.Equal("c2Vzc2lvbg", fields["threeDSSessionData"]);
        Assert.True(Base64Url.TryDecode(fields["cres"].ToString(), 4096, out var cres));
        Assert.Contains("\"transStatus\":\"Y\"", Encoding.UTF8.GetString(cres), StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_method_comes_back_by_itself()
    {
        var id = Guid.NewGuid();
        var data = Base64Url.Encode(Encoding.UTF8.GetBytes($$"""{"threeDSServerTransID":"{{id}}","threeDSMethodNotificationURL":"{{Back}}"}"""));
        var page = await chromium.NewPageAsync();
        await page.RouteAsync("https://gateway.example/**", route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = route.Request.Url == Back ? "<h1>Back</h1>" : Form(new Uri(gateway.Address, "/sandbox/acs/method").AbsoluteUri, ("threeDSMethodData", data)),
        }));
        await page.GotoAsync("https://gateway.example/start");
        var back = await page.RunAndWaitForRequestAsync(() => page.Button("Go").ClickAsync(), request => request.Url == Back);
        var told = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(back.PostData)["threeDSMethodData"].ToString();
        Assert.True(Base64Url.TryDecode(told, 1024, out var json));
        Assert.Equal($$"""{"threeDSServerTransID":"{{id}}"}""", Encoding.UTF8.GetString(json));
    }

    private static string Form(string action, params (string Name, string Value)[] fields) =>
        $"<form method=\"post\" action=\"{action}\">{string.Concat(fields.Select(f => $"<input type=\"hidden\" name=\"{f.Name}\" value=\"{f.Value}\">"))}<button>Go</button></form>";

    private static string Creq(AuthenticationResponse answer) => Base64Url.Encode(MessageWriter.Write(new ChallengeRequest
    {
        MessageVersion = answer.MessageVersion,
        ThreeDSServerTransID = answer.ThreeDSServerTransID,
        AcsTransID = answer.AcsTransID,
        ChallengeWindowSize = "01",
    }));

    private static async Task<T> AskAsync<T>(Uri address, Message message)
        where T : Message
    {
        using var http = new HttpClient { BaseAddress = address };
        using var content = new ByteArrayContent(MessageWriter.Write(message));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");
        using var answer = await http.PostAsync("/sandbox/ds", content, TestContext.Current.CancellationToken);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var reading = MessageReader.Read(
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            new() { Types = MessageTypes.ARes | MessageTypes.PRes | MessageTypes.Erro, Component = Component.Server });
        Assert.True(reading.Is<T>(out var right), $"{reading.Message ?? reading.Error}");
        return right;
    }

    private static PreparationRequest Preparation() => new()
    {
        MessageVersion = "2.2.0",
        ThreeDSServerRefNumber = "TOLLGATE_TEST",
        ThreeDSServerTransID = Guid.NewGuid().ToString("D"),
    };

    private static AuthenticationRequest Request(string card, string resultsUrl) => new()
    {
        MessageVersion = "2.2.0",
        ThreeDSServerTransID = Guid.NewGuid().ToString("D"),
        DeviceChannel = "02",
        MessageCategory = "01",
        ThreeDSCompInd = "U",
        ThreeDSRequestorAuthenticationInd = "01",
        ThreeDSRequestorID = "shop-1",
        ThreeDSRequestorName = "The Corner Shop",
        ThreeDSRequestorURL = "https://shop.example",
        ThreeDSServerRefNumber = "TOLLGATE_TEST",
        ThreeDSServerOperatorID = "OPERATOR-1",
        ThreeDSServerURL = resultsUrl,
        AcquirerBIN = "400000",
        AcquirerMerchantID = "MERCHANT-1",
        Mcc = "5999",
        MerchantCountryCode = "036",
        MerchantName = "The Corner Shop",
        AcctNumber = card,
        CardExpiryDate = "3012",
        CardholderName = "Ada Lovelace",
        PurchaseAmount = "99999999",
        PurchaseCurrency = "036",
        PurchaseExponent = "2",
        PurchaseDate = DateTimeOffset.UtcNow.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture),
        NotificationURL = Back,
        BrowserAcceptHeader = "text/html",
        BrowserJavascriptEnabled = false,
        BrowserLanguage = "en-AU",
        BrowserUserAgent = "Test/1.0",
    };
}
