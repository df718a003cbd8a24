using CsCheck;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

/// <summary>Payments to which anything happens in any order. A failure prints the seed that replays it.</summary>
public class RandomHistories
{
    private const int Histories = 20_000;

    // What brings a payment further stands more often than what is mostly refused, so that histories come far.
    private static readonly string[] Words =
    [
        "require challenge", "record authentication", "record authentication after the session", "decline authentication",
        "authorise", "authorise", "authorise", "authorise after the session", "capture all", "capture 1", "capture 400", "capture 1000", "capture 1001",
        "void", "void as its time is over", "refund all", "refund 1", "refund 1", "refund 400", "refund 400", "refund 1000", "refund 1001",
        "approved", "approved", "approved", "approved", "declined", "not sent", "unknown", "unknown", "another operation approved", "undo", "undo", "undone", "undone",
        "undoing declined", "undoing unknown", "another operation undone", "refund paid out", "refund paid out", "this refund paid out", "another refund paid out",
        "refund refused", "settle", "settle", "end session",
    ];

    private static readonly Gen<(bool Capture, string[] Words)> Asked = Gen.Select(Gen.Bool, Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[1, 60]);

    [Fact]
    public void No_history_breaks_an_invariant_and_amounts_are_what_the_events_say() => Asked.Sample(
        asked =>
        {
            foreach (var (payment, events) in Live(asked.Capture, asked.Words))
            {
                var books = Books.Of(events);
                Assert.Equal(books.Authorised, payment.Authorised.Minor);
                Assert.Equal(books.Captured, payment.Captured.Minor);
                Assert.Equal(books.Refunded, payment.Refunded.Minor);
                Assert.InRange(payment.Captured.Minor, 0, payment.Authorised.Minor);
                Assert.InRange(payment.Refunded.Minor, 0, payment.Captured.Minor);
                Assert.Equal(books.InFlight, payment.InFlight?.Id);
            }
        },
        iter: Histories);

    [Fact]
    public void Replaying_its_events_gives_the_payment_again() => Asked.Sample(
        asked =>
        {
            var (payment, events) = Live(asked.Capture, asked.Words).Last();
            Assert.Equal(payment, Payment.Replay(events));
            Assert.Equal(events.Count, payment.Version);
        },
        iter: Histories);

    [Fact]
    public void A_time_is_due_exactly_while_something_can_happen_by_itself() => Asked.Sample(
        asked =>
        {
            foreach (var (payment, _) in Live(asked.Capture, asked.Words))
            {
                var atRest = payment.InFlight is null && payment.Status is PaymentStatus.Waiting or PaymentStatus.Received or PaymentStatus.PartiallyRefunded
                    or PaymentStatus.ReturnReceived or PaymentStatus.ReturnRejected or PaymentStatus.ReturnExpired or PaymentStatus.Failed or PaymentStatus.Expired;
                Assert.Equal(atRest && payment.InFlight is null, payment.DueAt is null);
            }
        },
        iter: Histories);

    [Fact]
    public void A_payment_that_ended_stays_as_it_ended() => Asked.Sample(
        asked =>
        {
            PaymentEnd? end = null;
            foreach (var (payment, _) in Live(asked.Capture, asked.Words))
            {
                Assert.Equal(end ?? payment.End, payment.End);
                end = payment.End;
            }
        },
        iter: Histories);

    [Fact]
    public void The_histories_reach_every_status_and_every_event()
    {
        var statuses = new HashSet<PaymentStatus>();
        var happened = new HashSet<Type>();
        Asked.Sample(
            asked =>
            {
                foreach (var (payment, events) in Live(asked.Capture, asked.Words))
                {
                    statuses.Add(payment.Status);
                    happened.Add(events[^1].GetType());
                }
            },
            iter: Histories,
            threads: 1);
        Assert.Equal(11, statuses.Count);
        Assert.Equal(typeof(PaymentEvent).GetNestedTypes().Length, happened.Count);
    }

    /// <summary>The payment after each event, and all events until then.</summary>
    private static IEnumerable<(Payment Payment, IReadOnlyList<PaymentEvent> Events)> Live(bool capture, string[] words)
    {
        var facts = Story.Facts(capture);
        var story = Story.Begin(facts);
        List<PaymentEvent> events = [new PaymentEvent.Created(facts.CreatedAt, facts)];
        yield return (story.Payment, events);
        foreach (var word in words)
        {
            if (PaymentDecider.Decide(story.Payment, story.Command(word)).Event is { } accepted)
            {
                story = story.After(accepted);
                events.Add(accepted);
                yield return (story.Payment, events);
            }
        }
    }

    /// <summary>What events add up to, counted once more and more simply than the payment counts.</summary>
    private sealed record Books(long Authorised, long Captured, long Refunded, OperationId? InFlight)
    {
        public static Books Of(IReadOnlyList<PaymentEvent> events)
        {
            var books = new Books(0, 0, 0, null);
            var capture = false;
            var started = new Dictionary<OperationId, long>();
            foreach (var happened in events)
            {
                Assert.True(
                    books.InFlight is null || happened is not (PaymentEvent.AuthorisationStarted or PaymentEvent.CaptureStarted or PaymentEvent.VoidStarted or PaymentEvent.RefundStarted),
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
                    case PaymentEvent.ReversalStarted e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.LateApprovalReceived e: books = books with { InFlight = e.Operation }; break;
                    case PaymentEvent.Authorised: books = books with { InFlight = null, Authorised = Story.Amount, Captured = capture ? Story.Amount : 0 }; break;
                    case PaymentEvent.Captured e: books = books with { InFlight = null, Captured = books.Captured + started[e.Operation] }; break;
                    case PaymentEvent.RefundCompleted e: books = books with { InFlight = null, Refunded = books.Refunded + started[e.Operation] }; break;
                    case PaymentEvent.AuthorisationDeclined or PaymentEvent.CaptureDeclined or PaymentEvent.VoidDeclined or PaymentEvent.Voided
                        or PaymentEvent.RefundAccepted or PaymentEvent.RefundRejected or PaymentEvent.RefundExpired or PaymentEvent.OperationReversed:
                        books = books with { InFlight = null };
                        break;
                    default: break;
                }
            }

            return books;
        }
    }
}
