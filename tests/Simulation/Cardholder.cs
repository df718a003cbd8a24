using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Authentication;
using Tollgate.Server.Storage;

namespace Tollgate.Simulation;

/// <summary>
/// The cardholder and the issuer's challenge, without pages: the page is opened, now and then twice; the issuer's result comes before or after the browser
/// is back, twice, to another process's attempt, or never.
/// </summary>
internal sealed class Cardholder(World world, IPaymentLookup reader, AuthenticationRunner authenticator)
{
    private static readonly BrowserDetails Browser = new("Browser", "en", 24, 800, 600, false, -600, "*/*", true);

    /// <summary>Opens the page of a payment, and answers the challenge as it is told.</summary>
    public async Task ActAsync(string uuid, string answer)
    {
        if (await reader.FindAsync(new PaymentId(uuid)) is not { AwaitsChallenge: true } payment)
        {
            return;
        }

        if (payment.Attempt is not { Stage: AttemptStage.Challenging or AttemptStage.Returned })
        {
            payment = (await authenticator.StartAsync(payment, authenticator.NewAttempt(payment.Id), Browser, null, MethodCompletion.Unavailable)).Payment!;
        }

        if (payment is not { AwaitsChallenge: true, Attempt: { Stage: AttemptStage.Challenging or AttemptStage.Returned } attempt } || answer == "000000")
        {
            // Authenticated without a challenge, refused, or left open in a browser that nobody looks at any more.
            return;
        }

        var returnsFirst = world.Chance.Below(3) == 0;
        if (returnsFirst)
        {
            await authenticator.ReturnAsync(payment, attempt.Id);
        }

        if (world.Chance.Below(8) != 0)
        {
            var verdict = Issuer.Verdict(answer == "123456" ? TransactionStatus.Authenticated : TransactionStatus.NotAuthenticated) with
            {
                AcsTransactionId = attempt.AcsTransactionId!,
                DirectoryServerTransactionId = attempt.DirectoryServerTransactionId!,
                ChallengeCancel = answer == "cancel" ? "01" : null,
            };
            for (var times = world.Chance.Below(6) == 0 ? 2 : 1; times > 0; times--)
            {
                await authenticator.RecordResultAsync(payment, attempt.Id, verdict, new("RReq", world.Now, world.Now, "sent", null, null));
            }
        }

        if (!returnsFirst)
        {
            await authenticator.ReturnAsync(payment, attempt.Id);
        }
    }
}

/// <summary>The issuers behind the seam of cardholder authentication: what they say is drawn from the seed.</summary>
internal sealed class Issuer(World world) : ICardholderAuthentication
{
    /// <summary>An issuer's word.</summary>
    public static IssuerVerdict Verdict(TransactionStatus status) => new()
    {
        Status = status,
        AuthenticationValue = status == TransactionStatus.Authenticated ? Convert.ToBase64String(new byte[20]) : null,
        AcsTransactionId = "00000000-0000-4000-8000-000000000001",
        DirectoryServerTransactionId = "00000000-0000-4000-8000-000000000002",
        ChallengeUrl = status == TransactionStatus.Challenge ? "https://issuer.example/challenge" : null,
        Version = "2.2.0",
    };

    public AuthenticationRules RulesFor(AppId app) =>
        new(AuthenticationPolicy.WhenRequired, app == House.Merchants[0].Id ? WhenUnavailable.Proceed : WhenUnavailable.Refuse);

    public ValueTask<AuthenticationPlan> PlanAsync(AppId app, Money amount, CardNumber card, PaymentType type, bool byToken, BrowserDetails? browser, bool isForced = false) =>
        ValueTask.FromResult<AuthenticationPlan>((card.Reveal(), type) switch
        {
            ("4111111111111111", PaymentType.Regular) => new AuthenticationPlan.Page(AuthenticationCause.RangeAsks),
            ("4000000000003055", PaymentType.Regular) when browser is not null => new AuthenticationPlan.Silent(new("2.2.0", null)),
            ("4000000000003055", PaymentType.Regular) when world.Chance.Below(10) == 0 => new AuthenticationPlan.Unavailable(AuthenticationFault.NotEnrolled),
            (_, PaymentType.Regular) when isForced => world.Chance.Below(2) == 0 ? new AuthenticationPlan.Page(AuthenticationCause.Risk) : new AuthenticationPlan.Unavailable(AuthenticationFault.NotEnrolled),
            _ => new AuthenticationPlan.NotNeeded(),
        });

    public ValueTask<AuthenticationRoute?> FindRouteAsync(CardNumber card) =>
        ValueTask.FromResult<AuthenticationRoute?>(world.Chance.Below(20) == 0 ? null : new("2.2.0", null));

    public Task<AuthenticationAnswer> AskAsync(AuthenticationOrder order)
    {
        // Half of those who must answer a challenge, and a few of those who need not.
        var challenges = world.Chance.Below(order.Card.Reveal() == "4111111111111111" ? 2 : 4) == 0;
        var verdict = world.Chance.Below(20) switch
        {
            0 => null,
            1 => Verdict(TransactionStatus.Unavailable),
            2 => Verdict(TransactionStatus.NotAuthenticated),
            3 => Verdict(TransactionStatus.Rejected),
            4 => Verdict(TransactionStatus.Attempted),
            _ => Verdict(challenges ? TransactionStatus.Challenge : TransactionStatus.Authenticated),
        };
        return Task.FromResult(new AuthenticationAnswer(
            verdict, verdict is null ? AuthenticationFault.TimedOut : null, new("AReq", world.Now, world.Now, verdict?.Status.ToString() ?? "nothing", null, null)));
    }
}
