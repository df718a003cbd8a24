using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Payments;

/// <summary>The events of a payment in plain sentences: what happened, who caused it, and what it was about.</summary>
internal static class TimelineWords
{
    private const string Merchant = "merchant";
    private const string Issuer = "issuer";
    private const string Acquirer = "acquirer";
    private const string Cardholder = "cardholder";
    private const string Time = "time";
    private const string Recovery = "recovery";
    private const string Rules = "rules";

    /// <summary>What happened.</summary>
    public static string Sentence(Payment? before, Payment after, PaymentEvent happened) => happened switch
    {
        PaymentEvent.Created e => $"The merchant asked for {Timeline.Text(e.Facts.Amount)} from a {e.Facts.Card.Brand} card ending in {e.Facts.Card.LastFour}, "
            + $"{(e.Facts.BroughtCard ? "sent with the charge" : "saved before")}{(e.Facts.CaptureAtOnce ? ", to be captured at once" : string.Empty)}.",
        PaymentEvent.ChallengeRequired => "The cardholder is to be authenticated.",
        PaymentEvent.AuthenticationStarted e => $"The issuer is asked to authenticate the cardholder (version {e.Version}).",
        PaymentEvent.AuthenticationSetAside => "The issuer wants to see the cardholder, who is to open the page.",
        PaymentEvent.ChallengeStarted => "The issuer wants to see the cardholder: its challenge was shown.",
        PaymentEvent.ChallengeReturned => "The browser came back from the challenge. How it ended, only the issuer's result says.",
        PaymentEvent.AuthenticationSkipped e => $"Authentication could not be made, and the payment goes on without it, by the app's policy: {Why(e.Fault)}",
        PaymentEvent.AuthenticationDemanded e => $"The issuer declined the authorisation for want of authentication ({e.Code}): the cardholder is to be authenticated, and it is tried once more.",
        PaymentEvent.Authenticated e => $"The cardholder was authenticated (ECI {e.Result.Eci}, version {e.Result.Version}).",
        PaymentEvent.AuthenticationDeclined e => $"The cardholder was not authenticated: {Why(e.Reason)}",
        PaymentEvent.RiskDeclined => "Our own rules refused the payment: nothing was sent to the acquirer.",
        PaymentEvent.AuthorisationStarted => "The authorisation was written down, to be sent.",
        PaymentEvent.Authorised => after.Captured.IsPositive ? "The issuer approved, and the amount was captured." : "The issuer approved: the amount is held.",
        PaymentEvent.AuthorisationDeclined e => $"The authorisation was declined: {Why(e.Reason)}",
        PaymentEvent.CaptureStarted e => $"A capture of {Timeline.Text(e.Amount)} was written down, to be sent.",
        PaymentEvent.Captured => $"{Timeline.Text(after.Captured)} was captured"
            + (after.Captured < after.Authorised ? $", and {Timeline.Text(after.Authorised - after.Captured)} of the hold was released." : "."),
        PaymentEvent.CaptureDeclined e => $"The capture was declined, and the hold stands: {Why(e.Reason)}",
        PaymentEvent.VoidStarted { Cause: OperationCause.TimeOver } => "The hold has lapsed: its release was written down, to be sent.",
        PaymentEvent.VoidStarted => "The merchant asked to release the hold: that was written down, to be sent.",
        PaymentEvent.Voided => "The hold is released.",
        PaymentEvent.VoidDeclined e => $"The hold could not be released, and stands: {Why(e.Reason)}",
        PaymentEvent.RefundStarted e => $"A refund of {Timeline.Text(e.Amount)} was written down, to be sent.",
        PaymentEvent.RefundAccepted => "The acquirer took the refund, and will pay it out.",
        PaymentEvent.RefundCompleted => $"The refund was paid out: {Timeline.Text(after.Refunded)} has been refunded in all.",
        PaymentEvent.RefundRejected e => $"The refund was refused, and the money is the merchant's again: {Why(e.Reason)}",
        PaymentEvent.RefundExpired => "The refund was not paid out in its time, and is withdrawn: the money is the merchant's again.",
        PaymentEvent.OutcomeUnknown => "No usable answer came: nobody knows what became of the operation, and recovery will find out.",
        PaymentEvent.OperationDeferred => "Recovery could not settle the operation, and will look again.",
        PaymentEvent.ReversalStarted => before?.InFlight is null
            ? "The refund's time is over: it is being taken back at the acquirer."
            : "The acquirer could not say what became of the operation: it is being undone.",
        PaymentEvent.OperationReversed => "The acquirer acknowledged that the operation is undone: it is as if it had never been.",
        PaymentEvent.LateApprovalReceived => "An approval came after its operation was given up: it is being undone again.",
        PaymentEvent.Settled e => $"The captured funds have arrived: {Timeline.Text(e.Cleared ?? after.Captured)}"
            + (e.Cost is { IsPositive: true } cost ? $", less a cost of {Timeline.Text(cost)}." : "."),
        PaymentEvent.ReserveReleased => $"What was kept back, {Timeline.Text(before!.Reserved)}, is the merchant's.",
        PaymentEvent.DisputeOpened e => $"The cardholder disputes {Timeline.Text(e.Amount)}, reason {e.ReasonCode}: {Stage(e.Stage)}.",
        PaymentEvent.DisputeMoved e => $"The dispute moved on: {Stage(e.Stage)}.",
        PaymentEvent.EvidenceAdded e => $"The merchant brought {e.Count} more for evidence.",
        PaymentEvent.DisputeAnswerStarted e => e.Kind == OperationKind.DisputeAcceptance
            ? "The merchant accepts the dispute: that was written down, to be sent."
            : "The merchant answers the dispute: the evidence was written down, to be sent.",
        PaymentEvent.EvidenceSubmitted => "The acquirer has the evidence.",
        PaymentEvent.DisputeAccepted => "The acquirer knows that the merchant accepts the dispute.",
        PaymentEvent.DisputeAnswerDeclined e => $"The acquirer did not take the answer to the dispute: {Why(e.Reason)}",
        PaymentEvent.DisputeWon => "The dispute was decided for the merchant.",
        PaymentEvent.DisputeLost => "The dispute was decided for the cardholder.",
        PaymentEvent.DisputeExpired => "The merchant's time to answer the dispute passed.",
        PaymentEvent.SessionEnded => "The session ended before the payment did.",
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    /// <summary>Who caused it.</summary>
    public static string CauseOf(Payment? before, PaymentEvent happened) => happened switch
    {
        PaymentEvent.Created or PaymentEvent.CaptureStarted or PaymentEvent.RefundStarted or PaymentEvent.EvidenceAdded or PaymentEvent.DisputeAnswerStarted => Merchant,
        PaymentEvent.VoidStarted e => e.Cause == OperationCause.TimeOver ? Time : Merchant,
        PaymentEvent.RiskDeclined or PaymentEvent.ChallengeRequired { Cause: AuthenticationCause.Risk } => Rules,
        PaymentEvent.ChallengeRequired or PaymentEvent.AuthenticationSetAside or PaymentEvent.ChallengeStarted or PaymentEvent.AuthenticationDemanded => Issuer,
        PaymentEvent.ChallengeReturned => Cardholder,
        PaymentEvent.AuthenticationDeclined { Reason: FailureReason.AuthenticationExpired or FailureReason.AuthenticationUnavailable } => Time,
        PaymentEvent.Authenticated or PaymentEvent.AuthenticationDeclined => WasChallenged(before) ? Cardholder : Issuer,
        PaymentEvent.AuthenticationStarted or PaymentEvent.AuthenticationSkipped => Merchant,
        PaymentEvent.AuthorisationStarted => WasChallenged(before) ? Cardholder : Merchant,
        PaymentEvent.Authorised or PaymentEvent.AuthorisationDeclined => Issuer,
        PaymentEvent.OutcomeUnknown or PaymentEvent.OperationDeferred => Recovery,
        PaymentEvent.ReversalStarted => before?.InFlight is null ? Time : Recovery,
        PaymentEvent.RefundExpired or PaymentEvent.ReserveReleased or PaymentEvent.DisputeExpired or PaymentEvent.SessionEnded => Time,
        PaymentEvent.DisputeOpened => Cardholder,
        _ => Acquirer,
    };

    private static bool WasChallenged(Payment? payment) => payment?.Attempt?.ChallengedAt is not null;

    /// <summary>The operation that it is about.</summary>
    public static OperationId? OperationOf(PaymentEvent happened) => happened switch
    {
        PaymentEvent.AuthorisationStarted e => e.Operation,
        PaymentEvent.Authorised e => e.Operation,
        PaymentEvent.AuthorisationDeclined e => e.Operation,
        PaymentEvent.AuthenticationDemanded e => e.Operation,
        PaymentEvent.CaptureStarted e => e.Operation,
        PaymentEvent.Captured e => e.Operation,
        PaymentEvent.CaptureDeclined e => e.Operation,
        PaymentEvent.VoidStarted e => e.Operation,
        PaymentEvent.Voided e => e.Operation,
        PaymentEvent.VoidDeclined e => e.Operation,
        PaymentEvent.RefundStarted e => e.Operation,
        PaymentEvent.RefundAccepted e => e.Operation,
        PaymentEvent.RefundCompleted e => e.Operation,
        PaymentEvent.RefundRejected e => e.Operation,
        PaymentEvent.RefundExpired e => e.Operation,
        PaymentEvent.OutcomeUnknown e => e.Operation,
        PaymentEvent.OperationDeferred e => e.Operation,
        PaymentEvent.ReversalStarted e => e.Operation,
        PaymentEvent.OperationReversed e => e.Operation,
        PaymentEvent.LateApprovalReceived e => e.Operation,
        PaymentEvent.DisputeAnswerStarted e => e.Operation,
        PaymentEvent.EvidenceSubmitted e => e.Operation,
        PaymentEvent.DisputeAccepted e => e.Operation,
        PaymentEvent.DisputeAnswerDeclined e => e.Operation,
        _ => null,
    };

    /// <summary>How much it is about.</summary>
    public static Money? AmountOf(Payment after, PaymentEvent happened) => happened switch
    {
        PaymentEvent.Created e => e.Facts.Amount,
        PaymentEvent.Authorised => after.Authorised,
        PaymentEvent.CaptureStarted e => e.Amount,
        PaymentEvent.Captured => after.Captured,
        PaymentEvent.RefundStarted e => e.Amount,
        PaymentEvent.RefundCompleted or PaymentEvent.RefundRejected or PaymentEvent.RefundExpired => after.LastRefundAmount,
        PaymentEvent.LateApprovalReceived e => e.Amount,
        PaymentEvent.Settled e => e.Cleared ?? after.Captured,
        PaymentEvent.DisputeOpened e => e.Amount,
        _ => null,
    };

    /// <summary>Why it did not go well.</summary>
    public static FailureReason? ReasonOf(PaymentEvent happened) => happened switch
    {
        PaymentEvent.AuthenticationDeclined e => e.Reason,
        PaymentEvent.AuthorisationDeclined e => e.Reason,
        PaymentEvent.RiskDeclined => FailureReason.RiskDeclined,
        PaymentEvent.AuthenticationDemanded => FailureReason.AuthenticationRequired,
        PaymentEvent.AuthenticationSkipped => FailureReason.AuthenticationUnavailable,
        PaymentEvent.CaptureDeclined e => e.Reason,
        PaymentEvent.VoidDeclined e => e.Reason,
        PaymentEvent.RefundRejected e => e.Reason,
        PaymentEvent.DisputeAnswerDeclined e => e.Reason,
        PaymentEvent.SessionEnded => FailureReason.SessionExpired,
        _ => null,
    };

    /// <summary>What was said to an issuer, or by it; nothing when the message is the acquirer's.</summary>
    public static string? OfIssuer(AcquirerExchange exchange) => exchange.Message switch
    {
        "AReq" => $"We asked the issuer to authenticate the cardholder (AReq), and {Said(exchange.Result)}.",
        "RReq" => $"The issuer sent the result of the challenge (RReq): {Said(exchange.Result)}.",
        _ => null,
    };

    private static string Said(string result) => result switch
    {
        nameof(TransactionStatus.Authenticated) => "it is the cardholder (Y)",
        nameof(TransactionStatus.Attempted) => "the attempt is proved (A)",
        nameof(TransactionStatus.NotAuthenticated) => "the cardholder was not authenticated (N)",
        nameof(TransactionStatus.Unavailable) => "it could not say (U)",
        nameof(TransactionStatus.Rejected) => "it rejects the payment (R)",
        nameof(TransactionStatus.Informational) => "it took note (I)",
        nameof(TransactionStatus.Challenge) => "it wants to see the cardholder (C)",
        _ when Enum.TryParse<AuthenticationFault>(result, out var fault) => Why(fault).TrimEnd('.'),
        _ => "no usable answer came",
    };

    /// <summary>A message with its article.</summary>
    public static string Article(string message) => message switch
    {
        nameof(OperationKind.Authorisation) => "an authorisation",
        nameof(OperationKind.DisputeAcceptance) => "the acceptance of a dispute",
        nameof(OperationKind.DisputeEvidence) => "the evidence of a dispute",
        "Inquiry" => "an inquiry",
        _ => "a " + Http.WireNames.Spell(message).Replace('_', ' '),
    };

    private static string Why(AuthenticationFault fault) => fault switch
    {
        AuthenticationFault.NotEnrolled => "no directory server knows the card.",
        AuthenticationFault.Unreachable => "the directory server could not be reached.",
        AuthenticationFault.TimedOut => "no answer came in time.",
        AuthenticationFault.ErrorMessage => "the answer was an error.",
        AuthenticationFault.InvalidMessage => "the answer was not a valid message.",
        AuthenticationFault.RequestRefused => "the request was refused as wrong.",
        AuthenticationFault.WrongIdentifiers => "the answer was about another authentication.",
        AuthenticationFault.UnsupportedVersion => "no version of the protocol is common to both sides.",
        AuthenticationFault.NotPerformed => "the issuer could not perform it.",
        AuthenticationFault.ResultMissing => "the issuer's result did not come.",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private static string Why(FailureReason reason) => PaymentRenderer.Describe(reason).Message;

    private static string Stage(Core.Disputes.DisputeStage stage) => Http.WireNames.Of(stage).Replace('_', ' ');
}
