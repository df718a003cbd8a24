using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Tests.House;
using PaymentStatus = Tollgate.Client.Contract.PaymentStatus;

namespace Tollgate.Server.Tests.Disputes;

/// <summary>The merchant's answers in a dispute when they are repeated, lost, late, or many at once.</summary>
public abstract class DisputeAnswers(Gateway gateway)
{
    // What the merchant answers, what goes wrong with the messages that follow, what the merchant is told, and how it ends.
    private const string Table =
        """
        accept   | lost_request dispute_acceptance | 200 chargeback_open | accepted
        accept   | lost_reply dispute_acceptance | 200 chargeback_open | accepted
        accept   | late_reply dispute_acceptance | 200 chargeback_open | accepted
        accept   | duplicate dispute_acceptance | 200 accepted | accepted
        accept   | decline dispute_acceptance | 422 DISPUTE_ANSWER_DECLINED | chargeback_open
        accept   | lost_reply dispute_acceptance, lost_request dispute_acceptance | 200 chargeback_open | accepted
        evidence | lost_request dispute_evidence | 200 chargeback_open | evidence_submitted
        evidence | lost_reply dispute_evidence | 200 chargeback_open | evidence_submitted
        evidence | late_reply dispute_evidence | 200 chargeback_open | evidence_submitted
        evidence | duplicate dispute_evidence | 200 evidence_submitted | evidence_submitted
        evidence | decline dispute_evidence | 422 DISPUTE_ANSWER_DECLINED | chargeback_open
        evidence | lost_request dispute_evidence, lost_reply dispute_evidence | 200 chargeback_open | evidence_submitted
        """;

    [Fact]
    public async Task Whatever_goes_wrong_on_the_wire_the_answer_is_given_once()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:DisputeDecisionDelay=1.00:00:00");
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var rows = Table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();

        var seen = await Task.WhenAll(rows.Select(row => TryAsync(own, wire, row[0], row[1])));

        Assert.Equal(rows.Select(row => string.Join(" | ", row)), rows.Zip(seen, (row, found) => $"{row[0]} | {row[1]} | {found}"));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task The_schemes_decision_ends_an_answer_that_nobody_knows_the_outcome_of()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostReply, Message = SandboxMessage.DisputeEvidence, Times = 100 });
        var open = await own.Client.SubmitEvidenceAsync(dispute.Id, new() { Receipt = "Here it is." });
        Assert.Equal((DisputeStatus.ChargebackOpen, false), (open.Status, open.Evidence.Single().Submitted));

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(DisputeStatus.Won, (await own.Client.GetDisputeAsync(dispute.Id)).Status);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task An_acceptance_that_arrives_after_the_deadline_does_not_count_twice()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:DisputePeriod=00:01:00");
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostRequest, Message = SandboxMessage.DisputeAcceptance });
        Assert.Equal(DisputeStatus.ChargebackOpen, (await own.Client.AcceptDisputeAsync(dispute.Id)).Status);

        // The acquirer takes no answer any more, and time ends the dispute.
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(PaymentStatus.DisputeLost, await own.Client.StatusOfAsync(dispute.PaymentUuid));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task Acceptance_and_evidence_at_once_have_one_effect()
    {
        using var wire = new Wire(gateway);
        for (var round = 0; round < 5; round++)
        {
            var dispute = await gateway.Client.OpenDisputeAsync();

            var answers = await AtOnce.DoAsync(
                20, i => i % 2 == 0 ? wire.AcceptAsync(dispute.Id) : wire.EvidenceAsync(dispute.Id, """{"receipt":"Here it is."}"""));

            var done = Assert.Single(answers, a => a.Status == 200);
            Assert.All(
                answers.Where(a => a != done),
                a => Assert.Contains(a.Verdict, (string[])["409 OPERATION_IN_FLIGHT", "422 DISPUTE_NOT_OPEN", "422 DISPUTE_NOT_ANSWERABLE"]));
            var now = await gateway.Client.GetDisputeAsync(dispute.Id);
            Assert.Equal(done.Dispute().Status, now.Status);
            Assert.Equal(now.Status == DisputeStatus.Accepted ? 0 : 1, now.Evidence.Count);
            Assert.Single(await Proof.JournalOfAsync(gateway, dispute.PaymentUuid), e => e is PaymentEvent.DisputeAnswerStarted);
            await Proof.HoldsAsync(gateway, dispute.PaymentUuid);
        }
    }

    [Fact]
    public async Task Evidence_that_comes_from_many_at_once_is_all_kept()
    {
        using var wire = new Wire(gateway);
        var dispute = await gateway.Client.OpenDisputeAsync();

        var answers = await AtOnce.DoAsync(20, i => wire.EvidenceAsync(dispute.Id, $$"""{"other":"Piece {{i}}.","submit":false}"""));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(20, (await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence.Count);
        Assert.Equal(20, (await gateway.Client.SubmitEvidenceAsync(dispute.Id, new())).Evidence.Count(e => e.Submitted));
        await Proof.HoldsAsync(gateway, dispute.PaymentUuid);
    }

    [Fact]
    public async Task A_key_gives_the_first_answer_again_and_does_nothing_twice()
    {
        using var wire = new Wire(gateway);
        var (one, two) = (await gateway.Client.OpenDisputeAsync(), await gateway.Client.OpenDisputeAsync());
        var (kept, sent, accepted) = (Requests.NewOrder(), Requests.NewOrder(), Requests.NewOrder());

        var first = await wire.EvidenceAsync(one.Id, """{"receipt":"One.","submit":false}""", kept);
        Assert.Equal(first with { Replayed = true }, await wire.EvidenceAsync(one.Id, """{"receipt":"One.","submit":false}""", kept));
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.EvidenceAsync(one.Id, """{"receipt":"Two.","submit":false}""", kept)).Verdict);
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.EvidenceAsync(two.Id, """{"receipt":"One.","submit":false}""", kept)).Verdict);
        var second = await wire.EvidenceAsync(one.Id, """{"receipt":"Two."}""", sent);
        Assert.Equal(second with { Replayed = true }, await wire.EvidenceAsync(one.Id, """{"receipt":"Two."}""", sent));
        Assert.Equal([EvidenceCategory.Receipt, EvidenceCategory.Receipt], second.Dispute().Evidence.Select(e => e.Category));
        Assert.Equal(second.Dispute().ToString(), (await gateway.Client.GetDisputeAsync(one.Id)).ToString());

        var third = await wire.AcceptAsync(two.Id, accepted);
        Assert.Equal(third with { Replayed = true }, await wire.AcceptAsync(two.Id, accepted));
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.AcceptAsync(one.Id, accepted)).Verdict);
        Assert.Equal("422 DISPUTE_NOT_OPEN", (await wire.AcceptAsync(two.Id, Requests.NewOrder())).Verdict);
        await Proof.HoldsAsync(gateway, one.PaymentUuid, two.PaymentUuid);
    }

    [Fact]
    public async Task Many_calls_under_one_key_keep_the_evidence_once()
    {
        using var wire = new Wire(gateway);
        var dispute = await gateway.Client.OpenDisputeAsync();
        var key = Requests.NewOrder();

        var answers = await AtOnce.DoAsync(20, i => wire.EvidenceAsync(dispute.Id, """{"receipt":"One.","submit":false}""", key));

        Assert.All(answers, a => Assert.Contains(a.Verdict, (string[])["200", "409 IDEMPOTENCY_KEY_IN_USE"]));
        Assert.Single((await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence);
    }

    [Fact]
    public async Task A_notice_that_comes_twice_is_one_dispute()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        var payment = (await gateway.Reader.FindAsync(new Core.PaymentId(dispute.PaymentUuid)))!;
        var news = (Payments.AcquirerNews)gateway.Services.GetService(typeof(Payments.AcquirerNews))!;
        var stored = payment.Dispute!;

        Assert.True(await news.DisputeOpenedAsync(new(payment.Id, stored.Case, stored.Amount, stored.ReasonCode, stored.Stage, stored.RespondBy!.Value)));
        Assert.True(await news.DisputeResolvedAsync(payment.Id, "another case", won: true));
        Assert.True(await news.DisputeMovedAsync(payment.Id, stored.Case, Core.Disputes.DisputeStage.ChargebackOpen, null));

        Assert.Equal(dispute.ToString(), (await gateway.Client.GetDisputeOfAsync(dispute.PaymentUuid)).ToString());
        Assert.Single((await gateway.Client.ListDisputesAsync(new() { PaymentUuid = dispute.PaymentUuid })).Records);
        await Proof.HoldsAsync(gateway, dispute.PaymentUuid);
    }

    private static async Task<string> TryAsync(Gateway own, Wire wire, string call, string faults)
    {
        var dispute = await own.Client.OpenDisputeAsync();
        foreach (var fault in faults.Split(", ").Select(f => f.Split(' ')))
        {
            Assert.Equal(200, (await wire.PostAsync("/api/v2/sandbox/faults", $$"""{"fault":"{{fault[0]}}","message":"{{fault[1]}}","uuid":"{{dispute.PaymentUuid}}"}""")).Status);
        }

        var answer = call == "accept" ? await wire.AcceptAsync(dispute.Id) : await wire.EvidenceAsync(dispute.Id, """{"receipt":"Here it is."}""");
        var told = answer.Status == 200 ? "200 " + NameOf(answer.Dispute().Status) : answer.Verdict;
        await Eventually.GetAsync(
            () => own.Reader.FindAsync(new Core.PaymentId(dispute.PaymentUuid)), p => p!.InFlight is null, $"the end of {call} with {faults}");
        var now = await own.Client.GetDisputeAsync(dispute.Id);
        Assert.All(now.Evidence, e => Assert.Equal(now.Status == DisputeStatus.EvidenceSubmitted, e.Submitted));
        return $"{told} | {NameOf(now.Status)}";
    }

    private static string NameOf(DisputeStatus status) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}

public sealed class DisputeAnswersOnSqlite(SqliteGateway gateway) : DisputeAnswers(gateway);

public sealed class DisputeAnswersOnPostgres(PostgresGateway gateway) : DisputeAnswers(gateway);
