using System.Globalization;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Risk;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Risk;

/// <summary>What is decided of an attempt, what that does to the payment, and what its timeline says.</summary>
public abstract class RiskDecisions(Gateway gateway)
{
    private const string Enforce = "--Tollgate:Risk:Mode=enforce";

    [Fact]
    public async Task The_sandbox_only_watches_unless_it_is_told_to_enforce()
    {
        await using var own = await StartAsync();
        PaymentResponse payment = null!;
        for (var i = 0; i < 7; i++)
        {
            payment = await own.Client.ChargeAsync(Requests.Charge());
            Assert.Equal(PaymentStatus.Authorised, payment.Status);
        }

        var risk = await RiskOfAsync(own, payment);
        Assert.Equal(("refuse", "allow", "monitor", "card_attempts", "6"), (risk["verdict"], risk["effect"], risk["mode"], risk["because"], risk["card_attempts"]));
    }

    [Fact]
    public async Task A_card_that_is_tried_again_and_again_is_challenged_and_then_refused()
    {
        await using var own = await StartAsync(Enforce);
        var seen = new List<string>();
        PaymentResponse last = null!;
        for (var i = 0; i < 7; i++)
        {
            last = await own.Client.ChargeAsync(Requests.Charge());
            seen.Add(last.PayCode?.ErrorCode ?? WordOf(last.Status));
        }

        Assert.Equal(["authorised", "authorised", "pending", "pending", "pending", "risk_declined", "risk_declined"], seen);
        var entries = (await own.Client.GetTimelineAsync(last.Uuid)).Records;
        Assert.Equal(["created", "risk_declined"], entries.Where(e => e.Type == TimelineEntryType.Event).Select(e => e.Name));
        Assert.DoesNotContain(entries, e => e.Type == TimelineEntryType.Message);
        Assert.Equal("The payment was declined.", last.PayCode?.ErrorMessage);
    }

    [Fact]
    public async Task Who_is_challenged_and_proves_to_be_the_cardholder_pays()
    {
        await using var own = await StartAsync(Enforce, "--Tollgate:Risk:CardAttempts=1/6");
        var payment = await own.Client.ChargeAsync(Requests.Charge("4000000000001000"));
        Assert.Equal(PaymentStatus.Pending, payment.Status);
        var plan = (await own.Client.GetTimelineAsync(payment.Uuid)).Records.Single(e => e.Name == "authentication_plan");
        Assert.Equal(("authenticate", "risk"), (plan.Details["plan"], plan.Details["because"]));

        using var http = own.Raw();
        await PlainBrowser.WalkAsync(http, payment.PayCode!.ThreeDsUrl!);
        Assert.Equal(PaymentStatus.Authorised, (await own.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Theory]
    [InlineData("378282246310005")] // Its issuer takes no part in 3-D Secure.
    [InlineData("4000000000001034")] // Its issuer cannot say.
    public async Task Who_must_be_authenticated_and_cannot_be_does_not_pay(string card)
    {
        await using var own = await StartAsync(Enforce, "--Tollgate:Risk:CardAttempts=1/6");
        var payment = await own.Client.ChargeAsync(Requests.Charge(card));
        if (payment.PayCode?.ThreeDsUrl is { } page)
        {
            using var http = own.Raw();
            await PlainBrowser.WalkAsync(http, page);
            payment = await own.Client.GetPaymentAsync(payment.Uuid);
        }

        Assert.Equal(PaymentStatus.Failed, payment.Status);
        Assert.Contains(payment.PayCode?.ErrorCode, (string[])["risk_declined", "authentication_unavailable"]);
        Assert.DoesNotContain(await own.Client.GetTimelineAsync(payment.Uuid) is var timeline ? timeline.Records : [], e => e.Name == "authorisation_started");
    }

    [Fact]
    public async Task A_hundred_identical_requests_at_once_are_one_attempt()
    {
        await using var own = await StartAsync(Enforce);
        var charge = Requests.Charge();
        var answers = await AtOnce.DoAsync(100, _ => own.Client.ChargeAsync(charge));
        Assert.Single(answers.Select(a => a.Uuid).Distinct());
        Assert.All(answers, a => Assert.NotEqual(PaymentStatus.Failed, a.Status));
        Assert.Equal("2", (await RiskOfAsync(own, await own.Client.ChargeAsync(Requests.Charge())))["card_attempts"]);
    }

    [Fact]
    public async Task What_is_counted_is_known_after_a_restart()
    {
        await using var own = await StartAsync(Enforce);
        for (var i = 0; i < 5; i++)
        {
            await own.Client.ChargeAsync(Requests.Charge());
        }

        var stolen = await own.Client.ChargeAsync(Requests.Charge("4000000000009979"));
        await own.StopAsync();
        await own.StartAsync();

        Assert.Equal("risk_declined", (await own.Client.ChargeAsync(Requests.Charge())).PayCode?.ErrorCode);
        Assert.Equal("issuer_declined", stolen.PayCode?.ErrorCode);
        Assert.Equal("never_again", (await RiskOfAsync(own, await own.Client.ChargeAsync(Requests.Charge("4000000000009979"))))["because"]);
    }

    [Theory]
    [InlineData("4000000000009979", "issuer_declined", "never_again")]
    [InlineData("4000000000009987", "issuer_declined", "never_again")]
    [InlineData("5105105105105100", "issuer_declined", "never_again")]
    [InlineData("5200828282828210", "insufficient_funds", "advice_wait")]
    public async Task What_the_issuer_says_of_trying_again_is_taken(string card, string first, string because)
    {
        await using var own = await StartAsync(Enforce, "--Tollgate:Risk:CardAttempts=off");
        Assert.Equal(first, (await own.Client.ChargeAsync(Requests.Charge(card))).PayCode?.ErrorCode);
        var again = await own.Client.ChargeAsync(Requests.Charge(card));
        Assert.Equal((PaymentStatus.Failed, "risk_declined"), (again.Status, again.PayCode?.ErrorCode));
        var risk = await RiskOfAsync(own, again);
        Assert.Equal(("retry", because), (risk["cause"], risk["because"]));

        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal(first, (await other.ChargeAsync(Requests.Charge(card))).PayCode?.ErrorCode);
        if (because == "advice_wait")
        {
            Assert.True(WireInstant.TryRead(risk["until"], out var until));
            await own.Client.AdvanceSandboxClockAsync(until - again.CreatedAt + TimeSpan.FromMinutes(30));
            Assert.Equal(first, (await own.Client.ChargeAsync(Requests.Charge(card))).PayCode?.ErrorCode);
        }
    }

    [Fact]
    public async Task What_the_merchant_makes_with_a_saved_card_is_not_counted()
    {
        await using var own = await StartAsync(Enforce);
        var first = await own.Client.ChargeAsync(Requests.Charge());
        for (var i = 0; i < 8; i++)
        {
            var payment = await own.Client.CreatePaymentAsync(Requests.Token(first.Token!.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = first.Uuid });
            Assert.Equal(PaymentStatus.Authorised, payment.Status);
            Assert.Equal("merchant_initiated", (await RiskOfAsync(own, payment))["cause"]);
        }
    }

    [Fact]
    public async Task An_app_has_rules_of_its_own()
    {
        await using var own = await StartAsync("--Tollgate:Apps:0:Risk:Mode=enforce", "--Tollgate:Apps:0:Risk:CardAttempts=-/2");
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal(PaymentStatus.Authorised, (await own.Client.ChargeAsync(Requests.Charge())).Status);
        Assert.Equal("risk_declined", (await other.ChargeAsync(Requests.Charge())).PayCode?.ErrorCode);
        Assert.Equal(PaymentStatus.Authorised, (await own.Client.ChargeAsync(Requests.Charge())).Status);
    }

    [Theory]
    [InlineData("--Tollgate:Risk:Mode=on", "Tollgate:Risk:Mode")]
    [InlineData("--Tollgate:Risk:CardAttempts=6/3", "Tollgate:Risk:CardAttempts")]
    [InlineData("--Tollgate:Risk:CardAttempts=0/3", "Tollgate:Risk:CardAttempts")]
    [InlineData("--Tollgate:Risk:CardAttempts=3/101", "Tollgate:Risk:CardAttempts")]
    [InlineData("--Tollgate:Risk:CardAttempts=3/6 in 2.00:00:00", "Tollgate:Risk:CardAttempts")]
    [InlineData("--Tollgate:Risk:DeclineShare=3/6 in 02:00:00", "Tollgate:Risk:DeclineShare")]
    [InlineData("--Tollgate:Risk:Velocity=3/6", "Tollgate:Risk:Velocity")]
    [InlineData("--Tollgate:RateLimits:SourceRequestsPerSecond=0", "Tollgate:RateLimits:SourceRequestsPerSecond")]
    [InlineData("--Tollgate:Apps:0:RequestsPerSecond=many", "Tollgate:Apps:0:RequestsPerSecond")]
    public async Task A_wrong_setting_stops_the_start(string setting, string name)
    {
        var wrong = await Assert.ThrowsAsync<SettingException>(() => TollgateServer.CreateAsync(
            ["--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. AppsOfTests.Settings, setting]));
        Assert.Equal(name, wrong.Name);
    }

    [Fact]
    public async Task What_an_operator_blocks_or_allows_holds_within_a_second_in_every_mode()
    {
        await using var own = await StartAsync("--Tollgate:Risk:Mode=off");
        var customer = Requests.Charge() with { Email = "Jane@Example.com", IpAddress = "198.51.100.7" };
        var paid = await own.Client.ChargeAsync(customer);
        Assert.Equal(PaymentStatus.Authorised, paid.Status);
        foreach (var (kind, value) in new[] { ("card", paid.Uuid), ("bin", "424242"), ("email", "jane@example.com"), ("email", "@example.COM"), ("ip", "198.51.100.0/24"), ("country", "us") })
        {
            var id = (await RunAsync(own, 0, "lists", "add", "block", kind, value, "--reason", "chargebacks")).Split(':')[0];
            var refused = await UntilAsync(own, customer, PaymentStatus.Failed);
            Assert.Equal("risk_declined", refused.PayCode?.ErrorCode);
            var risk = await RiskOfAsync(own, refused);
            Assert.Equal(("block_list", $"{id}, {kind}: chargebacks", "refuse"), (risk["cause"], risk["because"], risk["effect"]));
            Assert.Equal(PaymentStatus.Authorised, (await own.Client.ChargeAsync(Requests.Charge("5555555555554444") with { Email = "x@other.example" })).Status == PaymentStatus.Authorised || kind == "country"
                ? PaymentStatus.Authorised
                : PaymentStatus.Failed);

            var listed = await RunAsync(own, 0, "lists", "list");
            Assert.Contains($"{id} block {kind}", listed, StringComparison.Ordinal);
            Assert.DoesNotContain("jane", listed, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("There is such an entry already", await RunAsync(own, 1, "lists", "add", "block", kind, value, "--reason", "again"), StringComparison.Ordinal);
            Assert.Contains("removed", await RunAsync(own, 0, "lists", "remove", id), StringComparison.Ordinal);
            await UntilAsync(own, customer, PaymentStatus.Authorised);
        }

        Assert.Contains("there is no such entry", await RunAsync(own, 1, "lists", "remove", "rl_nobody"), StringComparison.Ordinal);
        foreach (var (kind, value) in new[] { ("card", "NOBODY"), ("bin", "42424"), ("email", "jane"), ("ip", "somewhere"), ("ip", "203.0.113"), ("ip", "010.0.0.1"), ("country", "XX") })
        {
            await RunAsync(own, 1, "lists", "add", "block", kind, value, "--reason", "wrong");
        }
    }

    [Fact]
    public async Task Who_is_allowed_passes_the_counters_but_no_block_and_an_entry_ends_with_its_time()
    {
        await using var own = await StartAsync(Enforce, "--Tollgate:Risk:CardAttempts=-/1");
        Assert.Equal("risk_declined", (await own.Client.ChargeAsync(Requests.Charge())).PayCode?.ErrorCode);
        await RunAsync(own, 0, "lists", "add", "allow", "bin", "42424242", "--reason", "our own test", "--for", "PT1H", "--app", "app-sandbox");
        var allowed = await UntilAsync(own, Requests.Charge(), PaymentStatus.Authorised);
        Assert.Equal("allow_list", (await RiskOfAsync(own, allowed))["cause"]);
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal("risk_declined", (await other.ChargeAsync(Requests.Charge())).PayCode?.ErrorCode);

        await RunAsync(own, 0, "lists", "add", "block", "email", "john.doe@example.com", "--reason", "fraud");
        Assert.Equal("block_list", (await RiskOfAsync(own, await UntilAsync(own, Requests.Charge(), PaymentStatus.Failed)))["cause"]);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromHours(2));
        Assert.Equal("rule", (await RiskOfAsync(own, await own.Client.ChargeAsync(Requests.Charge() with { Email = "x@y.example" })))["cause"]);
    }

    private static Task<PaymentResponse> UntilAsync(Gateway own, ChargeRequest charge, PaymentStatus status) => Eventually.GetAsync(
        () => own.Client.ChargeAsync(charge with { ExternalId = Requests.NewOrder() }), p => p.Status == status, $"a payment that is {status}");

    private static async Task<IReadOnlyDictionary<string, string>> RiskOfAsync(Gateway own, PaymentResponse payment) =>
        (await own.Client.GetTimelineAsync(payment.Uuid)).Records.Single(e => e is { Name: "risk", Type: TimelineEntryType.Decision }).Details;

    private static string WordOf(PaymentStatus status) => status.ToString().ToLower(CultureInfo.InvariantCulture);

    private static async Task<string> RunAsync(Gateway own, int code, params string[] words)
    {
        await using var output = new StringWriter();
        Assert.Equal(code, await RiskVerbs.RunAsync([.. words, "--Tollgate:DataDirectory=" + own.DataDirectory, .. own.DatabaseSettings, .. AppsOfTests.Settings], output));
        return output.ToString();
    }

    private async Task<Gateway> StartAsync(params string[] settings)
    {
        var own = gateway.Another(settings);
        await own.InitializeAsync();
        return own;
    }
}

public sealed class RiskDecisionsOnSqlite(SqliteGateway gateway) : RiskDecisions(gateway);

public sealed class RiskDecisionsOnPostgres(PostgresGateway gateway) : RiskDecisions(gateway);
