namespace Tollgate.Core.Payments;

/// <summary>Why we say no to a command: a closed set, in the order of checking. Each has one row in the server's table of answers.</summary>
public enum Refusal
{
    /// <summary>Another operation of this payment is in flight.</summary>
    OperationInFlight,

    /// <summary>Only a pending payment can be challenged, authenticated, authorised or have its session ended.</summary>
    NotPending,

    /// <summary>No challenge of this payment is open.</summary>
    NoChallengeOpen,

    /// <summary>The issuer is being asked, or the cardholder has a challenge to answer.</summary>
    AuthenticationUnderWay,

    /// <summary>The session of this payment is over.</summary>
    SessionOver,

    /// <summary>Only an authorised payment can be captured, once.</summary>
    NotCapturable,

    /// <summary>More than was authorised.</summary>
    CaptureAboveAuthorised,

    /// <summary>Only an authorised payment can be voided, before capture.</summary>
    NotVoidable,

    /// <summary>Only a captured payment without a refund on its way can be refunded.</summary>
    NotRefundable,

    /// <summary>More than is left to refund.</summary>
    RefundAboveRemaining,

    /// <summary>Nothing was captured, or it has settled already.</summary>
    NotSettleable,

    /// <summary>No refund is on its way, or not this one.</summary>
    NoRefundPending,

    /// <summary>Only a captured payment with no refund on its way and no dispute behind it that was lost can be disputed, up to what is left of it.</summary>
    NotDisputable,

    /// <summary>No dispute of this payment is open, or not this one.</summary>
    NoDisputeOpen,

    /// <summary>It is not the merchant's turn in this dispute, or its time to answer has passed.</summary>
    DisputeNotAnswerable,

    /// <summary>Evidence cannot be sent before there is some.</summary>
    NoEvidence,

    /// <summary>More evidence than one dispute can hold.</summary>
    EvidenceTooLarge,

    /// <summary>A dispute does not go that way.</summary>
    DisputeStageNotNext,

    /// <summary>Nothing is kept back, or it was released.</summary>
    NoReserve,

    /// <summary>The operation is not in flight, or not at this stage: what is reported of it is stale.</summary>
    StaleOperation,
}

/// <summary>One event or one refusal.</summary>
public readonly record struct Decision
{
    private Decision(PaymentEvent? accepted, Refusal? refusal)
    {
        Event = accepted;
        Refusal = refusal;
    }

    /// <summary>What happens.</summary>
    public PaymentEvent? Event { get; }

    /// <summary>Why nothing happens.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The command is accepted.</summary>
    public static Decision Accept(PaymentEvent accepted) => new(accepted, null);

    /// <summary>The command is refused.</summary>
    public static Decision Refuse(Refusal refusal) => new(null, refusal);
}
