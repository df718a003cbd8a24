using System.Collections.Concurrent;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Acquirers;
using Tollgate.Server.Audit;
using Tollgate.Server.Authentication;
using Tollgate.Server.Http;
using Tollgate.Server.Risk;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Payments;

/// <summary>
/// Takes a payment through one step: load, decide, commit, send, decide, commit. What is about to be sent is committed before a byte leaves;
/// what came of it is committed after.
/// </summary>
internal sealed class PaymentRunner(
    IJournal journal,
    IPaymentLookup reader,
    IAcquirer acquirer,
    ICardholderAuthentication authentication,
    CardVault vault,
    WebhookComposer composer,
    Identifiers identifiers,
    TimeProvider clock,
    ILogger<PaymentRunner> logger)
{
    /// <summary>How long after the acquirer's time is over recovery takes an operation for abandoned.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<OperationId, bool> running = new();
    private readonly AcquirerOrders orders = new(reader, vault);

    /// <summary>Raised when something is due at once.</summary>
    public event Action? WorkDue;

    /// <summary>Says that something is due at once.</summary>
    public void RingForWork() => WorkDue?.Invoke();

    /// <summary>Whether this process is waiting for the answer to an operation.</summary>
    public bool IsRunning(OperationId operation) => running.ContainsKey(operation);

    /// <summary>Now, to the millisecond: what is stored is what was decided on.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = clock.GetUtcNow();
            return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        }
    }

    /// <summary>Prepares the start of an authorisation, as part of a draft.</summary>
    public void StartAuthorisation(PaymentDraft draft, DateTimeOffset now) =>
        draft.Require(new PaymentCommand.StartAuthorisation(now, identifiers.NewOperation(), ActAt(now)), composer);

    /// <summary>Sends the authorisation that a committed draft has started, and records what came of it.</summary>
    public Task<StepResult> AuthoriseAsync(Payment payment, CardNumber card, CardVerificationCode? code, KeyedRequest? keyed) =>
        SendAsync(payment, AcquirerOrders.Authorise(payment, card, code), keyed);

    /// <summary>Captures, wholly or in part.</summary>
    public Task<StepResult> CaptureAsync(Payment payment, Money? amount, KeyedRequest? keyed) =>
        OperateAsync(payment, now => new PaymentCommand.StartCapture(now, identifiers.NewOperation(), amount, ActAt(now)), keyed);

    /// <summary>Releases the hold.</summary>
    public Task<StepResult> VoidAsync(Payment payment, OperationCause cause, KeyedRequest? keyed) =>
        OperateAsync(payment, now => new PaymentCommand.StartVoid(now, identifiers.NewOperation(), cause, ActAt(now)), keyed);

    /// <summary>Gives back, wholly or in part; the audit log is told who did, in the commit that starts it.</summary>
    public Task<StepResult> RefundAsync(Payment payment, Money? amount, string reason, KeyedRequest? keyed, AuditEntry? audit = null) => OperateAsync(
        payment,
        now => new PaymentCommand.StartRefund(now, identifiers.NewOperation(), amount, reason, ActAt(now)),
        keyed,
        audit is null ? null : (draft, now) =>
        {
            var before = draft.Now.Refunded;
            return (null, new() { Audit = [audit with { Before = $"refunded {before} of {draft.Now.Captured}", After = amount is { } part ? $"refund of {part} begun" : "refund of the rest begun" }] });
        });

    /// <summary>Keeps evidence in a dispute, numbered from the number that is next.</summary>
    public Task<StepResult> AddEvidenceAsync(Payment payment, DisputeId dispute, Func<int, IReadOnlyList<NewEvidence>> evidenceFrom, KeyedRequest? keyed = null)
    {
        IReadOnlyList<NewEvidence> evidence = [];
        return ApplyAsync(
            payment, now => AddEvidence(now, dispute, evidence), current => new() { Evidence = evidence = evidenceFrom(NextEvidence(current)) }, keyed);
    }

    /// <summary>
    /// Sends the evidence of a dispute; what is brought with it is kept in the same change. To be sent it is opened, which nothing else does: the audit log is told.
    /// </summary>
    public Task<StepResult> SendEvidenceAsync(
        Payment payment, DisputeId dispute, KeyedRequest? keyed, Func<int, IReadOnlyList<NewEvidence>>? evidenceFrom = null, AuditEntry? audit = null) =>
        OperateAsync(
            payment,
            now => new PaymentCommand.StartEvidence(now, dispute, identifiers.NewOperation(), ActAt(now)),
            keyed,
            (draft, now) =>
            {
                var evidence = evidenceFrom?.Invoke(NextEvidence(draft.Now)) ?? [];
                var refusal = evidenceFrom is null ? null : draft.Apply(AddEvidence(now, dispute, evidence), composer);
                return (refusal, new() { Evidence = evidence, Audit = audit is null ? [] : [audit] });
            });

    /// <summary>Accepts a dispute.</summary>
    public Task<StepResult> AcceptDisputeAsync(Payment payment, DisputeId dispute, KeyedRequest? keyed) =>
        OperateAsync(payment, now => new PaymentCommand.StartAcceptance(now, dispute, identifiers.NewOperation(), ActAt(now)), keyed);

    /// <summary>A step without an exchange: decides, commits, and tries again when the payment has moved in between.</summary>
    /// <param name="payment">The payment as it was loaded.</param>
    /// <param name="command">What is asked of it.</param>
    /// <param name="extras">What is written with it, made for the payment as it is then.</param>
    /// <param name="keyed">The request's key, answered in the same change.</param>
    public async Task<StepResult> ApplyAsync(
        Payment payment, Func<DateTimeOffset, PaymentCommand> command, Func<Payment, ChangeExtras>? extras = null, KeyedRequest? keyed = null, bool isClaimed = false)
    {
        for (var current = payment; ;)
        {
            var now = Now;
            var draft = new PaymentDraft(current);
            var with = extras?.Invoke(current);
            if (draft.Apply(command(now), composer) is { } refusal)
            {
                return new(current, refusal);
            }

            var answer = keyed is null ? null : await keyed.AnswerForAsync(draft.Now);
            var conflict = (await journal.CommitAsync(draft.ToChange(now, isClaimed ? null : keyed, answer, with))).Conflict;
            if (conflict is Conflict.ClearedBefore or Conflict.DiscrepancyClosed)
            {
                return new(current, Refusal.StaleOperation);
            }

            if (conflict == Conflict.IdempotencyKeyTaken)
            {
                return new(current, KeyTaken: true);
            }

            if (conflict == Conflict.None)
            {
                return new(draft.Now);
            }

            current = await ReloadAsync(current);
        }
    }

    /// <summary>Ends what the time has ended, or settles an operation that nobody waits for any more.</summary>
    public async Task<Payment> DoDueAsync(Payment payment)
    {
        if (payment.InFlight is { } operation)
        {
            return IsRunning(operation.Id) ? payment : await RecoverAsync(payment, operation);
        }

        return (await EndTimeAsync(payment)).Payment!;
    }

    /// <summary>Ends a session, a hold, a refund, a dispute or a reserve, as if its time were over.</summary>
    public async Task<StepResult> EndTimeAsync(Payment payment)
    {
        switch (payment)
        {
            case { ReserveEndsAt: { } end } when end <= Now:
                return await ApplyAsync(payment, now => new PaymentCommand.ReleaseReserve(now));
            case { Status: PaymentStatus.Pending, AwaitsChallenge: true, Attempt.EndsAt: { } end } when end <= Now && payment.Facts.SessionEndsAt > Now:
                return await ApplyAsync(payment, now => new PaymentCommand.EndChallenge(now));
            case { Status: PaymentStatus.Pending }:
                return await ApplyAsync(payment, now => new PaymentCommand.EndSession(now));
            case { Status: PaymentStatus.Authorised }:
                return await VoidAsync(payment, OperationCause.TimeOver, null);
            case { Refund: { } refund }:
                var reversing = await ApplyAsync(payment, now => new PaymentCommand.StartReversal(now, refund.Id, ActAt(now)));
                return reversing.Refusal is null ? new(await ReverseAsync(reversing.Payment!)) : reversing;
            case { Dispute.AwaitsMerchant: true }:
                return await ApplyAsync(payment, now => new PaymentCommand.ExpireDispute(now));
            default:
                return new(payment, Refusal.StaleOperation);
        }
    }

    private async Task<StepResult> OperateAsync(
        Payment payment,
        Func<DateTimeOffset, PaymentCommand> start,
        KeyedRequest? keyed,
        Func<PaymentDraft, DateTimeOffset, (Refusal? Refusal, ChangeExtras Extras)>? prepare = null)
    {
        for (var current = payment; ;)
        {
            var now = Now;
            var draft = new PaymentDraft(current);
            var prepared = prepare?.Invoke(draft, now);
            if ((prepared?.Refusal ?? draft.Apply(start(now), composer)) is { } refusal)
            {
                return new(current, refusal);
            }

            var conflict = (await journal.CommitAsync(draft.ToChange(now, claims: keyed, extras: prepared?.Extras))).Conflict;
            if (conflict != Conflict.None)
            {
                current = await ReloadAsync(current);
            }

            // What is found to be in flight under our own reference was committed, though the word of it was lost with the connection.
            var started = draft.Now.InFlight!;
            if (conflict == Conflict.None || current.InFlight?.Id == started.Id)
            {
                return await SendAsync(draft.Now, await orders.ForAsync(draft.Now, started), keyed);
            }

            if (conflict == Conflict.IdempotencyKeyTaken)
            {
                return new(current, KeyTaken: true);
            }
        }
    }

    private async Task<StepResult> SendAsync(Payment payment, AcquirerOrder order, KeyedRequest? keyed)
    {
        running.TryAdd(order.Operation, true);
        try
        {
            var exchange = await ExchangeAsync(order);
            return await RecordAsync(payment, order.Operation, exchange.Outcome, now => now, keyed, [exchange.Seen]);
        }
        catch (JournalUnavailableException cause)
        {
            // It was sent, and what came of it could not be stored. The truth that is stored is that it was started: the caller is told so.
            Log.OutcomeNotStored(logger, payment.Id.Value, order.Operation.Value, cause);
            return new(payment);
        }
        finally
        {
            running.TryRemove(order.Operation, out _);
        }
    }

    /// <summary>Sends an order; what came of it, and what is kept of the exchange for whoever asks why.</summary>
    private async Task<(Outcome Outcome, AcquirerExchange Seen)> ExchangeAsync(AcquirerOrder order)
    {
        var sentAt = Now;
        var outcome = await acquirer.SendAsync(order);
        var message = order switch
        {
            AcquirerOrder.Authorise => nameof(OperationKind.Authorisation),
            AcquirerOrder.AnswerDispute { Accepts: true } => nameof(OperationKind.DisputeAcceptance),
            AcquirerOrder.AnswerDispute => nameof(OperationKind.DisputeEvidence),
            AcquirerOrder.Reverse => "Reversal",
            AcquirerOrder.Inquire => "Inquiry",
            _ => order.GetType().Name,
        };
        var (code, reference) = outcome switch
        {
            Outcome.Approved approved => ("00", approved.Reference),
            Outcome.Declined declined => (declined.Code, null),
            _ => ((string?)null, (string?)null),
        };
        return (outcome, new(message, sentAt, Now, outcome.GetType().Name, code, reference) { Advice = (outcome as Outcome.Declined)?.Advice });
    }

    private async Task<StepResult> RecordAsync(
        Payment payment, OperationId operation, Outcome outcome, Func<DateTimeOffset, DateTimeOffset> actAt, KeyedRequest? keyed, IReadOnlyList<AcquirerExchange> seen)
    {
        for (var current = payment; ;)
        {
            var now = Now;
            var draft = new PaymentDraft(current);
            var record = new PaymentCommand.RecordOutcome(now, operation, outcome, actAt(now)) { Exchanges = seen, ChallengeKey = KeyFor(current, outcome) };
            if (draft.Apply(record, composer) is not null)
            {
                if (keyed is not null && current.InFlight?.Id != operation)
                {
                    // Somebody else has recorded it: recovery, or a reply that came twice. The key answers by now, if only since here.
                    await journal.CommitAsync(new() { App = current.Facts.App, At = now, Answer = await keyed.AnswerForAsync(current) });
                    return new(current, KeyTaken: true);
                }

                return new(current);
            }

            var answer = keyed is null ? null : await keyed.AnswerForAsync(draft.Now);
            var mark = outcome is Outcome.Declined declined && current.InFlight!.Kind == OperationKind.Authorisation && draft.Now.End is not null
                ? RiskMarks.Decline(vault, draft.Now, declined)
                : null;
            if ((await journal.CommitAsync(draft.ToChange(now, answer: answer, extras: mark is null ? null : new() { RiskMarks = [mark] }))).Conflict == Conflict.None)
            {
                if (outcome is Outcome.Unknown)
                {
                    Log.OutcomeUnknown(logger, current.Id.Value, operation.Value);
                    WorkDue?.Invoke();
                }

                return new(draft.Now);
            }

            current = await ReloadAsync(current);
        }
    }

    /// <summary>A key to the page of authentication, where the issuer has declined for want of it and the app's policy lets it be asked for.</summary>
    private string? KeyFor(Payment payment, Outcome outcome) =>
        outcome is Outcome.Declined { Reason: FailureReason.AuthenticationRequired } && authentication.RulesFor(payment.Facts.App).Policy != AuthenticationPolicy.Never
            ? identifiers.NewChallengeKey()
            : null;

    private async Task<Payment> RecoverAsync(Payment payment, Operation operation)
    {
        var current = payment;
        if (operation.Stage == OperationStage.Sent)
        {
            // Its process died, or its outcome could not be stored: that is an unknown outcome like any other. It is ours to find out until then.
            current = (await RecordAsync(current, operation.Id, new Outcome.Unknown(), ActAt, null, [])).Payment!;
        }

        if (current.InFlight is not { Stage: OperationStage.Unknown } unknown || unknown.Id != operation.Id)
        {
            return current.InFlight is { Stage: OperationStage.Reversing } ? await ReverseAsync(current) : current;
        }

        if (unknown.IsRepeatable)
        {
            // What takes no money is safe to repeat until it is acknowledged.
            var (repeated, seenAgain) = await ExchangeAsync(await orders.ForAsync(current, unknown));
            return (await RecordAsync(current, unknown.Id, repeated, now => now + BackOff(unknown), null, [seenAgain])).Payment!;
        }

        var (told, seen) = await ExchangeAsync(new AcquirerOrder.Inquire(unknown.Id, current.Id, unknown.Amount, unknown.Kind));
        if (told is Outcome.Approved or Outcome.Declined)
        {
            return (await RecordAsync(current, unknown.Id, told, now => now, null, [seen])).Payment!;
        }

        // Even when the acquirer does not know the operation it is reversed: the message may still be on its way.
        var reversing = await ApplyAsync(current, now => new PaymentCommand.StartReversal(now, unknown.Id, ActAt(now)) { Exchanges = [seen] });
        return reversing.Refusal is null ? await ReverseAsync(reversing.Payment!) : reversing.Payment!;
    }

    private async Task<Payment> ReverseAsync(Payment payment)
    {
        var operation = payment.InFlight!;
        var order = new AcquirerOrder.Reverse(operation.Id, payment.Id, operation.Amount, operation.Kind);
        var exchanges = new List<AcquirerExchange>();
        var outcome = await UndoAsync();
        if (outcome is Outcome.Declined)
        {
            // It may have been said before the acquirer approved, and an earlier reversal may still arrive. "No" is final only of what the acquirer had approved when it was asked.
            var (told, asked) = await ExchangeAsync(new AcquirerOrder.Inquire(operation.Id, payment.Id, operation.Amount, operation.Kind));
            exchanges.Add(asked);
            outcome = told is Outcome.Approved ? await UndoAsync() : new Outcome.Unknown();
        }

        return (await ApplyAsync(
            payment, now => new PaymentCommand.RecordReversal(now, operation.Id, outcome, now + BackOff(operation), exchanges[^1].SentAt) { Exchanges = exchanges })).Payment!;

        async Task<Outcome> UndoAsync()
        {
            var (undone, seen) = await ExchangeAsync(order);
            exchanges.Add(seen);
            return undone;
        }
    }

    /// <summary>The context for which a piece of evidence is sealed.</summary>
    public static string EvidenceContext(AppId app, DisputeId dispute, int number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"evidence|{dispute}|{number}|{app}");

    private static PaymentCommand.AddEvidence AddEvidence(DateTimeOffset now, DisputeId dispute, IReadOnlyList<NewEvidence> evidence) =>
        new(now, dispute, evidence.Count, evidence.Sum(e => (long)e.Bytes));

    private static int NextEvidence(Payment payment) => (payment.Dispute?.EvidenceCount ?? 0) + 1;

    private DateTimeOffset ActAt(DateTimeOffset now) => now + acquirer.Timeout + Margin;

    private static TimeSpan BackOff(Operation operation) => TimeSpan.FromSeconds(Math.Min(Math.Pow(2, operation.Attempts), LongestBackOff.TotalSeconds));

    /// <summary>The payment as it is stored now.</summary>
    public async Task<Payment> ReloadAsync(Payment payment)
    {
        var reloaded = await reader.FindAsync(payment.Id);
        Check.That(reloaded is not null, "a payment that was committed stays");
        return reloaded;
    }
}
