using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

/// <summary>Events that cannot be: each is refused by the invariant that it would break, in release builds too.</summary>
public class InvariantTests
{
    private static readonly OperationId Last = new("op-1");
    private static readonly OperationId Other = new("op-of-another");

    [Fact]
    public void A_payment_asks_for_something()
    {
        Breaks("a payment asks for something", null, new PaymentEvent.Created(Story.CreatedAt, Story.Facts(amount: 0)));
        Breaks("a payment asks for something", null, new PaymentEvent.Created(Story.CreatedAt, Story.Facts(amount: -1)));
    }

    [Fact]
    public void A_payment_is_created_once_and_first()
    {
        Breaks("a payment is created once", At("pending"), new PaymentEvent.Created(Story.CreatedAt, Story.Facts()));
        Breaks("a payment's first event is its creation", null, new PaymentEvent.Settled(Story.Now));
    }

    [Fact]
    public void A_journal_has_at_least_one_event() =>
        Assert.Contains("a journal has at least one event", Assert.Throws<InvariantViolationException>(() => Payment.Replay([])).Message, StringComparison.Ordinal);

    [Fact]
    public void One_operation_is_in_flight_at_a_time()
    {
        const string Rule = "one operation is in flight at a time";
        Breaks(Rule, At("authorising"), new PaymentEvent.AuthorisationStarted(Story.Now, Other, Story.Later));
        Breaks(Rule, At("capturing"), new PaymentEvent.VoidStarted(Story.Now, Other, OperationCause.Merchant, Story.Later));
        Breaks(Rule, At("voiding"), new PaymentEvent.CaptureStarted(Story.Now, Other, Story.Aud(1), Story.Later));
        Breaks(Rule, At("refunding"), new PaymentEvent.RefundStarted(Story.Now, Other, Story.Aud(1), "Wrong size", Story.Later, Story.Later));
        Breaks(Rule, At("accepting"), new PaymentEvent.DisputeAnswerStarted(Story.Now, Other, OperationKind.DisputeEvidence, Story.Later));
    }

    [Fact]
    public void Only_the_operation_in_flight_ends()
    {
        const string Rule = "only the operation in flight ends";
        Breaks(Rule, At("authorising"), new PaymentEvent.Authorised(Story.Now, Other, Story.Approved, Story.Later));
        Breaks(Rule, At("authorising"), new PaymentEvent.AuthorisationDeclined(Story.Now, Other, FailureReason.IssuerDeclined, "05"));
        Breaks(Rule, At("authorised"), new PaymentEvent.Captured(Story.Now, Last));
        Breaks(Rule, At("authorised"), new PaymentEvent.CaptureDeclined(Story.Now, Last, FailureReason.IssuerDeclined, "05"));
        Breaks(Rule, At("authorised"), new PaymentEvent.Voided(Story.Now, Last));
        Breaks(Rule, At("authorised"), new PaymentEvent.VoidDeclined(Story.Now, Last, FailureReason.IssuerDeclined, "05"));
        Breaks(Rule, At("waiting"), new PaymentEvent.RefundAccepted(Story.Now, Last));
        Breaks(Rule, At("authorising, being undone"), new PaymentEvent.OperationReversed(Story.Now, Other));
        Breaks(Rule, At("accepting"), new PaymentEvent.DisputeAccepted(Story.Now, Other));
        Breaks(Rule, At("disputed"), new PaymentEvent.EvidenceSubmitted(Story.Now, Last));
        Breaks(Rule, At("disputed"), new PaymentEvent.DisputeAnswerDeclined(Story.Now, Last, FailureReason.ProcessingError, "12"));
    }

    [Fact]
    public void Only_the_operation_in_flight_moves()
    {
        const string Rule = "only the operation in flight moves";
        Breaks(Rule, At("authorising"), new PaymentEvent.OutcomeUnknown(Story.Now, Other, Story.Later));
        Breaks(Rule, At("authorised"), new PaymentEvent.OutcomeUnknown(Story.Now, Last, Story.Later));
        Breaks(Rule, At("authorising, nobody knows"), new PaymentEvent.OperationDeferred(Story.Now, Other, Story.Later));
        Breaks(Rule, At("authorised"), new PaymentEvent.OperationDeferred(Story.Now, Last, Story.Later));
    }

    [Fact]
    public void Only_the_operation_in_flight_is_undone()
    {
        const string Rule = "only the operation in flight is undone";
        Breaks(Rule, At("authorising, nobody knows"), new PaymentEvent.ReversalStarted(Story.Now, Other, Story.Later));
        Breaks(Rule, At("return_pending"), new PaymentEvent.ReversalStarted(Story.Now, Other, Story.Later));
        Breaks(Rule, At("authorised"), new PaymentEvent.ReversalStarted(Story.Now, Last, Story.Later));
    }

    [Fact]
    public void What_is_reversed_was_being_reversed()
    {
        const string Rule = "what is reversed was being reversed";
        Breaks(Rule, At("authorising"), new PaymentEvent.OperationReversed(Story.Now, Last));
        Breaks(Rule, At("authorised"), new PaymentEvent.OperationReversed(Story.Now, Last));
    }

    [Fact]
    public void Only_the_refund_on_its_way_ends()
    {
        const string Rule = "only the refund on its way ends";
        Breaks(Rule, At("return_pending"), new PaymentEvent.RefundCompleted(Story.Now, Other));
        Breaks(Rule, At("return_pending"), new PaymentEvent.RefundRejected(Story.Now, Other, FailureReason.IssuerDeclined, "05"));
        Breaks(Rule, At("return_pending"), new PaymentEvent.RefundExpired(Story.Now, Other));
        Breaks(Rule, At("received"), new PaymentEvent.RefundCompleted(Story.Now, Last));
    }

    [Fact]
    public void No_more_is_captured_than_was_authorised()
    {
        const string Rule = "no more is captured than was authorised";
        var capturing = Payment.Evolve(At("authorised"), new PaymentEvent.CaptureStarted(Story.Now, Other, Story.Aud(1001), Story.Later));
        Breaks(Rule, capturing, new PaymentEvent.Captured(Story.Now, Other));

        var backwards = Payment.Evolve(At("authorised"), new PaymentEvent.CaptureStarted(Story.Now, Other, Story.Aud(-1), Story.Later));
        Breaks(Rule, backwards, new PaymentEvent.Captured(Story.Now, Other));
    }

    [Fact]
    public void No_more_is_asked_back_or_disputed_than_was_captured()
    {
        const string Rule = "no more is asked back or disputed than was captured";
        Breaks(Rule, At("waiting"), new PaymentEvent.RefundStarted(Story.Now, Other, Story.Aud(1001), "Wrong size", Story.Later, Story.Later));
        Breaks(Rule, At("waiting"), Opened(1001));
        Breaks(Rule, At("return_pending"), Opened(601));
        Breaks(Rule, At("disputed"), new PaymentEvent.RefundStarted(Story.Now, Other, Story.Aud(1), "Wrong size", Story.Later, Story.Later));
    }

    [Fact]
    public void What_is_disputed_was_captured()
    {
        Breaks("what is disputed was captured", At("waiting"), Opened(0));
        Breaks("no more is asked back or disputed than was captured", At("authorised"), Opened(1));
    }

    [Fact]
    public void Only_an_open_dispute_ends()
    {
        Breaks("only an open dispute ends", At("received"), new PaymentEvent.DisputeWon(Story.Now));
        Breaks("only an open dispute ends", At("dispute won"), new PaymentEvent.DisputeLost(Story.Now));
        Breaks("only an open dispute ends", At("dispute_lost"), new PaymentEvent.DisputeExpired(Story.Now));
    }

    [Fact]
    public void What_is_kept_back_has_settled() => Breaks(
        "what is kept back has settled", At("waiting") with { Reserved = Story.Aud(1) }, new PaymentEvent.CaptureStarted(Story.Now, Other, Story.Aud(1), Story.Later));

    [Fact]
    public void A_capture_settles_once() => Breaks("a capture settles once", At("received"), new PaymentEvent.Settled(Story.Now));

    [Fact]
    public void No_more_is_refunded_than_was_captured()
    {
        const string Rule = "no more is refunded than was captured";

        // No event alone comes here, as asking for too much back is refused before: so the row is broken, as a hand in the database would break it.
        Breaks(Rule, At("return_pending") with { Refunded = Story.Aud(601) }, new PaymentEvent.RefundCompleted(Story.Now, new("op-3")));
        Breaks(Rule, At("waiting") with { Refunded = Story.Aud(-1) }, new PaymentEvent.Settled(Story.Now));
    }

    [Fact]
    public void What_is_authorised_is_what_was_asked_for() => Breaks(
        "what is authorised is what was asked for", At("waiting") with { Authorised = Story.Aud(1001) }, new PaymentEvent.Settled(Story.Now));

    [Fact]
    public void What_is_authorised_was_approved() => Breaks(
        "what is authorised was approved", At("waiting") with { Approval = null }, new PaymentEvent.Settled(Story.Now));

    [Fact]
    public void A_payment_that_failed_or_expired_took_no_money()
    {
        const string Rule = "a payment that failed or expired took no money";
        Breaks(Rule, At("waiting"), new PaymentEvent.SessionEnded(Story.Now));
        Breaks(Rule, At("return_pending"), new PaymentEvent.AuthenticationDeclined(Story.Now, FailureReason.AuthenticationDeclined));
    }

    [Fact]
    public void What_settles_was_captured()
    {
        Breaks("what settles was captured", At("pending"), new PaymentEvent.Settled(Story.Now));
        Breaks("what settles was captured", At("authorised"), new PaymentEvent.Settled(Story.Now));
    }

    [Fact]
    public void After_its_end_a_payment_only_undoes()
    {
        const string Rule = "after its end a payment only undoes";
        Breaks(Rule, At("authorising"), new PaymentEvent.SessionEnded(Story.Now));
        Breaks(Rule, At("failed"), new PaymentEvent.AuthorisationStarted(Story.Now, Other, Story.Later));
        Breaks(Rule, At("voided"), new PaymentEvent.CaptureStarted(Story.Now, Other, Story.Aud(1), Story.Later));
    }

    [Fact]
    public void An_event_that_nobody_knows_is_not_ignored()
    {
        Assert.Throws<InvariantViolationException>(() => Payment.Evolve(At("pending"), new Unheard(Story.Now)));
        Assert.Throws<InvariantViolationException>(() => PaymentDecider.Decide(At("pending"), new Unasked(Story.Now)));
    }

    private sealed record Unheard(DateTimeOffset At) : PaymentEvent(At);

    private sealed record Unasked(DateTimeOffset At) : PaymentCommand(At);

    private static PaymentEvent.DisputeOpened Opened(long amount) =>
        new(Story.Now, new("dp_1"), "case-1", Story.Aud(amount), "10.4", DisputeStage.ChargebackOpen, Story.Deadline);

    private static Payment At(string state) => Story.At(state).Payment;

    private static void Breaks(string rule, Payment? payment, PaymentEvent happened)
    {
        var broken = Assert.Throws<InvariantViolationException>(() => Payment.Evolve(payment, happened));
        Assert.Equal("An invariant does not hold: " + rule, broken.Message);
    }
}
