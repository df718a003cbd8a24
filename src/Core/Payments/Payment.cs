using Tollgate.Core.Authentication;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Risk;

namespace Tollgate.Core.Payments;

/// <summary>How a payment ended without money.</summary>
/// <param name="Expired">Whether it expired; otherwise it failed.</param>
/// <param name="Reason">Why.</param>
public sealed record PaymentEnd(bool Expired, FailureReason Reason);

/// <summary>
/// A merchant's order to be paid. Amounts are its state (authorised ≥ captured ≥ refunded), plus at most one operation in flight; the
/// thirteen statuses of the wire are computed from them, here and nowhere else.
/// </summary>
public sealed partial record Payment
{
    /// <summary>What it was created with.</summary>
    public required PaymentFacts Facts { get; init; }

    /// <summary>How many events it has had.</summary>
    public required int Version { get; init; }

    /// <summary>What the issuer holds or held.</summary>
    public required Money Authorised { get; init; }

    /// <summary>What was taken of it.</summary>
    public required Money Captured { get; init; }

    /// <summary>What was given back of that.</summary>
    public required Money Refunded { get; init; }

    /// <summary>When the captured funds arrived.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>When it was captured.</summary>
    public DateTimeOffset? CapturedAt { get; init; }

    /// <summary>The operation that captured it; the clearing file names it.</summary>
    public OperationId? CapturedBy { get; init; }

    /// <summary>What is kept back of it since it settled.</summary>
    public required Money Reserved { get; init; }

    /// <summary>Until when it is kept back.</summary>
    public DateTimeOffset? ReserveEndsAt { get; init; }

    /// <summary>Its last dispute, open or ended.</summary>
    public Dispute? Dispute { get; init; }

    /// <summary>What its chargebacks have cost the merchant in fees, tax included.</summary>
    public required Money DisputeCharges { get; init; }

    /// <summary>How it ended without money, if it did.</summary>
    public PaymentEnd? End { get; init; }

    /// <summary>The one operation in flight.</summary>
    public Operation? InFlight { get; init; }

    /// <summary>The last operation that was given up and reversed: should its approval come late, it is undone again.</summary>
    public OperationId? GivenUp { get; init; }

    /// <summary>The refund that is on its way.</summary>
    public PendingRefund? Refund { get; init; }

    /// <summary>How the last refund ended.</summary>
    public RefundEnd LastRefund { get; init; }

    /// <summary>How much the last refund asked for.</summary>
    public Money? LastRefundAmount { get; init; }

    /// <summary>The merchant's words for the last refund.</summary>
    public string? LastRefundReason { get; init; }

    /// <summary>The unguessable part of the challenge page's address, once there is a challenge.</summary>
    public string? ChallengeKey { get; init; }

    /// <summary>The last attempt at authenticating the cardholder.</summary>
    public AuthenticationAttempt? Attempt { get; init; }

    /// <summary>Why it goes on without authentication, if it does.</summary>
    public AuthenticationFault? Skipped { get; init; }

    /// <summary>Whether the issuer has declined its authorisation for want of authentication.</summary>
    public bool WasDemanded { get; init; }

    /// <summary>Whether it must not be authorised without authentication: the issuer has declined it for want of that, or our own rules want it.</summary>
    public bool MustAuthenticate => WasDemanded || Facts.Risk?.Effect() == RiskVerdict.Challenge;

    /// <summary>What cardholder authentication proved.</summary>
    public AuthenticationResult? Authentication { get; init; }

    /// <summary>The acquirer's answer to the authorisation.</summary>
    public Outcome.Approved? Approval { get; init; }

    /// <summary>Until when the hold can be captured.</summary>
    public DateTimeOffset? HoldEndsAt { get; init; }

    /// <summary>The identifier on the wire.</summary>
    public PaymentId Id => Facts.Id;

    /// <summary>What can still be asked back.</summary>
    public Money Refundable => Captured - Returning - Disputed;

    /// <summary>What was given back, and what is on its way back.</summary>
    public Money Returning => Refunded + (Refund?.Amount ?? Nothing);

    /// <summary>What an open or lost dispute takes.</summary>
    public Money Disputed => Dispute is { Stage: not DisputeStage.Won } dispute ? dispute.Amount : Nothing;

    /// <summary>What the app pays for it.</summary>
    public FeeSchedule Fees => Facts.Fees ?? FeeSchedule.None;

    /// <summary>Our fee on its capture, without tax.</summary>
    public Money Fee => Fees.OnCapture(Captured);

    /// <summary>What of it is the merchant's at this moment: captured, less fees, refunds and what disputes took.</summary>
    public Money Net => Captured - Fee - Fees.Tax(Fee) - Returning - (Dispute is { MoneyTaken: true } ? Disputed : Nothing) - DisputeCharges;

    /// <summary>When its captured funds are awaited since: it is captured and has not settled.</summary>
    public DateTimeOffset? UnsettledSince => SettledAt is null ? CapturedAt : null;

    /// <summary>Whether the cardholder is still to be authenticated.</summary>
    public bool AwaitsChallenge =>
        Status == PaymentStatus.Pending && ChallengeKey is not null && Authentication is null && Skipped is null && InFlight is null;

    /// <summary>Whether the answer to the call that made it is still to come: it is with the acquirer, or the issuer is being asked.</summary>
    public bool IsRunning(DateTimeOffset now) => InFlight is not null || (Attempt is { } attempt && attempt.IsAsking(now));

    /// <summary>Whether its card was ever approved, so that the token may be used again.</summary>
    public bool WasAuthorised => Approval is not null;

    /// <summary>The status on the wire.</summary>
    public PaymentStatus Status => this switch
    {
        { End.Expired: true } => PaymentStatus.Expired,
        { End: not null } => PaymentStatus.Failed,
        { Dispute.IsOpen: true } => PaymentStatus.InDispute,
        { Dispute.IsLost: true } => PaymentStatus.DisputeLost,
        { Refund: not null } => PaymentStatus.ReturnPending,
        { LastRefund: RefundEnd.Rejected } => PaymentStatus.ReturnRejected,
        { LastRefund: RefundEnd.Expired } => PaymentStatus.ReturnExpired,
        { Refunded.IsPositive: true } => Refunded == Captured ? PaymentStatus.ReturnReceived : PaymentStatus.PartiallyRefunded,
        { Captured.IsPositive: true } => SettledAt is null ? PaymentStatus.Waiting : PaymentStatus.Received,
        { Authorised.IsPositive: true } => PaymentStatus.Authorised,
        _ => PaymentStatus.Pending,
    };

    /// <summary>When something is to be done about this payment though nobody asks: recovery, the end of its session, hold, refund, dispute or reserve.</summary>
    public DateTimeOffset? DueAt => this switch
    {
        { InFlight: { } operation } => operation.ActAt,
        { Status: PaymentStatus.Pending } => Earlier(Facts.SessionEndsAt, AwaitsChallenge ? Attempt?.EndsAt : null),
        { Status: PaymentStatus.Authorised } => HoldEndsAt,
        { Refund: { } refund } => Earlier(refund.ExpiresAt, ReserveEndsAt),
        { Dispute: { AwaitsMerchant: true } dispute } => Earlier(dispute.RespondBy, ReserveEndsAt),
        _ => ReserveEndsAt,
    };

    private Money Nothing => Money.Zero(Captured.Currency);

    /// <summary>Why it cannot be authenticated, authorised or have its session ended, if it cannot.</summary>
    internal Refusal? PendingRefusal => InFlight is not null ? Refusal.OperationInFlight : Status == PaymentStatus.Pending ? null : Refusal.NotPending;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;
}
