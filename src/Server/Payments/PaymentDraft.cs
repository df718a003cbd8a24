using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Audit;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Payments;

/// <summary>A payment on its way from one version to the next: commands go in, events gather, and the journal commits them together.</summary>
internal sealed class PaymentDraft
{
    private readonly Payment? before;
    private readonly List<RecordedEvent> events = [];
    private readonly List<NewWebhook> webhooks = [];

    /// <summary>Begins at a payment as it was loaded, or at none.</summary>
    public PaymentDraft(Payment? before)
    {
        this.before = before;
        Now = before!;
    }

    /// <summary>The payment as it is now; there is none before it is created.</summary>
    public Payment Now { get; private set; }

    /// <summary>Applies a command; says why not when it is refused.</summary>
    public Refusal? Apply(PaymentCommand command, WebhookComposer composer)
    {
        var decision = PaymentDecider.Decide(Now, command);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        var happened = decision.Event!;
        var statusBefore = Now?.Status ?? PaymentStatus.Pending;
        var earlier = Now;
        Now = Payment.Evolve(earlier, happened);
        var recorded = new RecordedEvent(happened, Now.Version, statusBefore, Now.Status, Postings.Of(earlier, Now, happened));
        events.Add(recorded);
        if (recorded.ChangesStatus)
        {
            webhooks.AddRange(composer.Compose(Now));
        }

        return null;
    }

    /// <summary>Applies a command that cannot be refused here.</summary>
    public void Require(PaymentCommand command, WebhookComposer composer)
    {
        var refusal = Apply(command, composer);
        Check.That(refusal is null, $"{command.GetType().Name} is not refused here, and was: {refusal}");
    }

    /// <summary>What is to be committed.</summary>
    public Change ToChange(DateTimeOffset at, KeyedRequest? claims = null, IdempotencyAnswer? answer = null, ChangeExtras? extras = null)
    {
        var ended = Now.End is not null && before?.End is null;
        return new()
        {
            App = Now.Facts.App,
            At = at,
            Payment = Now,
            ExpectedVersion = before?.Version ?? 0,
            Events = events,
            Webhooks = webhooks,
            Idempotency = claims?.Claim(Now.Id, at),
            Answer = answer,
            NewCard = extras?.NewCard,
            NeedsCard = extras?.NeedsCard,
            SealedCode = extras?.SealedCode,
            Claims = extras?.Claims ?? [],
            RiskMarks = extras?.RiskMarks ?? [],
            Evidence = extras?.Evidence ?? [],
            Audit = extras?.Audit ?? [],
            ClearingRecord = extras?.ClearingRecord,
            Discrepancy = extras?.Discrepancy,
            Resolution = extras?.Resolution,
            Dispute = Now.Dispute != before?.Dispute ? Now.Dispute : null,

            // The security code has had its use once the issuer answered, though it be to ask for authentication, or the session ended; a card
            // whose payment was never approved can never be used again.
            DeletesCode = before is { ChallengeKey: not null, Status: PaymentStatus.Pending } && (Now.Status != PaymentStatus.Pending || Now.WasDemanded != before.WasDemanded),
            DestroysCard = ended && Now.Facts.BroughtCard && !Now.WasAuthorised ? Now.Facts.Token : null,
        };
    }
}

/// <summary>What a step writes besides the payment itself.</summary>
internal sealed record ChangeExtras
{
    public NewCard? NewCard { get; init; }

    public CardToken? NeedsCard { get; init; }

    public byte[]? SealedCode { get; init; }

    public IReadOnlyList<OrderClaim> Claims { get; init; } = [];

    public IReadOnlyList<RiskMark> RiskMarks { get; init; } = [];

    public IReadOnlyList<NewEvidence> Evidence { get; init; } = [];

    /// <summary>What the audit log tells of it.</summary>
    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    public NewClearingRecord? ClearingRecord { get; init; }

    public NewDiscrepancy? Discrepancy { get; init; }

    public DiscrepancyResolution? Resolution { get; init; }
}
