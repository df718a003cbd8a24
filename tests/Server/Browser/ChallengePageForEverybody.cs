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

        // First to be asked about, then to the bank, and at the end back from it, which a page without scripts does by itself.
        await page.Button("Continue").ClickAsync();
        await page.Button("Continue").ClickAsync();
        await page.EnterInWindowAsync("654321");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await page.EnterInWindowAsync("123456");
        await page.Button("Continue").ClickAsync();
        Assert.Equal("authorised", (await page.ComeBackAsync())["status"]);
    }

    [Fact]
    public async Task It_works_with_the_keyboard_alone()
    {
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(await ChargeAsync());

        // Nothing on our page comes before the bank's field, and Enter in it confirms.
        await ReachAsync(page, page.CodeField());
        await page.Keyboard.TypeAsync("654321");
        await page.Keyboard.PressAsync("Enter");
        await page.BankAlert().WaitForAsync();
        await ReachAsync(page, page.CodeField());
        await Assertions.Expect(page.CodeField()).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("123456");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.BankButton("Confirm")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("authorised", (await page.ComeBackAsync())["status"]);

        await page.OpenChallengeAsync(await ChargeAsync());
        await ReachAsync(page, page.CodeField());
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.BankButton("Cancel")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Space");
        Assert.Equal("failed", (await page.ComeBackAsync())["status"]);
    }

    [Fact]
    public async Task It_fits_a_screen_that_is_320_pixels_wide()
    {
        var payment = await ChargeAsync(amount: 99_999_999);
        var page = await chromium.NewPageAsync(new() { ViewportSize = new() { Width = 320, Height = 480 } });
        var scripted = page;
        var unscripted = await chromium.NewPageAsync(new() { ViewportSize = new() { Width = 320, Height = 480 }, JavaScriptEnabled = false });
        await unscripted.OpenChallengeAsync(payment);
        await AssertFitsAsync(unscripted, "Continue");
        await unscripted.Button("Continue").ClickAsync();
        await unscripted.GetByText("Go on to your bank's page").WaitForAsync();
        await AssertFitsAsync(unscripted, "Continue");

        // With little room, the bank's page has all of it.
        await scripted.OpenChallengeAsync(payment);
        await scripted.EnterInWindowAsync("654321");
        await scripted.GetByRole(AriaRole.Alert).WaitForAsync();
        await AssertFitsAsync(scripted, "Confirm", "Cancel");
        await scripted.Button("Cancel").ClickAsync();
        await scripted.ComeBackAsync();
        await scripted.OpenChallengeAsync(payment);
        await AssertFitsAsync(scripted);
    }

    [Fact]
    public async Task Its_content_policy_is_strict_and_it_keeps_to_it()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        var complaints = page.Complaints();
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);

        var response = await page.GotoAsync(payment.PayCode!.ThreeDsUrl!);
        var headers = await response!.AllHeadersAsync();
        var policy = headers["content-security-policy"];
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", headers["cache-control"]);
        Assert.Equal("no-referrer", headers["referrer-policy"]);
        Assert.Equal("nosniff", headers["x-content-type-options"]);
        Assert.False(headers.ContainsKey("server"));
        Assert.False(headers.ContainsKey("set-cookie"));

        await page.EnterAsync("654321");
        await page.BankAlert().WaitForAsync();
        await page.EnterAsync("123456");
        await page.ComeBackAsync();
        Assert.Empty(complaints);
        string[] expected = [payment.PayCode.ThreeDsUrl!, gateway.Address + "3ds/assets/", gateway.Address + "sandbox/acs/", chromium.Shop.ReturnUrl];
        Assert.All(asked, url => Assert.True(
            expected.Any(start => url.StartsWith(start, StringComparison.Ordinal)) || url.EndsWith("/favicon.ico", StringComparison.Ordinal), url));
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
        await page.BankButton("Cancel").ClickAsync();
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
        await page.BankButton("Cancel").ClickAsync();
        var returned = await page.ComeBackAsync();
        Assert.Equal((payment.Uuid, payment.ExternalId, "failed"), (returned["uuid"], returned["external_id"], returned["status"]));
        await page.OpenChallengeAsync(payment);
        Assert.Equal(0, await page.Locator("img, script:not([integrity])").CountAsync());
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

        var left = await PlainBrowser.WalkAsync(http, payment.PayCode.ThreeDsUrl!, "cancel");
        Assert.Equal(303, left.Status);
        Assert.StartsWith(start, left.Location!.OriginalString, StringComparison.Ordinal);
    }

    /// <summary>Comes to what is first on a page: by Tab, unless it has the focus already.</summary>
    private static async Task ReachAsync(IPage page, ILocator first)
    {
        await first.WaitForAsync();
        if (!await first.EvaluateAsync<bool>("e => e.ownerDocument.hasFocus() && e.ownerDocument.activeElement === e"))
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await Assertions.Expect(first).ToBeFocusedAsync();
    }

    /// <summary>Nothing is wider than the screen, and what is pressed with a thumb is at least 24 pixels in each direction: WCAG 2.2, 2.5.8.</summary>
    private static async Task AssertFitsAsync(IPage page, params string[] buttons)
    {
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 320);
        foreach (var name in buttons)
        {
            var box = await page.Button(name).BoundingBoxAsync();
            Assert.True(box is { Width: >= 24, Height: >= 24 }, $"{name} is {box?.Width} by {box?.Height}");
        }
    }

    private Task<PaymentResponse> ChargeAsync(long amount = 1000) =>
        gateway.Client.ChargeAsync(Requests.Charge("4111111111111111", amount) with { ReturnUrl = chromium.Shop.ReturnUrl });
}

public sealed class ChallengePageForEverybodyOnSqlite(SqliteGateway gateway, Chromium chromium) : ChallengePageForEverybody(gateway, chromium);

public sealed class ChallengePageForEverybodyOnPostgres(PostgresGateway gateway, Chromium chromium) : ChallengePageForEverybody(gateway, chromium);
