using Tollgate.Core.Authentication;
using Tollgate.Core.Disputes;

namespace Tollgate.Core.Payments;

/// <summary>The rules of a payment: a command gives one event or one refusal. Pure: it knows nothing but what it is given.</summary>
public static class PaymentDecider
{
    /// <summary>How long a refund may be on its way before it expires [guide].</summary>
    public static TimeSpan RefundPeriod { get; } = TimeSpan.FromDays(10);

    /// <summary>Decides a command on a payment; only <see cref="PaymentCommand.Create"/> has no payment yet.</summary>
    public static Decision Decide(Payment? payment, PaymentCommand command)
    {
        if (command is PaymentCommand.Create create)
        {
            Check.That(payment is null, "a payment is created once");
            return Decision.Accept(new PaymentEvent.Created(create.At, create.Facts));
        }

        Check.That(payment is not null, "a command other than creation needs a payment");
        var decision = DecideOn(payment, command);
        return command.Exchanges is { Count: > 0 } exchanges && decision.Event is { } happened
            ? Decision.Accept(happened with { Exchanges = exchanges })
            : decision;
    }

    private static Decision DecideOn(Payment payment, PaymentCommand command)
    {
        return command switch
        {
            PaymentCommand.RequireChallenge c => AttemptDecider.RequireChallenge(payment, c),
            PaymentCommand.StartAuthentication c => AttemptDecider.Start(payment, c),
            PaymentCommand.SetAuthenticationAside c => AttemptDecider.SetAside(payment, c),
            PaymentCommand.StartChallenge c => AttemptDecider.StartChallenge(payment, c),
            PaymentCommand.RecordReturn c => AttemptDecider.Return(payment, c),
            PaymentCommand.RecordAuthentication c => AttemptDecider.Record(payment, c),
            PaymentCommand.DeclineAuthentication c => AttemptDecider.Decline(payment, c),
            PaymentCommand.SkipAuthentication c => AttemptDecider.Skip(payment, c),
            PaymentCommand.EndChallenge c => AttemptDecider.End(payment, c),
            PaymentCommand.DeclineForRisk c => DeclineForRisk(payment, c),
            PaymentCommand.StartAuthorisation c => StartAuthorisation(payment, c),
            PaymentCommand.StartCapture c => StartCapture(payment, c),
            PaymentCommand.StartVoid c => StartVoid(payment, c),
            PaymentCommand.StartRefund c => StartRefund(payment, c),
            PaymentCommand.RecordOutcome c => RecordOutcome(payment, c),
            PaymentCommand.StartReversal c => StartReversal(payment, c),
            PaymentCommand.RecordReversal c => RecordReversal(payment, c),
            PaymentCommand.CompleteRefund c => CompleteRefund(payment, c),
            PaymentCommand.RejectRefund c => RejectRefund(payment, c),
            PaymentCommand.Settle c => Settle(payment, c),
            PaymentCommand.ReleaseReserve c => ReleaseReserve(payment, c),
            PaymentCommand.OpenDispute c => DisputeDecider.OpenDispute(payment, c),
            PaymentCommand.MoveDispute c => DisputeDecider.MoveDispute(payment, c),
            PaymentCommand.AddEvidence c => DisputeDecider.AddEvidence(payment, c),
            PaymentCommand.StartAcceptance c => DisputeDecider.StartAcceptance(payment, c),
            PaymentCommand.StartEvidence c => DisputeDecider.StartEvidence(payment, c),
            PaymentCommand.ResolveDispute c => DisputeDecider.ResolveDispute(payment, c),
            PaymentCommand.ExpireDispute c => DisputeDecider.ExpireDispute(payment, c),
            PaymentCommand.EndSession c => EndSession(payment, c),
            _ => throw new InvariantViolationException($"every command is decided, {command.GetType().Name} too"),
        };
    }

    private static Decision DeclineForRisk(Payment payment, PaymentCommand.DeclineForRisk command) =>
        payment.PendingRefusal is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.RiskDeclined(command.At));

    private static Decision StartAuthorisation(Payment payment, PaymentCommand.StartAuthorisation command)
    {
        if (payment.PendingRefusal is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        if (payment.AwaitsChallenge)
        {
            return Decision.Refuse(Refusal.NoChallengeOpen);
        }

        if (command.At >= payment.Facts.SessionEndsAt)
        {
            return Decision.Refuse(Refusal.SessionOver);
        }

        return Decision.Accept(new PaymentEvent.AuthorisationStarted(command.At, command.Operation, command.ActAt));
    }

    private static Decision StartCapture(Payment payment, PaymentCommand.StartCapture command)
    {
        if (payment.InFlight is not null)
        {
            return Decision.Refuse(Refusal.OperationInFlight);
        }

        if (payment.Status != PaymentStatus.Authorised)
        {
            return Decision.Refuse(Refusal.NotCapturable);
        }

        var amount = command.Amount ?? payment.Authorised;
        if (amount > payment.Authorised)
        {
            return Decision.Refuse(Refusal.CaptureAboveAuthorised);
        }

        Check.That(amount.IsPositive, "a capture takes something");
        return Decision.Accept(new PaymentEvent.CaptureStarted(command.At, command.Operation, amount, command.ActAt));
    }

    private static Decision StartVoid(Payment payment, PaymentCommand.StartVoid command)
    {
        if (payment.InFlight is not null)
        {
            return Decision.Refuse(Refusal.OperationInFlight);
        }

        if (payment.Status != PaymentStatus.Authorised)
        {
            return Decision.Refuse(Refusal.NotVoidable);
        }

        return Decision.Accept(new PaymentEvent.VoidStarted(command.At, command.Operation, command.Cause, command.ActAt));
    }

    private static Decision StartRefund(Payment payment, PaymentCommand.StartRefund command)
    {
        if (payment.InFlight is not null)
        {
            return Decision.Refuse(Refusal.OperationInFlight);
        }

        if (payment.Status is not (PaymentStatus.Waiting or PaymentStatus.Received or PaymentStatus.PartiallyRefunded
            or PaymentStatus.ReturnRejected or PaymentStatus.ReturnExpired))
        {
            return Decision.Refuse(Refusal.NotRefundable);
        }

        var amount = command.Amount ?? payment.Refundable;
        if (amount > payment.Refundable)
        {
            return Decision.Refuse(Refusal.RefundAboveRemaining);
        }

        Check.That(amount.IsPositive, "a refund gives something back");
        var expiresAt = command.At + RefundPeriod;
        return Decision.Accept(new PaymentEvent.RefundStarted(command.At, command.Operation, amount, command.Reason, expiresAt, command.ActAt));
    }

    private static Decision RecordOutcome(Payment payment, PaymentCommand.RecordOutcome command)
    {
        if (payment.GivenUp == command.Operation && payment.InFlight?.Id != command.Operation)
        {
            return GivenUpOutcome(payment, command);
        }

        if (payment.InFlight is not { } operation || operation.Id != command.Operation)
        {
            return Decision.Refuse(Refusal.StaleOperation);
        }

        if (operation.Stage == OperationStage.Reversing)
        {
            return command.Outcome is Outcome.Approved
                ? Decision.Accept(new PaymentEvent.LateApprovalReceived(command.At, operation.Id, operation.Kind, operation.Amount, command.ActAt))
                : Decision.Refuse(Refusal.StaleOperation);
        }

        return Decision.Accept(command.Outcome switch
        {
            Outcome.Approved approved => Approve(payment, operation, approved, command.At),
            Outcome.Declined { Reason: FailureReason.AuthenticationRequired } declined when MayAuthenticate(payment, operation) && command.ChallengeKey is { } key =>
                new PaymentEvent.AuthenticationDemanded(command.At, operation.Id, declined.Code, key),
            Outcome.Declined declined => Decline(operation, declined, command.At),
            // What did not leave now says nothing of what left before: the operation stays as unknown as it was.
            Outcome.NotSent or Outcome.Unknown when operation.Stage == OperationStage.Unknown => new PaymentEvent.OperationDeferred(command.At, operation.Id, command.ActAt),
            Outcome.NotSent when operation.Cause == OperationCause.TimeOver => new PaymentEvent.OutcomeUnknown(command.At, operation.Id, command.ActAt),
            Outcome.NotSent => Decline(operation, new Outcome.Declined(FailureReason.AcquirerUnavailable, string.Empty), command.At),
            Outcome.Unknown => new PaymentEvent.OutcomeUnknown(command.At, operation.Id, command.ActAt),
            _ => throw new InvariantViolationException("every outcome has its meaning"),
        });
    }

    /// <summary>Whether a decline for want of authentication leads to the page: once, while there is a session, and never for a payment by token without its customer.</summary>
    private static bool MayAuthenticate(Payment payment, Operation operation) =>
        operation.Kind == OperationKind.Authorisation
        && payment is { Authentication: null, WasDemanded: false }
        && (payment.Facts.Type == PaymentType.Regular || payment.Facts.BroughtCard);

    private static Decision GivenUpOutcome(Payment payment, PaymentCommand.RecordOutcome command)
    {
        // Only an authorisation is undone once more: whatever else was reversed has been acknowledged as void at the acquirer, and the
        // payment may have moved on since.
        if (command.Outcome is not Outcome.Approved || payment.InFlight is not null || payment.End is null)
        {
            return Decision.Refuse(Refusal.StaleOperation);
        }

        return Decision.Accept(new PaymentEvent.LateApprovalReceived(
            command.At, command.Operation, OperationKind.Authorisation, payment.Facts.Amount, command.ActAt));
    }

    private static PaymentEvent Approve(Payment payment, Operation operation, Outcome.Approved approved, DateTimeOffset at) => operation.Kind switch
    {
        OperationKind.Authorisation => new PaymentEvent.Authorised(
            at, operation.Id, approved, at + HoldPeriods.For(payment.Facts.Card.Brand, payment.Facts.Type)),
        OperationKind.Capture => new PaymentEvent.Captured(at, operation.Id),
        OperationKind.Void => new PaymentEvent.Voided(at, operation.Id),
        OperationKind.Refund => new PaymentEvent.RefundAccepted(at, operation.Id),
        OperationKind.DisputeAcceptance => new PaymentEvent.DisputeAccepted(at, operation.Id),
        OperationKind.DisputeEvidence => new PaymentEvent.EvidenceSubmitted(at, operation.Id),
        _ => throw new InvariantViolationException("every kind of operation can be approved"),
    };

    private static PaymentEvent Decline(Operation operation, Outcome.Declined declined, DateTimeOffset at) => operation.Kind switch
    {
        OperationKind.Authorisation => new PaymentEvent.AuthorisationDeclined(at, operation.Id, declined.Reason, declined.Code),
        OperationKind.Capture => new PaymentEvent.CaptureDeclined(at, operation.Id, declined.Reason, declined.Code),
        OperationKind.Void when operation.Cause == OperationCause.TimeOver =>
            new PaymentEvent.Voided(at, operation.Id),
        OperationKind.Void => new PaymentEvent.VoidDeclined(at, operation.Id, declined.Reason, declined.Code),
        OperationKind.Refund => new PaymentEvent.RefundRejected(at, operation.Id, declined.Reason, declined.Code),
        OperationKind.DisputeAcceptance or OperationKind.DisputeEvidence =>
            new PaymentEvent.DisputeAnswerDeclined(at, operation.Id, declined.Reason, declined.Code),
        _ => throw new InvariantViolationException("every kind of operation can be declined"),
    };

    private static Decision StartReversal(Payment payment, PaymentCommand.StartReversal command)
    {
        var unknown = payment.InFlight is { Stage: OperationStage.Unknown, IsRepeatable: false } && payment.InFlight.Id == command.Operation;
        var expiredRefund = payment.InFlight is null && payment.Refund?.Id == command.Operation;
        return unknown || expiredRefund
            ? Decision.Accept(new PaymentEvent.ReversalStarted(command.At, command.Operation, command.ActAt))
            : Decision.Refuse(Refusal.StaleOperation);
    }

    private static Decision RecordReversal(Payment payment, PaymentCommand.RecordReversal command)
    {
        if (payment.InFlight is not { Stage: OperationStage.Reversing } operation || operation.Id != command.Operation)
        {
            return Decision.Refuse(Refusal.StaleOperation);
        }

        if (command.Outcome is Outcome.Approved && operation.ApprovedLateAt >= command.SentAt)
        {
            // The acquirer may have acknowledged what it did not know, and have approved it after that: it is undone once more.
            return Decision.Accept(new PaymentEvent.OperationDeferred(command.At, operation.Id, command.ActAt));
        }

        return Decision.Accept((command.Outcome, operation.Kind) switch
        {
            (Outcome.Approved, OperationKind.Refund) when operation.Cause == OperationCause.TimeOver && payment.Refund is not null =>
                new PaymentEvent.RefundExpired(command.At, operation.Id),
            (Outcome.Approved, _) => new PaymentEvent.OperationReversed(command.At, operation.Id),

            // The acquirer cannot undo a capture that is through, or a refund that it took: then that is the truth. How the refund ends, it will tell.
            (Outcome.Declined, OperationKind.Refund) when operation.Cause == OperationCause.Merchant && payment.Refund is not null =>
                new PaymentEvent.RefundAccepted(command.At, operation.Id),
            (Outcome.Declined, OperationKind.Capture) => new PaymentEvent.Captured(command.At, operation.Id),

            // Nor an authorisation that captured at once and has settled: then it must be asked about again, and the answer is applied.
            (Outcome.Declined, OperationKind.Authorisation) when payment.End is null => new PaymentEvent.OutcomeUnknown(command.At, operation.Id, command.ActAt),
            _ => new PaymentEvent.OperationDeferred(command.At, operation.Id, command.ActAt),
        });
    }

    private static Decision CompleteRefund(Payment payment, PaymentCommand.CompleteRefund command) =>
        RefundToEnd(payment, command.Operation) is { } refund
            ? Decision.Accept(new PaymentEvent.RefundCompleted(command.At, refund.Id))
            : Decision.Refuse(Refusal.NoRefundPending);

    private static Decision RejectRefund(Payment payment, PaymentCommand.RejectRefund command) =>
        RefundToEnd(payment, command.Operation) is { } refund
            ? Decision.Accept(new PaymentEvent.RefundRejected(command.At, refund.Id, FailureReason.IssuerDeclined, string.Empty))
            : Decision.Refuse(Refusal.NoRefundPending);

    private static PendingRefund? RefundToEnd(Payment payment, OperationId? operation) =>
        payment.Refund is { } refund && (operation is null || refund.Id == operation) ? refund : null;

    private static Decision Settle(Payment payment, PaymentCommand.Settle command) =>
        payment.Captured.IsPositive && payment.SettledAt is null
            ? Decision.Accept(new PaymentEvent.Settled(command.At, command.Cleared, command.Cost, command.Record))
            : Decision.Refuse(Refusal.NotSettleable);

    private static Decision ReleaseReserve(Payment payment, PaymentCommand.ReleaseReserve command) => payment.Reserved.IsPositive
        ? Decision.Accept(new PaymentEvent.ReserveReleased(command.At))
        : Decision.Refuse(Refusal.NoReserve);

    private static Decision EndSession(Payment payment, PaymentCommand.EndSession command) =>
        payment.PendingRefusal is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.SessionEnded(command.At));
}
