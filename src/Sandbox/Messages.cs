using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;

namespace Tollgate.Sandbox;

/// <summary>What is asked of the simulated acquirer.</summary>
public enum MessageKind
{
    /// <summary>Hold an amount; with <see cref="SimulatedMessage.Capture"/>, take it at once.</summary>
    Authorisation,

    /// <summary>Take what is held.</summary>
    Capture,

    /// <summary>Release what is held.</summary>
    Void,

    /// <summary>Give back what was taken.</summary>
    Refund,

    /// <summary>Undo a message whose outcome nobody knows.</summary>
    Reversal,

    /// <summary>Ask what came of a message.</summary>
    Inquiry,

    /// <summary>Say that the merchant accepts a dispute.</summary>
    DisputeAcceptance,

    /// <summary>Send the merchant's evidence in a dispute.</summary>
    DisputeEvidence,
}

/// <summary>A message to the simulated acquirer.</summary>
public sealed record SimulatedMessage
{
    /// <summary>What is asked.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The sender's reference; a repeat under it is one message. A reversal or inquiry carries the reference of what it is about.</summary>
    public required string Operation { get; init; }

    /// <summary>The sender's reference of the payment.</summary>
    public required string Payment { get; init; }

    /// <summary>How much, in the smallest unit.</summary>
    public required long Amount { get; init; }

    /// <summary>The card; only with an authorisation.</summary>
    public CardNumber? Card { get; init; }

    /// <summary>The security code; never when the merchant begins it.</summary>
    public CardVerificationCode? Code { get; init; }

    /// <summary>Whether an approved authorisation is captured at once.</summary>
    public bool Capture { get; init; }

    /// <summary>Whether the card comes from a token.</summary>
    public bool StoredCredential { get; init; }

    /// <summary>Who begins it, why, and what it continues; only with an authorisation.</summary>
    public SimulatedCredential? Credential { get; init; }

    /// <summary>What 3-D Secure proved of the cardholder of an authorisation.</summary>
    public SimulatedAuthentication? Authentication { get; init; }

    /// <summary>For an answer in a dispute, the reference of the case.</summary>
    public string? Case { get; init; }

    /// <summary>The evidence.</summary>
    public IReadOnlyList<SimulatedEvidence>? Evidence { get; init; }
}

/// <summary>What an authorisation says of the kept card that it uses, in the words and fields of the schemes.</summary>
public sealed record SimulatedCredential
{
    /// <summary>Who begins it.</summary>
    public SimulatedInitiator Initiator { get; init; }

    /// <summary>How the card is used: <c>first</c> or <c>subsequent</c>.</summary>
    public required string Use { get; init; }

    /// <summary>How the number was entered: the first two digits of DE22.</summary>
    public required string EntryMode { get; init; }

    /// <summary>Visa's environment of the point of sale, F126.13.</summary>
    public string? PosEnvironment { get; init; }

    /// <summary>Visa's reason, F63.3.</summary>
    public string? MessageReason { get; init; }

    /// <summary>Mastercard's category, DE48.22.5.</summary>
    public string? Category { get; init; }

    /// <summary>The scheme's identifier of the payment that it continues.</summary>
    public string? PreviousTransaction { get; init; }

    /// <summary>The electronic commerce indicator of the cardholder's own payment.</summary>
    public string? OriginalEci { get; init; }

    /// <summary>The protocol version of that payment's authentication.</summary>
    public string? OriginalVersion { get; init; }

    /// <summary>The directory server's identifier of that payment's authentication.</summary>
    public string? OriginalDirectoryServerTransaction { get; init; }
}

/// <summary>Who begins an authorisation.</summary>
public enum SimulatedInitiator
{
    /// <summary>The cardholder, who is there.</summary>
    Cardholder,

    /// <summary>The merchant, under a standing agreement.</summary>
    Merchant,
}

/// <summary>What 3-D Secure proved, as an authorisation carries it.</summary>
/// <param name="Eci">Electronic commerce indicator, two digits.</param>
/// <param name="Value">CAVV or AAV, 28 characters of base64, when there is one.</param>
/// <param name="DirectoryServerTransactionId">The directory server's identifier of the authentication, a UUID.</param>
/// <param name="Version">The protocol version, such as <c>2.2.0</c>.</param>
public sealed record SimulatedAuthentication(string Eci, string? Value, string? DirectoryServerTransactionId, string Version);

/// <summary>A piece of evidence. Files stay at the gateway: nobody here would look at them.</summary>
/// <param name="Category">What it proves.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Text">What it says, when it is a text.</param>
public sealed record SimulatedEvidence(string Category, int Size, string? Text);

/// <summary>The simulated acquirer's answer.</summary>
/// <param name="ResponseCode">ISO 8583 DE39: <c>00</c> is yes.</param>
/// <param name="Reference">The retrieval reference number.</param>
/// <param name="ApprovalCode">The issuer's approval code, when it approved.</param>
/// <param name="SchemeTransactionId">The scheme's identifier, when it approved an authorisation.</param>
public sealed record SimulatedReply(string ResponseCode, string Reference, string? ApprovalCode, string? SchemeTransactionId)
{
    /// <summary>Mastercard's merchant advice code, where the card has one: what the scheme says of trying again.</summary>
    public string? AdviceCode { get; init; }
}

/// <summary>What the simulated acquirer tells on its own account.</summary>
public enum NoticeKind
{
    /// <summary>The captured funds of a payment were paid out to the merchant. It is told by a clearing file only.</summary>
    Settled,

    /// <summary>The refund was paid out to the cardholder.</summary>
    RefundCompleted,

    /// <summary>The refund was refused.</summary>
    RefundRejected,

    /// <summary>A clearing file is ready: what was captured is paid out to the merchant with it.</summary>
    ClearingFile,

    /// <summary>The scheme took money back.</summary>
    DisputeOpened,

    /// <summary>The issuer asks about a payment.</summary>
    InquiryOpened,

    /// <summary>A dispute came to its next stage.</summary>
    DisputeMoved,

    /// <summary>A dispute went the merchant's way.</summary>
    DisputeWon,

    /// <summary>A dispute went the cardholder's way.</summary>
    DisputeLost,
}

/// <summary>A word of the simulated acquirer on its own account.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Operation">The refund's operation or the dispute's case, if it is about one; for a clearing file, which is about many payments, its name.</param>
public sealed record AcquirerNotice(NoticeKind Kind, string Payment, string? Operation)
{
    /// <summary>The dispute as it stands, if it is about one.</summary>
    public NoticedDispute? Dispute { get; init; }
}

/// <summary>A dispute as a notice tells of it.</summary>
/// <param name="Case">The reference of the case.</param>
/// <param name="Amount">How much, in the smallest unit.</param>
/// <param name="ReasonCode">The scheme's reason code.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="RespondBy">Until when the merchant may answer, when it is the merchant's turn.</param>
public sealed record NoticedDispute(string Case, long Amount, string ReasonCode, DisputeStage Stage, DateTimeOffset? RespondBy);

/// <summary>What can be made to go wrong on the way.</summary>
public enum LinkFault
{
    /// <summary>The message never arrives.</summary>
    LostRequest,

    /// <summary>It is processed; the answer never arrives.</summary>
    LostReply,

    /// <summary>It is processed; the answer comes late.</summary>
    LateReply,

    /// <summary>It arrives twice.</summary>
    Duplicate,

    /// <summary>It is declined.</summary>
    Decline,
}
