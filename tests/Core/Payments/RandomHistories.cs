using CsCheck;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

/// <summary>Payments to which anything happens in any order. A failure prints the seed that replays it.</summary>
public class RandomHistories
{
    private const int Number = 10_000;

    [Fact]
    public void No_history_breaks_an_invariant_and_amounts_are_what_the_events_say() => Histories.Asked.Sample(
        asked =>
        {
            foreach (var (payment, events) in Histories.Live(asked))
            {
                var books = Books.Of(events);
                Assert.Equal(books.Authorised, payment.Authorised.Minor);
                Assert.Equal(books.Captured, payment.Captured.Minor);
                Assert.Equal(books.Refunded, payment.Refunded.Minor);
                Assert.InRange(payment.Captured.Minor, 0, payment.Authorised.Minor);
                Assert.InRange(payment.Refunded.Minor, 0, payment.Captured.Minor);
                Assert.Equal(books.Disputed, payment.Disputed.Minor);
                Assert.InRange(payment.Refunded.Minor + payment.Disputed.Minor, 0, payment.Captured.Minor);
                Assert.Equal(books.InFlight, payment.InFlight?.Id);
            }
        },
        iter: Number);

    [Fact]
    public void Replaying_its_events_gives_the_payment_again() => Histories.Asked.Sample(
        asked =>
        {
            var (payment, events) = Histories.Live(asked).Last();
            Assert.Equal(payment, Payment.Replay(events));
            Assert.Equal(events.Count, payment.Version);
        },
        iter: Number);

    [Fact]
    public void A_time_is_due_exactly_while_something_can_happen_by_itself() => Histories.Asked.Sample(
        asked =>
        {
            foreach (var (payment, _) in Histories.Live(asked))
            {
                var runsOut = payment.Status is PaymentStatus.Pending or PaymentStatus.Authorised or PaymentStatus.ReturnPending
                    || payment.Dispute is { AwaitsMerchant: true } || payment.Reserved.IsPositive;
                Assert.Equal(runsOut || payment.InFlight is not null, payment.DueAt is not null);
            }
        },
        iter: Number);

    [Fact]
    public void A_payment_that_ended_stays_as_it_ended() => Histories.Asked.Sample(
        asked =>
        {
            PaymentEnd? end = null;
            foreach (var (payment, _) in Histories.Live(asked))
            {
                Assert.Equal(end ?? payment.End, payment.End);
                end = payment.End;
            }
        },
        iter: Number);

    [Fact]
    public void The_histories_reach_every_status_and_every_event()
    {
        var statuses = new HashSet<PaymentStatus>();
        var happened = new HashSet<Type>();
        Histories.Asked.Sample(
            asked =>
            {
                foreach (var (payment, events) in Histories.Live(asked))
                {
                    statuses.Add(payment.Status);
                    happened.Add(events[^1].GetType());
                }
            },
            iter: Number,
            threads: 1);
        Assert.Equal(13, statuses.Count);
        Assert.Equal(typeof(PaymentEvent).GetNestedTypes().Length, happened.Count);
    }

    /// <summary>What events add up to, counted once more and more simply than the payment counts.</summary>
    private sealed record Books(long Authorised, long Captured, long Refunded, long Disputed, OperationId? InFlight)
    {
        public static Books Of(IReadOnlyList<PaymentEvent> events)
        {
            var books = new Books(0, 0, 0, 0, null);
            var capture = false;
            var started = new Dictionary<OperationId, long>();
            foreach (var happened in events)
            {
                Assert.True(
                    books.InFlight is null || happened is not (PaymentEvent.AuthorisationStarted or PaymentEvent.CaptureStarted or PaymentEvent.VoidStarted
                        or PaymentEvent.RefundStarted or PaymentEvent.DisputeAnswerStarted),
                    "A second operation was started while one was in flight.");
                switch (happened)
                {
                    case PaymentEvent.Created e: capture = e.Facts.CaptureAtOnce; break;
                    case PaymentEvent.AuthorisationStarted e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.VoidStarted e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.CaptureStarted e:
                        started[e.Operation] = e.Amount.Minor;
                        books = books with { InFlight = e.Operation };
                        break;
                    case PaymentEvent.RefundStarted e:
                        started[e.Operation] = e.Amount.Minor;
                        books = books with { InFlight = e.Operation };
                        break;
                    case PaymentEvent.DisputeAnswerStarted e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.DisputeOpened e: books = books with { Disputed = e.Amount.Minor }; break;
                    case PaymentEvent.DisputeWon: books = books with { Disputed = 0, InFlight = null }; break;
                    case PaymentEvent.DisputeLost: books = books with { InFlight = null }; break;
                    case PaymentEvent.ReversalStarted e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.LateApprovalReceived e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.Authorised: books = books with { InFlight = null, Authorised = Story.Amount, Captured = capture ? Story.Amount : 0 }; break;
                    case PaymentEvent.Captured e: books = books with { InFlight = null, Captured = books.Captured + started[e.Operation] }; break;
                    case PaymentEvent.RefundCompleted e: books = books with { InFlight = null, Refunded = books.Refunded + started[e.Operation] }; break;
                    case PaymentEvent.AuthorisationDeclined or PaymentEvent.AuthenticationDemanded or PaymentEvent.CaptureDeclined or PaymentEvent.VoidDeclined or PaymentEvent.Voided
                        or PaymentEvent.RefundAccepted or PaymentEvent.RefundRejected or PaymentEvent.RefundExpired or PaymentEvent.OperationReversed
                        or PaymentEvent.EvidenceSubmitted or PaymentEvent.DisputeAccepted or PaymentEvent.DisputeAnswerDeclined:
                        books = books with { InFlight = null };
                        break;
                    default: break;
                }
            }

            return books;
        }
    }
}
