using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

/// <summary>A payment and what is asked of it, in words. Every operation it starts gets the next reference: op-1, op-2 and so on.</summary>
internal sealed record Story(Payment Payment, int Operations)
{
    public const long Amount = 1000;

    public static DateTimeOffset CreatedAt { get; } = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Now { get; } = CreatedAt.AddMinutes(1);

    public static DateTimeOffset Later { get; } = CreatedAt.AddMinutes(2);

    public static DateTimeOffset Deadline { get; } = CreatedAt.AddDays(7);

    public static Outcome.Approved Approved { get; } = new("000000000001", "A1B2C3", "123456789012345");

    public static AuthenticationResult Proof { get; } = new("05", null, null, "2.2.0");

    /// <summary>A name on the left, on the right an earlier name or <c>create</c>, and then what is asked, step by step.</summary>
    private const string States = """
        pending                         = create
        challenge open                  = pending; require challenge
        asking                          = challenge open; start authentication
        set aside                       = asking; set aside
        challenging                     = asking; start challenge
        returned                        = challenging; browser returns
        authenticated                   = asking; record authentication
        skipped                         = asking; skip authentication
        authorising                     = pending; authorise
        authorising, nobody knows       = authorising; unknown
        demanded                        = authorising; wants authentication
        authorising once more           = demanded; start authentication; record authentication; authorise
        authorising with proof          = authenticated; authorise
        authorising, being undone       = authorising, nobody knows; undo
        authorised                      = authorising; approved
        authorised after all            = authorising, being undone; undoing declined; approved
        voided after all                = authorised after all; void; approved
        capturing                       = authorised; capture all
        capturing, nobody knows         = capturing; unknown
        capturing, being undone         = capturing, nobody knows; undo
        voiding                         = authorised; void
        voiding, nobody knows           = voiding; unknown
        lapsing                         = authorised; void as its time is over
        lapsing, nobody knows           = lapsing; unknown
        waiting                         = capturing; approved
        waiting, captured at once       = create with capture; authorise; approved
        received                        = waiting; settle
        refunding                       = received; refund 400
        refunding, nobody knows         = refunding; unknown
        refunding, being undone         = refunding, nobody knows; undo
        authorising, late yes           = authorising, being undone; approved
        return_pending                  = refunding; approved
        return_pending, not settled     = waiting; refund 400; approved
        withdrawing                     = return_pending; undo
        partially_refunded              = return_pending; refund paid out
        return_received                 = partially_refunded; refund all; approved; refund paid out
        return_rejected                 = return_pending; refund refused
        return_expired                  = withdrawing; undone
        failed                          = authorising; declined
        voided                          = voiding; approved
        given up                        = authorising, being undone; undone
        given up, undone again          = given up; approved
        expired                         = pending; end session
        lapsed                          = lapsing; approved
        disputed                        = received; dispute all
        disputed, not settled           = waiting; dispute all
        disputed in part                = partially_refunded; dispute 400
        disputed, with evidence         = disputed; add evidence
        sending evidence                = disputed, with evidence; send evidence
        sending evidence, nobody knows  = sending evidence; unknown
        evidence_submitted              = sending evidence; approved
        accepting                       = disputed; accept dispute
        accepting, nobody knows         = accepting; unknown
        pre_arbitration                 = evidence_submitted; moves to pre-arbitration
        arbitration                     = pre_arbitration; moves to arbitration
        inquiry                         = received; inquiry
        inquiry, answered               = inquiry; add evidence; send evidence; approved
        dispute won                     = evidence_submitted; dispute won
        dispute_lost                    = disputed; dispute lost
        dispute_lost, not settled       = disputed, not settled; dispute lost
        dispute accepted                = accepting; approved
        dispute expired                 = disputed; dispute expires
        with a reserve                  = create with a reserve; authorise; approved; settle
        """;

    private static readonly Dictionary<string, string> Definitions = States.Split('\n')
        .Select(line => line.Split('=', StringSplitOptions.TrimEntries))
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    public static IEnumerable<string> StateNames => Definitions.Keys;

    public OperationId LastOperation => new($"op-{Operations}");

    /// <summary>1.5 % and 30 for a capture, 250 for a chargeback, 10 % tax on both; 10 % of the capture is kept back for 30 days.</summary>
    public static FeeSchedule SomeFees { get; } = new(BasisPoints: 150, Fixed: 30, TaxBasisPoints: 1000, Dispute: 250, ReserveBasisPoints: 1000, ReserveDays: 30);

    public static PaymentFacts Facts(bool capture = false, long amount = Amount, FeeSchedule? fees = null) => new()
    {
        Id = new("7PPPMXIGH"),
        App = new("app-one"),
        ExternalId = "order-1",
        Amount = Aud(amount),
        CaptureAtOnce = capture,
        Type = PaymentType.Regular,
        Token = new("tok_0123456789abcdef0123"),
        BroughtCard = true,
        Card = new(Brand.Visa, "4242", "US", new(2028, 12), "fingerprint"),
        Cardholder = new("John", "Doe", "john.doe@example.com", "John Doe", new("123 Main Street", "Sydney", "NSW", "AU", "2000")),
        ReturnUrl = "https://example.com",
        Fees = fees,
        CreatedAt = CreatedAt,
        SessionEndsAt = CreatedAt.AddMinutes(15),
    };

    public static Money Aud(long minor) => new(minor, Currency.Aud);

    /// <summary>The payment in a named state, and how it came there.</summary>
    public static Story At(string state, FeeSchedule? fees = null)
    {
        var steps = Definitions[state].Split(';', StringSplitOptions.TrimEntries);
        var story = steps[0] switch
        {
            "create" => Begin(Facts(fees: fees)),
            "create with capture" => Begin(Facts(capture: true, fees: fees)),
            "create with a reserve" => Begin(Facts(capture: true, fees: fees ?? new(ReserveBasisPoints: 1000, ReserveDays: 30))),
            var earlier => At(earlier, fees),
        };
        foreach (var step in steps.Skip(1))
        {
            var decision = PaymentDecider.Decide(story.Payment, story.Command(step));
            Assert.True(decision.Event is not null, $"'{state}' cannot be told: '{step}' is refused with {decision.Refusal}");
            story = story.After(decision.Event);
        }

        return story;
    }

    public static Story Begin(PaymentFacts facts)
    {
        var created = PaymentDecider.Decide(null, new PaymentCommand.Create(facts)).Event!;
        return new(Payment.Evolve(null, created), 0);
    }

    public Story After(PaymentEvent happened) => new(Payment.Evolve(Payment, happened), Operations + (StartsOperation(happened) ? 1 : 0));

    /// <summary>What is asked, from its words.</summary>
    public PaymentCommand Command(string words)
    {
        var next = new OperationId($"op-{Operations + 1}");
        var afterTheSession = Payment.Facts.SessionEndsAt;
        return words switch
        {
            "require challenge" => new PaymentCommand.RequireChallenge(Now, "challenge-key"),
            "start authentication" => new PaymentCommand.StartAuthentication(Now, NextAttempt, "2.2.0"),
            "start authentication after the session" => new PaymentCommand.StartAuthentication(afterTheSession, NextAttempt, "2.2.0"),
            "start it when the answer is overdue" => new PaymentCommand.StartAuthentication(Now.AddSeconds(15), NextAttempt, "2.2.0"),
            "start the same one when it is overdue" => new PaymentCommand.StartAuthentication(Now.AddSeconds(15), Attempt, "2.2.0"),
            "start the same one after the session" => new PaymentCommand.StartAuthentication(afterTheSession, Attempt, "2.2.0"),
            "set aside" => new PaymentCommand.SetAuthenticationAside(Now, Attempt),
            "start challenge" => new PaymentCommand.StartChallenge(Now, Attempt, "acs-1", "ds-1", "https://issuer.example/challenge"),
            "browser returns" => new PaymentCommand.RecordReturn(Now, Attempt),
            "record authentication" => new PaymentCommand.RecordAuthentication(Now, Attempt, Proof),
            "record authentication of another attempt" => new PaymentCommand.RecordAuthentication(Now, "attempt-of-another", Proof),
            "record authentication after the session" => new PaymentCommand.RecordAuthentication(afterTheSession, Attempt, Proof),
            "decline authentication" => new PaymentCommand.DeclineAuthentication(Now, Attempt, FailureReason.AuthenticationDeclined),
            "decline without an attempt" => new PaymentCommand.DeclineAuthentication(Now, null, FailureReason.AuthenticationUnavailable),
            "skip authentication" => new PaymentCommand.SkipAuthentication(Now, Attempt, AuthenticationFault.TimedOut),
            "skip without an attempt" => new PaymentCommand.SkipAuthentication(Now, null, AuthenticationFault.NotEnrolled),
            "skip without an attempt after the session" => new PaymentCommand.SkipAuthentication(afterTheSession, null, AuthenticationFault.NotEnrolled),
            "end challenge" => new PaymentCommand.EndChallenge(Now),
            "end challenge when its time is over" => new PaymentCommand.EndChallenge(Payment.Attempt?.EndsAt ?? Now.AddMinutes(10)),
            "wants authentication" => Outcome(WantsAuthentication) with { ChallengeKey = "challenge-key" },
            "wants authentication, which is never made" => Outcome(WantsAuthentication),
            "refuse for risk" => new PaymentCommand.DeclineForRisk(Now),
            "authorise" => new PaymentCommand.StartAuthorisation(Now, next, Later),
            "authorise after the session" => new PaymentCommand.StartAuthorisation(afterTheSession, next, Later),
            "void" => new PaymentCommand.StartVoid(Now, next, OperationCause.Merchant, Later),
            "void as its time is over" => new PaymentCommand.StartVoid(Now, next, OperationCause.TimeOver, Later),
            "approved" => Outcome(Approved),
            "declined" => Outcome(new Outcome.Declined(FailureReason.IssuerDeclined, "05")),
            "not sent" => Outcome(new Outcome.NotSent()),
            "unknown" => Outcome(new Outcome.Unknown()),
            "the first operation approved" => new PaymentCommand.RecordOutcome(Now, new("op-1"), Approved, Later),
            "another operation approved" => new PaymentCommand.RecordOutcome(Now, new("op-of-another"), Approved, Later),
            "undo" => new PaymentCommand.StartReversal(Now, LastOperation, Later),
            "undo another operation" => new PaymentCommand.StartReversal(Now, new("op-of-another"), Later),
            "undone" => Reversal(Approved),
            "undone, sent before" => Reversal(Approved) with { SentAt = Now.AddSeconds(-1) },
            "undoing declined" => Reversal(new Outcome.Declined(FailureReason.ProcessingError, "12")),
            "undoing not sent" => Reversal(new Outcome.NotSent()),
            "undoing unknown" => Reversal(new Outcome.Unknown()),
            "another operation undone" => new PaymentCommand.RecordReversal(Now, new("op-of-another"), Approved, Later, Now),
            "refund paid out" => new PaymentCommand.CompleteRefund(Now, null),
            "this refund paid out" => new PaymentCommand.CompleteRefund(Now, LastOperation),
            "another refund paid out" => new PaymentCommand.CompleteRefund(Now, new("op-of-another")),
            "refund refused" => new PaymentCommand.RejectRefund(Now, null),
            "another refund refused" => new PaymentCommand.RejectRefund(Now, new("op-of-another")),
            "settle" => new PaymentCommand.Settle(Now),
            "settle 1000 at a cost of 12" => new PaymentCommand.Settle(Now, Cost: Aud(12)),
            "settle 990 at a cost of 12" => new PaymentCommand.Settle(Now, Aud(990), Aud(12)),
            "settle 1010" => new PaymentCommand.Settle(Now, Aud(1010)),
            "release reserve" => new PaymentCommand.ReleaseReserve(Now),
            "end session" => new PaymentCommand.EndSession(Now),
            "inquiry" => Dispute(NewCase, Payment.Refundable, DisputeStage.Inquiry),
            "the same dispute" => Dispute(Case, Payment.Refundable, DisputeStage.ChargebackOpen),
            "moves to chargeback" => new PaymentCommand.MoveDispute(Now, Case, DisputeStage.ChargebackOpen, Deadline),
            "moves to pre-arbitration" => new PaymentCommand.MoveDispute(Now, Case, DisputeStage.PreArbitration, Deadline),
            "moves to arbitration" => new PaymentCommand.MoveDispute(Now, Case, DisputeStage.Arbitration, null),
            "moves to won" => new PaymentCommand.MoveDispute(Now, Case, DisputeStage.Won, null),
            "another dispute moves" => new PaymentCommand.MoveDispute(Now, "case-of-another", DisputeStage.PreArbitration, Deadline),
            "add evidence" => new PaymentCommand.AddEvidence(Now, DisputeId, 1, 500),
            "add evidence of 20 MB" => new PaymentCommand.AddEvidence(Now, DisputeId, 4, 20_000_000),
            "add a byte more than 20 MB" => new PaymentCommand.AddEvidence(Now, DisputeId, 5, 20_000_001),
            "add 100 pieces of evidence" => new PaymentCommand.AddEvidence(Now, DisputeId, 100, 100),
            "add 101 pieces of evidence" => new PaymentCommand.AddEvidence(Now, DisputeId, 101, 101),
            "add evidence at the deadline" => new PaymentCommand.AddEvidence(Deadline, DisputeId, 1, 500),
            "add evidence to another dispute" => new PaymentCommand.AddEvidence(Now, new("dp_of_another"), 1, 500),
            "send evidence" => new PaymentCommand.StartEvidence(Now, DisputeId, next, Later),
            "send evidence at the deadline" => new PaymentCommand.StartEvidence(Deadline, DisputeId, next, Later),
            "send evidence of another dispute" => new PaymentCommand.StartEvidence(Now, new("dp_of_another"), next, Later),
            "accept dispute" => new PaymentCommand.StartAcceptance(Now, DisputeId, next, Later),
            "accept dispute at the deadline" => new PaymentCommand.StartAcceptance(Deadline, DisputeId, next, Later),
            "accept another dispute" => new PaymentCommand.StartAcceptance(Now, new("dp_of_another"), next, Later),
            "dispute won" => new PaymentCommand.ResolveDispute(Now, Case, Won: true),
            "dispute lost" => new PaymentCommand.ResolveDispute(Now, Case, Won: false),
            "another dispute lost" => new PaymentCommand.ResolveDispute(Now, "case-of-another", Won: false),
            "dispute expires" => new PaymentCommand.ExpireDispute(Deadline),
            _ when Sum(words, "dispute") is var (sum, known) && known => Dispute(NewCase, sum ?? Payment.Refundable, DisputeStage.ChargebackOpen),
            _ when Sum(words, "capture") is var (sum, known) && known => new PaymentCommand.StartCapture(Now, next, sum, Later),
            _ when Sum(words, "refund") is var (sum, known) && known => new PaymentCommand.StartRefund(Now, next, sum, "Wrong size", Later),
            _ => throw new InvalidOperationException($"Nobody knows how to ask '{words}'."),
        };
    }

    private static bool StartsOperation(PaymentEvent happened) => happened
        is PaymentEvent.AuthorisationStarted or PaymentEvent.CaptureStarted or PaymentEvent.VoidStarted or PaymentEvent.RefundStarted
        or PaymentEvent.DisputeAnswerStarted;

    private static (Money? Sum, bool Known) Sum(string words, string verb) => words.Split(' ') is [var first, var sum] && first == verb
        ? (sum == "all" ? null : Aud(long.Parse(sum, System.Globalization.CultureInfo.InvariantCulture)), true)
        : (null, false);

    private static Outcome.Declined WantsAuthentication { get; } = new(FailureReason.AuthenticationRequired, "1A");

    private string Attempt => Payment.Attempt?.Id ?? "attempt-0";

    private string NextAttempt => $"attempt-{Payment.Version}";

    private string Case => Payment.Dispute?.Case ?? "case-1";

    private string NewCase => $"case-{Payment.Version}";

    private DisputeId DisputeId => Payment.Dispute?.Id ?? new("dp_1");

    private PaymentCommand.OpenDispute Dispute(string caseReference, Money amount, DisputeStage stage) =>
        new(Now, new($"dp_{Payment.Version}"), caseReference, amount, "10.4", stage, Deadline);

    private PaymentCommand.RecordOutcome Outcome(Outcome outcome) => new(Now, LastOperation, outcome, Later);

    private PaymentCommand.RecordReversal Reversal(Outcome outcome) => new(Now, LastOperation, outcome, Later, Now.AddSeconds(1));
}
