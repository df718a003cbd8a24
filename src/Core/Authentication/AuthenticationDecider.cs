using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Authentication;

/// <summary>What an issuer's word, or its silence, means for a payment.</summary>
public abstract record AuthenticationDecision
{
    private AuthenticationDecision()
    {
    }

    /// <summary>Authorise with this proof.</summary>
    public sealed record Proceed(AuthenticationResult Result) : AuthenticationDecision;

    /// <summary>The cardholder must answer a challenge.</summary>
    public sealed record Challenge : AuthenticationDecision;

    /// <summary>No authorisation is tried.</summary>
    public sealed record Refuse(FailureReason Reason) : AuthenticationDecision;

    /// <summary>Authorise without a proof, by the app's policy.</summary>
    public sealed record ProceedUnauthenticated(AuthenticationFault Fault) : AuthenticationDecision;
}

/// <summary>
/// Decides what the word of an issuer means: whether to authorise, and with what. Pure. EMV 3DS 2.2, transStatus; the schemes' indicators and who
/// bears fraud by them: Visa, American Express, JCB, Diners, Discover and UnionPay 05 and 06, Mastercard 02 and 01.
/// </summary>
public static class AuthenticationDecider
{
    private const string TimedOutAtIssuer = "14";

    // ACS timeout, first CReq never received, SDK timeout, decoupled timeout.
    private static readonly string[] Timeouts = ["03", "04", "05", "08"];

    /// <summary>Decides on the answer to a request (ARes).</summary>
    /// <param name="verdict">The issuer's word.</param>
    /// <param name="brand">The card's scheme.</param>
    /// <param name="rules">The app's rules.</param>
    /// <param name="demanded">Whether the issuer has declined an authorisation for want of authentication.</param>
    public static AuthenticationDecision OnAnswer(IssuerVerdict verdict, Brand brand, AuthenticationRules rules, bool demanded) =>
        verdict.Status == TransactionStatus.Challenge ? new AuthenticationDecision.Challenge() : Decide(verdict, brand, rules, demanded);

    /// <summary>Decides on the result of a challenge (RReq). Another challenge cannot come of it.</summary>
    /// <inheritdoc cref="OnAnswer"/>
    public static AuthenticationDecision OnResult(IssuerVerdict verdict, Brand brand, AuthenticationRules rules, bool demanded) => Decide(verdict, brand, rules, demanded);

    /// <summary>
    /// Decides when no usable word came. An issuer that demands authentication would only decline again, so that nothing is sent to it without. What a browser
    /// says becomes part of a request: if that makes the request wrong, the payment does not go on, or saying it would be the way around authentication.
    /// </summary>
    /// <param name="fault">Why none came.</param>
    /// <param name="rules">The app's rules.</param>
    /// <param name="demanded">Whether the issuer has declined an authorisation for want of authentication.</param>
    public static AuthenticationDecision OnFault(AuthenticationFault fault, AuthenticationRules rules, bool demanded) =>
        rules.Unavailable == WhenUnavailable.Proceed && !demanded && fault != AuthenticationFault.RequestRefused
            ? new AuthenticationDecision.ProceedUnauthenticated(fault)
            : new AuthenticationDecision.Refuse(FailureReason.AuthenticationUnavailable);

    private static AuthenticationDecision Decide(IssuerVerdict verdict, Brand brand, AuthenticationRules rules, bool demanded) => verdict.Status switch
    {
        TransactionStatus.Authenticated or TransactionStatus.Attempted or TransactionStatus.Informational => new AuthenticationDecision.Proceed(Prove(verdict, brand)),
        TransactionStatus.NotAuthenticated when IsTimeout(verdict) => new AuthenticationDecision.Refuse(FailureReason.AuthenticationExpired),
        TransactionStatus.NotAuthenticated or TransactionStatus.Rejected => new AuthenticationDecision.Refuse(FailureReason.AuthenticationDeclined),
        TransactionStatus.Unavailable => OnFault(AuthenticationFault.NotPerformed, rules, demanded),
        TransactionStatus.Challenge => OnFault(AuthenticationFault.InvalidMessage, rules, demanded),
        _ => throw new InvariantViolationException("every word of an issuer has its meaning"),
    };

    private static bool IsTimeout(IssuerVerdict verdict) =>
        verdict.StatusReason == TimedOutAtIssuer || (verdict.ChallengeCancel is { } cancel && Timeouts.Contains(cancel, StringComparer.Ordinal));

    private static AuthenticationResult Prove(IssuerVerdict verdict, Brand brand)
    {
        var mastercard = brand is Brand.Mastercard or Brand.Maestro;
        var eci = verdict.Eci ?? (verdict.Status, mastercard) switch
        {
            (TransactionStatus.Authenticated, true) => "02",
            (TransactionStatus.Authenticated, false) => "05",
            (TransactionStatus.Attempted, true) => "01",
            (TransactionStatus.Attempted, false) => "06",
            (_, true) => "06",
            (_, false) => "07",
        };

        // The indicator is the scheme's word on who bears fraud, and a proof without a value proves nothing.
        var shifted = verdict.AuthenticationValue is not null
            && (mastercard ? eci is "01" or "02" || (eci == "07" && verdict.Status == TransactionStatus.Authenticated) : eci is "05" or "06");
        return new(eci, verdict.AuthenticationValue, verdict.DirectoryServerTransactionId, verdict.Version)
        {
            Status = verdict.Status,
            Liability = shifted ? LiabilityShift.Shifted : LiabilityShift.NotShifted,
            AcsTransactionId = verdict.AcsTransactionId,
        };
    }
}
