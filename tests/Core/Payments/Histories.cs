using CsCheck;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

/// <summary>What is asked of one payment, in random order.</summary>
internal sealed record History(bool Capture, FeeSchedule? Fees, string[] Words);

/// <summary>One step of a history: the payment before and after an event, and all events until then.</summary>
internal sealed record Step(Payment? Before, Payment Payment, IReadOnlyList<PaymentEvent> Events)
{
    public PaymentEvent Happened => Events[^1];

    public void Deconstruct(out Payment payment, out IReadOnlyList<PaymentEvent> events) => (payment, events) = (Payment, Events);
}

/// <summary>Makes histories, and lives them.</summary>
internal static class Histories
{
    // What brings a payment further stands more often than what is mostly refused, so that histories come far.
    private static readonly string[] Words =
    [
        "require challenge", "start authentication", "start authentication", "start it when the answer is overdue", "set aside", "start challenge", "start challenge",
        "browser returns", "record authentication", "record authentication after the session", "record authentication of another attempt", "decline authentication",
        "skip authentication", "skip without an attempt", "end challenge", "end challenge when its time is over", "wants authentication", "wants authentication",
        "refuse for risk", "authorise", "authorise", "authorise", "authorise after the session", "capture all", "capture 1", "capture 400", "capture 1000", "capture 1001",
        "void", "void as its time is over", "refund all", "refund 1", "refund 1", "refund 400", "refund 400", "refund 1000", "refund 1001",
        "approved", "approved", "approved", "approved", "approved", "declined", "not sent", "unknown", "unknown", "another operation approved", "undo", "undo",
        "undone", "undone", "undoing declined", "undoing unknown", "another operation undone", "refund paid out", "refund paid out", "this refund paid out",
        "another refund paid out", "refund refused", "settle", "settle", "settle 990 at a cost of 12", "settle 1010", "release reserve", "end session",
        "dispute all", "dispute all", "dispute 1", "dispute 400", "inquiry", "inquiry", "the same dispute", "moves to chargeback", "moves to pre-arbitration",
        "moves to arbitration", "another dispute moves", "add evidence", "add evidence", "add evidence", "send evidence", "send evidence", "send evidence",
        "accept dispute", "accept another dispute", "dispute won", "dispute won", "dispute lost", "another dispute lost", "dispute expires",
    ];

    private static readonly Gen<FeeSchedule?> Fees = Gen.OneOf(
        Gen.Const((FeeSchedule?)null),
        Gen.Select(
            Gen.Int[0, 500],
            Gen.Long[0, 50],
            Gen.Int[0, 1500],
            Gen.Long[0, 5000],
            Gen.Int[0, 3000],
            (points, each, tax, dispute, reserve) => (FeeSchedule?)new FeeSchedule(points, each, tax, dispute, reserve, 30)));

    public static Gen<History> Asked { get; } =
        Gen.Select(Gen.Bool, Fees, Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[1, 80], (capture, fees, words) => new History(capture, fees, words));

    /// <summary>The payment after each event.</summary>
    public static IEnumerable<Step> Live(History asked)
    {
        var facts = Story.Facts(asked.Capture, fees: asked.Fees);
        var story = Story.Begin(facts);
        List<PaymentEvent> events = [new PaymentEvent.Created(facts.CreatedAt, facts)];
        yield return new(null, story.Payment, events);
        foreach (var word in asked.Words)
        {
            if (PaymentDecider.Decide(story.Payment, story.Command(word)).Event is { } accepted)
            {
                var before = story.Payment;
                story = story.After(accepted);
                events.Add(accepted);
                yield return new(before, story.Payment, events);
            }
        }
    }
}
