using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Acquirers;

/// <summary>Two server processes on one PostgreSQL database, and the sandbox's acquirer in a third process: what one server promises, two promise together.</summary>
public sealed class OneAcquirerForTwoServers(PostgresGateway gateway)
{
    private static readonly string[] Refused = ["409 OPERATION_IN_FLIGHT", "422 PAYMENT_NOT_CAPTURABLE", "422 PAYMENT_NOT_VOIDABLE", "422 PAYMENT_NOT_REFUNDABLE"];

    [Fact]
    public async Task What_one_authorises_the_other_captures_and_both_refund_within_the_capture()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        using var first = new Wire(two.First);
        using var second = new Wire(two.Second.Address);
        var payment = (await first.ChargeAsync(Requests.Charge())).Payment;
        Assert.Equal(PaymentStatus.Waiting, (await second.CaptureAsync(payment.Uuid)).Payment.Status);
        Assert.Equal("200", (await first.SimulateAsync(payment.Uuid, SimulatedEvent.Settled)).Verdict);
        for (var left = 1000L; left > 0; left -= 500)
        {
            var answers = await AtOnce.DoAsync(20, i => (i % 2 == 0 ? first : second).RefundAsync(payment.Uuid, 500));
            Assert.Single(answers, a => a.Status == 200);
            var done = await AtOnce.DoAsync(10, i => (i % 2 == 0 ? first : second).SimulateAsync(payment.Uuid, SimulatedEvent.RefundCompleted));
            Assert.Single(done, a => a.Status == 200);
        }

        Assert.Equal(PaymentStatus.ReturnReceived, (await second.GetAsync($"{Wire.Cards}/payments/{payment.Uuid}")).Payment.Status);
        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task Of_two_hundred_refunds_of_sixty_per_cent_at_once_one_succeeds()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        using var first = new Wire(two.First);
        using var second = new Wire(two.Second.Address);
        var payment = await Walks.ToAsync(PaymentStatus.Received, two.First.Client);

        var answers = await AtOnce.DoAsync(200, i => (i % 2 == 0 ? first : second).RefundAsync(payment.Uuid, 600));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains(a.Verdict, Refused));
        await second.SimulateAsync(payment.Uuid, SimulatedEvent.RefundCompleted);
        answers = await AtOnce.DoAsync(50, i => (i % 2 == 0 ? first : second).RefundAsync(payment.Uuid, 600));
        Assert.All(answers, a => Assert.Equal("422 AMOUNT_ABOVE_REFUNDABLE", a.Verdict));
        Assert.Equal(600, (await two.First.Client.GetBooksAsync(payment.Uuid)).Refunded);
        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task Two_hundred_captures_and_voids_at_once_have_one_effect()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        using var first = new Wire(two.First);
        using var second = new Wire(two.Second.Address);
        for (var round = 0; round < 3; round++)
        {
            var payment = await two.First.Client.ChargeAsync(Requests.Charge());

            var answers = await AtOnce.DoAsync(200, i => (i % 4 < 2 ? first : second) is var wire && i % 2 == 0
                ? wire.CaptureAsync(payment.Uuid, 500 + i)
                : wire.VoidAsync(payment.Uuid));

            var won = Assert.Single(answers, a => a.Status == 200).Payment;
            Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains(a.Verdict, Refused));
            var books = await two.First.Client.GetBooksAsync(payment.Uuid);
            Assert.Equal(2, books.Entries.Count);
            Assert.Equal(won.Status == PaymentStatus.Failed, books.Captured == 0);
        }

        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task A_dispute_that_one_hears_of_the_other_answers_and_both_hear_its_end_once()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        using var first = new Wire(two.First);
        using var second = new Wire(two.Second.Address);
        var dispute = await two.First.Client.OpenDisputeAsync();
        var answers = await AtOnce.DoAsync(
            20, i => (i % 2 == 0 ? first : second).EvidenceAsync(dispute.Id, $$"""{"other":"{{new string('x', 9_000)}}","receipt":"{{new string('ü', 9_000)}}"}"""));
        Assert.Single(answers, a => a.Status == 200);

        await two.Second.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(DisputeStatus.Won, (await second.GetAsync($"{Wire.Cards}/disputes/{dispute.Id}")).Dispute().Status);
        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task A_clock_that_one_moves_is_the_other_ones_too_and_what_falls_due_is_heard_once()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        var payments = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            payments.Add((await two.Second.Client.ChargeAsync(Requests.Charge() with { Capture = true })).Uuid);
        }

        var now = (await two.First.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(2))).Now;
        await Eventually.GetAsync(two.ClockOfSecondAsync, clock => clock >= now, "the other server's clock");
        foreach (var uuid in payments)
        {
            Assert.Equal(PaymentStatus.Received, (await two.Second.Client.GetPaymentAsync(uuid)).Status);
            Assert.Equal(["authorisation", "settled"], (await two.Second.Client.GetBooksAsync(uuid)).Entries.Select(e => e.Message));
        }

        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task What_nobody_knows_is_recovered_once_by_one_of_them()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        await two.First.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostReply, Message = SandboxMessage.Authorisation, Times = 20 });
        await two.First.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostRequest, Message = SandboxMessage.Inquiry, Times = 20 });

        var payments = await AtOnce.DoAsync(20, i => (i % 2 == 0 ? two.First.Client : two.Second.Client).ChargeAsync(Requests.Charge()));

        foreach (var uuid in payments.Select(p => p.Uuid))
        {
            await Eventually.GetAsync(() => two.First.Client.GetPaymentAsync(uuid), p => p.Status == PaymentStatus.Failed, "the end");
            Assert.Equal(["authorisation", "reversal"], (await two.First.Client.GetBooksAsync(uuid)).Entries.Select(e => e.Message));
            Assert.Equal(
                ["Created", "AuthorisationStarted", "OutcomeUnknown", "ReversalStarted", "OperationReversed"],
                (await Proof.JournalOfAsync(two.First, uuid)).Select(e => e.GetType().Name));
        }

        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task A_challenge_has_its_three_tries_over_both()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        var payment = await Walks.ToAsync(PaymentStatus.Pending, two.First.Client);
        using var first = new Wire(two.First);
        using var second = new Wire(two.Second.Address);
        var page = new Uri(payment.PayCode!.ThreeDsUrl!).PathAndQuery;
        var elsewhere = payment with { PayCode = payment.PayCode with { ThreeDsUrl = new Uri(two.Second.Address, page).AbsoluteUri } };

        await first.AnswerChallengeAsync(payment, "000000");
        await second.AnswerChallengeAsync(elsewhere, "000000");
        await first.AnswerChallengeAsync(payment, "000000");

        Assert.Equal(PaymentStatus.Failed, (await two.Second.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task An_acquirer_that_is_not_there_got_nothing_and_one_that_is_killed_forgets_nothing()
    {
        await using var two = await TwoServers.StartAsync(gateway);
        var captured = await Walks.ToAsync(PaymentStatus.Waiting, two.First.Client);
        var charge = Requests.Charge();
        await two.First.Client.InjectFaultAsync(new() { Fault = SandboxFault.LateReply, Message = SandboxMessage.Authorisation });
        var unanswered = two.First.Client.ChargeAsync(charge);
        var uuid = (await Eventually.GetAsync(
            () => two.Second.Client.ListPaymentsAsync(new() { ExternalId = charge.ExternalId }), list => list.Total == 1, "the payment")).Records[0].Uuid;
        await Eventually.GetAsync(() => two.Second.Client.GetBooksAsync(uuid), books => books.Entries.Count == 1, "the message");

        await two.Acquirer.KillAsync();

        // The link died in the middle: nobody knows, and it is undone as soon as the acquirer is there again.
        Assert.Equal(PaymentStatus.Pending, (await unanswered).Status);
        var refused = await two.Second.Client.ChargeAsync(Requests.Charge());
        Assert.Equal((PaymentStatus.Failed, "acquirer_unavailable"), (refused.Status, refused.PayCode?.ErrorCode));
        await Assert.ThrowsAsync<Client.TollgateException>(() => two.Second.Client.VoidPaymentAsync(new() { Uuid = captured.Uuid }));

        await two.Acquirer.StartAgainAsync();
        Assert.Equal(1000, (await two.First.Client.GetBooksAsync(captured.Uuid)).Captured);
        Assert.Empty((await two.First.Client.GetBooksAsync(refused.Uuid)).Entries);
        await two.First.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(PaymentStatus.Failed, (await two.Second.Client.GetPaymentAsync(uuid)).Status);
        var undone = await two.Second.Client.GetBooksAsync(uuid);
        Assert.Equal((1000, 1000, 0), (undone.Authorised, undone.Released, undone.Authorisations));
        Assert.Equal(PaymentStatus.Received, (await two.Second.Client.GetPaymentAsync(captured.Uuid)).Status);
        await Proof.HoldsToTheEndAsync(two.First);
    }

    [Fact]
    public async Task No_card_number_that_crosses_the_wire_between_them_is_printed()
    {
        await using var two = await TwoServers.StartAsync(gateway, "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft=Trace");
        var charge = Requests.Charge("5555555555554444") with { CardInfo = Requests.Card("5555555555554444") with { CardCvvNumber = "987" } };
        Assert.Equal(PaymentStatus.Authorised, (await two.First.Client.ChargeAsync(charge)).Status);
        using var http = new HttpClient { BaseAddress = two.Acquirer.Address };
        using var wrong = new StringContent("""{"kind":"Authorisation","operation":"o","payment":"p","amount":1,"card":"5555555555554445"}""");
        Assert.Equal(400, (int)(await http.PostAsync("/exchange", wrong)).StatusCode);
        foreach (var said in (string[])[two.First.Log, two.Acquirer.Said])
        {
            Assert.DoesNotContain("555555555555444", said, StringComparison.Ordinal);
            Assert.DoesNotContain("987", said.Split('\n').Where(line => line.Contains("code", StringComparison.OrdinalIgnoreCase)));
        }
    }
}
