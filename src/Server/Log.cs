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

    [LoggerMessage(70, LogLevel.Error, "App {App} looks as if cards were being tested with it: {Counter} stands at {Share} of a hundred attempts; its customers are authenticated as far as its mode says")]
    public static partial void AppUnderAttack(ILogger logger, string app, string counter, int share);

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

    [LoggerMessage(70, LogLevel.Critical, "The audit log could not be written")]
    public static partial void AuditBroke(ILogger logger, Exception cause);

    [LoggerMessage(71, LogLevel.Critical, "The audit log does not hold: {Violation}")]
    public static partial void AuditViolated(ILogger logger, string violation);

    [LoggerMessage(72, LogLevel.Information, "The audit log holds, and ends here: {Anchor}")]
    public static partial void AuditHolds(ILogger logger, string anchor);

    [LoggerMessage(73, LogLevel.Warning, "The settings of app {App} in the database cannot be read: it {Problem}; nobody gets in by it")]
    public static partial void AppUnreadable(ILogger logger, string app, string problem);

    [LoggerMessage(109, LogLevel.Error, "A webhook secret of app {App} does not open, and signs nothing: rotate it. {Problem}")]
    public static partial void WebhookSecretUnreadable(ILogger logger, string app, string problem);

    [LoggerMessage(74, LogLevel.Warning, "{Proxy} sends X-Forwarded-For and is not in Tollgate:TrustedProxies: all that calls through it is one source, and is locked out as one")]
    public static partial void ProxyNotTrusted(ILogger logger, string proxy);

    [LoggerMessage(80, LogLevel.Critical, "The log could not be written for a while: what happened meanwhile is not in it")]
    public static partial void LogWasBroken(ILogger logger);

    [LoggerMessage(81, LogLevel.Information, "The server's certificate was replaced; the new one is valid until {Until:u}")]
    public static partial void CertificateReplaced(ILogger logger, DateTime until);

    [LoggerMessage(82, LogLevel.Critical, "The files of the server's certificate were replaced by what cannot be used ({Problem}); the old one, valid until {Until:u}, stays: an operator must look")]
    public static partial void CertificateRefused(ILogger logger, string problem, DateTime until);

    [LoggerMessage(83, LogLevel.Critical, "The certificate {Use} ends on {Until:u}: an operator must replace it")]
    public static partial void CertificateEnds(ILogger logger, string use, DateTime until);

    [LoggerMessage(84, LogLevel.Critical, "A public page is not as it was authorised: {Difference}; an operator must look")]
    public static partial void PageDiffers(ILogger logger, string difference);

    [LoggerMessage(85, LogLevel.Information, "The public pages are as they were authorised")]
    public static partial void PagesAreRight(ILogger logger);

    [LoggerMessage(100, LogLevel.Critical, "The vault seals nothing: {Reason}")]
    public static partial void VaultClosed(ILogger logger, string reason);

    [LoggerMessage(101, LogLevel.Warning, "{Key} comes to the end of its cryptoperiod at {EndsAt}: rotate it before that")]
    public static partial void KeyEnds(ILogger logger, string key, DateTimeOffset endsAt);

    [LoggerMessage(102, LogLevel.Critical, "{Key} came to the end of its cryptoperiod at {EndsAt}; a data key seals nothing after that, and card calls are refused: rotate it now")]
    public static partial void KeyEnded(ILogger logger, string key, DateTimeOffset endsAt);

    [LoggerMessage(103, LogLevel.Critical, "The register of keys cannot be followed; this process goes on with the keys that it has: {Reason}")]
    public static partial void KeysNotFollowed(ILogger logger, string reason);

    [LoggerMessage(104, LogLevel.Warning, "The vault is sealed: it waits for its custodians (keys unlock), and refuses calls until then")]
    public static partial void VaultSealed(ILogger logger);

    [LoggerMessage(105, LogLevel.Warning, "Somebody brought a share that was not taken: {Reason}")]
    public static partial void ShareRefused(ILogger logger, string reason);

    [LoggerMessage(106, LogLevel.Information, "The vault is open")]
    public static partial void VaultOpened(ILogger logger);

    [LoggerMessage(107, LogLevel.Error, "A {What} could not be sealed anew, and stays under its key: {Reason}")]
    public static partial void NotResealed(ILogger logger, string what, string reason);

    [LoggerMessage(108, LogLevel.Information, "{Count} card numbers that no payment has used for {Days} days were destroyed")]
    public static partial void CardsRetired(ILogger logger, int count, int days);

    [LoggerMessage(109, LogLevel.Warning, "{Count} shares were brought, and no more for ten minutes: they are forgotten, and are to be brought again")]
    public static partial void SharesForgotten(ILogger logger, int count);
}
