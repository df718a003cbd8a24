using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Tests.House;
using PaymentStatus = Tollgate.Client.Contract.PaymentStatus;

namespace Tollgate.Server.Tests.Recovery;

public abstract class UnknownOutcomes(Gateway gateway)
{
    // A line is what is asked of a payment of 1000, what goes wrong with which of the messages that follow, what the merchant is answered, how it
    // ends, and the books: authorised, captured, released, and refunded or about to be.
    private const string Table =
        """
        # The message or its answer is lost, late, doubled or declined.
        authorise | lost_request authorisation | 200 pending | failed acquirer_unavailable | 0 0 0 0
        authorise | lost_reply authorisation | 200 pending | authorised | 1000 0 0 0
        authorise | late_reply authorisation | 200 pending | authorised | 1000 0 0 0
        authorise | duplicate authorisation | 200 authorised | authorised | 1000 0 0 0
        authorise | decline authorisation | 200 failed | failed issuer_declined | 0 0 0 0
        capture | lost_request capture | 200 authorised | authorised | 1000 0 0 0
        capture | lost_reply capture | 200 authorised | waiting | 1000 700 300 0
        capture | late_reply capture | 200 authorised | waiting | 1000 700 300 0
        capture | duplicate capture | 200 waiting | waiting | 1000 700 300 0
        capture | decline capture | 422 CAPTURE_DECLINED | authorised | 1000 0 0 0
        void | lost_request void | 200 authorised | failed voided | 1000 0 1000 0
        void | lost_reply void | 200 authorised | failed voided | 1000 0 1000 0
        void | late_reply void | 200 authorised | failed voided | 1000 0 1000 0
        void | duplicate void | 200 failed | failed voided | 1000 0 1000 0
        void | decline void | 422 VOID_DECLINED | authorised | 1000 0 0 0
        refund | lost_request refund | 200 return_pending | return_rejected | 1000 1000 0 0
        refund | lost_reply refund | 200 return_pending | return_pending | 1000 1000 0 400
        refund | late_reply refund | 200 return_pending | return_pending | 1000 1000 0 400
        refund | duplicate refund | 200 return_pending | return_pending | 1000 1000 0 400
        refund | decline refund | 200 return_rejected | return_rejected | 1000 1000 0 0

        # Then the acquirer cannot be asked either: what it did is undone.
        authorise | lost_reply authorisation, lost_request inquiry | 200 pending | failed acquirer_unavailable | 1000 0 1000 0
        authorise | lost_reply authorisation, lost_reply inquiry | 200 pending | failed acquirer_unavailable | 1000 0 1000 0
        authorise | lost_reply authorisation, duplicate inquiry | 200 pending | authorised | 1000 0 0 0
        authorise | lost_reply authorisation, decline inquiry | 200 pending | authorised | 1000 0 0 0
        capture | lost_reply capture, lost_request inquiry | 200 authorised | authorised | 1000 0 0 0
        refund | lost_reply refund, lost_request inquiry | 200 return_pending | return_rejected | 1000 1000 0 0

        # And the undoing goes wrong as well: it is repeated until it is acknowledged. What the acquirer has done and will not undo has happened,
        # when it says so again of what it says that it has done: before that, another reversal may still come and undo it.
        authorise | lost_reply authorisation, lost_request inquiry, decline reversal | 200 pending | failed acquirer_unavailable | 1000 0 1000 0
        authorise | lost_reply authorisation, lost_request inquiry, decline reversal, decline reversal | 200 pending | authorised | 1000 0 0 0
        authorise | lost_request authorisation, lost_reply reversal | 200 pending | failed acquirer_unavailable | 0 0 0 0
        authorise | lost_request authorisation, lost_request reversal | 200 pending | failed acquirer_unavailable | 0 0 0 0
        authorise | lost_request authorisation, decline reversal | 200 pending | failed acquirer_unavailable | 0 0 0 0
        authorise | lost_request authorisation, duplicate reversal | 200 pending | failed acquirer_unavailable | 0 0 0 0
        capture | lost_request capture, decline reversal | 200 authorised | authorised | 1000 0 0 0
        capture | lost_request capture, lost_reply reversal | 200 authorised | authorised | 1000 0 0 0
        capture | lost_reply capture, lost_request inquiry, decline reversal | 200 authorised | authorised | 1000 0 0 0
        capture | lost_reply capture, lost_request inquiry, decline reversal, decline reversal | 200 authorised | waiting | 1000 700 300 0
        refund | lost_request refund, decline reversal | 200 return_pending | return_rejected | 1000 1000 0 0
        refund | lost_request refund, lost_reply reversal | 200 return_pending | return_rejected | 1000 1000 0 0
        """;

    [Fact]
    public async Task Whatever_goes_wrong_on_the_wire_ends_in_the_right_status_and_moves_no_money_twice()
    {
        // Its own, so that a line that waits for its acquirer holds up no other test; settlement and payouts stay away as long as it lives.
        await using var own = gateway.Another("--Tollgate:Sandbox:RefundDelay=01:00:00", "--Tollgate:Sandbox:SettlementDelay=01:00:00");
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var rows = Table.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();

        var seen = await Task.WhenAll(rows.Select(row => TryAsync(own, wire, row[0], row[1], row[3])));

        Assert.Equal(rows.Select(row => string.Join(" | ", row)), rows.Zip(seen, (row, found) => $"{row[0]} | {row[1]} | {found}"));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task An_acquirer_that_never_answers_ends_reversed_and_failed()
    {
        using var wire = new Wire(gateway);
        var requests = (ChargeRequest[])[Requests.Charge("4000000000000101"), Requests.Charge("4000000000000101") with { Capture = true }];

        var answers = await Task.WhenAll(requests.Select(request => wire.ChargeAsync(request)));

        Assert.All(answers, answer => Assert.Equal((200, PaymentStatus.Pending, null), (answer.Status, answer.Payment.Status, answer.Payment.PayCode)));
        foreach (var uuid in answers.Select(a => a.Payment.Uuid))
        {
            var payment = await Eventually.GetAsync(() => gateway.Client.GetPaymentAsync(uuid), p => p.Status != PaymentStatus.Pending, "the end");
            Assert.Equal((PaymentStatus.Failed, "acquirer_unavailable", null), (payment.Status, payment.PayCode?.ErrorCode, payment.Token));
            var books = await gateway.Client.GetBooksAsync(uuid);
            Assert.Equal((0, 1000, 0, 1000), (books.Authorisations, books.Authorised, books.Captured, books.Released));
            await Proof.HoldsAsync(gateway, uuid);
        }
    }

    [Fact]
    public async Task An_approval_that_comes_after_the_reversal_is_journalled_and_reversed_again()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:LateReplyDelay=00:00:12");
        await own.InitializeAsync();
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LateReply, Message = SandboxMessage.Authorisation });
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostRequest, Message = SandboxMessage.Inquiry });

        var uuid = (await own.Client.ChargeAsync(Requests.Charge())).Uuid;
        var failed = await Eventually.GetAsync(() => own.Client.GetPaymentAsync(uuid), p => p.Status != PaymentStatus.Pending, "the end");
        Assert.Equal((PaymentStatus.Failed, "acquirer_unavailable"), (failed.Status, failed.PayCode?.ErrorCode));
        await Eventually.GetAsync(
            () => Proof.JournalOfAsync(own, uuid), events => events.OfType<PaymentEvent.OperationReversed>().Count() == 2, "the second reversal");

        var journal = await Proof.JournalOfAsync(own, uuid);
        Assert.Equal(
            ["Created", "AuthorisationStarted", "OutcomeUnknown", "ReversalStarted", "OperationReversed", "LateApprovalReceived", "OperationReversed"],
            journal.Select(e => e.GetType().Name));
        Assert.Equal(["authorisation", "reversal", "reversal"], (await own.Client.GetBooksAsync(uuid)).Entries.Select(e => e.Message));

        // The merchant was told once that it failed, and hears nothing of the rest.
        Assert.Single((await own.Client.ListEventsAsync()).Records);
        await Proof.HoldsToTheEndAsync(own);
    }

    private static async Task<string> TryAsync(Gateway own, Wire wire, string call, string faults, string end)
    {
        var payment = await Walks.ToAsync(
            call switch { "authorise" => PaymentStatus.Pending, "refund" => PaymentStatus.Waiting, _ => PaymentStatus.Authorised }, own.Client);
        var uuid = payment.Uuid;
        foreach (var fault in faults.Split(", ").Select(f => f.Split(' ')))
        {
            Assert.Equal(200, (await wire.PostAsync("/api/v2/sandbox/faults", $$"""{"fault":"{{fault[0]}}","message":"{{fault[1]}}","uuid":"{{uuid}}"}""")).Status);
        }

        var answer = call switch
        {
            "authorise" => await wire.AnswerChallengeAsync(payment),
            "capture" => await wire.CaptureAsync(uuid, 700),
            "void" => await wire.VoidAsync(uuid),
            _ => await wire.RefundAsync(uuid, 400),
        };
        var told = call switch
        {
            "authorise" => "200 " + answer.Location!.Query.Split("status=")[1],
            _ when answer.Status != 200 => answer.Verdict,
            "refund" => "200 " + NameOf(answer.Refund.PayinRequest.Status),
            _ => "200 " + NameOf(answer.Payment.Status),
        };
        var ended = await Eventually.GetAsync(
            () => own.Reader.FindAsync(new Core.PaymentId(uuid)), p => p!.InFlight is null, $"the end of {call} with {faults}, which is {end},");
        var now = await own.Client.GetPaymentAsync(uuid);
        var books = await own.Client.GetBooksAsync(uuid);
        var status = NameOf(now.Status) + (now.PayCode?.ErrorCode is { } code ? " " + code : string.Empty);
        return $"{told} | {status} | {books.Authorised} {books.Captured} {books.Released} {ended!.Refund?.Amount.Minor ?? books.Refunded}";
    }

    private static string NameOf(PaymentStatus status) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}

public sealed class UnknownOutcomesOnSqlite(SqliteGateway gateway) : UnknownOutcomes(gateway);

public sealed class UnknownOutcomesOnPostgres(PostgresGateway gateway) : UnknownOutcomes(gateway);
