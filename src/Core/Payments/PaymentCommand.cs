using Tollgate.Core.Authentication;
using Tollgate.Core.Disputes;

namespace Tollgate.Core.Payments;

/// <summary>Something that is asked of a payment. Every outside fact, identifiers and instants among them, comes in with it.</summary>
/// <param name="At">Now, to the millisecond, UTC.</param>
public abstract record PaymentCommand(DateTimeOffset At)
{
    /// <summary>The exchanges with the acquirer that led to it: they are kept with the event.</summary>
    public IReadOnlyList<AcquirerExchange>? Exchanges { get; init; }

    /// <summary>Begin a payment.</summary>
    public sealed record Create(PaymentFacts Facts) : PaymentCommand(Facts.CreatedAt);

    /// <summary>Open the page on which the cardholder is authenticated.</summary>
    public sealed record RequireChallenge(DateTimeOffset At, string ChallengeKey) : PaymentCommand(At)
    {
        /// <summary>Why.</summary>
        public AuthenticationCause? Cause { get; init; }
    }

    /// <summary>Begin an attempt at authentication: its identifier (threeDSServerTransID), and the protocol version.</summary>
    public sealed record StartAuthentication(DateTimeOffset At, string Attempt, string Version) : PaymentCommand(At);

    /// <summary>Drop an attempt that wants the cardholder, who is not there: the page makes another.</summary>
    public sealed record SetAuthenticationAside(DateTimeOffset At, string Attempt) : PaymentCommand(At);

    /// <summary>Send the cardholder to the issuer's challenge.</summary>
    public sealed record StartChallenge(
        DateTimeOffset At, string Attempt, string AcsTransactionId, string DirectoryServerTransactionId, string ChallengeUrl) : PaymentCommand(At);

    /// <summary>Record that the browser is back from the challenge: that says nothing of how it ended.</summary>
    public sealed record RecordReturn(DateTimeOffset At, string Attempt) : PaymentCommand(At);

    /// <summary>Record that the cardholder was authenticated.</summary>
    public sealed record RecordAuthentication(DateTimeOffset At, string Attempt, AuthenticationResult Result, string? CardholderInfo = null) : PaymentCommand(At);

    /// <summary>Record that the cardholder was not authenticated; without an attempt, that none can be made.</summary>
    public sealed record DeclineAuthentication(DateTimeOffset At, string? Attempt, FailureReason Reason, string? CardholderInfo = null) : PaymentCommand(At);

    /// <summary>Go on without authentication, which could not be made; without an attempt when none could be begun.</summary>
    public sealed record SkipAuthentication(DateTimeOffset At, string? Attempt, AuthenticationFault Fault, string? CardholderInfo = null) : PaymentCommand(At);

    /// <summary>End a challenge whose time is over.</summary>
    public sealed record EndChallenge(DateTimeOffset At) : PaymentCommand(At);

    /// <summary>End a payment that our own rules refuse.</summary>
    public sealed record DeclineForRisk(DateTimeOffset At) : PaymentCommand(At);

    /// <summary>Begin the authorisation.</summary>
    public sealed record StartAuthorisation(DateTimeOffset At, OperationId Operation, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Begin a capture; without an amount, of all that is held.</summary>
    public sealed record StartCapture(DateTimeOffset At, OperationId Operation, Money? Amount, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Begin to release the hold.</summary>
    public sealed record StartVoid(DateTimeOffset At, OperationId Operation, OperationCause Cause, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Begin a refund; without an amount, of all that is left.</summary>
    public sealed record StartRefund(DateTimeOffset At, OperationId Operation, Money? Amount, string Reason, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Record what came of an operation. <paramref name="ActAt"/>: when recovery looks, should nobody know.</summary>
    public sealed record RecordOutcome(DateTimeOffset At, OperationId Operation, Outcome Outcome, DateTimeOffset ActAt) : PaymentCommand(At)
    {
        /// <summary>The unguessable part of the page's address, should the issuer want authentication first; none when the app never authenticates.</summary>
        public string? ChallengeKey { get; init; }
    }

    /// <summary>Begin to undo an operation whose outcome nobody knows, or a refund whose ten days are over.</summary>
    public sealed record StartReversal(DateTimeOffset At, OperationId Operation, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Record what came of undoing an operation.</summary>
    /// <param name="At">Now.</param>
    /// <param name="Operation">The operation that was undone.</param>
    /// <param name="Outcome">What came of that.</param>
    /// <param name="ActAt">When it is undone once more, should it have to be.</param>
    /// <param name="SentAt">When the reversal was sent: what was approved after that may have arrived after it.</param>
    public sealed record RecordReversal(DateTimeOffset At, OperationId Operation, Outcome Outcome, DateTimeOffset ActAt, DateTimeOffset SentAt) : PaymentCommand(At);

    /// <summary>Record that the refund was paid out.</summary>
    public sealed record CompleteRefund(DateTimeOffset At, OperationId? Operation) : PaymentCommand(At);

    /// <summary>Record that the refund was refused after it had been taken.</summary>
    public sealed record RejectRefund(DateTimeOffset At, OperationId? Operation) : PaymentCommand(At);

    /// <summary>Record that the captured funds arrived: <paramref name="Cleared"/> of them, where that is not what was captured, and less <paramref name="Cost"/>.</summary>
    public sealed record Settle(DateTimeOffset At, Money? Cleared = null, Money? Cost = null, string? Record = null) : PaymentCommand(At);

    /// <summary>Release what was kept back when the payment settled.</summary>
    public sealed record ReleaseReserve(DateTimeOffset At) : PaymentCommand(At);

    /// <summary>Record that the payment is disputed.</summary>
    public sealed record OpenDispute(
        DateTimeOffset At, DisputeId Dispute, string Case, Money Amount, string ReasonCode, DisputeStage Stage, DateTimeOffset RespondBy) : PaymentCommand(At);

    /// <summary>Record that the acquirer moved a dispute to another open stage.</summary>
    public sealed record MoveDispute(DateTimeOffset At, string Case, DisputeStage Stage, DateTimeOffset? RespondBy) : PaymentCommand(At);

    /// <summary>Keep evidence of the merchant.</summary>
    public sealed record AddEvidence(DateTimeOffset At, DisputeId Dispute, int Count, long Bytes) : PaymentCommand(At);

    /// <summary>Begin to tell the acquirer that the merchant accepts.</summary>
    public sealed record StartAcceptance(DateTimeOffset At, DisputeId Dispute, OperationId Operation, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Begin to send the merchant's evidence.</summary>
    public sealed record StartEvidence(DateTimeOffset At, DisputeId Dispute, OperationId Operation, DateTimeOffset ActAt) : PaymentCommand(At);

    /// <summary>Record how a dispute ended at the scheme.</summary>
    public sealed record ResolveDispute(DateTimeOffset At, string Case, bool Won) : PaymentCommand(At);

    /// <summary>End a dispute whose time to answer has passed.</summary>
    public sealed record ExpireDispute(DateTimeOffset At) : PaymentCommand(At);

    /// <summary>End the session of a payment that is still pending.</summary>
    public sealed record EndSession(DateTimeOffset At) : PaymentCommand(At);
}
