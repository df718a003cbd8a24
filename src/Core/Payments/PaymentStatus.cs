namespace Tollgate.Core.Payments;

/// <summary>The thirteen statuses of the guide. No others exist on the wire.</summary>
public enum PaymentStatus
{
    /// <summary>The customer has started a payment and has not finished it.</summary>
    Pending,

    /// <summary>The issuer holds the amount; it can be captured.</summary>
    Authorised,

    /// <summary>Captured, funds not settled yet.</summary>
    Waiting,

    /// <summary>Funds have settled.</summary>
    Received,

    /// <summary>The session ended before the payment did, or the hold lapsed before a capture.</summary>
    Expired,

    /// <summary>A refund is on its way.</summary>
    ReturnPending,

    /// <summary>A part has been refunded.</summary>
    PartiallyRefunded,

    /// <summary>All has been refunded.</summary>
    ReturnReceived,

    /// <summary>The last refund was not paid out within ten days.</summary>
    ReturnExpired,

    /// <summary>The last refund was refused.</summary>
    ReturnRejected,

    /// <summary>Declined, voided or broken.</summary>
    Failed,

    /// <summary>The cardholder disputes the payment.</summary>
    InDispute,

    /// <summary>The dispute went the cardholder's way.</summary>
    DisputeLost,
}

/// <summary>Who makes the payment.</summary>
public enum PaymentType
{
    /// <summary>The customer (CIT).</summary>
    Regular,

    /// <summary>The merchant, later, on a standing agreement (MIT).</summary>
    Unscheduled,
}

/// <summary>Why a merchant makes a payment without the customer.</summary>
public enum ChargeReason
{
    /// <summary>The goods went out and the authorisation could not be had at the time.</summary>
    Resubmission,

    /// <summary>A charge that came up after the service.</summary>
    DelayedCharge,

    /// <summary>The guest did not come.</summary>
    NoShow,

    /// <summary>A further purchase on the first agreement.</summary>
    Reauthorisation,
}

/// <summary>Why a payment failed or expired. Each has one code and one sentence on the wire; the precise reason stays in the journal.</summary>
public enum FailureReason
{
    /// <summary>The issuer said no, without saying why.</summary>
    IssuerDeclined,

    /// <summary>Not enough funds.</summary>
    InsufficientFunds,

    /// <summary>The issuer says that the card has expired.</summary>
    CardExpired,

    /// <summary>The issuer does not know the number.</summary>
    InvalidCardNumber,

    /// <summary>The security code does not match.</summary>
    InvalidCvc,

    /// <summary>Reported lost; the merchant is told only that the issuer declined.</summary>
    CardLost,

    /// <summary>Reported stolen; the merchant is told only that the issuer declined.</summary>
    CardStolen,

    /// <summary>The issuer suspects fraud; the merchant is told only that the issuer declined.</summary>
    SuspectedFraud,

    /// <summary>The card may not be used for this.</summary>
    CardNotPermitted,

    /// <summary>Over a limit of amount or frequency.</summary>
    LimitExceeded,

    /// <summary>Our own risk rules said no.</summary>
    RiskDeclined,

    /// <summary>The cardholder did not prove to be the cardholder.</summary>
    AuthenticationDeclined,

    /// <summary>The issuer wants the cardholder authenticated first.</summary>
    AuthenticationRequired,

    /// <summary>The cardholder did not finish the authentication in time.</summary>
    AuthenticationExpired,

    /// <summary>The authentication could not be made.</summary>
    AuthenticationUnavailable,

    /// <summary>The hold lapsed before it was captured.</summary>
    AuthorisationExpired,

    /// <summary>The session ended before the payment did.</summary>
    SessionExpired,

    /// <summary>The merchant voided the authorisation.</summary>
    Voided,

    /// <summary>The acquirer could not be reached, or gave no answer and the attempt was reversed.</summary>
    AcquirerUnavailable,

    /// <summary>Something between us and the issuer broke.</summary>
    ProcessingError,
}
