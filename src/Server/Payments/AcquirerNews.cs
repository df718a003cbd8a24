using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Acquirers;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Payments;

/// <summary>Hears what an acquirer says that nobody is waiting for, and has the runner record it.</summary>
internal sealed class AcquirerNews(PaymentRunner runner, IPaymentLookup reader, Identifiers identifiers, ILogger<AcquirerNews> logger) : IAcquirerListener
{
    /// <inheritdoc/>
    public async Task ReceiveLateAsync(AcquirerOrder order, Outcome outcome)
    {
        if (await reader.FindAsync(order.Payment) is not { } payment)
        {
            return;
        }

        var recorded = await runner.ApplyAsync(payment, now => new PaymentCommand.RecordOutcome(now, order.Operation, outcome, now));
        if (recorded is { Refusal: null, Payment.InFlight.Stage: OperationStage.Reversing })
        {
            Log.LateApproval(logger, order.Payment.Value, order.Operation.Value);
            runner.RingForWork();
        }
    }

    /// <inheritdoc/>
    public Task<bool> RefundCompletedAsync(PaymentId payment, OperationId? operation) => HearAsync(payment, (_, now) => new PaymentCommand.CompleteRefund(now, operation));

    /// <inheritdoc/>
    public Task<bool> RefundRejectedAsync(PaymentId payment, OperationId? operation) => HearAsync(payment, (_, now) => new PaymentCommand.RejectRefund(now, operation));

    /// <inheritdoc/>
    public Task<bool> DisputeOpenedAsync(DisputeNotice dispute) => HearAsync(
        dispute.Payment,
        (payment, now) => new PaymentCommand.OpenDispute(
            now, identifiers.NewDispute(now), dispute.Case, dispute.Amount ?? payment.Refundable, dispute.ReasonCode, dispute.Stage, dispute.RespondBy));

    /// <inheritdoc/>
    public Task<bool> DisputeMovedAsync(PaymentId payment, string @case, DisputeStage stage, DateTimeOffset? respondBy) =>
        HearAsync(payment, (_, now) => new PaymentCommand.MoveDispute(now, @case, stage, respondBy));

    /// <inheritdoc/>
    public Task<bool> DisputeResolvedAsync(PaymentId payment, string @case, bool won) =>
        HearAsync(payment, (_, now) => new PaymentCommand.ResolveDispute(now, @case, won));

    private async Task<bool> HearAsync(PaymentId id, Func<Payment, DateTimeOffset, PaymentCommand> command)
    {
        if (await reader.FindAsync(id) is not { } payment)
        {
            return true;
        }

        // The command is made for the payment as it is when it is asked, which may have moved since it was loaded.
        var current = payment;
        var heard = await runner.ApplyAsync(payment, now => command(current, now), found =>
        {
            current = found;
            return new();
        });

        // The word may be early: a dispute before we know that the capture went through, or while an operation or a refund is on its way.
        // Then it must be told again. Any other refusal means that we know already, or that the word is about something that has ended.
        return heard switch
        {
            { Refusal: Refusal.OperationInFlight } => false,
            { Refusal: Refusal.NotDisputable, Payment: { Refund: not null } or { Captured.IsPositive: false, End: null } } => false,
            _ => true,
        };
    }
}
