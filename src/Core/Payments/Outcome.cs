namespace Tollgate.Core.Payments;

/// <summary>What came of one exchange with an acquirer. An outcome is never a status: what it means for the payment is the decider's to say.</summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>The acquirer said yes.</summary>
    /// <param name="Reference">The acquirer's reference (retrieval reference number), by which later operations name this one.</param>
    /// <param name="ApprovalCode">The issuer's approval code, six characters, when there is one.</param>
    /// <param name="SchemeTransactionId">The scheme's transaction identifier, which links merchant-initiated payments to this one.</param>
    public sealed record Approved(string Reference, string? ApprovalCode, string? SchemeTransactionId) : Outcome;

    /// <summary>The issuer or the acquirer said no.</summary>
    /// <param name="Reason">Why, in our words.</param>
    /// <param name="Code">Why, as the acquirer wrote it (ISO 8583 DE39).</param>
    public sealed record Declined(FailureReason Reason, string Code) : Outcome
    {
        /// <summary>What the scheme advises of trying again (Mastercard's merchant advice code, two digits), when it says so.</summary>
        public string? Advice { get; init; }
    }

    /// <summary>Nothing left the building: as if it had not been asked.</summary>
    public sealed record NotSent : Outcome;

    /// <summary>It may have left, and no usable answer came: nobody knows. A state, not an error.</summary>
    public sealed record Unknown : Outcome;
}
