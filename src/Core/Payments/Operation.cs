namespace Tollgate.Core.Payments;

/// <summary>What one exchange with an acquirer asks for.</summary>
public enum OperationKind
{
    /// <summary>Hold the amount; with <c>capture: true</c>, take it at once.</summary>
    Authorisation,

    /// <summary>Take what is held.</summary>
    Capture,

    /// <summary>Release what is held.</summary>
    Void,

    /// <summary>Give back what was taken.</summary>
    Refund,

    /// <summary>Tell the acquirer that the merchant accepts a dispute.</summary>
    DisputeAcceptance,

    /// <summary>Send the merchant's evidence in a dispute.</summary>
    DisputeEvidence,
}

/// <summary>How far an operation has come.</summary>
public enum OperationStage
{
    /// <summary>Committed, and sent or about to be: the answer is awaited.</summary>
    Sent,

    /// <summary>No usable answer came; recovery asks.</summary>
    Unknown,

    /// <summary>Being undone at the acquirer, until it acknowledges.</summary>
    Reversing,
}

/// <summary>Who wants an operation.</summary>
public enum OperationCause
{
    /// <summary>The merchant asked.</summary>
    Merchant,

    /// <summary>A time is over: the scheme's for capturing a hold, or the guide's for paying out a refund.</summary>
    TimeOver,
}

/// <summary>The one operation of a payment that is in flight.</summary>
/// <param name="Id">The reference under which the acquirer knows it.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Amount">How much.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="ActAt">When recovery looks at it next.</param>
/// <param name="Attempts">How often recovery has looked in vain.</param>
/// <param name="Cause">Who wants it.</param>
/// <param name="StartedAt">Since when it has been in flight.</param>
/// <param name="ApprovedLateAt">When an approval of it came though it was being undone.</param>
public sealed record Operation(
    OperationId Id,
    OperationKind Kind,
    Money Amount,
    OperationStage Stage,
    DateTimeOffset ActAt,
    int Attempts = 0,
    OperationCause Cause = OperationCause.Merchant,
    DateTimeOffset StartedAt = default,
    DateTimeOffset? ApprovedLateAt = null)
{
    /// <summary>Whether it may be sent again until it is acknowledged: sent twice, it does nothing twice and takes no money.</summary>
    public bool IsRepeatable => Kind is OperationKind.Void or OperationKind.DisputeAcceptance or OperationKind.DisputeEvidence;
}

/// <summary>One exchange with an acquirer as it went over the wire, without anything secret: kept with the event that came of it.</summary>
/// <param name="Message">What was sent: the operation's kind, or <c>Reversal</c> or <c>Inquiry</c>.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="EndedAt">When the answer came, or was no longer waited for.</param>
/// <param name="Result">What came of it: the kind of <see cref="Outcome"/>.</param>
/// <param name="Code">The acquirer's response code (ISO 8583 DE39), when it answered.</param>
/// <param name="Reference">The acquirer's reference, when it answered.</param>
public sealed record AcquirerExchange(string Message, DateTimeOffset SentAt, DateTimeOffset EndedAt, string Result, string? Code, string? Reference)
{
    /// <summary>What the scheme advises of trying again (Mastercard's merchant advice code), when it said so.</summary>
    public string? Advice { get; init; }
}

/// <summary>A refund that was asked for and has not ended.</summary>
/// <param name="Id">Its operation.</param>
/// <param name="Amount">How much.</param>
/// <param name="Reason">The merchant's words, 5 to 255 characters.</param>
/// <param name="ExpiresAt">Ten days after it was asked for.</param>
public sealed record PendingRefund(OperationId Id, Money Amount, string Reason, DateTimeOffset ExpiresAt);

/// <summary>How the last refund ended.</summary>
public enum RefundEnd
{
    /// <summary>None has ended.</summary>
    None,

    /// <summary>Paid out.</summary>
    Completed,

    /// <summary>Refused; the money is still the merchant's.</summary>
    Rejected,

    /// <summary>Not paid out within ten days; the money is still the merchant's.</summary>
    Expired,
}
