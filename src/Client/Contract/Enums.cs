using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>The thirteen statuses of a payment. No others exist on the wire, where they are written <c>return_pending</c>.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PaymentStatus>))]
public enum PaymentStatus
{
    /// <summary>The customer has started a payment and has not finished it.</summary>
    Pending,

    /// <summary>Authorised, ready to be captured.</summary>
    Authorised,

    /// <summary>Captured, awaiting funds to settle.</summary>
    Waiting,

    /// <summary>Funds have been received.</summary>
    Received,

    /// <summary>The session ended before completion, or the hold lapsed before a capture.</summary>
    Expired,

    /// <summary>A refund is on its way.</summary>
    ReturnPending,

    /// <summary>A part has been refunded.</summary>
    PartiallyRefunded,

    /// <summary>The full amount has been refunded.</summary>
    ReturnReceived,

    /// <summary>The refund expired after ten days.</summary>
    ReturnExpired,

    /// <summary>The refund was denied.</summary>
    ReturnRejected,

    /// <summary>Failed by an error, a decline or a void.</summary>
    Failed,

    /// <summary>The customer disputes the payment.</summary>
    InDispute,

    /// <summary>The dispute was resolved in the customer's favour.</summary>
    DisputeLost,
}

/// <summary>Who makes a payment.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PaymentType>))]
public enum PaymentType
{
    /// <summary>The customer.</summary>
    Regular,

    /// <summary>The merchant, later, on the customer's standing agreement.</summary>
    Unscheduled,
}

/// <summary>Why a merchant makes an unscheduled payment.</summary>
[JsonConverter(typeof(SnakeCaseEnum<ChargeReason>))]
public enum ChargeReason
{
    /// <summary>The purchase happened, and authorisation could not be had at the time.</summary>
    Resubmission,

    /// <summary>A delayed charge.</summary>
    DelayedCharge,

    /// <summary>The cardholder agreed to buy and did not come.</summary>
    NoShow,

    /// <summary>An additional purchase after the original one.</summary>
    Reauthorisation,
}

/// <summary>What the sandbox can be told to do with a payment.</summary>
[JsonConverter(typeof(SnakeCaseEnum<SimulatedEvent>))]
public enum SimulatedEvent
{
    /// <summary>The captured funds arrive.</summary>
    Settled,

    /// <summary>The refund is paid out.</summary>
    RefundCompleted,

    /// <summary>The refund is refused.</summary>
    RefundRejected,

    /// <summary>A dispute opens.</summary>
    DisputeOpened,

    /// <summary>The dispute is won.</summary>
    DisputeWon,

    /// <summary>The dispute is lost.</summary>
    DisputeLost,

    /// <summary>The session, the hold or the refund runs out of time. A dispute does when the clock is moved past its deadline.</summary>
    Expired,

    /// <summary>A dispute opens with an inquiry: no money moves yet.</summary>
    DisputeInquiry,

    /// <summary>The dispute comes to its next stage: after an inquiry a chargeback, then pre-arbitration, then arbitration.</summary>
    DisputeEscalated,
}

internal sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>What can be made to go wrong between the gateway and the sandbox's acquirer.</summary>
[JsonConverter(typeof(SnakeCaseEnum<SandboxFault>))]
public enum SandboxFault
{
    /// <summary>The message never arrives.</summary>
    LostRequest,

    /// <summary>The message is processed; the answer never arrives.</summary>
    LostReply,

    /// <summary>The message is processed; the answer arrives after the gateway has given up waiting.</summary>
    LateReply,

    /// <summary>The message arrives twice.</summary>
    Duplicate,

    /// <summary>The message is declined.</summary>
    Decline,
}

/// <summary>The messages between the gateway and the sandbox's acquirer.</summary>
[JsonConverter(typeof(SnakeCaseEnum<SandboxMessage>))]
public enum SandboxMessage
{
    /// <summary>Hold an amount.</summary>
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
