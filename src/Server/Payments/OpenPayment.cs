using System.Globalization;
using System.Text;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Authentication;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Payments;

/// <summary>What both ways of charging ask for once they are read.</summary>
internal sealed record PaymentOrder
{
    public required Money Amount { get; init; }

    public required PaymentType Type { get; init; }

    public required ChargeReason? Reason { get; init; }

    public required string? Previous { get; init; }

    public required bool Capture { get; init; }

    public required string ExternalId { get; init; }

    public required string ReturnUrl { get; init; }

    public required string? Description { get; init; }

    public required Client.Contract.WebhookNotification? Webhook { get; init; }

    public required Client.Contract.BrowserDetails? Browser { get; init; }

    public required string? IpAddress { get; init; }
}

/// <summary>The card that is to pay, opened for the time of the request.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Code">Its security code, with a raw card.</param>
/// <param name="Facts">What may be known of it, and who holds it.</param>
/// <param name="Token">The saved card; <see langword="null"/> with a raw card, which becomes one.</param>
internal sealed record PayingCard(CardNumber Number, CardVerificationCode? Code, StoredCardFacts Facts, CardToken? Token);

/// <summary>What became of an order: a payment, the same payment again, or an answer that says why not.</summary>
internal readonly record struct Opening(Payment? Payment, bool Replayed = false, Answer? Problem = null, bool KeyTaken = false);

/// <summary>
/// Opens a payment: claims the order, commits the payment together with its card, and authorises it unless the cardholder must be asked first.
/// A hundred identical orders at once make one payment: the claim is a key of a table, and whoever comes second gets the payment of the first.
/// </summary>
internal sealed class OpenPayment(
    Journal journal,
    PaymentReader reader,
    CardVault vault,
    ICardholderAuthentication authentication,
    PaymentRunner runner,
    WebhookComposer composer)
{
    private static readonly TimeSpan SessionLength = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ShieldLength = TimeSpan.FromDays(1);

    public async Task<Opening> OpenAsync(App app, PaymentOrder order, PayingCard card, KeyedRequest? keyed)
    {
        var (previous, known) = await FindPreviousAsync(app, order, card);
        if (!known)
        {
            return new(null, Problem: Answer.InvalidField("previous_payment_uuid", "does not exist"));
        }

        var shield = Shield(app.Id, order, card);
        var claims = ClaimsOf(app, order, shield);
        var takeovers = new Dictionary<byte[], PaymentId>();
        while (true)
        {
            var now = runner.Now;
            var facts = FactsOf(app, order, card, previous, now);
            var plan = authentication.Plan(card.Number, facts.Type, byToken: card.Token is not null);
            var draft = Draft(facts, plan, now);
            var challenged = plan is AuthenticationPlan.Challenge;
            var change = draft.ToChange(now, claims: keyed, answers: challenged ? keyed : null, extras: new(
                card.Token is null ? new(facts.Token, app.Id, facts.Id, vault.Seal(card.Number, facts.Token, app.Id), card.Facts, now) : null,
                card.Token,
                challenged && card.Code is { } code ? vault.SealCode(code, facts.Id, app.Id) : null,
                [.. claims.Select(c => new OrderClaim(
                    c.Digest, facts.Id, c.Expires ? now + ShieldLength : DateTimeOffset.MaxValue, takeovers.TryGetValue(c.Digest, out var ended) ? ended : null))]));
            var result = await journal.CommitAsync(change);
            switch (result.Conflict)
            {
                case Conflict.None:
                    return new(challenged ? draft.Now : await runner.AuthoriseAsync(draft.Now, card.Number, card.Code, keyed));
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
                    }
                    else
                    {
                        return await YieldAsync(app, holder, digest == shield, keyed);
                    }

                    break;
                default:
                    // The identifier is taken, which happens once in many lifetimes: another is drawn.
                    break;
            }
        }
    }

    private async Task<Opening> YieldAsync(App app, Payment holder, bool shielded, KeyedRequest? keyed)
    {
        if (!shielded)
        {
            return new(null, Problem: Answer.InvalidField("external_id", "has already been taken"));
        }

        if (keyed is not null && holder.InFlight is null)
        {
            // A new key for an old order: from now on it answers for that payment.
            await journal.CommitAsync(new()
            {
                App = app.Id,
                At = runner.Now,
                Idempotency = keyed.Claim(holder.Id, runner.Now),
                Answer = keyed.AnswerFor(holder),
            });
        }

        return new(holder, Replayed: true);
    }

    private PaymentDraft Draft(PaymentFacts facts, AuthenticationPlan plan, DateTimeOffset now)
    {
        var draft = new PaymentDraft(null);
        draft.Require(new PaymentCommand.Create(facts), composer);
        if (plan is AuthenticationPlan.Challenge)
        {
            draft.Require(new PaymentCommand.RequireChallenge(now, Identifiers.NewChallengeKey()), composer);
            return draft;
        }

        if (plan is AuthenticationPlan.Authenticated authenticated)
        {
            draft.Require(new PaymentCommand.RecordAuthentication(now, authenticated.Result), composer);
        }

        runner.StartAuthorisation(draft, now);
        return draft;
    }

    private async Task<(Payment? Previous, bool Known)> FindPreviousAsync(App app, PaymentOrder order, PayingCard card)
    {
        if (order.Previous is null || order.Type != PaymentType.Unscheduled)
        {
            return (null, true);
        }

        var previous = await reader.FindAsync(app.Id, order.Previous);
        return (previous, previous is { WasAuthorised: true, End: null } && previous.Facts.Card.Fingerprint == card.Facts.Card.Fingerprint);
    }

    private PaymentFacts FactsOf(App app, PaymentOrder order, PayingCard card, Payment? previous, DateTimeOffset now)
    {
        var id = Identifiers.NewPayment(now);
        return new()
        {
            Id = id,
            App = app.Id,
            ExternalId = order.ExternalId,
            Amount = order.Amount,
            CaptureAtOnce = order.Capture,
            Type = order.Type,
            Reason = order.Type == PaymentType.Unscheduled ? order.Reason : null,
            Previous = previous?.Id,
            PreviousSchemeTransactionId = previous?.Approval?.SchemeTransactionId,
            Token = card.Token ?? Identifiers.NewToken(now),
            BroughtCard = card.Token is null,
            Card = card.Facts.Card,
            Cardholder = card.Facts.Cardholder,
            ReturnUrl = order.ReturnUrl,
            Description = order.Description,
            Webhook = Target(order.Webhook ?? app.Settings.DefaultWebhook, app.Id, id),
            Browser = order.Browser is not { } b ? null : new(
                b.UserAgent, b.Language, b.ColorDepth, b.ScreenHeight, b.ScreenWidth, b.JavaEnabled, b.TimeZone, b.AcceptHeader, b.JavascriptEnabled),
            IpAddress = order.IpAddress,
            CreatedAt = now,
            SessionEndsAt = now + SessionLength,
        };
    }

    private WebhookTarget? Target(Client.Contract.WebhookNotification? webhook, AppId app, PaymentId payment) => webhook is null
        ? null
        : new(
            webhook.EndpointUrl,
            webhook.AuthorizationHeader is { } header ? vault.SealText(header.Expose(), WebhookComposer.SealingContext(app.Value, payment.Value)) : null);

    private byte[] Shield(AppId app, PaymentOrder order, PayingCard card)
    {
        // What is ignored on a regular payment does not make it another one either.
        var unscheduled = order.Type == PaymentType.Unscheduled;
        string[] parts =
        [
            "order", app.Value, order.ExternalId, card.Token?.Value ?? card.Facts.Card.Fingerprint, order.Amount.Minor.ToString(CultureInfo.InvariantCulture),
            order.Amount.Currency.Code, order.Type.ToString(), unscheduled ? order.Reason?.ToString() ?? string.Empty : string.Empty,
            unscheduled ? order.Previous ?? string.Empty : string.Empty,
        ];
        return vault.Digest(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
    }

    private List<(byte[] Digest, bool Expires)> ClaimsOf(App app, PaymentOrder order, byte[] shield)
    {
        List<(byte[], bool)> claims = [(shield, true)];
        if (app.Settings.OneLivePaymentPerOrder && order.Type == PaymentType.Regular)
        {
            claims.Add((vault.Digest(Encoding.UTF8.GetBytes($"live\n{app}\n{order.ExternalId}")), false));
        }

        return claims;
    }
}
