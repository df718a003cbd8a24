using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Lists;

/// <summary>A payment's timeline answers "why" by itself.</summary>
public abstract class Timelines(Gateway gateway)
{
    [Fact]
    public async Task A_partial_capture_with_a_refund_is_told_from_its_order_to_its_ledger()
    {
        await using var own = gateway.Another("--Tollgate:Fees:BasisPoints=100", "--Tollgate:Fees:TaxBasisPoints=1000", "--Tollgate:Fees:ReserveBasisPoints=500", "--Tollgate:Fees:ReserveDays=30");
        await own.InitializeAsync();
        var uuid = (await own.Client.ChargeAsync(Requests.Charge())).Uuid;
        await own.Client.CapturePaymentAsync(new() { Uuid = uuid, Amount = 700 });
        await own.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.Settled });
        await own.Client.RefundPaymentAsync(new() { Uuid = uuid, RefundAmount = 200, Reason = "Wrong size" });
        await own.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.RefundCompleted });

        var entries = (await own.Client.GetTimelineAsync(uuid)).Records;

        Assert.Equal(entries.Select(e => e.At).Order(), entries.Select(e => e.At));
        Assert.Equal(
            ["created", "authorisation_started", "authorised", "capture_started", "captured", "settled", "refund_started", "refund_accepted", "refund_completed"],
            Names(entries, TimelineEntryType.Event));
        Assert.Equal(
            ["session", "order_shield", "fee_schedule", "risk", "authentication_plan", "hold_period", "fee", "reserve", "refund_period"], Names(entries, TimelineEntryType.Decision));
        Assert.Equal(["authorisation", "capture", "refund"], Names(entries, TimelineEntryType.Message));
        Assert.Equal(
            ["hold", "hold_released", "capture", "fee", "tax", "settlement", "available", "reserve", "refund", "refund_paid_out"], Names(entries, TimelineEntryType.Ledger));

        Assert.Equal("PT15M", Details(entries, "session")["length"]);
        Assert.Equal(("P7D", "every scheme and initiator without a row of its own"), (Details(entries, "hold_period")["period"], Details(entries, "hold_period")["row"]));
        Assert.Equal("not_needed", Details(entries, "authentication_plan")["plan"]);
        Assert.Equal(("100", "7", "1"), (Details(entries, "fee_schedule")["basis_points"], Details(entries, "fee")["fee"], Details(entries, "fee")["tax"]));
        Assert.Equal("35", Details(entries, "reserve")["reserved"]);
        Assert.Equal(("P10D", "Wrong size"), (Details(entries, "refund_period")["period"], Details(entries, "refund_period")["merchant_reason"]));
        Assert.Equal(("merchant", "acquirer"), (Details(entries, "capture_started")["caused_by"], Details(entries, "captured")["caused_by"]));
        Assert.Contains(entries, e => e.Message == "AUD 7.00 was captured, and AUD 3.00 of the hold was released.");
        Assert.All(entries, e => Assert.EndsWith(".", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_reply_that_was_recovered_shows_what_was_asked_and_what_came_back()
    {
        var payment = await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client);
        using var wire = new Wire(gateway);
        await wire.PostAsync("/api/v2/sandbox/faults", $$"""{"fault":"lost_reply","message":"capture","uuid":"{{payment.Uuid}}"}""");
        await gateway.Client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        await Eventually.GetAsync(() => gateway.Client.GetPaymentAsync(payment.Uuid), p => p.Status != PaymentStatus.Authorised, "the end of the capture");

        var entries = (await gateway.Client.GetTimelineAsync(payment.Uuid)).Records;

        Assert.Equal(["authorisation", "capture", "inquiry"], Names(entries, TimelineEntryType.Message));
        Assert.Equal(("unknown", false), (Details(entries, "capture")["result"], Details(entries, "capture").ContainsKey("response_code")));
        Assert.Equal(("approved", "00"), (Details(entries, "inquiry")["result"], Details(entries, "inquiry")["response_code"]));
        Assert.Equal("recovery", Details(entries, "outcome_unknown")["caused_by"]);
        Assert.True(System.Xml.XmlConvert.ToTimeSpan(Details(entries, "capture")["took"]) >= TimeSpan.FromSeconds(4));
    }

    [Theory]
    [InlineData("4000000000009995", "insufficient_funds", "51")]
    [InlineData("4000000000000002", "issuer_declined", "05")]
    [InlineData("4000000000009987", "issuer_declined", "05")]
    public async Task A_decline_says_no_more_than_the_payment_does(string card, string reason, string code)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge(card));
        var entries = (await gateway.Client.GetTimelineAsync(payment.Uuid)).Records;

        Assert.Equal((reason, reason), (payment.PayCode?.ErrorCode, Details(entries, "authorisation_declined")["reason"]));
        Assert.Equal(("declined", code), (Details(entries, "authorisation")["result"], Details(entries, "authorisation")["response_code"]));
    }

    [Fact]
    public async Task A_challenge_is_the_issuers_wish_and_the_cardholders_answer_and_its_address_stays_out()
    {
        using var wire = new Wire(gateway);
        var payment = await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);
        var key = payment.PayCode!.ThreeDsUrl!.Split('/')[^1];
        await wire.AnswerChallengeAsync(payment);

        var answer = await wire.GetAsync($"{Wire.Cards}/payments/{payment.Uuid}/timeline");
        var entries = (await gateway.Client.GetTimelineAsync(payment.Uuid)).Records;

        Assert.Equal(
            ["created", "challenge_required", "authentication_started", "challenge_started", "authenticated", "authorisation_started", "authorised"],
            Names(entries, TimelineEntryType.Event));
        Assert.Equal("authenticate", Details(entries, "authentication_plan")["plan"]);
        Assert.Equal(("issuer", "cardholder"), (Details(entries, "challenge_required")["caused_by"], Details(entries, "authenticated")["caused_by"]));
        Assert.DoesNotContain(key, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("4111111111111111", answer.Body, StringComparison.Ordinal);
        Assert.Contains("ending in 1111", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dispute_shows_who_began_it_what_it_took_and_how_it_ended()
    {
        var payment = await Walks.ToAsync(PaymentStatus.Received, gateway.Client);
        await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.DisputeOpened });
        await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.DisputeWon });

        var entries = (await gateway.Client.GetTimelineAsync(payment.Uuid)).Records;

        Assert.Equal(["dispute_opened", "dispute_won"], Names(entries, TimelineEntryType.Event).TakeLast(2));
        Assert.Equal(("cardholder", "in_dispute", "1000"), (Details(entries, "dispute_opened")["caused_by"], Details(entries, "dispute_opened")["status"], Details(entries, "dispute_opened")["amount"]));
        Assert.Equal("received", Details(entries, "dispute_won")["status"]);
        Assert.Equal(["chargeback", "dispute_held", "dispute_won", "dispute_won"], Names(entries, TimelineEntryType.Ledger).TakeLast(4));
    }

    [Fact]
    public async Task A_webhook_that_fails_says_so_and_its_authorisation_stays_out()
    {
        const string Secret = "Bearer of-the-timeline-test";
        var charge = Requests.Charge() with { WebhookNotification = new() { EndpointUrl = "http://127.0.0.1:9/webhook", AuthorizationHeader = Secret } };
        var uuid = (await gateway.Client.ChargeAsync(charge)).Uuid;

        var entries = await Eventually.GetAsync(
            async () => (await gateway.Client.GetTimelineAsync(uuid)).Records,
            found => found.Any(e => e.Name == "attempt") && found.Any(e => e.Name == "waiting" && e.Details["attempts"] == "1"),
            "the first attempt");

        var webhook = Assert.Single(entries, e => e.Type == TimelineEntryType.Webhook && e.Name != "attempt");
        Assert.Equal("waiting", webhook.Name);
        Assert.NotEmpty(webhook.Details["last_error"]);
        Assert.Equal(("1", webhook.Details["last_error"]), (Details(entries, "attempt")["attempt"], Details(entries, "attempt")["error"]));
        Assert.True(WireInstant.TryRead(webhook.Details["next_try_at"], out _));
        Assert.DoesNotContain(entries, e => e.Details.Values.Append(e.Message).Any(text => text.Contains(Secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_timeline_of_another_apps_payment_is_not_found()
    {
        var payment = await Walks.ToAsync(PaymentStatus.Failed, gateway.Client);
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var refused = await Assert.ThrowsAsync<TollgateException>(() => other.GetTimelineAsync(payment.Uuid));
        Assert.Equal(404, (int?)refused.StatusCode);
        await Assert.ThrowsAsync<TollgateException>(() => gateway.Client.GetTimelineAsync("NOSUCHPAYMENT"));
    }

    private static IEnumerable<string> Names(IEnumerable<TimelineEntry> entries, TimelineEntryType type) => entries.Where(e => e.Type == type).Select(e => e.Name);

    private static IReadOnlyDictionary<string, string> Details(IEnumerable<TimelineEntry> entries, string name) => entries.First(e => e.Name == name && e.Type != TimelineEntryType.Ledger).Details;
}

public sealed class TimelinesOnSqlite(SqliteGateway gateway) : Timelines(gateway);

public sealed class TimelinesOnPostgres(PostgresGateway gateway) : Timelines(gateway);
