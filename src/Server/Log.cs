namespace Tollgate.Server;

/// <summary>Everything that the server logs. No message takes a secret, a card number, or a text that a caller chose freely.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "A {Method} request broke")]
    public static partial void RequestBroke(ILogger logger, string method, Exception bug);

    [LoggerMessage(2, LogLevel.Error, "The store could not be reached")]
    public static partial void StoreUnavailable(ILogger logger, Exception cause);

    [LoggerMessage(3, LogLevel.Error, "The outcome of operation {Operation} of payment {Payment} could not be stored; recovery will find out")]
    public static partial void OutcomeNotStored(ILogger logger, string payment, string operation, Exception cause);

    [LoggerMessage(4, LogLevel.Warning, "The outcome of operation {Operation} of payment {Payment} is unknown; recovery asks the acquirer")]
    public static partial void OutcomeUnknown(ILogger logger, string payment, string operation);

    [LoggerMessage(5, LogLevel.Warning, "Payment {Payment}: an approval of operation {Operation} came after it was given up; it is reversed")]
    public static partial void LateApproval(ILogger logger, string payment, string operation);

    [LoggerMessage(6, LogLevel.Error, "Work that was due on payment {Payment} broke; it is tried again")]
    public static partial void DueWorkBroke(ILogger logger, string payment, Exception bug);

    [LoggerMessage(7, LogLevel.Error, "The background work {Work} broke; it goes on")]
    public static partial void BackgroundBroke(ILogger logger, string work, Exception bug);

    [LoggerMessage(8, LogLevel.Warning, "Webhook {Webhook} was given up after {Attempts} attempts: {Error}")]
    public static partial void WebhookGivenUp(ILogger logger, string webhook, int attempts, string error);

    [LoggerMessage(11, LogLevel.Warning, "{Count} webhooks were given up: {Reason}")]
    public static partial void WebhooksGivenUp(ILogger logger, int count, string reason);

    [LoggerMessage(9, LogLevel.Warning, "The acquirer's link broke on operation {Operation}")]
    public static partial void LinkBroke(ILogger logger, string operation, Exception cause);

    [LoggerMessage(10, LogLevel.Critical, "Payment {Payment}: the {Kind} {Operation} has been in flight since {Since}, and recovery cannot settle it; an operator must look")]
    public static partial void Unresolved(ILogger logger, string payment, string kind, string operation, DateTimeOffset since);

    [LoggerMessage(60, LogLevel.Error, "The authorisation of payment {Payment} after its challenge broke; recovery settles it")]
    public static partial void AuthorisationBroke(ILogger logger, string payment, Exception bug);

    [LoggerMessage(61, LogLevel.Warning, "The card ranges of the directory server of {Scheme} could not be had: it {Problem}; those that are known are kept")]
    public static partial void CardRangesMissing(ILogger logger, string scheme, string problem);

    [LoggerMessage(62, LogLevel.Warning, "Payment {Payment}: the directory server of {Scheme} gave no usable answer: it {Problem}")]
    public static partial void AuthenticationFailed(ILogger logger, string payment, string scheme, string problem);

    [LoggerMessage(63, LogLevel.Warning, "A result of an authentication came from somebody whose certificate is not of those in Tollgate:ThreeDS:ResultsCertificate")]
    public static partial void ResultRefused(ILogger logger);

    [LoggerMessage(30, LogLevel.Error, "The sandbox's acquirer could not do what it was asked")]
    public static partial void AcquirerBroke(ILogger logger, Exception cause);

    [LoggerMessage(50, LogLevel.Warning, "Clearing: {Discrepancy} ({Kind}) of payment {Payment} does not match; an operator must look")]
    public static partial void Discrepancy(ILogger logger, string discrepancy, string kind, string payment);
}
