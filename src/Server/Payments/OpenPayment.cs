using System.Globalization;
using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.Risk;
using Tollgate.Core.StoredCredentials;
using Tollgate.Server.Apps;
using Tollgate.Server.Authentication;
using Tollgate.Server.Http;
using Tollgate.Server.Risk;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;
using AuthenticationPolicy = Tollgate.Core.Authentication.AuthenticationPolicy;
using ChargeReason = Tollgate.Core.Payments.ChargeReason;
using Currency = Tollgate.Core.Currency;
using Payment = Tollgate.Core.Payments.Payment;
using PaymentType = Tollgate.Core.Payments.PaymentType;

namespace Tollgate.Server.Payments;

/// <summary>The card that is to pay, opened for the time of the request.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Code">Its security code, with a raw card.</param>
/// <param name="Facts">What may be known of it, and who holds it.</param>
/// <param name="Token">The saved card; <see langword="null"/> with a raw card, which becomes one.</param>
/// <param name="First">The payment that brought the saved card; <see langword="null"/> with a raw card.</param>
internal sealed record PayingCard(CardNumber Number, CardVerificationCode? Code, StoredCardFacts Facts, CardToken? Token, Payment? First)
{
    /// <summary>What a card from another Tollgate brought in the place of its first payment.</summary>
    public Agreement? Brought { get; init; }
}

/// <summary>What became of a request: a payment, the same payment again, or an answer that says why not.</summary>
internal readonly record struct Opening(Payment? Payment, bool Replayed = false, Answer? Problem = null, bool KeyTaken = false);

/// <summary>
/// Opens a payment: claims the order, commits the payment together with its card, and authorises it unless the cardholder must be asked first.
/// A hundred identical orders at once make one payment: the claim is a key of a table, and whoever comes second gets the payment of the first.
/// </summary>
internal sealed class OpenPayment(
    IJournal journal,
    IPaymentLookup reader,
    CardVault vault,
    ICardholderAuthentication authentication,
    AuthenticationRunner authenticator,
    PaymentRunner runner,
    Idempotency idempotency,
    PaymentRenderer renderer,
    WebhookComposer composer,
    Identifiers identifiers,
    RiskDesk? risk = null)
{
    private static readonly TimeSpan SessionLength = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan ShieldLength = TimeSpan.FromDays(1);

    /// <summary>Opens a payment and answers with it.</summary>
    public async Task AnswerAsync(HttpContext context, App app, IPaymentRequest request, PayingCard card, KeyedRequest? keyed)
    {
        var opening = await OpenAsync(app, request, card, keyed);
        if (opening.KeyTaken)
        {
            await idempotency.ReplayAsync(context, app.Id, keyed!);
            return;
        }

        if (opening.Problem is { } problem)
        {
            await idempotency.AnswerAsync(context, app.Id, keyed, payment: null, problem);
            return;
        }

        await Render(opening.Payment!).WriteAsync(context, opening.Replayed);
    }

    /// <summary>The answer for a payment: what both ways of charging give, and what their keys repeat.</summary>
    public Answer Render(Payment payment) => Answer.Ok(renderer.Render(payment), ResponseJson.Numbers.PaymentResponse);

    private async Task<Opening> OpenAsync(App app, IPaymentRequest request, PayingCard card, KeyedRequest? keyed)
    {
        var (previous, known) = await FindPreviousAsync(app, request, card);
        if (!known)
        {
            return new(null, Problem: Answer.InvalidField("previous_payment_uuid", "does not exist"));
        }

        // While the fingerprint key is rotated, a request is known by what it would have been before as well.
        var shields = vault.Fingerprints(card.Number).Select(print => Shield(app.Id, request, card, print)).DistinctBy(Convert.ToHexString).ToList();
        var shield = shields[0];
        var claims = ClaimsOf(app, request, shields);
        var question = new RiskQuestion(
            app.Id, request.ExternalId, shield, AmountOf(request), card.Number, card.Facts.Card, card.Facts.Cardholder.Email, request.IpAddress, TypeOf(request), card.Token is not null, runner.Now);
        using var attempt = new RiskAttempts(risk, question);
        var takeovers = new Dictionary<byte[], PaymentId>();
        while (true)
        {
            var now = runner.Now;
            var ticket = attempt.Current;
            var verdict = ticket?.Assessment?.Effect() ?? RiskVerdict.Allow;
            var facts = FactsOf(app, request, card, previous, now) with { Risk = ticket?.Assessment };
            var plan = verdict == RiskVerdict.Refuse
                ? new AuthenticationPlan.NotNeeded()
                : await authentication.PlanAsync(app.Id, facts.Amount, card.Number, facts.Type, card.Token is not null, facts.Browser, verdict == RiskVerdict.Challenge);
            var draft = Draft(facts, plan, now);
            var authenticated = plan is AuthenticationPlan.Page or AuthenticationPlan.Silent;
            var answered = draft.Now.InFlight is null && plan is not AuthenticationPlan.Silent;
            var answer = answered && keyed is not null ? await keyed.AnswerForAsync(draft.Now) : null;
            var change = draft.ToChange(now, claims: keyed, answer: answer, extras: new()
            {
                NewCard = card.Token is null ? new(facts.Token, app.Id, facts.Id, vault.Seal(card.Number, facts.Token, app.Id), card.Facts, now) : null,
                NeedsCard = card.Token,
                SealedCode = authenticated && card.Code is { } code ? vault.SealCode(code, facts.Id, app.Id) : null,
                Claims = [.. claims.Select(c => new OrderClaim(
                    c.Digest, facts.Id, c.Expires ? now + ShieldLength : DateTimeOffset.MaxValue, takeovers.TryGetValue(c.Digest, out var ended) ? ended : null))],
                RiskMarks = ticket?.Marks ?? [],
            });
            var result = await journal.CommitAsync(change);
            switch (await IsDurableAsync(result.Conflict, draft.Now) ? Conflict.None : result.Conflict)
            {
                case Conflict.None:
                    ticket?.Keep();
                    var opened = answered ? new(draft.Now)
                        : plan is AuthenticationPlan.Silent silent ? await authenticator.AskSilentlyAsync(draft.Now, card.Number, card.Code, silent.Route, keyed)
                        : await runner.AuthoriseAsync(draft.Now, card.Number, card.Code, keyed);
                    return new(opened.Payment, KeyTaken: opened.KeyTaken);
                case Conflict.IdempotencyKeyTaken:
                    return new(null, KeyTaken: true);
                case Conflict.CardGone:
                    return new(null, Problem: Answer.InvalidField("token.id", "does not exist"));
                case Conflict.OrderTaken:
                    var digest = result.Claim!.Digest;
                    var holder = await reader.FindClaimantAsync(app.Id, digest);
                    if (holder is null)
                    {
                        // The claim ended between the two looks.
                        takeovers.Remove(digest);
                    }
                    else if (holder.End is not null)
                    {
                        takeovers[digest] = holder.Id;
                        attempt.Renew();
                    }
                    else
                    {
                        return await YieldAsync(app, holder, shields.Contains(digest) || await IsShieldedAsync(app, holder, shield, now), keyed);
                    }

                    break;
                default:
                    // The identifier is taken, which happens once in many lifetimes: another is drawn.
                    break;
            }
        }
    }

    /// <summary>
    /// Whether a change was made: also when its commit went through, the word of it was lost with the connection, and the repetition met what the
    /// first try had left; and not when its identifier is another payment's.
    /// </summary>
    private async Task<bool> IsDurableAsync(Conflict conflict, Payment payment) =>
        conflict == Conflict.None || (await reader.FindAsync(payment.Id) is { } found && IsSame(found.Facts, payment.Facts) && found.Version == payment.Version
            && found.InFlight?.Id == payment.InFlight?.Id && found.ChallengeKey == payment.ChallengeKey && found.Attempt?.Id == payment.Attempt?.Id);

    private static bool IsSame(PaymentFacts one, PaymentFacts other) =>
        one.App == other.App && one.ExternalId == other.ExternalId && one.Token == other.Token && one.CreatedAt == other.CreatedAt;

    /// <summary>
    /// Whether who holds the order as such holds it for the very same request. Of identical requests at once, the second may come upon that claim
    /// first, while the claim on the request was still to be taken over from an attempt that had ended.
    /// </summary>
    private async Task<bool> IsShieldedAsync(App app, Payment holder, byte[] shield, DateTimeOffset now) =>
        holder.Facts.CreatedAt + ShieldLength > now && (await reader.FindClaimantAsync(app.Id, shield))?.Id == holder.Id;

    private async Task<Opening> YieldAsync(App app, Payment holder, bool shielded, KeyedRequest? keyed)
    {
        if (!shielded)
        {
            return new(null, Problem: Answer.InvalidField("external_id", "has already been taken"));
        }

        if (keyed is not null)
        {
            // A new key for an old order: from now on it answers for that payment, and for no other request; with what comes of it, when it is still running.
            var conflict = (await journal.CommitAsync(new()
            {
                App = app.Id,
                At = runner.Now,
                Idempotency = keyed.Claim(holder.Id, runner.Now),
                Answer = !holder.IsRunning(runner.Now) ? await keyed.AnswerForAsync(holder) : null,
            })).Conflict;
            if (conflict != Conflict.None)
            {
                return new(null, KeyTaken: true);
            }
        }

        return new(holder, Replayed: true);
    }

    private static PaymentType TypeOf(IPaymentRequest request) => (PaymentType)(request.PaymentType ?? Client.Contract.PaymentType.Regular);

    private static Money AmountOf(IPaymentRequest request)
    {
        Check.That(Currency.TryParse(request.Currency, out var currency), "a currency was checked when it was read");
        return new(request.Amount, currency);
    }

    private PaymentDraft Draft(PaymentFacts facts, AuthenticationPlan plan, DateTimeOffset now)
    {
        var draft = new PaymentDraft(null);
        draft.Require(new PaymentCommand.Create(facts), composer);
        switch (plan)
        {
            // Who must be authenticated and cannot be is refused: otherwise an issuer without 3-D Secure would be the way around.
            case var _ when facts.Risk?.Effect() == RiskVerdict.Refuse:
            case AuthenticationPlan.Unavailable when facts.Risk?.Effect() == RiskVerdict.Challenge:
                draft.Require(new PaymentCommand.DeclineForRisk(now), composer);
                return draft;
            case AuthenticationPlan.Page page:
                draft.Require(new PaymentCommand.RequireChallenge(now, identifiers.NewChallengeKey()) { Cause = page.Cause }, composer);
                return draft;
            case AuthenticationPlan.Silent silent:
                // The page stands ready: for the issuer that wants to see the cardholder, and for the case that this process dies now.
                draft.Require(new PaymentCommand.RequireChallenge(now, identifiers.NewChallengeKey()) { Cause = AuthenticationCause.RangeOffers }, composer);
                draft.Require(new PaymentCommand.StartAuthentication(now, identifiers.NewAttempt(facts.Id), silent.Route.Version), composer);
                return draft;
            case AuthenticationPlan.Unavailable { Fault: var fault }:
                if (AuthenticationDecider.OnFault(fault, authentication.RulesFor(facts.App), demanded: false) is AuthenticationDecision.Refuse refuse)
                {
                    draft.Require(new PaymentCommand.DeclineAuthentication(now, null, refuse.Reason), composer);
                    return draft;
                }

                draft.Require(new PaymentCommand.SkipAuthentication(now, null, fault), composer);
                break;
        }

        runner.StartAuthorisation(draft, now);
        return draft;
    }

    private async Task<(Payment? Previous, bool Known)> FindPreviousAsync(App app, IPaymentRequest request, PayingCard card)
    {
        if (request.PreviousPaymentUuid is null || TypeOf(request) != PaymentType.Unscheduled)
        {
            return (null, true);
        }

        var previous = await reader.FindAsync(app.Id, request.PreviousPaymentUuid);
        return (previous, previous is { WasAuthorised: true, End: null } && await IsOfAsync(previous, card));
    }

    /// <summary>
    /// Whether a payment was made with a card: by the fingerprint that it was made with, or, when the key of that is gone, by the one that its card has now.
    /// </summary>
    private async Task<bool> IsOfAsync(Payment payment, PayingCard card)
    {
        var prints = vault.Fingerprints(card.Number);
        return prints.Contains(payment.Facts.Card.Fingerprint)
            || (await reader.FindCardAsync(payment.Facts.Token) is { } stored && prints.Contains(stored.Facts.Card.Fingerprint));
    }

    private PaymentFacts FactsOf(App app, IPaymentRequest request, PayingCard card, Payment? previous, DateTimeOffset now)
    {
        var id = identifiers.NewPayment(now);
        var rules = authentication.RulesFor(app.Id);
        var reason = TypeOf(request) == PaymentType.Unscheduled ? (ChargeReason?)request.ChargeReason : null;
        var agreement = TypeOf(request) == PaymentType.Unscheduled ? AgreementOf(previous) ?? AgreementOf(card.First) ?? card.Brought : null;
        return new()
        {
            Id = id,
            App = app.Id,
            ExternalId = request.ExternalId,
            Amount = AmountOf(request),
            CaptureAtOnce = request.Capture ?? false,
            Type = TypeOf(request),
            Reason = reason,
            Previous = previous?.Id,
            PreviousSchemeTransactionId = Agreement.Link(reason, previous, agreement),
            Agreement = agreement,
            Token = card.Token ?? identifiers.NewToken(now),
            BroughtCard = card.Token is null,
            Card = card.Facts.Card,
            Cardholder = card.Facts.Cardholder,
            ReturnUrl = request.ReturnUrl,
            Description = request.Description,
            Webhook = Target(request.WebhookNotification ?? app.Settings.DefaultWebhook, app.Id, id),
            Browser = request.BrowserDetails is not { } b ? null : new(
                b.UserAgent, b.Language, b.ColorDepth, b.ScreenHeight, b.ScreenWidth, b.JavaEnabled, b.TimeZone, b.AcceptHeader, b.JavascriptEnabled),
            IpAddress = request.IpAddress,
            CreatedAt = now,
            Fees = app.Settings.Fees,
            Policy = rules.Policy == AuthenticationPolicy.WhenRequired ? null : rules.Policy,
            ForcedBy = rules.ForcedBy,
            SessionEndsAt = now + SessionLength,
        };
    }

    private static Agreement? AgreementOf(Payment? payment) => payment is null ? null : Agreement.Of(payment);

    private WebhookTarget? Target(WebhookNotification? webhook, AppId app, PaymentId payment) => webhook is null
        ? null
        : new(
            webhook.EndpointUrl,
            webhook.AuthorizationHeader is { } header ? vault.SealText(header.Expose(), WebhookComposer.SealingContext(app.Value, payment.Value)) : null);

    private byte[] Shield(AppId app, IPaymentRequest request, PayingCard card, string fingerprint)
    {
        // What is ignored on a regular payment does not make it another one either.
        var unscheduled = TypeOf(request) == PaymentType.Unscheduled;
        string[] parts =
        [
            "order", app.Value, request.ExternalId, card.Token?.Value ?? fingerprint, request.Amount.ToString(CultureInfo.InvariantCulture),
            request.Currency, TypeOf(request).ToString(), unscheduled ? request.ChargeReason?.ToString() ?? string.Empty : string.Empty,
            unscheduled ? request.PreviousPaymentUuid ?? string.Empty : string.Empty,
        ];
        return vault.Digest(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
    }

    private List<(byte[] Digest, bool Expires)> ClaimsOf(App app, IPaymentRequest request, IEnumerable<byte[]> shields)
    {
        List<(byte[], bool)> claims = [.. shields.Select(shield => (shield, true))];
        if (app.Settings.OneLivePaymentPerOrder && TypeOf(request) == PaymentType.Regular)
        {
            claims.Add((vault.Digest(Encoding.UTF8.GetBytes($"live\n{app}\n{request.ExternalId}")), false));
        }

        return claims;
    }
}
