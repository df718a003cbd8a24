using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Money;

public abstract class Lifecycle(Gateway gateway)
{
    [Fact]
    public async Task A_charge_with_capture_takes_the_money_at_once()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge() with { Capture = true });
        Assert.Equal((PaymentStatus.Waiting, true, 0), (payment.Status, payment.Capture, payment.PaidAmount));
        var challenged = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { Capture = true });
        using var wire = new Wire(gateway);
        await wire.AnswerChallengeAsync(challenged);
        Assert.Equal(PaymentStatus.Waiting, (await gateway.Client.GetPaymentAsync(challenged.Uuid)).Status);
        await Proof.HoldsAsync(gateway, payment.Uuid, challenged.Uuid);
    }

    [Fact]
    public async Task A_partial_capture_releases_the_rest_and_limits_what_can_be_refunded()
    {
        using var wire = new Wire(gateway);
        var uuid = (await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client)).Uuid;
        Assert.Equal("422 AMOUNT_ABOVE_AUTHORISED", (await wire.CaptureAsync(uuid, 1001)).Verdict);
        Assert.Equal("""422 {"amount":"must be greater than 0"}""", (await wire.CaptureAsync(uuid, 0)).Verdict);

        Assert.Equal("200", (await wire.CaptureAsync(uuid, 700)).Verdict);

        var books = await gateway.Client.GetBooksAsync(uuid);
        Assert.Equal((1000, 700, 300), (books.Authorised, books.Captured, books.Released));
        Assert.Equal("422 PAYMENT_NOT_CAPTURABLE", (await wire.CaptureAsync(uuid, 300)).Verdict);
        await wire.SimulateAsync(uuid, SimulatedEvent.Settled);
        var received = await gateway.Client.GetPaymentAsync(uuid);
        Assert.Equal((1000, 700), (received.Amount, received.PaidAmount));
        Assert.Equal("422 AMOUNT_ABOVE_REFUNDABLE", (await wire.RefundAsync(uuid, 701)).Verdict);
        Assert.Equal(700, (await wire.RefundAsync(uuid)).Refund.RefundAmount);
        await Proof.HoldsAsync(gateway, uuid);
    }

    [Fact]
    public async Task A_void_releases_the_hold()
    {
        var payment = await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client);
        var voided = await gateway.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        Assert.Equal((PaymentStatus.Failed, "voided", null), (voided.Status, voided.PayCode?.ErrorCode, voided.Token));
        var books = await gateway.Client.GetBooksAsync(payment.Uuid);
        Assert.Equal((1000, 0, 1000), (books.Authorised, books.Captured, books.Released));
        await Proof.HoldsAsync(gateway, payment.Uuid);
    }

    [Fact]
    public async Task Several_refunds_never_give_back_more_than_was_captured()
    {
        using var wire = new Wire(gateway);
        var uuid = (await Walks.ToAsync(PaymentStatus.Received, gateway.Client)).Uuid;

        await PayOutAsync(300, PaymentStatus.PartiallyRefunded);
        Assert.Equal("422 AMOUNT_ABOVE_REFUNDABLE", (await wire.RefundAsync(uuid, 701)).Verdict);
        await PayOutAsync(200, PaymentStatus.PartiallyRefunded);
        await EndAsync(500, SimulatedEvent.RefundRejected, PaymentStatus.ReturnRejected);
        Assert.Equal(500, (await gateway.Client.GetPaymentAsync(uuid)).RefundInformation!.RefundAmount);
        await EndAsync(500, SimulatedEvent.Expired, PaymentStatus.ReturnExpired);
        Assert.Equal(500, (await gateway.Client.GetPaymentAsync(uuid)).RefundInformation!.RefundAmount);
        await PayOutAsync(100, PaymentStatus.PartiallyRefunded);
        var last = await wire.RefundAsync(uuid);
        Assert.Equal((1000, 400, PaymentStatus.ReturnPending), (last.Refund.TotalAmount, last.Refund.RefundAmount, last.Refund.PayinRequest.Status));
        Assert.Equal(1000, last.Refund.PayinRequest.RefundInformation!.RefundAmount);
        await wire.SimulateAsync(uuid, SimulatedEvent.RefundCompleted);

        Assert.Equal(PaymentStatus.ReturnReceived, (await gateway.Client.GetPaymentAsync(uuid)).Status);
        Assert.Equal("422 PAYMENT_NOT_REFUNDABLE", (await wire.RefundAsync(uuid, 1)).Verdict);
        Assert.Equal(1000, (await gateway.Client.GetBooksAsync(uuid)).Refunded);
        await Proof.HoldsAsync(gateway, uuid);

        Task PayOutAsync(long amount, PaymentStatus status) => EndAsync(amount, SimulatedEvent.RefundCompleted, status);

        async Task EndAsync(long amount, SimulatedEvent end, PaymentStatus status)
        {
            var refund = await wire.RefundAsync(uuid, amount);
            Assert.Equal((amount, PaymentStatus.ReturnPending), (refund.Refund.RefundAmount, refund.Refund.PayinRequest.Status));
            Assert.Equal("422 PAYMENT_NOT_REFUNDABLE", (await wire.RefundAsync(uuid, 1)).Verdict);
            Assert.Equal(status, (await wire.SimulateAsync(uuid, end)).Payment.Status);
        }
    }

    [Fact]
    public async Task Ten_days_at_once_bring_everything_in_its_order()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var pending = await Walks.ToAsync(PaymentStatus.Pending, own.Client);
        var held = await Walks.ToAsync(PaymentStatus.Authorised, own.Client);
        var merchantHeld = await own.Client.ChargeAsync(Requests.Charge() with { PaymentType = PaymentType.Unscheduled });
        var waiting = await Walks.ToAsync(PaymentStatus.Waiting, own.Client);
        var refunded = await Walks.RefundAsync(await Walks.ToAsync(PaymentStatus.Waiting, own.Client), 400, own.Client);
        var seen = (await own.Client.ListEventsAsync(limit: 100)).NextAfter;
        var start = (await own.Client.GetSandboxClockAsync()).Now;

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(10));

        var changes = (await own.Client.ListEventsAsync(seen, 100)).Records;
        Assert.Equal(
            [
                (refunded.Uuid, PaymentStatus.PartiallyRefunded, "00.00:00:30"), (waiting.Uuid, PaymentStatus.Received, "00.00:01:00"),
                (pending.Uuid, PaymentStatus.Expired, "00.00:15:00"), (merchantHeld.Uuid, PaymentStatus.Expired, "05.00:00:00"),
                (held.Uuid, PaymentStatus.Expired, "07.00:00:00"),
            ],
            changes.Select(c => (c.Uuid, c.Status, Rounded(c.CreatedAt - start))));
        Assert.Equal("session_expired", (await own.Client.GetPaymentAsync(pending.Uuid)).PayCode!.ErrorCode);
        Assert.Equal("authorisation_expired", (await own.Client.GetPaymentAsync(held.Uuid)).PayCode!.ErrorCode);
        Assert.Equal(1000, (await own.Client.GetBooksAsync(held.Uuid)).Released);
        Assert.Equal((1000, 400), ((await own.Client.GetPaymentAsync(refunded.Uuid)).PaidAmount, (await own.Client.GetBooksAsync(refunded.Uuid)).Refunded));
        await Proof.HoldsToTheEndAsync(own);

        // The payments were made within the seconds before the clock was moved, and the machine may be slow.
        static string Rounded(TimeSpan span) => TimeSpan.FromSeconds(Math.Ceiling(span.TotalSeconds / 30) * 30).ToString(@"dd\.hh\:mm\:ss", null);
    }

    [Fact]
    public async Task A_refund_that_is_not_paid_out_in_ten_days_expires_and_another_may_be_asked_for()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:RefundDelay=11.00:00:00");
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var uuid = (await Walks.ToAsync(PaymentStatus.ReturnPending, own.Client)).Uuid;
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(10) - TimeSpan.FromMinutes(1));
        Assert.Equal(PaymentStatus.ReturnPending, (await own.Client.GetPaymentAsync(uuid)).Status);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));

        var expired = await own.Client.GetPaymentAsync(uuid);
        Assert.Equal((PaymentStatus.ReturnExpired, true, 0), (expired.Status, expired.IsRefundable, expired.RefundInformation!.RefundAmount));
        Assert.Equal(1000, (await wire.RefundAsync(uuid)).Refund.RefundAmount);

        // The first refund's day of payout comes and pays nothing: it was withdrawn at the acquirer.
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(2));
        Assert.Equal(PaymentStatus.ReturnPending, (await own.Client.GetPaymentAsync(uuid)).Status);
        Assert.Equal(0, (await own.Client.GetBooksAsync(uuid)).Refunded);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_session_ends_a_challenge_that_nobody_answers_and_the_late_answer_charges_nothing()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var payment = await Walks.ToAsync(PaymentStatus.Pending, own.Client);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(14));
        Assert.Equal(PaymentStatus.Pending, (await own.Client.GetPaymentAsync(payment.Uuid)).Status);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));

        var late = await wire.AnswerChallengeAsync(payment);

        Assert.Equal(410, late.Status);
        Assert.Contains("Nothing was charged.", late.Body, StringComparison.Ordinal);
        Assert.Empty((await own.Client.GetBooksAsync(payment.Uuid)).Entries);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_settlement_that_is_told_before_the_answer_to_the_charge_is_not_lost()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:SettlementDelay=00:00:01");
        await own.InitializeAsync();

        var payment = await own.Client.ChargeAsync(Requests.Charge("4000000000000044") with { Capture = true });

        Assert.Equal(PaymentStatus.Waiting, payment.Status);
        await Eventually.GetAsync(() => own.Client.GetPaymentAsync(payment.Uuid), p => p.Status == PaymentStatus.Received, "the settlement");
        await Proof.HoldsToTheEndAsync(own);
    }
}

public sealed class LifecycleOnSqlite(SqliteGateway gateway) : Lifecycle(gateway);

public sealed class LifecycleOnPostgres(PostgresGateway gateway) : Lifecycle(gateway);
