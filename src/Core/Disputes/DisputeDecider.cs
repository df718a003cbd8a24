using Tollgate.Core.Payments;

namespace Tollgate.Core.Disputes;

/// <summary>The rules of a dispute: the part of the payment's rules that begins with a chargeback or an inquiry.</summary>
public static class DisputeDecider
{
    /// <summary>The acquirer says that the payment is disputed.</summary>
    public static Decision OpenDispute(Payment payment, PaymentCommand.OpenDispute command)
    {
        if (payment.InFlight is not null)
        {
            return Decision.Refuse(Refusal.OperationInFlight);
        }

        if (payment.Status is not (PaymentStatus.Waiting or PaymentStatus.Received or PaymentStatus.PartiallyRefunded
            or PaymentStatus.ReturnRejected or PaymentStatus.ReturnExpired))
        {
            return Decision.Refuse(Refusal.NotDisputable);
        }

        if (payment.Dispute?.Case == command.Case || command.Amount > payment.Refundable)
        {
            return Decision.Refuse(Refusal.NotDisputable);
        }

        Check.That(command.Stage is DisputeStage.Inquiry or DisputeStage.ChargebackOpen, "a dispute begins as an inquiry or a chargeback");
        Check.That(command.Amount.IsPositive, "a dispute is about something");
        return Decision.Accept(new PaymentEvent.DisputeOpened(
            command.At, command.Dispute, command.Case, command.Amount, command.ReasonCode, command.Stage, command.RespondBy));
    }

    /// <summary>The acquirer moves the dispute to another open stage.</summary>
    public static Decision MoveDispute(Payment payment, PaymentCommand.MoveDispute command)
    {
        if (payment.InFlight is not null)
        {
            return Decision.Refuse(Refusal.OperationInFlight);
        }

        if (payment.Dispute is not { IsOpen: true } dispute || dispute.Case != command.Case)
        {
            return Decision.Refuse(Refusal.NoDisputeOpen);
        }

        if (!dispute.CanMoveTo(command.Stage))
        {
            return Decision.Refuse(Refusal.DisputeStageNotNext);
        }

        return Decision.Accept(new PaymentEvent.DisputeMoved(command.At, command.Stage, command.RespondBy));
    }

    /// <summary>The merchant brings evidence.</summary>
    public static Decision AddEvidence(Payment payment, PaymentCommand.AddEvidence command)
    {
        if (AnswerRefusal(payment, command.Dispute, command.At) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        if (payment.Dispute!.EvidenceBytes + command.Bytes > Dispute.LargestEvidence || payment.Dispute.EvidenceCount + command.Count > Dispute.MostEvidence)
        {
            return Decision.Refuse(Refusal.EvidenceTooLarge);
        }

        Check.That(command.Count > 0 && command.Bytes > 0, "evidence is something");
        return Decision.Accept(new PaymentEvent.EvidenceAdded(command.At, command.Count, command.Bytes));
    }

    /// <summary>The merchant accepts.</summary>
    public static Decision StartAcceptance(Payment payment, PaymentCommand.StartAcceptance command)
    {
        if (AnswerRefusal(payment, command.Dispute, command.At) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        return Decision.Accept(new PaymentEvent.DisputeAnswerStarted(command.At, command.Operation, OperationKind.DisputeAcceptance, command.ActAt));
    }

    /// <summary>The merchant answers with its evidence.</summary>
    public static Decision StartEvidence(Payment payment, PaymentCommand.StartEvidence command)
    {
        if (AnswerRefusal(payment, command.Dispute, command.At) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        if (payment.Dispute!.EvidenceCount == 0)
        {
            return Decision.Refuse(Refusal.NoEvidence);
        }

        return Decision.Accept(new PaymentEvent.DisputeAnswerStarted(command.At, command.Operation, OperationKind.DisputeEvidence, command.ActAt));
    }

    private static Refusal? AnswerRefusal(Payment payment, DisputeId id, DateTimeOffset at)
    {
        if (payment.InFlight is not null)
        {
            return Refusal.OperationInFlight;
        }

        if (payment.Dispute is not { IsOpen: true } dispute || dispute.Id != id)
        {
            return Refusal.NoDisputeOpen;
        }

        return dispute.AwaitsMerchant && at < dispute.RespondBy ? null : Refusal.DisputeNotAnswerable;
    }

    /// <summary>The scheme has decided.</summary>
    public static Decision ResolveDispute(Payment payment, PaymentCommand.ResolveDispute command)
    {
        if (payment.Dispute is not { IsOpen: true } dispute || dispute.Case != command.Case)
        {
            return Decision.Refuse(Refusal.NoDisputeOpen);
        }

        return Decision.Accept(command.Won ? new PaymentEvent.DisputeWon(command.At) : new PaymentEvent.DisputeLost(command.At));
    }

    /// <summary>The merchant's time to answer has passed.</summary>
    public static Decision ExpireDispute(Payment payment, PaymentCommand.ExpireDispute command)
    {
        if (payment.InFlight is not null)
        {
            return Decision.Refuse(Refusal.OperationInFlight);
        }

        if (payment.Dispute is not { IsOpen: true } dispute)
        {
            return Decision.Refuse(Refusal.NoDisputeOpen);
        }

        return dispute.AwaitsMerchant
            ? Decision.Accept(new PaymentEvent.DisputeExpired(command.At))
            : Decision.Refuse(Refusal.DisputeNotAnswerable);
    }
}
