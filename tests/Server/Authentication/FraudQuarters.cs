using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Authentication;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>What an app sold in a quarter and what of it was fraud, and what comes of it.</summary>
public abstract class FraudQuarters(Gateway gateway)
{
    private const string Australian = "4000000360000006";
    private const long Large = 6_000_000;

    [Fact]
    public async Task Settings_say_how_an_app_is_treated_and_no_secret()
    {
        await using var own = gateway.Another("--Tollgate:Fees:BasisPoints=150", "--Tollgate:Fees:Fixed=30", "--Tollgate:Fees:ReserveDays=90", "--Tollgate:RequestsPerSecond=500");
        await own.InitializeAsync();
        using var strict = own.ClientFor(AppsOfTests.Strict.Id, AppsOfTests.Strict.Key);

        var (plain, other) = (await own.Client.GetSettingsAsync(), await strict.GetSettingsAsync());

        Assert.Equal(("app-sandbox", false, 500, null), (plain.AppId, plain.OneLivePaymentPerOrder, plain.RequestsPerSecond, plain.Webhooks.EndpointUrl));
        Assert.Equal(new() { BasisPoints = 150, Fixed = 30, TaxBasisPoints = 0, Dispute = 0, ReserveBasisPoints = 0, ReserveDays = 90 }, plain.Fees);
        Assert.Equal(
            (AuthenticationPolicy.WhenRequired, AuthenticationPolicy.WhenRequired, PolicyReason.Configured),
            (plain.Authentication.Policy, plain.Authentication.PolicyInForce, plain.Authentication.Reason));
        Assert.Equal((WebhookMoney.Strings, WebhookMoney.Numbers, true), (plain.Webhooks.Money, other.Webhooks.Money, other.OneLivePaymentPerOrder));
        using var wire = new Wire(own);
        foreach (var root in (string[])["/api/v2", "/v2"])
        {
            var answer = await wire.GetAsync(root + "/settings");
            Assert.Equal(200, answer.Status);
            Assert.DoesNotContain("whsec_", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("sk-sandbox", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Quarters_are_those_of_the_calendar_in_Sydney_one_after_the_other()
    {
        var now = (await gateway.Client.GetSandboxClockAsync()).Now;
        var quarters = (await gateway.Client.GetSettingsAsync()).Authentication.Quarters;

        Assert.Equal(5, quarters.Count);
        Assert.InRange(now, quarters[0].From, quarters[0].To);
        Assert.Equal(quarters.SkipLast(1).Select(q => q.From), quarters.Skip(1).Select(q => q.To));
        Assert.All(quarters, q => Assert.Contains(q.From.UtcDateTime.Hour, (int[])[13, 14]));
        Assert.Equal(new(2026, 4), FraudWatch.QuarterOf(new(2026, 9, 30, 14, 0, 0, TimeSpan.Zero)));
        Assert.Equal(new(2026, 3), FraudWatch.QuarterOf(new(2026, 9, 30, 13, 59, 59, TimeSpan.Zero)));
    }

    [Fact]
    public async Task Sales_are_what_settled_and_fraud_is_what_was_charged_back_for_fraud_by_cards_that_may_be_Australian()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var client = own.Client;

        // Captured and not settled, authorised only, and by a foreign card: none of them counts.
        await client.ChargeAsync(Requests.Charge(Australian, 100) with { Capture = true });
        await client.ChargeAsync(Requests.Charge(Australian, 100));
        await SettledAsync(client, "4242424242424242", 100);
        await client.SimulateAsync(new() { Uuid = (await SettledAsync(client, "4242424242424242", Large)).Uuid, Event = SimulatedEvent.DisputeOpened });
        Assert.Equal((0, 0), await RunningAsync(client));

        // A partial capture counts as what was captured, a refund changes nothing.
        var part = await client.ChargeAsync(Requests.Charge(Australian, 1000));
        await client.CapturePaymentAsync(new() { Uuid = part.Uuid, Amount = 700 });
        await client.SimulateAsync(new() { Uuid = part.Uuid, Event = SimulatedEvent.Settled });
        await client.RefundPaymentAsync(new() { Uuid = part.Uuid, RefundAmount = 200, Reason = "Wrong size" });
        Assert.Equal((0, 700), await RunningAsync(client));

        // An inquiry is no chargeback until it becomes one; one that is won was received all the same.
        var disputed = await SettledAsync(client, Australian, 5000);
        await client.SimulateAsync(new() { Uuid = disputed.Uuid, Event = SimulatedEvent.DisputeInquiry });
        Assert.Equal((0, 5700), await RunningAsync(client));
        await client.SimulateAsync(new() { Uuid = disputed.Uuid, Event = SimulatedEvent.DisputeEscalated });
        Assert.Equal((5000, 5700), await RunningAsync(client));
        await client.SimulateAsync(new() { Uuid = disputed.Uuid, Event = SimulatedEvent.DisputeWon });
        Assert.Equal((5000, 5700), await RunningAsync(client));

        // A second chargeback of the same payment counts again; and all of it survives a restart. Another app has none of it.
        await client.SimulateAsync(new() { Uuid = disputed.Uuid, Event = SimulatedEvent.DisputeOpened });
        Assert.Equal((10_000, 5700), await RunningAsync(client));
        await own.StopAsync();
        await own.StartAsync();
        Assert.Equal((10_000, 5700), await RunningAsync(own.Client));
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal((0, 0), await RunningAsync(other));
    }

    [Fact]
    public async Task Two_breached_quarters_oblige_until_one_does_not_breach()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var names = new List<string>();
        for (var breached = 1; breached <= 2; breached++)
        {
            names.Add((await own.Client.GetSettingsAsync()).Authentication.Quarters[0].Quarter);
            var payment = await SettledAsync(own.Client, Australian, Large);
            await own.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.DisputeOpened });
            Assert.Equal((AuthenticationPolicy.WhenRequired, true), await InForceAsync(own.Client));
            await ToTheNextQuarterAsync(own.Client);
        }

        var settings = (await own.Client.GetSettingsAsync()).Authentication;
        Assert.Equal(
            (AuthenticationPolicy.WhenRequired, AuthenticationPolicy.Always, PolicyReason.Fraud), (settings.Policy, settings.PolicyInForce, settings.Reason));
        Assert.Equal([(names[1], Large, Large, 10_000m, true), (names[0], Large, Large, 10_000m, true)],
            settings.Quarters.Skip(1).Take(2).Select(q => (q.Quarter, q.FraudValue, q.SalesValue, q.RatioBasisPoints!.Value, q.Breached)));
        Assert.Equal((0, 0, null, false), (settings.Quarters[0].FraudValue, settings.Quarters[0].SalesValue, settings.Quarters[0].RatioBasisPoints, settings.Quarters[0].Breached));

        // The payment tells by which figures it was decided, whatever becomes of them.
        var obliged = await own.Client.ChargeAsync(Requests.Charge());
        await ToTheNextQuarterAsync(own.Client);
        Assert.Equal((AuthenticationPolicy.WhenRequired, false), await InForceAsync(own.Client));
        var plan = (await own.Client.GetTimelineAsync(obliged.Uuid)).Records.Single(e => e.Name == "authentication_policy");
        Assert.Equal(("always", "when_required"), (plan.Details["policy"], plan.Details["policy_configured"]));
        Assert.Equal($"{names[0]}: fraud 6000000 of sales 6000000, 10000.00 basis points", plan.Details["earlier_quarter"]);
        Assert.StartsWith(names[1], plan.Details["latest_quarter"], StringComparison.Ordinal);
    }

    private static async Task<PaymentResponse> SettledAsync(TollgateClient client, string card, long amount)
    {
        var payment = await client.ChargeAsync(Requests.Charge(card, amount) with { Capture = true });
        return await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
    }

    private static async Task<(long Fraud, long Sales)> RunningAsync(TollgateClient client)
    {
        var running = (await client.GetSettingsAsync()).Authentication.Quarters[0];
        return (running.FraudValue, running.SalesValue);
    }

    private static async Task<(AuthenticationPolicy, bool RunningIsBreached)> InForceAsync(TollgateClient client)
    {
        var settings = (await client.GetSettingsAsync()).Authentication;
        return (settings.PolicyInForce, settings.Quarters[0].Breached);
    }

    private static async Task ToTheNextQuarterAsync(TollgateClient client)
    {
        var (now, end) = ((await client.GetSandboxClockAsync()).Now, (await client.GetSettingsAsync()).Authentication.Quarters[0].To);
        await client.AdvanceSandboxClockAsync(end - now + TimeSpan.FromHours(1));
    }
}

public sealed class FraudQuartersOnSqlite(SqliteGateway gateway) : FraudQuarters(gateway);

public sealed class FraudQuartersOnPostgres(PostgresGateway gateway) : FraudQuarters(gateway);
