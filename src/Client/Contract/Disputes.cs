using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>How far a dispute has come; from <see cref="Won"/> on it has ended.</summary>
[JsonConverter(typeof(SnakeCaseEnum<DisputeStatus>))]
public enum DisputeStatus
{
    /// <summary>The issuer asks about the payment; no money has moved.</summary>
    Inquiry,

    /// <summary>The scheme has taken the money back; accept, or answer with evidence.</summary>
    ChargebackOpen,

    /// <summary>The evidence is with the issuer.</summary>
    EvidenceSubmitted,

    /// <summary>The other side was not convinced; accept, or answer once more.</summary>
    PreArbitration,

    /// <summary>The scheme decides.</summary>
    Arbitration,

    /// <summary>The merchant's way: the money comes back.</summary>
    Won,

    /// <summary>The cardholder's way.</summary>
    Lost,

    /// <summary>The merchant accepted it.</summary>
    Accepted,

    /// <summary>The time to answer passed.</summary>
    Expired,
}

/// <summary>What a piece of evidence proves.</summary>
[JsonConverter(typeof(SnakeCaseEnum<EvidenceCategory>))]
public enum EvidenceCategory
{
    /// <summary>What the customer wrote, or was written to.</summary>
    CustomerCommunication,

    /// <summary>What was sold.</summary>
    ProductDescription,

    /// <summary>The receipt or invoice.</summary>
    Receipt,

    /// <summary>That it was delivered, or the service done.</summary>
    Delivery,

    /// <summary>Log-ins, downloads, IP addresses and devices.</summary>
    ActivityLog,

    /// <summary>The terms of refunds and cancellations, and that the customer agreed to them.</summary>
    Policy,

    /// <summary>Earlier payments with the same card that nobody disputed.</summary>
    PriorPayments,

    /// <summary>That the money was given back already.</summary>
    Refund,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A dispute.</summary>
public sealed record DisputeResponse
{
    /// <summary>The dispute's identifier.</summary>
    public required string Id { get; init; }

    /// <summary>The disputed payment.</summary>
    public required string PaymentUuid { get; init; }

    /// <summary>The merchant's order.</summary>
    public required string ExternalId { get; init; }

    /// <summary>How much is disputed, in cents.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The scheme's reason code, such as <c>10.4</c> (Visa) or <c>4837</c> (Mastercard).</summary>
    public required string ReasonCode { get; init; }

    /// <summary>The same in a sentence; <see langword="null"/> for a code that is not known.</summary>
    public required string? Reason { get; init; }

    /// <summary>How far it has come.</summary>
    public required DisputeStatus Status { get; init; }

    /// <summary>Until when the merchant may answer, while it is the merchant's turn.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset? RespondBy { get; init; }

    /// <summary>When it was opened.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it ended.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it costs the merchant in fees, tax included, in cents: 0 until there is a chargeback.</summary>
    public required long Fee { get; init; }

    /// <summary>The evidence, in the order in which it was brought. What it says comes back nowhere.</summary>
    public required IReadOnlyList<EvidenceEcho> Evidence { get; init; }

    /// <summary>Whether this is the answer to an earlier request (header <c>Idempotent-Replayed</c>). Not part of the body.</summary>
    [JsonIgnore]
    public bool Replayed { get; init; }
}

/// <summary>A piece of evidence as it is listed.</summary>
public sealed record EvidenceEcho
{
    /// <summary>What it proves.</summary>
    public required EvidenceCategory Category { get; init; }

    /// <summary>The file's name, cleaned; <see langword="null"/> for a text.</summary>
    public required string? FileName { get; init; }

    /// <summary>What the file is, by its content; <see langword="null"/> for a text.</summary>
    public required string? ContentType { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required int Size { get; init; }

    /// <summary>Whether the acquirer has it.</summary>
    public required bool Submitted { get; init; }
}

/// <summary>A page of disputes, newest first.</summary>
public sealed record DisputeList
{
    /// <summary>How many disputes match.</summary>
    public required int Total { get; init; }

    /// <summary>How many pages they make.</summary>
    public required int TotalPage { get; init; }

    /// <summary>Which page this is, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>How many a page holds.</summary>
    public required int PerPage { get; init; }

    /// <summary>The disputes.</summary>
    public required IReadOnlyList<DisputeResponse> Records { get; init; }
}

/// <summary>Which disputes to list: <c>GET /api/v2/cards/disputes</c>.</summary>
public sealed record DisputeFilter
{
    /// <summary>Only this status.</summary>
    public DisputeStatus? Status { get; init; }

    /// <summary>Only of this payment.</summary>
    public string? PaymentUuid { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>1 to 100.</summary>
    public int PerPage { get; init; } = 20;
}

/// <summary>
/// Bring evidence in a dispute: <c>POST /api/v2/cards/disputes/{id}/evidence</c>. Texts have at most 10 000 characters each, all of them together, as JSON, 64 KiB.
/// </summary>
public sealed record EvidenceRequest
{
    /// <summary>What the customer wrote, or was written to.</summary>
    public string? CustomerCommunication { get; init; }

    /// <summary>What was sold.</summary>
    public string? ProductDescription { get; init; }

    /// <summary>The receipt or invoice.</summary>
    public string? Receipt { get; init; }

    /// <summary>That it was delivered, or the service done.</summary>
    public string? Delivery { get; init; }

    /// <summary>Log-ins, downloads, IP addresses and devices.</summary>
    public string? ActivityLog { get; init; }

    /// <summary>The terms of refunds and cancellations, and that the customer agreed to them.</summary>
    public string? Policy { get; init; }

    /// <summary>Earlier payments with the same card that nobody disputed.</summary>
    public string? PriorPayments { get; init; }

    /// <summary>That the money was given back already.</summary>
    public string? Refund { get; init; }

    /// <summary>Anything else.</summary>
    public string? Other { get; init; }

    /// <summary>Whether to send all evidence of the dispute to the acquirer; yes when left out. It is sent once in each of the dispute's rounds.</summary>
    public bool? Submit { get; init; }

    /// <summary>Files; with any, the request goes as a form.</summary>
    [JsonIgnore]
    public IReadOnlyList<EvidenceFile> Files { get; init; } = [];
}

/// <summary>A file of evidence: PDF, PNG or JPEG, at most 5 MB.</summary>
public sealed class EvidenceFile
{
    /// <summary>What it proves.</summary>
    public required EvidenceCategory Category { get; init; }

    /// <summary>Its name.</summary>
    public required string FileName { get; init; }

    /// <summary>The file.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }
}
