namespace Tollgate.Core.Disputes;

/// <summary>How far a dispute has come. The order is that of a dispute's life; from <see cref="Won"/> on it has ended.</summary>
public enum DisputeStage
{
    /// <summary>The issuer asks about the payment; no money has moved.</summary>
    Inquiry,

    /// <summary>The scheme has taken the money back; the merchant may accept or answer with evidence.</summary>
    ChargebackOpen,

    /// <summary>The merchant's evidence is with the issuer.</summary>
    EvidenceSubmitted,

    /// <summary>The other side was not convinced and asks again; the merchant may accept or answer.</summary>
    PreArbitration,

    /// <summary>The scheme decides.</summary>
    Arbitration,

    /// <summary>The merchant's way: the money comes back.</summary>
    Won,

    /// <summary>The cardholder's way.</summary>
    Lost,

    /// <summary>The merchant accepted it.</summary>
    Accepted,

    /// <summary>The merchant's time to answer passed.</summary>
    Expired,
}

/// <summary>A cardholder's dispute of a payment. A payment has at most one that is open.</summary>
public sealed record Dispute
{
    /// <summary>All evidence of one dispute together: 20 MB, as sent.</summary>
    public const long LargestEvidence = 20_000_000;

    /// <summary>All evidence of one dispute together: 100 pieces.</summary>
    public const int MostEvidence = 100;

    /// <summary>The identifier on the wire.</summary>
    public required DisputeId Id { get; init; }

    /// <summary>The acquirer's reference of the case; what it says again under it is the same dispute.</summary>
    public required string Case { get; init; }

    /// <summary>How much is disputed: at most what was captured and not given back.</summary>
    public required Money Amount { get; init; }

    /// <summary>The scheme's reason code, such as <c>10.4</c> (Visa) or <c>4853</c> (Mastercard).</summary>
    public required string ReasonCode { get; init; }

    /// <summary>How far it has come.</summary>
    public required DisputeStage Stage { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Until when the merchant may answer, while it is the merchant's turn.</summary>
    public DateTimeOffset? RespondBy { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether the scheme has taken the money: from the chargeback on.</summary>
    public bool MoneyTaken { get; init; }

    /// <summary>How many pieces of evidence were brought.</summary>
    public int EvidenceCount { get; init; }

    /// <summary>How large they are together, in bytes as sent.</summary>
    public long EvidenceBytes { get; init; }

    /// <summary>How many of them the acquirer has: the first ones, in the order in which they were brought.</summary>
    public int EvidenceSubmitted { get; init; }

    /// <summary>Whether it has not ended.</summary>
    public bool IsOpen => Stage < DisputeStage.Won;

    /// <summary>Whether it ended against the merchant.</summary>
    public bool IsLost => Stage > DisputeStage.Won;

    /// <summary>Whether it is the merchant's turn to answer.</summary>
    public bool AwaitsMerchant => Stage is DisputeStage.Inquiry or DisputeStage.ChargebackOpen or DisputeStage.PreArbitration;

    /// <summary>Whether the acquirer can move it to another open stage.</summary>
    public bool CanMoveTo(DisputeStage stage) => stage switch
    {
        DisputeStage.ChargebackOpen => !MoneyTaken && (Stage is DisputeStage.Inquiry or DisputeStage.EvidenceSubmitted),
        DisputeStage.PreArbitration => MoneyTaken && (Stage is DisputeStage.ChargebackOpen or DisputeStage.EvidenceSubmitted),
        DisputeStage.Arbitration => MoneyTaken && (Stage is DisputeStage.PreArbitration or DisputeStage.EvidenceSubmitted),
        _ => false,
    };
}
