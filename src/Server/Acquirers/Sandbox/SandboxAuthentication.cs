using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Sandbox;
using Tollgate.Server.Authentication;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The simulated issuer behind the seam of cardholder authentication.</summary>
internal sealed class SandboxAuthentication(IAcquirerHost host) : ICardholderAuthentication
{
    /// <inheritdoc/>
    public string? CodeHint { get; } =
        $"This is the sandbox's bank. The code is {SimulatedIssuer.PassingCode}; anything else is wrong, and {SimulatedIssuer.Tries} wrong ones end it.";

    /// <inheritdoc/>
    public AuthenticationPlan Plan(CardNumber card, PaymentType type, bool byToken) =>
        SimulatedIssuer.WishFor(card, merchantInitiated: type == PaymentType.Unscheduled, byToken) switch
        {
            IssuerWish.Challenge => new AuthenticationPlan.Challenge(),
            IssuerWish.Frictionless => new AuthenticationPlan.Authenticated(SimulatedIssuer.Prove(card.Brand)),
            _ => new AuthenticationPlan.NotNeeded(),
        };

    /// <inheritdoc/>
    public async Task<ChallengeVerdict> JudgeAsync(PaymentId payment, Brand brand, string code) => await host.JudgeAsync(payment.Value, code) switch
    {
        CodeVerdict.Passed => new ChallengeVerdict.Passed(SimulatedIssuer.Prove(brand)),
        CodeVerdict.Wrong => new ChallengeVerdict.TryAgain(),
        _ => new ChallengeVerdict.Refused(),
    };
}
