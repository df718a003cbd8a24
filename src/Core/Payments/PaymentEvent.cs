using Tollgate.Core.Authentication;
using Tollgate.Core.Disputes;

namespace Tollgate.Core.Payments;

/// <summary>Something that has happened to a payment. The events of a payment, in order, are the payment.</summary>
/// <param name="At">When, to the millisecond, UTC.</param>
public abstract record PaymentEvent(DateTimeOffset At)
{
    /// <summary>The exchanges with the acquirer that led to it, in order; none for most events.</summary>
    public IReadOnlyList<AcquirerExchange>? Exchanges { get; init; }

    /// <summary>The payment was asked for and accepted for processing.</summary>
    public sealed record Created(DateTimeOffset At, PaymentFacts Facts) : PaymentEvent(At);

    /// <summary>The cardholder is to be authenticated; <paramref name="ChallengeKey"/> is the unguessable part of the page's address.</summary>
    public sealed record ChallengeRequired(DateTimeOffset At, string ChallengeKey) : PaymentEvent(At)
    {
        /// <summary>Why; payments of earlier versions do not say.</summary>
        public AuthenticationCause? Cause { get; init; }
    }

    /// <summary>The issuer is asked: the attempt (threeDSServerTransID), and the protocol version.</summary>
    public sealed record AuthenticationStarted(DateTimeOffset At, string Attempt, string Version) : PaymentEvent(At);

    /// <summary>The issuer wants to see the cardholder, who was not there: the page makes another attempt.</summary>
    public sealed record AuthenticationSetAside(DateTimeOffset At, string Attempt) : PaymentEvent(At);

    /// <summary>The issuer wants to see the cardholder, who is there.</summary>
    public sealed record ChallengeStarted(DateTimeOffset At, string Attempt, string AcsTransactionId, string DirectoryServerTransactionId, string ChallengeUrl)
        : PaymentEvent(At);

    /// <summary>The browser is back from the challenge. How it ended, only the issuer's result says.</summary>
    public sealed record ChallengeReturned(DateTimeOffset At, string Attempt) : PaymentEvent(At);

    /// <summary>The cardholder is the cardholder.</summary>
    public sealed record Authenticated(DateTimeOffset At, AuthenticationResult Result) : PaymentEvent(At)
    {
        /// <summary>What the issuer has to say to the cardholder.</summary>
        public string? CardholderInfo { get; init; }
    }

    /// <summary>The cardholder did not prove to be the cardholder, or would not, or not in time; or no proof could be had.</summary>
    public sealed record AuthenticationDeclined(DateTimeOffset At, FailureReason Reason) : PaymentEvent(At)
    {
        /// <summary>What the issuer has to say to the cardholder.</summary>
        public string? CardholderInfo { get; init; }
    }

    /// <summary>Authentication could not be made, and the payment goes on without, by the app's policy.</summary>
    public sealed record AuthenticationSkipped(DateTimeOffset At, AuthenticationFault Fault) : PaymentEvent(At)
    {
        /// <summary>What the issuer has to say to the cardholder.</summary>
        public string? CardholderInfo { get; init; }
    }

    /// <summary>The issuer declined the authorisation for want of authentication: the cardholder is to be authenticated, and it is tried once more.</summary>
    public sealed record AuthenticationDemanded(DateTimeOffset At, OperationId Operation, string Code, string ChallengeKey) : PaymentEvent(At);

    /// <summary>Our own rules refused the payment: nothing was sent.</summary>
    public sealed record RiskDeclined(DateTimeOffset At) : PaymentEvent(At);

    /// <summary>An authorisation is about to be sent.</summary>
    public sealed record AuthorisationStarted(DateTimeOffset At, OperationId Operation, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The issuer approved; with <see cref="PaymentFacts.CaptureAtOnce"/> the amount is captured too.</summary>
    public sealed record Authorised(DateTimeOffset At, OperationId Operation, Outcome.Approved Approval, DateTimeOffset HoldEndsAt) : PaymentEvent(At);

    /// <summary>The authorisation was declined, or never left.</summary>
    public sealed record AuthorisationDeclined(DateTimeOffset At, OperationId Operation, FailureReason Reason, string Code) : PaymentEvent(At);

    /// <summary>A capture is about to be sent.</summary>
    public sealed record CaptureStarted(DateTimeOffset At, OperationId Operation, Money Amount, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The amount was captured; what was held above it is released.</summary>
    public sealed record Captured(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>The capture was declined, or never left: the hold stands.</summary>
    public sealed record CaptureDeclined(DateTimeOffset At, OperationId Operation, FailureReason Reason, string Code) : PaymentEvent(At);

    /// <summary>The release of the hold is about to be sent.</summary>
    public sealed record VoidStarted(DateTimeOffset At, OperationId Operation, OperationCause Cause, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The hold is released.</summary>
    public sealed record Voided(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>The acquirer would not release the hold, or was never asked: the hold stands.</summary>
    public sealed record VoidDeclined(DateTimeOffset At, OperationId Operation, FailureReason Reason, string Code) : PaymentEvent(At);

    /// <summary>A refund is about to be sent.</summary>
    public sealed record RefundStarted(DateTimeOffset At, OperationId Operation, Money Amount, string Reason, DateTimeOffset ExpiresAt, DateTimeOffset ActAt)
        : PaymentEvent(At);

    /// <summary>The acquirer took the refund and will pay it out later.</summary>
    public sealed record RefundAccepted(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>The refund was paid out.</summary>
    public sealed record RefundCompleted(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>The refund was refused, or never left.</summary>
    public sealed record RefundRejected(DateTimeOffset At, OperationId Operation, FailureReason Reason, string Code) : PaymentEvent(At);

    /// <summary>The refund was not paid out in ten days and is withdrawn.</summary>
    public sealed record RefundExpired(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>No usable answer came. Recovery asks at <paramref name="ActAt"/>.</summary>
    public sealed record OutcomeUnknown(DateTimeOffset At, OperationId Operation, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>Recovery could not settle the operation and looks again at <paramref name="ActAt"/>.</summary>
    public sealed record OperationDeferred(DateTimeOffset At, OperationId Operation, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The operation is about to be undone at the acquirer.</summary>
    public sealed record ReversalStarted(DateTimeOffset At, OperationId Operation, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The acquirer acknowledged: the operation is as if it had never been.</summary>
    public sealed record OperationReversed(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>An approval came after its operation was given up; it is undone again.</summary>
    public sealed record LateApprovalReceived(DateTimeOffset At, OperationId Operation, OperationKind Kind, Money Amount, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The captured funds have arrived.</summary>
    /// <param name="At">When.</param>
    /// <param name="Cleared">How much was cleared, where that is not what was captured.</param>
    /// <param name="Cost">What was kept of it on the way: interchange and fees of scheme and acquirer.</param>
    /// <param name="Record">The line of the clearing file that said so.</param>
    public sealed record Settled(DateTimeOffset At, Money? Cleared = null, Money? Cost = null, string? Record = null) : PaymentEvent(At);

    /// <summary>The part that was kept back when the payment settled is the merchant's.</summary>
    public sealed record ReserveReleased(DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The cardholder disputes the payment, or the issuer asks about it.</summary>
    public sealed record DisputeOpened(
        DateTimeOffset At, DisputeId Dispute, string Case, Money Amount, string ReasonCode, DisputeStage Stage, DateTimeOffset RespondBy) : PaymentEvent(At);

    /// <summary>The acquirer moved the dispute to another stage.</summary>
    public sealed record DisputeMoved(DateTimeOffset At, DisputeStage Stage, DateTimeOffset? RespondBy) : PaymentEvent(At);

    /// <summary>The merchant brought evidence; it is not sent yet.</summary>
    /// <param name="At">When.</param>
    /// <param name="Count">How many pieces.</param>
    /// <param name="Bytes">How large they are together.</param>
    public sealed record EvidenceAdded(DateTimeOffset At, int Count, long Bytes) : PaymentEvent(At);

    /// <summary>The merchant's answer in a dispute is about to be sent.</summary>
    public sealed record DisputeAnswerStarted(DateTimeOffset At, OperationId Operation, OperationKind Kind, DateTimeOffset ActAt) : PaymentEvent(At);

    /// <summary>The acquirer has the evidence.</summary>
    public sealed record EvidenceSubmitted(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>The acquirer knows that the merchant accepts.</summary>
    public sealed record DisputeAccepted(DateTimeOffset At, OperationId Operation) : PaymentEvent(At);

    /// <summary>The acquirer would not take the answer, or was never asked: the dispute stands where it stood.</summary>
    public sealed record DisputeAnswerDeclined(DateTimeOffset At, OperationId Operation, FailureReason Reason, string Code) : PaymentEvent(At);

    /// <summary>The dispute went the merchant's way.</summary>
    public sealed record DisputeWon(DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The dispute went the cardholder's way.</summary>
    public sealed record DisputeLost(DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The merchant's time to answer the dispute passed.</summary>
    public sealed record DisputeExpired(DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The session ended before the payment did.</summary>
    public sealed record SessionEnded(DateTimeOffset At) : PaymentEvent(At);
}
