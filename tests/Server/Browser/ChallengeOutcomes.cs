using Microsoft.Playwright;
using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Tests.House;
using PaymentStatus = Tollgate.Client.Contract.PaymentStatus;
using PaymentType = Tollgate.Client.Contract.PaymentType;

namespace Tollgate.Server.Tests.Browser;

/// <summary>How a challenge can end, in a real browser.</summary>
public abstract class ChallengeOutcomes(Gateway gateway, Chromium chromium)
{
    [Fact]
    public async Task The_right_code_authorises_and_leads_back_to_the_shop()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.GetByText("AUD 10.00").WaitForAsync();
        await page.GetByText("1111").WaitForAsync();
        await page.EnterAsync("123456");

        await AssertReturnedAsync(page, payment, "authorised");
        Assert.Equal((PaymentStatus.Authorised, 1), await LookAsync(payment));
    }

    [Fact]
    public async Task The_shops_own_query_and_fragment_stay()
    {
        var payment = await ChargeAsync(returnUrl: chromium.Shop.ReturnUrl + "?basket=7&note=a%20b%26c#thanks");
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("123456");

        await page.ComeBackAsync();
        Assert.Equal(
            $"{chromium.Shop.ReturnUrl}?basket=7&note=a%20b%26c&uuid={payment.Uuid}&external_id={payment.ExternalId}&status=authorised#thanks", page.Url);
    }

    [Fact]
    public async Task Two_wrong_codes_are_forgiven()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        for (var i = 0; i < 2; i++)
        {
            await page.EnterAsync("654321");
            await page.BankAlert().WaitForAsync();
            await Assertions.Expect(page.CodeField()).ToHaveValueAsync(string.Empty);
        }

        await page.EnterAsync("123456");
        await AssertReturnedAsync(page, payment, "authorised");
        Assert.Equal((PaymentStatus.Authorised, 1), await LookAsync(payment));
    }

    [Fact]
    public async Task The_third_wrong_code_ends_it()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        foreach (var code in (string[])["", "12345", "1234567"])
        {
            await page.EnterAsync(code);
        }

        await AssertReturnedAsync(page, payment, "failed");
        await AssertDeclinedAsync(payment);

        // The right code comes too late.
        await page.OpenChallengeAsync(payment);
        await page.GetByText("This payment was not made.").WaitForAsync();
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.BankButton("Cancel").ClickAsync();

        await AssertReturnedAsync(page, payment, "failed");
        await AssertDeclinedAsync(payment);
    }

    [Fact]
    public async Task Reloading_neither_ends_the_challenge_nor_costs_a_try()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.ReloadAsync();
        await page.EnterAsync("654321");
        await page.BankAlert().WaitForAsync();
        for (var i = 0; i < 3; i++)
        {
            await page.ReloadAsync();
            await page.BankAlert().WaitForAsync();
        }

        await page.EnterAsync("123456");
        await AssertReturnedAsync(page, payment, "authorised");
    }

    [Fact]
    public async Task Going_back_after_passing_shows_that_it_is_done()
    {
        var payment = await ChargeAsync();
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("123456");
        await AssertReturnedAsync(page, payment, "authorised");

        await page.GoBackAsync();
        await page.GetByText("This payment is done.").WaitForAsync();
        Assert.Equal(0, await page.CodeField().CountAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" }).ClickAsync();
        await AssertReturnedAsync(page, payment, "authorised");
        Assert.Equal((PaymentStatus.Authorised, 1), await LookAsync(payment));
    }

    [Fact]
    public async Task Two_tabs_that_both_pass_authorise_once()
    {
        var payment = await ChargeAsync();
        var customer = await chromium.NewCustomerAsync();
        var tabs = new[] { await customer.NewStillPageAsync(), await customer.NewStillPageAsync() };
        foreach (var tab in tabs)
        {
            await tab.OpenChallengeAsync(payment);
            await tab.CodeField().FillAsync("123456");
        }

        await Task.WhenAll(tabs.Select(tab => tab.BankButton("Confirm").ClickAsync()));
        foreach (var tab in tabs)
        {
            await AssertReturnedAsync(tab, payment, "authorised");
        }

        Assert.Equal((PaymentStatus.Authorised, 1), await LookAsync(payment));
    }

    [Fact]
    public async Task A_tab_that_is_left_alone_follows_the_one_that_passes()
    {
        var payment = await ChargeAsync();
        var customer = await chromium.NewCustomerAsync();
        var (idle, busy) = (await customer.NewPageAsync(), await customer.NewPageAsync());
        await idle.OpenChallengeAsync(payment);
        await idle.CodeField().WaitForAsync();
        await busy.OpenChallengeAsync(payment);
        await busy.EnterAsync("123456");

        await AssertReturnedAsync(busy, payment, "authorised");
        await AssertReturnedAsync(idle, payment, "authorised");
        Assert.Equal((PaymentStatus.Authorised, 1), await LookAsync(payment));
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_begins_one_attempt()
    {
        var payment = await ChargeAsync();
        using var http = gateway.Raw();
        var page = await http.GetStringAsync(payment.PayCode!.ThreeDsUrl, TestContext.Current.CancellationToken);
        var attempt = page.Split("data-attempt=\"")[1].Split('"')[0];
        var answers = await AtOnce.DoAsync(4, async _ =>
        {
            using var form = new FormUrlEncodedContent([new("attempt", attempt), new("method", "U"), new("javascript_enabled", "false")]);
            using var answer = await http.PostAsync(payment.PayCode.ThreeDsUrl + "/start", form, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        });

        Assert.All(answers, status => Assert.Equal(303, status));
        Assert.Single(await Proof.JournalOfAsync(gateway, payment.Uuid), e => e is PaymentEvent.AuthenticationStarted);
        Assert.Equal(303, (await PlainBrowser.WalkAsync(http, payment.PayCode.ThreeDsUrl!, "123456")).Status);
        Assert.Equal((PaymentStatus.Authorised, 1), await LookAsync(payment));
    }

    [Fact]
    public async Task A_passed_challenge_may_still_be_declined()
    {
        var payment = await ChargeAsync("4000008400001629");
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("123456");

        await AssertReturnedAsync(page, payment, "failed");
        payment = await gateway.Client.GetPaymentAsync(payment.Uuid);
        Assert.Equal((PaymentStatus.Failed, "issuer_declined"), (payment.Status, payment.PayCode?.ErrorCode));
    }

    [Fact]
    public async Task An_automatic_capture_follows_the_challenge()
    {
        var payment = await gateway.Client.ChargeAsync(
            Requests.Charge("4000000000003220") with { ReturnUrl = chromium.Shop.ReturnUrl, Capture = true, PaymentType = PaymentType.Unscheduled });
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("123456");
        await AssertReturnedAsync(page, payment, "waiting");
    }

    [Fact]
    public async Task Unknown_links_say_so_in_plain_words()
    {
        var payment = await ChargeAsync();
        var url = payment.PayCode!.ThreeDsUrl!;
        var key = url[(url.LastIndexOf('/') + 1)..];
        var other = (await ChargeAsync()).PayCode!.ThreeDsUrl!;
        string[] unknown =
        [
            $"{gateway.Address}3ds/{payment.Uuid}/{key[..^1]}",
            $"{gateway.Address}3ds/{payment.Uuid}/{key}A",
            $"{gateway.Address}3ds/{payment.Uuid}/{other[(other.LastIndexOf('/') + 1)..]}",
            $"{gateway.Address}3ds/7PPPMXIGH/{key}",
            $"{gateway.Address}3ds/%22%3E%3Cscript%3E/{key}",
        ];
        var page = await chromium.NewPageAsync();
        foreach (var link in unknown)
        {
            var response = await page.GotoAsync(link);
            Assert.Equal(404, response!.Status);
            await page.GetByRole(AriaRole.Heading, new() { Name = "Unknown link" }).WaitForAsync();
            Assert.Equal(0, await page.CodeField().CountAsync());
        }

        Assert.Equal((PaymentStatus.Pending, 0), await LookAsync(payment));
    }

    [Fact]
    public async Task A_session_that_is_over_is_said_in_a_plain_sentence()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ReturnUrl = chromium.Shop.ReturnUrl });
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(6));
        var early = await (await chromium.NewCustomerAsync()).NewStillPageAsync();
        await early.OpenChallengeAsync(payment);
        await early.CodeField().WaitForAsync();
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(9));

        var late = await chromium.NewPageAsync();
        Assert.Equal(410, (await late.OpenChallengeAsync(payment))!.Status);
        await late.GetByText("The time for this payment is over. Nothing was charged.").WaitForAsync();
        await late.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" }).ClickAsync();
        await AssertReturnedAsync(late, payment, "expired");

        // Who had the page open and passes the challenge is not charged either.
        await early.EnterAsync("123456");
        await AssertReturnedAsync(early, payment, "expired");
        var after = await own.Client.GetPaymentAsync(payment.Uuid);
        Assert.Equal((PaymentStatus.Expired, "session_expired"), (after.Status, after.PayCode?.ErrorCode));
        Assert.Equal(0, (await own.Client.GetBooksAsync(payment.Uuid)).Authorisations);
    }

    private static async Task AssertReturnedAsync(IPage page, PaymentResponse payment, string status)
    {
        var returned = await page.ComeBackAsync();
        Assert.Equal((payment.Uuid, payment.ExternalId, status), (returned["uuid"], returned["external_id"], returned["status"]));
        Assert.Equal(3, returned.Count);
    }

    private Task<PaymentResponse> ChargeAsync(string card = "4111111111111111", string? returnUrl = null) =>
        gateway.Client.ChargeAsync(Requests.Charge(card) with { ReturnUrl = returnUrl ?? chromium.Shop.ReturnUrl });

    private async Task AssertDeclinedAsync(PaymentResponse payment)
    {
        Assert.Equal((PaymentStatus.Failed, 0), await LookAsync(payment));
        Assert.Equal("authentication_declined", (await gateway.Client.GetPaymentAsync(payment.Uuid)).PayCode?.ErrorCode);
    }

    /// <summary>How a payment ended, and how often the acquirer was asked to authorise it.</summary>
    private async Task<(PaymentStatus Status, int Authorisations)> LookAsync(PaymentResponse payment) => (
        (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status,
        (await gateway.Client.GetBooksAsync(payment.Uuid)).Authorisations);
}

public sealed class ChallengeOutcomesOnSqlite(SqliteGateway gateway, Chromium chromium) : ChallengeOutcomes(gateway, chromium);

public sealed class ChallengeOutcomesOnPostgres(PostgresGateway gateway, Chromium chromium) : ChallengeOutcomes(gateway, chromium);
