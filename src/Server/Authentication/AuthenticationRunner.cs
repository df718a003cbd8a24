using System.Collections.Concurrent;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Authentication;

/// <summary>
/// Takes a payment through authentication: commits that the issuer is asked, asks, decides, and commits what came of it; where that lets it be authorised,
/// the start of the authorisation is in the same change. The issuer's result decides, whichever process it comes to; the browser never does.
/// </summary>
internal sealed class AuthenticationRunner(
    IJournal journal,
    IPaymentLookup reader,
    CardVault vault,
    PaymentRunner runner,
    ICardholderAuthentication authentication,
    WebhookComposer composer,
    Identifiers identifiers,
    ILogger<AuthenticationRunner> logger)
{
    private readonly ConcurrentDictionary<PaymentId, Task<StepResult>> authorising = new();

    /// <summary>A new identifier for an attempt on the page; nothing is written for it before <see cref="StartAsync"/>.</summary>
    public string NewAttempt(PaymentId payment) => identifiers.NewAttempt(payment);

    /// <summary>The way to the issuer of a payment's card; nothing when there is none, or the card is gone.</summary>
    public async Task<AuthenticationRoute?> FindRouteAsync(Payment payment) =>
        await OpenCardAsync(payment) is var (number, _) ? await authentication.FindRouteAsync(number) : null;

    /// <summary>Asks the issuer with the cardholder on the page; authorises when that is all it takes.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="attempt">The identifier that <see cref="NewAttempt"/> made for it.</param>
    /// <param name="browser">The cardholder's browser.</param>
    /// <param name="ipAddress">The cardholder's address.</param>
    /// <param name="method">What became of the 3DS method.</param>
    public async Task<StepResult> StartAsync(Payment payment, string attempt, BrowserDetails browser, string? ipAddress, MethodCompletion method)
    {
        for (var current = payment; ;)
        {
            if (await OpenCardAsync(current) is not var (number, code))
            {
                // The session ended in between, and the card with it.
                return new(await runner.ReloadAsync(current), Refusal.NotPending);
            }

            if (await authentication.FindRouteAsync(number) is not { } route)
            {
                // An attempt whose answer never came, because its process died, is what ends here; one that is under way is left alone.
                var dead = current.Attempt is { Stage: AttemptStage.Asked } asked && !asked.IsAsking(runner.Now) ? asked.Id : null;
                return await ConcludeAsync(current, dead, OnFault(current, AuthenticationFault.NotEnrolled), null, null, (number, code), null);
            }

            var now = runner.Now;
            var draft = new PaymentDraft(current);
            if (draft.Apply(new PaymentCommand.StartAuthentication(now, attempt, route.Version), composer) is { } refusal)
            {
                return refusal == Refusal.SessionOver ? await runner.ApplyAsync(current, at => new PaymentCommand.EndSession(at)) : new(current, refusal);
            }

            if ((await journal.CommitAsync(draft.ToChange(now))).Conflict == Conflict.None)
            {
                // Whether there was a method to run, the range knows and not the browser.
                var completion = route.MethodUrl is null ? MethodCompletion.Unavailable
                    : method == MethodCompletion.Completed ? MethodCompletion.Completed : MethodCompletion.NotCompleted;
                return await AskAsync(draft.Now, number, code, route, browser, ipAddress, completion, keyed: null, silently: false);
            }

            // What is found under this identifier now may be of a form that was sent twice: only whoever was told that it is committed asks the issuer.
            current = await runner.ReloadAsync(current);
        }
    }

    /// <summary>Asks the issuer from what the charge brought, for a payment whose committed draft has begun the attempt.</summary>
    public Task<StepResult> AskSilentlyAsync(Payment payment, CardNumber card, CardVerificationCode? code, AuthenticationRoute route, KeyedRequest? keyed) =>
        AskAsync(payment, card, code, route, payment.Facts.Browser!, payment.Facts.IpAddress, MethodCompletion.Unavailable, keyed, silently: true);

    /// <summary>
    /// Records the result of a challenge (RReq). It returns when that is committed; an authorisation that follows goes on by itself, and
    /// <see cref="WaitAsync"/> waits for it.
    /// </summary>
    public Task<StepResult> RecordResultAsync(Payment payment, string attempt, IssuerVerdict verdict, AcquirerExchange seen)
    {
        var decision = AuthenticationDecider.OnResult(verdict, payment.Facts.Card.Brand, authentication.RulesFor(payment.Facts.App), payment.MustAuthenticate);
        return ConcludeAsync(payment, attempt, decision, verdict, seen, null, null, inBackground: true);
    }

    /// <summary>Records that the browser is back from a challenge.</summary>
    public Task<StepResult> ReturnAsync(Payment payment, string attempt) => runner.ApplyAsync(payment, now => new PaymentCommand.RecordReturn(now, attempt));

    /// <summary>Waits for the authorisation that a result has begun in this process, if there is one.</summary>
    public async Task WaitAsync(PaymentId payment)
    {
        if (authorising.TryGetValue(payment, out var underway))
        {
            await underway;
        }
    }

    private async Task<StepResult> AskAsync(
        Payment payment,
        CardNumber card,
        CardVerificationCode? code,
        AuthenticationRoute route,
        BrowserDetails browser,
        string? ipAddress,
        MethodCompletion method,
        KeyedRequest? keyed,
        bool silently)
    {
        var rules = authentication.RulesFor(payment.Facts.App);
        var wantsChallenge = rules.Policy == AuthenticationPolicy.Always || payment.MustAuthenticate;
        var answer = await authentication.AskAsync(new(payment, card, route, browser, ipAddress, method, wantsChallenge));
        var decision = answer.Verdict is { } verdict
            ? AuthenticationDecider.OnAnswer(verdict, payment.Facts.Card.Brand, rules, payment.MustAuthenticate)
            : silently && answer.Fault == AuthenticationFault.RequestRefused
                ? new AuthenticationDecision.Challenge() // What the charge told of the browser will not do: the page asks the browser itself.
                : AuthenticationDecider.OnFault(answer.Fault!.Value, rules, payment.MustAuthenticate);
        return await ConcludeAsync(payment, payment.Attempt!.Id, decision, answer.Verdict, answer.Seen, (card, code), keyed, silently);
    }

    private AuthenticationDecision OnFault(Payment payment, AuthenticationFault fault) =>
        AuthenticationDecider.OnFault(fault, authentication.RulesFor(payment.Facts.App), payment.MustAuthenticate);

    private async Task<StepResult> ConcludeAsync(
        Payment payment,
        string? attempt,
        AuthenticationDecision decision,
        IssuerVerdict? verdict,
        AcquirerExchange? seen,
        (CardNumber Number, CardVerificationCode? Code)? card,
        KeyedRequest? keyed,
        bool silently = false,
        bool inBackground = false)
    {
        IReadOnlyList<AcquirerExchange>? exchanges = seen is null ? null : [seen];
        PaymentCommand CommandAt(DateTimeOffset now) => decision switch
        {
            AuthenticationDecision.Proceed proceed => new PaymentCommand.RecordAuthentication(now, attempt!, proceed.Result, verdict?.CardholderInfo) { Exchanges = exchanges },
            AuthenticationDecision.ProceedUnauthenticated skip => new PaymentCommand.SkipAuthentication(now, attempt, skip.Fault, verdict?.CardholderInfo) { Exchanges = exchanges },
            AuthenticationDecision.Refuse refuse => new PaymentCommand.DeclineAuthentication(now, attempt, refuse.Reason, verdict?.CardholderInfo) { Exchanges = exchanges },
            AuthenticationDecision.Challenge when silently => new PaymentCommand.SetAuthenticationAside(now, attempt!) { Exchanges = exchanges },
            AuthenticationDecision.Challenge => new PaymentCommand.StartChallenge(
                now, attempt!, verdict!.AcsTransactionId, verdict.DirectoryServerTransactionId, verdict.ChallengeUrl!)
            { Exchanges = exchanges },
            _ => throw new InvariantViolationException("every decision has its command"),
        };
        if (decision is not (AuthenticationDecision.Proceed or AuthenticationDecision.ProceedUnauthenticated))
        {
            // The key was claimed when the payment was made: here it only gets its answer.
            return await runner.ApplyAsync(payment, CommandAt, keyed: keyed, isClaimed: true);
        }

        for (var current = payment; ;)
        {
            var now = runner.Now;
            var draft = new PaymentDraft(current);
            if (draft.Apply(CommandAt(now), composer) is { } refusal)
            {
                return refusal == Refusal.SessionOver ? await runner.ApplyAsync(current, at => new PaymentCommand.EndSession(at), keyed: keyed, isClaimed: true) : new(current, refusal);
            }

            if ((card ??= await OpenCardAsync(current)) is var (number, code))
            {
                runner.StartAuthorisation(draft, now);
                if ((await journal.CommitAsync(draft.ToChange(now))).Conflict == Conflict.None)
                {
                    return await AuthoriseAsync(draft.Now, number, code, keyed, inBackground);
                }
            }

            var moved = await runner.ReloadAsync(current);
            if (moved.InFlight is { } started && started.Id == draft.Now.InFlight?.Id)
            {
                // It was committed, though the word of it was lost with the connection.
                return await AuthoriseAsync(draft.Now, card!.Value.Number, card.Value.Code, keyed, inBackground);
            }

            // The session may have ended in between, and the card with it.
            Check.That(moved.Version > current.Version, "a card stays as long as a pending payment needs it");
            current = moved;
        }
    }

    private async Task<StepResult> AuthoriseAsync(Payment payment, CardNumber card, CardVerificationCode? code, KeyedRequest? keyed, bool inBackground)
    {
        if (!inBackground)
        {
            return await runner.AuthoriseAsync(payment, card, code, keyed);
        }

        var done = new TaskCompletionSource<StepResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        authorising[payment.Id] = done.Task;
        _ = GoOnAsync(payment, card, code, done);
        return new(payment);
    }

    private async Task GoOnAsync(Payment payment, CardNumber card, CardVerificationCode? code, TaskCompletionSource<StepResult> done)
    {
        var result = new StepResult(payment);
        try
        {
            result = await runner.AuthoriseAsync(payment, card, code, null);
        }
        catch (Exception bug)
        {
            // It is in flight, as far as anybody knows: recovery settles it.
            Log.AuthorisationBroke(logger, payment.Id.Value, bug);
        }

        authorising.TryRemove(payment.Id, out _);
        done.SetResult(result);
    }

    /// <summary>The card that a payment keeps for its authorisation; nothing once the payment has ended.</summary>
    private async Task<(CardNumber Number, CardVerificationCode? Code)?> OpenCardAsync(Payment payment)
    {
        var (token, app) = (payment.Facts.Token, payment.Facts.App);
        if (await reader.FindCardAsync(token) is not { Sealed: { } box })
        {
            return null;
        }

        var number = vault.Unseal(box, token, app);
        var code = await reader.FindSealedCodeAsync(payment.Id);
        return (number, code is null ? null : vault.UnsealCode(code, payment.Id, app, number.Brand));
    }
}
