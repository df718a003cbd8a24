using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Authentication;

/// <summary>How a payment's cardholder is to be authenticated.</summary>
internal abstract record AuthenticationPlan
{
    /// <summary>Not at all: authorise at once.</summary>
    public sealed record NotNeeded : AuthenticationPlan;

    /// <summary>Without the cardholder, from what the charge brought; should the issuer want to see them, on the page.</summary>
    public sealed record Silent(AuthenticationRoute Route) : AuthenticationPlan;

    /// <summary>On the page.</summary>
    public sealed record Page(AuthenticationCause Cause) : AuthenticationPlan;

    /// <summary>It is wanted, and cannot be had.</summary>
    public sealed record Unavailable(AuthenticationFault Fault) : AuthenticationPlan;
}

/// <summary>The way to a card's issuer.</summary>
/// <param name="Version">The highest protocol version that both sides speak, such as <c>2.2.0</c>.</param>
/// <param name="MethodUrl">Where the issuer's 3DS method is, if it has one.</param>
internal sealed record AuthenticationRoute(string Version, string? MethodUrl);

/// <summary>What became of the 3DS method. EMV 3DS, threeDSCompInd.</summary>
internal enum MethodCompletion
{
    /// <summary>Y: it ran.</summary>
    Completed,

    /// <summary>N: it did not end in time.</summary>
    NotCompleted,

    /// <summary>U: the issuer has none.</summary>
    Unavailable,
}

/// <summary>One request to an issuer.</summary>
/// <param name="Payment">The payment, with its attempt under way.</param>
/// <param name="Card">The card.</param>
/// <param name="Route">The way to its issuer.</param>
/// <param name="Browser">The cardholder's browser.</param>
/// <param name="IpAddress">The cardholder's address.</param>
/// <param name="Method">What became of the 3DS method.</param>
/// <param name="WantsChallenge">Whether a challenge is wanted whatever the issuer thinks of the risk.</param>
internal sealed record AuthenticationOrder(
    Payment Payment, CardNumber Card, AuthenticationRoute Route, BrowserDetails Browser, string? IpAddress, MethodCompletion Method, bool WantsChallenge);

/// <summary>What came of a request: the issuer's word, or why there is none; and what is kept of the exchange.</summary>
internal sealed record AuthenticationAnswer(IssuerVerdict? Verdict, AuthenticationFault? Fault, AcquirerExchange Seen);

/// <summary>The seam to the world of 3-D Secure.</summary>
internal interface ICardholderAuthentication
{
    /// <summary>An app's rules as they are now.</summary>
    AuthenticationRules RulesFor(AppId app);

    /// <summary>How a payment's cardholder is to be authenticated; asked once, before the payment is committed.</summary>
    /// <param name="app">Whose payment it is.</param>
    /// <param name="amount">How much.</param>
    /// <param name="card">The card.</param>
    /// <param name="type">Who makes it.</param>
    /// <param name="byToken">Whether the card was saved before.</param>
    /// <param name="browser">The cardholder's browser, as the merchant saw it.</param>
    /// <param name="isForced">Whether our own rules want it, whatever the policy is.</param>
    ValueTask<AuthenticationPlan> PlanAsync(AppId app, Money amount, CardNumber card, PaymentType type, bool byToken, BrowserDetails? browser, bool isForced = false);

    /// <summary>The way to a card's issuer; nothing when no directory server knows the card.</summary>
    ValueTask<AuthenticationRoute?> FindRouteAsync(CardNumber card);

    /// <summary>Asks the issuer, once, and waits for its answer. Never throws for the network.</summary>
    Task<AuthenticationAnswer> AskAsync(AuthenticationOrder order);
}
