using Microsoft.Playwright;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Browser;

/// <summary>From the charge call, by way of the customer's browser and the bank, to the webhook: every way that an authentication can go.</summary>
public abstract class AuthenticationStories(Gateway gateway, Chromium chromium)
{
    private const string Told = "What the merchant was told";

    [Theory]
    [InlineData("4000000000001091")]
    [InlineData("5200000000002151")]
    [InlineData("4000000000002503")]
    public async Task A_challenge_that_is_passed(string card)
    {
        await using var story = await BeginAsync(card);
        await story.Page.CodeField().WaitForAsync();
        var frame = story.Page.Locator("#challenge-frame");
        Assert.Equal(("500", "600"), (await frame.GetAttributeAsync("width"), await frame.GetAttributeAsync("height")));
        await story.KeepAsync("challenge");
        await story.Page.EnterAsync("123456");
        await story.EndsAsync("authorised", authorisations: 1);
        await story.KeepAsync("back-at-the-shop");
    }

    [Fact]
    public async Task A_wrong_code_three_times()
    {
        await using var story = await BeginAsync("4000000000001091");
        foreach (var code in (string[])["000000", "111111"])
        {
            await story.Page.EnterAsync(code);
            await story.Page.BankAlert().WaitForAsync();
            await Assertions.Expect(story.Page.CodeField()).ToHaveValueAsync(string.Empty);
        }

        await story.KeepAsync("wrong-code");
        await story.Page.EnterAsync("222222");
        await story.EndsAsync("failed", "authentication_declined");
    }

    [Fact]
    public async Task A_challenge_that_is_cancelled()
    {
        await using var story = await BeginAsync("4000000000001091");
        await story.Page.BankButton("Cancel").ClickAsync();
        await story.EndsAsync("failed", "authentication_declined");
    }

    [Fact]
    public async Task A_challenge_that_is_abandoned()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var story = await BeginAsync("4000000000001091", own);
        await story.Page.CodeField().WaitForAsync();
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(PaymentStatus.Pending, (await story.LookAsync()).Status);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));

        // The page has stood there all the time, and sees that it is over.
        await story.EndsAsync("expired", "authentication_expired");
        Assert.Equal(410, (await story.OpenAgainAsync())!.Status);
        await story.Page.GetByText("The time for this payment is over.").WaitForAsync();
        await story.KeepAsync("expired");
    }

    [Theory]
    [InlineData("4000000000001000")]
    [InlineData("5200000000001005")]
    [InlineData("4000000000001026")]
    [InlineData("4000010000000001")]
    [InlineData("4000000000002354")]
    public async Task No_challenge_at_all(string card)
    {
        await using var story = await BeginAsync(card);
        await story.EndsAsync("authorised", authorisations: 1);
    }

    [Theory]
    [InlineData("4000000000001018")]
    [InlineData("4000000000001042")]
    public async Task An_issuer_that_says_no(string card)
    {
        await using var story = await BeginAsync(card);
        await story.EndsAsync("failed", "authentication_declined");
    }

    [Theory]
    [InlineData("4000000000002701", "authorised", "The sandbox's bank thanks you for your purchase.")]
    [InlineData("4000000000002040", "failed", "Please call the number on the back of your card.")]
    public async Task An_issuer_that_has_something_to_say(string card, string status, string words)
    {
        await using var story = await BeginAsync(card);
        await story.Page.GetByText(words).WaitForAsync();
        await story.KeepAsync("cardholder-info-" + status);
        await story.Page.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" }).ClickAsync();
        await story.EndsAsync(status, status == "failed" ? "authentication_declined" : null, status == "failed" ? 0 : 1);
    }

    [Fact]
    public async Task A_3DS_method_that_never_ends_is_waited_for_ten_seconds()
    {
        await using var story = await BeginAsync("5200010000000006", open: false);
        await story.Page.Clock.InstallAsync();
        var method = story.Page.WaitForResponseAsync(answer => answer.Url.EndsWith("/sandbox/acs/method/silent", StringComparison.Ordinal));
        await story.OpenAgainAsync();
        Assert.Equal(200, (await method).Status);
        await story.KeepAsync("method");
        Assert.Equal(PaymentStatus.Pending, (await story.LookAsync()).Status);
        await story.Page.Clock.FastForwardAsync(10_000);
        await story.EndsAsync("authorised", authorisations: 1);
    }

    [Theory]
    [InlineData("Approve", "authorised")]
    [InlineData("Decline", "failed")]
    [InlineData("Cancel", "failed")]
    public async Task An_approval_in_the_banks_app(string answer, string status)
    {
        await using var story = await BeginAsync("4100000000005000");
        await story.Page.BankButton(answer).WaitForAsync();
        await story.KeepAsync("out-of-band");
        await story.Page.BankButton(answer).ClickAsync();
        await story.EndsAsync(status, status == "failed" ? "authentication_declined" : null, status == "failed" ? 0 : 1);
    }

    [Fact]
    public async Task A_phone_has_the_bank_in_the_whole_window()
    {
        await using var story = await BeginAsync("4000000000001091", options: new()
        {
            ViewportSize = new() { Width = 390, Height = 844 },
            DeviceScaleFactor = 3,
            IsMobile = true,
            HasTouch = true,
        });
        await story.Page.Button("Confirm").WaitForAsync();
        Assert.Contains("/sandbox/acs/challenge", story.Page.Url, StringComparison.Ordinal);
        await story.KeepAsync("phone");

        // Whoever goes back from the bank is where they came from, and the link leads to the bank again.
        await story.Page.GoBackAsync();
        Assert.Equal("about:blank", story.Page.Url);
        await story.OpenAgainAsync();
        await story.Page.EnterInWindowAsync("123456");
        await story.EndsAsync("authorised", authorisations: 1);
    }

    [Fact]
    public async Task A_reload_in_the_middle()
    {
        await using var story = await BeginAsync("4000000000001091");
        await story.Page.CodeField().FillAsync("12");
        await story.Page.ReloadAsync();
        await Assertions.Expect(story.Page.CodeField()).ToHaveValueAsync(string.Empty);
        await story.Page.EnterAsync("123456");
        await story.EndsAsync("authorised", authorisations: 1);
    }

    [Fact]
    public async Task Two_tabs_of_which_one_cancels_and_the_other_passes_too_late()
    {
        await using var story = await BeginAsync("4000000000001091");
        await story.Page.CodeField().WaitForAsync();
        var other = await story.Page.Context.NewStillPageAsync();
        await other.GotoAsync(story.Address);
        await other.CodeField().FillAsync("123456");
        await story.Page.BankButton("Cancel").ClickAsync();
        await story.EndsAsync("failed", "authentication_declined");

        await other.BankButton("Confirm").ClickAsync();
        Assert.Equal("failed", (await other.ComeBackAsync())["status"]);
        Assert.Equal(PaymentStatus.Failed, (await story.LookAsync()).Status);
    }

    [Fact]
    public async Task A_result_that_comes_after_the_browser()
    {
        await using var story = await BeginAsync("4000000000001133");
        await story.Page.EnterAsync("123456");
        await story.Page.GetByRole(AriaRole.Heading, new() { Name = "One moment" }).WaitForAsync();
        await story.KeepAsync("waiting");
        await story.EndsAsync("authorised", authorisations: 1);
    }

    [Fact]
    public async Task A_result_that_never_comes()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var story = await BeginAsync("4000000000001125", own);
        await story.Page.EnterAsync("123456");
        await story.Page.GetByRole(AriaRole.Heading, new() { Name = "One moment" }).WaitForAsync();
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(30));
        await story.EndsAsync("failed", "authentication_unavailable");
    }

    [Fact]
    public async Task An_issuer_that_does_not_answer_in_ten_seconds()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var story = await BeginAsync("4000000000001075", own, open: false);
        var opened = story.OpenAgainAsync();
        await Eventually.GetAsync(
            async () => (await Proof.JournalOfAsync(own, story.Uuid)).Count, events => events >= 3, "the question to the issuer");
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(11));
        await opened;
        await story.EndsAsync("authorised", authorisations: 1);
    }

    [Theory]
    [InlineData("proceed", "authorised", null, 1)]
    [InlineData("refuse", "failed", "authentication_unavailable", 0)]
    public async Task A_directory_server_that_is_down(string otherwise, string status, string? reason, int authorisations)
    {
        await using var line = await DirectoryServerLine.StartAsync();
        await using var own = gateway.Another([.. line.Settings, $"--Tollgate:Apps:0:WhenAuthenticationUnavailable={otherwise}"]);
        await own.InitializeAsync();
        line.LeadTo(own);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        using var client = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        await Eventually.GetAsync(
            () => client.ChargeAsync(Requests.Charge("4000000000001000")), payment => payment.Status == PaymentStatus.Pending, "the ranges of the directory server");

        // It goes down between the charge, which has found the card among its ranges, and the customer.
        await using var story = await BeginAsync("4000000000001091", own, client: client, open: false);
        line.IsCut = true;
        await story.OpenAgainAsync();
        await story.EndsAsync(status, reason, authorisations);
        await story.KeepAsync("directory-server-down-" + otherwise);
    }

    private async Task<Story> BeginAsync(
        string card, Gateway? at = null, BrowserNewContextOptions? options = null, Tollgate.Client.TollgateClient? client = null, bool open = true)
    {
        var receiver = await WebhookReceiver.StartAsync();
        var payment = await (client ?? (at ?? gateway).Client).ChargeAsync(Requests.Charge(card) with
        {
            ReturnUrl = chromium.Shop.ReturnUrl,
            WebhookNotification = new() { EndpointUrl = receiver.Url, AuthorizationHeader = Told },
        });
        Assert.Equal(PaymentStatus.Pending, payment.Status);
        var story = new Story(at ?? gateway, client ?? (at ?? gateway).Client, payment, receiver, await chromium.NewPageAsync(options));
        if (open)
        {
            await story.OpenAgainAsync();
        }

        return story;
    }

    /// <summary>One payment, its customer's browser, and its merchant's endpoint.</summary>
    private sealed class Story(Gateway gateway, Tollgate.Client.TollgateClient client, PaymentResponse payment, WebhookReceiver receiver, IPage page) : IAsyncDisposable
    {
        public IPage Page => page;

        public string Uuid => payment.Uuid;

        public string Address => payment.PayCode!.ThreeDsUrl!;

        public Task<IResponse?> OpenAgainAsync() => page.GotoAsync(Address);

        public Task<PaymentResponse> LookAsync() => client.GetPaymentAsync(payment.Uuid);

        /// <summary>Keeps a picture, of one engine: the other looks the same.</summary>
        public Task KeepAsync(string name) => gateway is SqliteGateway ? page.KeepAsync(name) : Task.CompletedTask;

        /// <summary>The customer is back at the shop, the merchant is told once, and the acquirer was asked as often as it should be.</summary>
        public async Task EndsAsync(string status, string? reason = null, int authorisations = 0)
        {
            var returned = await page.ComeBackAsync();
            Assert.Equal((payment.Uuid, payment.ExternalId, status), (returned["uuid"], returned["external_id"], returned["status"]));
            var told = await receiver.NextAsync();
            var now = await LookAsync();
            Assert.Equal((status, reason), (System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(now.Status.ToString()), now.PayCode?.ErrorCode));
            Assert.Equal((now.Uuid, now.Status, now.PayCode?.ErrorCode), (told.Payment.Uuid, told.Payment.Status, told.Payment.PayCode?.ErrorCode));
            Assert.Equal(authorisations, (await client.GetBooksAsync(payment.Uuid)).Authorisations);
            Assert.Single(receiver.All);
        }

        public async ValueTask DisposeAsync()
        {
            await page.Context.CloseAsync();
            await receiver.DisposeAsync();
        }
    }
}

public sealed class AuthenticationStoriesOnSqlite(SqliteGateway gateway, Chromium chromium) : AuthenticationStories(gateway, chromium);

public sealed class AuthenticationStoriesOnPostgres(PostgresGateway gateway, Chromium chromium) : AuthenticationStories(gateway, chromium);
