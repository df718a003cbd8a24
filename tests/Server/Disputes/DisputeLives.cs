using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Disputes;

/// <summary>Disputes from their opening to their end, as a merchant sees them.</summary>
public abstract class DisputeLives(Gateway gateway)
{
    [Fact]
    public async Task A_dispute_says_what_it_is_about_and_until_when_to_answer()
    {
        var before = (await gateway.Client.GetSandboxClockAsync()).Now;

        var dispute = await gateway.Client.OpenDisputeAsync();

        var payment = await gateway.Client.GetPaymentAsync(dispute.PaymentUuid);
        Assert.Matches("^dp_[0-9a-f]{20}$", dispute.Id);
        Assert.Equal((payment.ExternalId, 1000, "AUD", DisputeStatus.ChargebackOpen), (dispute.ExternalId, dispute.Amount, dispute.Currency, dispute.Status));
        Assert.Equal(("10.4", "The cardholder took no part in the payment, which was made without the card."), (dispute.ReasonCode, dispute.Reason));
        Assert.Equal((null, 0), (dispute.EndedAt, dispute.Fee));
        Assert.Empty(dispute.Evidence);
        Assert.InRange(dispute.OpenedAt, before, before.AddMinutes(2));
        Assert.InRange(dispute.RespondBy!.Value, before.AddDays(7), before.AddDays(7).AddMinutes(2));
        Assert.Equal((PaymentStatus.InDispute, false), (payment.Status, payment.IsRefundable));
        Assert.Equal(dispute.ToString(), (await gateway.Client.GetDisputeAsync(dispute.Id)).ToString());
        await Proof.HoldsAsync(gateway, payment.Uuid);
    }

    [Theory]
    [InlineData("5555555555554444", "4837")]
    [InlineData("378282246310005", "F29")]
    public async Task The_reason_is_written_in_the_code_of_the_cards_scheme(string card, string code) =>
        Assert.Equal(code, (await gateway.Client.OpenDisputeAsync(card)).ReasonCode);

    [Fact]
    public async Task Evidence_that_convinces_gives_the_payment_back_the_status_it_had()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();

        var sent = await own.Client.SubmitEvidenceAsync(dispute.Id, new() { Delivery = "Signed for by J. Doe on the third of May." });

        Assert.Equal((DisputeStatus.EvidenceSubmitted, null), (sent.Status, sent.RespondBy));
        Assert.Equal([(EvidenceCategory.Delivery, null, null, 41, true)], sent.Evidence.Select(e => (e.Category, e.FileName, e.ContentType, e.Size, e.Submitted)));
        Assert.Equal(PaymentStatus.InDispute, await own.Client.StatusOfAsync(dispute.PaymentUuid));
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        var won = await own.Client.GetDisputeAsync(dispute.Id);
        Assert.Equal(DisputeStatus.Won, won.Status);
        Assert.NotNull(won.EndedAt);
        Assert.Equal(PaymentStatus.Received, await own.Client.StatusOfAsync(dispute.PaymentUuid));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task Evidence_that_does_not_convince_loses_the_dispute()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var lost = await own.Client.OpenDisputeAsync();
        var won = await own.Client.OpenDisputeAsync();
        await own.Client.SubmitEvidenceAsync(lost.Id, new() { Other = "This is losing_evidence." });
        await own.Client.SubmitEvidenceAsync(won.Id, new() { Other = "losing_evidence", Receipt = "But this is winning_evidence." });

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(DisputeStatus.Lost, (await own.Client.GetDisputeAsync(lost.Id)).Status);
        Assert.Equal(PaymentStatus.DisputeLost, await own.Client.StatusOfAsync(lost.PaymentUuid));
        Assert.Equal(DisputeStatus.Won, (await own.Client.GetDisputeAsync(won.Id)).Status);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task An_accepted_dispute_is_lost_at_once()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();

        var accepted = await gateway.Client.AcceptDisputeAsync(dispute.Id);

        Assert.Equal((DisputeStatus.Accepted, null), (accepted.Status, accepted.RespondBy));
        Assert.Equal(PaymentStatus.DisputeLost, await gateway.Client.StatusOfAsync(dispute.PaymentUuid));
        using var wire = new Wire(gateway);
        Assert.Equal("422 DISPUTE_NOT_OPEN", (await wire.AcceptAsync(dispute.Id)).Verdict);
        Assert.Equal("422 DISPUTE_NOT_OPEN", (await wire.EvidenceAsync(dispute.Id, """{"other":"Too late."}""")).Verdict);
        Assert.Equal("422 PAYMENT_NOT_REFUNDABLE", (await wire.RefundAsync(dispute.PaymentUuid)).Verdict);
        await Proof.HoldsAsync(gateway, dispute.PaymentUuid);
    }

    [Fact]
    public async Task A_dispute_that_nobody_answers_is_lost_at_its_deadline()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();
        await own.Client.SubmitEvidenceAsync(dispute.Id, new() { Other = "Never sent.", Submit = false });
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(2));
        Assert.Equal(DisputeStatus.ChargebackOpen, (await own.Client.GetDisputeAsync(dispute.Id)).Status);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(DisputeStatus.Expired, (await own.Client.GetDisputeAsync(dispute.Id)).Status);
        Assert.Equal(PaymentStatus.DisputeLost, await own.Client.StatusOfAsync(dispute.PaymentUuid));
        using var wire = new Wire(own);
        Assert.Equal("422 DISPUTE_NOT_OPEN", (await wire.AcceptAsync(dispute.Id)).Verdict);
        Assert.Equal("422 EVENT_NOT_APPLICABLE", (await wire.SimulateAsync(dispute.PaymentUuid, SimulatedEvent.DisputeWon)).Verdict);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task The_card_that_is_disputed_is_disputed_when_it_settles()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge("4000000000000259") with { Capture = true, WebhookNotification = new() { EndpointUrl = receiver.Url } });
        Assert.Equal(PaymentStatus.Waiting, payment.Status);
        Assert.Empty((await own.Client.ListDisputesAsync()).Records);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(PaymentStatus.InDispute, await own.Client.StatusOfAsync(payment.Uuid));
        await own.Client.AcceptDisputeAsync((await own.Client.GetDisputeOfAsync(payment.Uuid)).Id);
        foreach (var status in (PaymentStatus[])[PaymentStatus.Waiting, PaymentStatus.Received, PaymentStatus.InDispute, PaymentStatus.DisputeLost])
        {
            Assert.Equal(status, (await receiver.NextAsync()).Payment.Status);
        }

        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_payment_that_is_disputed_before_it_settles_settles_all_the_same()
    {
        var uuid = (await Walks.ToAsync(PaymentStatus.Waiting, gateway.Client)).Uuid;
        await gateway.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.DisputeOpened });

        var settled = await gateway.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.Settled });

        Assert.Equal((PaymentStatus.InDispute, 1000), (settled.Status, settled.PaidAmount));
        var won = await gateway.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.DisputeWon });
        Assert.Equal(PaymentStatus.Received, won.Status);
        await Proof.HoldsAsync(gateway, uuid);
    }

    [Fact]
    public async Task After_a_refund_in_part_the_rest_is_disputed_and_nothing_is_refunded_beside_it()
    {
        using var wire = new Wire(gateway);
        var uuid = (await Walks.ToAsync(PaymentStatus.PartiallyRefunded, gateway.Client)).Uuid;
        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeOpened);

        Assert.Equal(600, (await gateway.Client.GetDisputeOfAsync(uuid)).Amount);
        Assert.Equal("422 PAYMENT_NOT_REFUNDABLE", (await wire.RefundAsync(uuid, 1)).Verdict);
        Assert.Equal(PaymentStatus.PartiallyRefunded, (await wire.SimulateAsync(uuid, SimulatedEvent.DisputeWon)).Payment.Status);
        Assert.Equal(600, (await wire.RefundAsync(uuid)).Refund.RefundAmount);
        await Proof.HoldsAsync(gateway, uuid);
    }

    [Fact]
    public async Task A_dispute_waits_until_the_refund_before_it_has_ended()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:RefundDelay=00:10:00");
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var uuid = (await own.Client.ChargeAsync(Requests.Charge("4000000000000259") with { Capture = true })).Uuid;
        await wire.RefundAsync(uuid, 400);
        Assert.Equal("422 EVENT_NOT_APPLICABLE", (await wire.SimulateAsync(uuid, SimulatedEvent.DisputeOpened)).Verdict);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(PaymentStatus.ReturnPending, await own.Client.StatusOfAsync(uuid));
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromHours(2));

        Assert.Equal(PaymentStatus.InDispute, await own.Client.StatusOfAsync(uuid));
        Assert.Equal(600, (await own.Client.GetDisputeOfAsync(uuid)).Amount);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task An_inquiry_becomes_a_chargeback_pre_arbitration_and_arbitration()
    {
        await using var own = gateway.Another("--Tollgate:Fees:Dispute=2500", "--Tollgate:Fees:TaxBasisPoints=1000");
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var uuid = (await Walks.ToAsync(PaymentStatus.Received, own.Client)).Uuid;

        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeInquiry);
        var dispute = await own.Client.GetDisputeOfAsync(uuid);
        Assert.Equal((DisputeStatus.Inquiry, 0), (dispute.Status, dispute.Fee));
        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeEscalated);
        Assert.Equal((DisputeStatus.ChargebackOpen, 2750), await StandsAsync());
        await own.Client.SubmitEvidenceAsync(dispute.Id, new() { Receipt = "Here it is." });
        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeEscalated);
        Assert.Equal((DisputeStatus.PreArbitration, 2750), await StandsAsync());
        var second = await own.Client.SubmitEvidenceAsync(dispute.Id, new() { Policy = "And this." });
        Assert.Equal((DisputeStatus.EvidenceSubmitted, 2), (second.Status, second.Evidence.Count(e => e.Submitted)));
        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeEscalated);
        Assert.Equal((DisputeStatus.Arbitration, 2750), await StandsAsync());
        Assert.Equal("422 DISPUTE_NOT_ANSWERABLE", (await wire.AcceptAsync(dispute.Id)).Verdict);
        Assert.Equal("422 EVENT_NOT_APPLICABLE", (await wire.SimulateAsync(uuid, SimulatedEvent.DisputeEscalated)).Verdict);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((DisputeStatus.Won, 2750), await StandsAsync());
        await Proof.HoldsToTheEndAsync(own);

        async Task<(DisputeStatus, long)> StandsAsync() => await own.Client.GetDisputeAsync(dispute.Id) is var now ? (now.Status, now.Fee) : default;
    }

    [Fact]
    public async Task A_payment_that_was_won_can_be_disputed_again_in_another_case()
    {
        using var wire = new Wire(gateway);
        var first = await gateway.Client.OpenDisputeAsync();
        var uuid = first.PaymentUuid;
        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeWon);
        Assert.Equal("422 EVENT_NOT_APPLICABLE", (await wire.SimulateAsync(uuid, SimulatedEvent.DisputeLost)).Verdict);

        await wire.SimulateAsync(uuid, SimulatedEvent.DisputeOpened);

        var disputes = (await gateway.Client.ListDisputesAsync(new() { PaymentUuid = uuid })).Records;
        Assert.Equal([DisputeStatus.ChargebackOpen, DisputeStatus.Won], disputes.Select(d => d.Status));
        Assert.Equal("422 DISPUTE_NOT_OPEN", (await wire.AcceptAsync(first.Id)).Verdict);
        Assert.Equal(DisputeStatus.Accepted, (await gateway.Client.AcceptDisputeAsync(disputes[0].Id)).Status);
        await Proof.HoldsAsync(gateway, uuid);
    }

    [Fact]
    public async Task Disputes_are_listed_newest_first_by_status_and_payment_a_page_at_a_time()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var disputes = new List<DisputeResponse>();
        for (var i = 0; i < 5; i++)
        {
            disputes.Insert(0, await own.Client.OpenDisputeAsync());
            await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(1));
        }

        await own.Client.AcceptDisputeAsync(disputes[1].Id);
        var page = await own.Client.ListDisputesAsync(new() { Page = 2, PerPage = 2 });
        Assert.Equal((5, 3, 2, 2), (page.Total, page.TotalPage, page.Page, page.PerPage));
        Assert.Equal(disputes[2..4].Select(d => d.Id), page.Records.Select(d => d.Id));
        Assert.Equal([disputes[1].Id], (await own.Client.ListDisputesAsync(new() { Status = DisputeStatus.Accepted })).Records.Select(d => d.Id));
        Assert.Equal([disputes[3].Id], (await own.Client.ListDisputesAsync(new() { PaymentUuid = disputes[3].PaymentUuid })).Records.Select(d => d.Id));
        using var wire = new Wire(own);
        Assert.Equal("""422 {"page":"must be greater than 0","status":"is not included in the list"}""", (await wire.GetAsync(Wire.Cards + "/disputes?page=0&status=open")).Verdict);
    }

    [Fact]
    public async Task Another_merchants_dispute_is_not_there()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        using var other = new Wire(gateway, AppsOfTests.Other);
        foreach (var id in (string[])[dispute.Id, "dp_00000000000000000000", "dp_%01"])
        {
            foreach (var answer in (WireAnswer[])[await other.GetAsync($"{Wire.Cards}/disputes/{id}"), await other.AcceptAsync(id), await other.EvidenceAsync(id, "{}")])
            {
                Assert.Equal("""404 {"errors":{"code":"NOT_FOUND","message":"Dispute not found."}}""", answer.ToString());
            }
        }

        Assert.Equal("""{"total":0,"total_page":0,"page":1,"per_page":20,"records":[]}""", (await other.GetAsync(Wire.Cards + "/disputes?payment_uuid=" + dispute.PaymentUuid)).Body);
        Assert.Equal(DisputeStatus.ChargebackOpen, (await gateway.Client.GetDisputeAsync(dispute.Id)).Status);
    }

    [Fact]
    public async Task A_chargeback_costs_its_fee_which_a_won_dispute_does_not_give_back()
    {
        await using var own = gateway.Another(
            "--Tollgate:Fees:BasisPoints=150", "--Tollgate:Fees:Fixed=30", "--Tollgate:Fees:TaxBasisPoints=1000", "--Tollgate:Fees:Dispute=2500");
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();
        Assert.Equal(2750, dispute.Fee);
        Assert.Equal((-50 - 2750, 1000), await AvailableAsync());
        await own.Client.SimulateAsync(new() { Uuid = dispute.PaymentUuid, Event = SimulatedEvent.DisputeWon });
        Assert.Equal((1000 - 50 - 2750, 0), await AvailableAsync());
        await Proof.HoldsToTheEndAsync(own);

        async Task<(long Available, long Held)> AvailableAsync()
        {
            var balance = Assert.Single((await own.Client.GetBalancesAsync()).Records);
            return (balance.Available, balance.Disputed);
        }
    }
}

public sealed class DisputeLivesOnSqlite(SqliteGateway gateway) : DisputeLives(gateway);

public sealed class DisputeLivesOnPostgres(PostgresGateway gateway) : DisputeLives(gateway);
