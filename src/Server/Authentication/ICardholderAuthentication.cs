using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Authentication;

/// <summary>What a card's issuer wants before a payment is authorised.</summary>
internal abstract record AuthenticationPlan
{
    /// <summary>Nothing: authorise at once.</summary>
    public sealed record NotNeeded : AuthenticationPlan;

    /// <summary>The issuer authenticated the cardholder without a challenge.</summary>
    public sealed record Authenticated(AuthenticationResult Result) : AuthenticationPlan;

    /// <summary>The cardholder must answer a challenge.</summary>
    public sealed record Challenge : AuthenticationPlan;
}

/// <summary>How an answer to a challenge was taken.</summary>
internal abstract record ChallengeVerdict
{
    /// <summary>The cardholder is the cardholder.</summary>
    public sealed record Passed(AuthenticationResult Result) : ChallengeVerdict;

    /// <summary>Wrong, and there are tries left.</summary>
    public sealed record TryAgain : ChallengeVerdict;

    /// <summary>Wrong for the last time.</summary>
    public sealed record Refused : ChallengeVerdict;
}

/// <summary>The seam to cardholder authentication: what the issuer wants, and how it takes an answer.</summary>
internal interface ICardholderAuthentication
{
    /// <summary>What the challenge page tells the cardholder about the code; nothing when the issuer tells it itself.</summary>
    string? CodeHint { get; }

    /// <summary>What the issuer wants for a payment; asked once, before the payment is committed.</summary>
    AuthenticationPlan Plan(CardNumber card, PaymentType type, bool byToken);

    /// <summary>Judges the code that the cardholder entered on the challenge page.</summary>
    Task<ChallengeVerdict> JudgeAsync(PaymentId payment, Brand brand, string code);
}
