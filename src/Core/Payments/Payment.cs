using Tollgate.Core.Authentication;

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

    /// <summary>What cardholder authentication proved.</summary>
    public AuthenticationResult? Authentication { get; init; }

    /// <summary>The acquirer's answer to the authorisation.</summary>
    public Outcome.Approved? Approval { get; init; }

    /// <summary>Until when the hold can be captured.</summary>
    public DateTimeOffset? HoldEndsAt { get; init; }

    /// <summary>The identifier on the wire.</summary>
    public PaymentId Id => Facts.Id;

    /// <summary>What can still be asked back.</summary>
    public Money Refundable => Captured - Refunded - (Refund?.Amount ?? Money.Zero(Captured.Currency));

    /// <summary>Whether the cardholder has a challenge to answer.</summary>
    public bool AwaitsChallenge => Status == PaymentStatus.Pending && ChallengeKey is not null && Authentication is null && InFlight is null;

    /// <summary>Whether its card was ever approved, so that the token may be used again.</summary>
    public bool WasAuthorised => Approval is not null;

    /// <summary>The status on the wire.</summary>
    public PaymentStatus Status => this switch
    {
        { End.Expired: true } => PaymentStatus.Expired,
        { End: not null } => PaymentStatus.Failed,
        { Refund: not null } => PaymentStatus.ReturnPending,
        { LastRefund: RefundEnd.Rejected } => PaymentStatus.ReturnRejected,
        { LastRefund: RefundEnd.Expired } => PaymentStatus.ReturnExpired,
        { Refunded.IsPositive: true } => Refunded == Captured ? PaymentStatus.ReturnReceived : PaymentStatus.PartiallyRefunded,
        { Captured.IsPositive: true } => SettledAt is null ? PaymentStatus.Waiting : PaymentStatus.Received,
        { Authorised.IsPositive: true } => PaymentStatus.Authorised,
        _ => PaymentStatus.Pending,
    };

    /// <summary>When something is to be done about this payment though nobody asks: recovery, the end of its session, hold or refund.</summary>
    public DateTimeOffset? DueAt => this switch
    {
        { InFlight: { } operation } => operation.ActAt,
        { Status: PaymentStatus.Pending } => Facts.SessionEndsAt,
        { Status: PaymentStatus.Authorised } => HoldEndsAt,
        { Refund: { } refund } => refund.ExpiresAt,
        _ => null,
    };
}
