using Microsoft.Playwright;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Browser;

/// <summary>Whoever the customer is and whatever the shop sends, the challenge page works and gives nothing away.</summary>
public abstract class ChallengePageForEverybody(Gateway gateway, Chromium chromium)
{
    [Fact]
    public async Task It_works_without_JavaScript()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync(new() { JavaScriptEnabled = false });
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("654321");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await page.EnterAsync("123456");
        Assert.Equal("authorised", (await page.ComeBackAsync())["status"]);
    }

    [Fact]
    public async Task It_works_with_the_keyboard_alone()
    {
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(await ChargeAsync());

        // The field has the focus from the start, and Enter in it confirms.
        await Assertions.Expect(page.CodeField()).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("654321");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await Assertions.Expect(page.CodeField()).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("123456");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Button("Confirm")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("authorised", (await page.ComeBackAsync())["status"]);

        await page.OpenChallengeAsync(await ChargeAsync());
        await Assertions.Expect(page.CodeField()).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Button("Cancel")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Space");
        Assert.Equal("failed", (await page.ComeBackAsync())["status"]);
    }

    [Fact]
    public async Task It_fits_a_screen_that_is_320_pixels_wide()
    {
        var payment = await ChargeAsync(amount: 99_999_999);
        var page = await chromium.NewPageAsync(new() { ViewportSize = new() { Width = 320, Height = 480 } });
        await page.OpenChallengeAsync(payment);
        await AssertFitsAsync(page);
        await page.EnterAsync("654321");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await AssertFitsAsync(page);

        // What is pressed with a thumb is at least 24 pixels in each direction: WCAG 2.2, 2.5.8.
        foreach (var name in (string[])["Confirm", "Cancel"])
        {
            var box = await page.Button(name).BoundingBoxAsync();
            Assert.True(box is { Width: >= 24, Height: >= 24 }, $"{name} is {box?.Width} by {box?.Height}");
        }

        await page.Button("Cancel").ClickAsync();
        await page.ComeBackAsync();
        await page.OpenChallengeAsync(payment);
        await AssertFitsAsync(page);
    }

    [Fact]
    public async Task Its_content_policy_is_strict_and_it_keeps_to_it()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        var complaints = new List<string>();
        var asked = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) => asked.Add(request.Url);

        var response = await page.GotoAsync(payment.PayCode!.ThreeDsUrl!);
        var headers = await response!.AllHeadersAsync();
        var policy = headers["content-security-policy"];
        Assert.StartsWith("default-src 'none'; style-src 'nonce-", policy, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", headers["cache-control"]);
        Assert.Equal("no-referrer", headers["referrer-policy"]);
        Assert.Equal("nosniff", headers["x-content-type-options"]);
        Assert.False(headers.ContainsKey("server"));
        Assert.False(headers.ContainsKey("set-cookie"));

        await page.EnterAsync("654321");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await page.EnterAsync("123456");
        await page.ComeBackAsync();
        Assert.Empty(complaints);
        Assert.All(asked, url => Assert.True(
            url.StartsWith(payment.PayCode.ThreeDsUrl!, StringComparison.Ordinal) || url.StartsWith(chromium.Shop.ReturnUrl, StringComparison.Ordinal)
            || url.EndsWith("/favicon.ico", StringComparison.Ordinal), url));
    }

    [Theory]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("7&status=authorised&uuid=7PPPMXIGH#top")]
    [InlineData("a+b c%20d%2526/?=;")]
    [InlineData("Käse 🧀 王")]
    public async Task A_hostile_order_number_comes_back_as_it_was(string order)
    {
        order += Requests.NewOrder();
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ExternalId = order, ReturnUrl = chromium.Shop.ReturnUrl });
        var page = await chromium.NewPageAsync();
        page.Dialog += (_, dialog) => Assert.Fail(dialog.Message);
        await page.OpenChallengeAsync(payment);
        await page.Button("Cancel").ClickAsync();
        var returned = await page.ComeBackAsync();
        Assert.Equal(
            new Dictionary<string, string> { ["uuid"] = payment.Uuid, ["external_id"] = order, ["status"] = "failed" }, returned);
        await page.OpenChallengeAsync(payment);
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" }).ClickAsync();
        Assert.Equal(returned, await page.ComeBackAsync());
    }

    [Theory]
    [InlineData("?next=\"><img src=x onerror=alert(1)>")]
    [InlineData("?next='><script>alert(1)</script>&amp;")]
    [InlineData("/../return/%2e%2e/Käse?grün=ja")]
    public async Task A_hostile_return_address_is_only_an_address(string tail)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ReturnUrl = chromium.Shop.ReturnUrl + tail });
        var page = await chromium.NewPageAsync();
        page.Dialog += (_, dialog) => Assert.Fail(dialog.Message);
        await page.OpenChallengeAsync(payment);
        await page.Button("Cancel").ClickAsync();
        var returned = await page.ComeBackAsync();
        Assert.Equal((payment.Uuid, payment.ExternalId, "failed"), (returned["uuid"], returned["external_id"], returned["status"]));
        await page.OpenChallengeAsync(payment);
        Assert.Equal(0, await page.Locator("img, script").CountAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" }).ClickAsync();
        Assert.Equal(returned, await page.ComeBackAsync());
    }

    [Fact]
    public async Task A_shop_that_sends_the_customer_on_to_another_origin_is_reached()
    {
        // Chromium holds a form's target to the policy through every redirect that follows.
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ReturnUrl = chromium.Shop.MovedReturnUrl });
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("123456");
        Assert.Equal("authorised", (await page.ComeBackAsync())["status"]);
        Assert.StartsWith("https://example.com/return?", page.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://käse.example/danke", "https://xn--kse-qla.example/danke?")]
    [InlineData("https://somebody:secret@example.com/thanks", "https://somebody:secret@example.com/thanks?")]
    [InlineData("http://[::1]:8090/thanks", "http://[::1]:8090/thanks?")]
    public async Task An_unusual_return_address_is_returned_to(string address, string start)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ReturnUrl = address });
        using var http = gateway.Raw();
        using var shown = await http.GetAsync(payment.PayCode!.ThreeDsUrl);
        Assert.Equal(200, (int)shown.StatusCode);
        var policy = shown.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("secret", policy, StringComparison.Ordinal);
        Assert.All(policy, c => Assert.True(char.IsAscii(c), policy));

        using var form = new FormUrlEncodedContent([KeyValuePair.Create("action", "cancel")]);
        using var left = await http.PostAsync(payment.PayCode.ThreeDsUrl, form);
        Assert.Equal(303, (int)left.StatusCode);
        Assert.StartsWith(start, left.Headers.GetValues("Location").Single(), StringComparison.Ordinal);
    }

    private static async Task AssertFitsAsync(IPage page) =>
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 320);

    private Task<PaymentResponse> ChargeAsync(long amount = 1000) =>
        gateway.Client.ChargeAsync(Requests.Charge("4111111111111111", amount) with { ReturnUrl = chromium.Shop.ReturnUrl });
}

public sealed class ChallengePageForEverybodyOnSqlite(SqliteGateway gateway, Chromium chromium) : ChallengePageForEverybody(gateway, chromium);

public sealed class ChallengePageForEverybodyOnPostgres(PostgresGateway gateway, Chromium chromium) : ChallengePageForEverybody(gateway, chromium);
