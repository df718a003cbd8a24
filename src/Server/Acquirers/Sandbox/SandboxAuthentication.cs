using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Sandbox;
using Tollgate.Server.Authentication;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The simulated issuer behind the seam of cardholder authentication.</summary>
internal sealed class SandboxAuthentication(IAcquirerHost host, FraudWatch fraud) : ICardholderAuthentication
{
    /// <inheritdoc/>
    public string? CodeHint { get; } =
        $"This is the sandbox's bank. The code is {SimulatedIssuer.PassingCode}; anything else is wrong, and {SimulatedIssuer.Tries} wrong ones end it.";

    /// <inheritdoc/>
    public AuthenticationRules RulesFor(AppId app) => fraud.Apply(app, new(AuthenticationPolicy.WhenRequired, WhenUnavailable.Proceed));

    /// <inheritdoc/>
    public ValueTask<AuthenticationPlan> PlanAsync(AppId app, CardNumber card, PaymentType type, bool byToken, BrowserDetails? browser) =>
        ValueTask.FromResult<AuthenticationPlan>(SimulatedIssuer.WishFor(card, merchantInitiated: type == PaymentType.Unscheduled, byToken) switch
        {
            IssuerWish.Challenge => new AuthenticationPlan.Page(),
            IssuerWish.Frictionless when browser is not null => new AuthenticationPlan.Silent(new("2.2.0", null)),
            _ => new AuthenticationPlan.NotNeeded(),
        });

    /// <inheritdoc/>
    public ValueTask<AuthenticationRoute?> FindRouteAsync(CardNumber card) => ValueTask.FromResult<AuthenticationRoute?>(new("2.2.0", null));

    /// <inheritdoc/>
    public Task<AuthenticationAnswer> AskAsync(AuthenticationOrder order)
    {
        var proof = SimulatedIssuer.Prove(order.Card.Brand);
        var wish = SimulatedIssuer.WishFor(order.Card, merchantInitiated: false, byToken: false);
        var verdict = new IssuerVerdict
        {
            Status = wish == IssuerWish.Challenge ? TransactionStatus.Challenge : TransactionStatus.Authenticated,
            Eci = proof.Eci,
            AuthenticationValue = proof.AuthenticationValue,
            AcsTransactionId = Guid.NewGuid().ToString("D"),
            DirectoryServerTransactionId = proof.DirectoryServerTransactionId!,
            ChallengeUrl = "https://example.com/challenge",
            Version = proof.Version,
        };
        var at = order.Payment.Attempt!.StartedAt;
        return Task.FromResult(new AuthenticationAnswer(verdict, null, new("AReq", at, at, verdict.Status.ToString(), null, verdict.DirectoryServerTransactionId)));
    }

    /// <inheritdoc/>
    public async Task<bool?> JudgeAsync(PaymentId payment, string code) => await host.JudgeAsync(payment.Value, code) switch
    {
        CodeVerdict.Passed => true,
        CodeVerdict.Wrong => false,
        _ => null,
    };
}
