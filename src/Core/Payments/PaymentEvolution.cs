using Tollgate.Core.Authentication;
using Tollgate.Core.Disputes;

namespace Tollgate.Core.Payments;

public sealed partial record Payment
{
    /// <summary>Replays a journal: the payment that its events, in order, make.</summary>
    public static Payment Replay(IEnumerable<PaymentEvent> events)
    {
        Payment? payment = null;
        foreach (var happened in events)
        {
            payment = Evolve(payment, happened);
        }

        Check.That(payment is not null, "a journal has at least one event");
        return payment;
    }

    /// <summary>The only thing that changes a payment. Its invariants are checked in release builds too.</summary>
    public static Payment Evolve(Payment? payment, PaymentEvent happened)
    {
        Payment next;
        if (happened is PaymentEvent.Created created)
        {
            Check.That(payment is null, "a payment is created once");
            var nothing = Money.Zero(created.Facts.Amount.Currency);
            next = new Payment
            {
                Facts = created.Facts,
                Version = 1,
                Authorised = nothing,
                Captured = nothing,
                Refunded = nothing,
                Reserved = nothing,
                DisputeCharges = nothing,
            };
        }
        else
        {
            Check.That(payment is not null, "a payment's first event is its creation");
            next = Apply(payment, happened) with { Version = payment.Version + 1 };
        }

        next.CheckInvariants();
        return next;
    }

    private static Payment Apply(Payment payment, PaymentEvent happened) => happened switch
    {
        PaymentEvent.ChallengeRequired e => payment with { ChallengeKey = e.ChallengeKey },
        PaymentEvent.AuthenticationStarted e => payment with { Attempt = new() { Id = e.Attempt, Version = e.Version, StartedAt = e.At } },
        PaymentEvent.AuthenticationSetAside => payment with { Attempt = null },
        PaymentEvent.ChallengeStarted e => payment with
        {
            Attempt = payment.Attempt! with
            {
                Stage = AttemptStage.Challenging,
                AcsTransactionId = e.AcsTransactionId,
                DirectoryServerTransactionId = e.DirectoryServerTransactionId,
                ChallengeUrl = e.ChallengeUrl,
                ChallengedAt = e.At,
            },
        },
        PaymentEvent.ChallengeReturned e => payment with { Attempt = payment.Attempt! with { Stage = AttemptStage.Returned, ReturnedAt = e.At } },
        PaymentEvent.Authenticated e => payment.EndAttempt(e.CardholderInfo) with { Authentication = e.Result },
        PaymentEvent.AuthenticationDeclined e => payment.EndAttempt(e.CardholderInfo) with { End = new(e.Reason == FailureReason.AuthenticationExpired, e.Reason) },
        PaymentEvent.AuthenticationSkipped e => payment.EndAttempt(e.CardholderInfo) with { Skipped = e.Fault },
        PaymentEvent.AuthenticationDemanded e => payment.Finish(e.Operation) with { ChallengeKey = e.ChallengeKey, Attempt = null, Skipped = null, WasDemanded = true },

        PaymentEvent.RiskDeclined => payment with { End = new(false, FailureReason.RiskDeclined) },

        PaymentEvent.AuthorisationStarted e => payment.Start(e, new(e.Operation, OperationKind.Authorisation, payment.Facts.Amount, OperationStage.Sent, e.ActAt)),
        PaymentEvent.Authorised e => payment.Finish(e.Operation) with
        {
            Authorised = payment.Facts.Amount,
            Captured = payment.Facts.CaptureAtOnce ? payment.Facts.Amount : payment.Captured,
            CapturedAt = payment.Facts.CaptureAtOnce ? e.At : null,
            CapturedBy = payment.Facts.CaptureAtOnce ? e.Operation : null,
            Approval = e.Approval,
            HoldEndsAt = e.HoldEndsAt,

            // It could not be undone and is through: its yes, should it come once more, is no late one.
            GivenUp = null,
        },
        PaymentEvent.AuthorisationDeclined e => payment.Finish(e.Operation) with { End = new(false, e.Reason) },

        PaymentEvent.CaptureStarted e => payment.Start(e, new(e.Operation, OperationKind.Capture, e.Amount, OperationStage.Sent, e.ActAt)),
        PaymentEvent.Captured e => payment.Finish(e.Operation) with { Captured = payment.InFlight!.Amount, CapturedAt = e.At, CapturedBy = e.Operation },
        PaymentEvent.CaptureDeclined e => payment.Finish(e.Operation),

        PaymentEvent.VoidStarted e => payment.Start(e, new(e.Operation, OperationKind.Void, payment.Authorised, OperationStage.Sent, e.ActAt, Cause: e.Cause)),
        PaymentEvent.Voided e => payment.Finish(e.Operation) with
        {
            End = payment.InFlight!.Cause == OperationCause.TimeOver ? new(true, FailureReason.AuthorisationExpired) : new(false, FailureReason.Voided),
        },
        PaymentEvent.VoidDeclined e => payment.Finish(e.Operation),

        PaymentEvent.RefundStarted e => payment.Start(e, new(e.Operation, OperationKind.Refund, e.Amount, OperationStage.Sent, e.ActAt)) with
        {
            Refund = new(e.Operation, e.Amount, e.Reason, e.ExpiresAt),
            LastRefundAmount = e.Amount,
            LastRefundReason = e.Reason,
        },
        PaymentEvent.RefundAccepted e => payment.Finish(e.Operation),
        PaymentEvent.RefundCompleted e => payment.EndRefund(e.Operation, RefundEnd.Completed) with { Refunded = payment.Refunded + payment.Refund!.Amount },
        PaymentEvent.RefundRejected e => payment.EndRefund(e.Operation, RefundEnd.Rejected),
        PaymentEvent.RefundExpired e => payment.EndRefund(e.Operation, RefundEnd.Expired),

        PaymentEvent.OutcomeUnknown e => payment.Move(e.Operation, o => o with { Stage = OperationStage.Unknown, ActAt = e.ActAt, Attempts = 0 }),
        PaymentEvent.OperationDeferred e => payment.Move(e.Operation, o => o with { ActAt = e.ActAt, Attempts = o.Attempts + 1 }),
        PaymentEvent.ReversalStarted e => payment.StartReversing(e),
        PaymentEvent.OperationReversed e => payment.FinishReversing(e.Operation),
        PaymentEvent.LateApprovalReceived e => payment.InFlight is { } operation
            ? payment with { InFlight = operation with { ApprovedLateAt = e.At } }
            : payment with { InFlight = new(e.Operation, e.Kind, e.Amount, OperationStage.Reversing, e.ActAt, StartedAt: e.At, ApprovedLateAt: e.At) },

        PaymentEvent.Settled e => payment.Settle(e.At),
        PaymentEvent.ReserveReleased => payment with { Reserved = payment.Nothing, ReserveEndsAt = null },

        PaymentEvent.DisputeOpened e => payment.TakeDispute(new()
        {
            Id = e.Dispute,
            Case = e.Case,
            Amount = e.Amount,
            ReasonCode = e.ReasonCode,
            Stage = e.Stage,
            OpenedAt = e.At,
            RespondBy = e.RespondBy,
        }),
        PaymentEvent.DisputeMoved e => payment.TakeDispute(payment.Dispute! with { Stage = e.Stage, RespondBy = e.RespondBy }),
        PaymentEvent.EvidenceAdded e => payment with
        {
            Dispute = payment.Dispute! with
            {
                EvidenceCount = payment.Dispute.EvidenceCount + e.Count,
                EvidenceBytes = payment.Dispute.EvidenceBytes + e.Bytes,
            },
        },
        PaymentEvent.DisputeAnswerStarted e => payment.Start(e, new(e.Operation, e.Kind, payment.Dispute!.Amount, OperationStage.Sent, e.ActAt)),
        PaymentEvent.EvidenceSubmitted e => payment.Finish(e.Operation) with
        {
            Dispute = payment.Dispute! with { Stage = DisputeStage.EvidenceSubmitted, RespondBy = null, EvidenceSubmitted = payment.Dispute.EvidenceCount },
        },
        PaymentEvent.DisputeAccepted e => payment.Finish(e.Operation).EndDispute(DisputeStage.Accepted, e.At),
        PaymentEvent.DisputeAnswerDeclined e => payment.Finish(e.Operation),
        PaymentEvent.DisputeWon e => payment.EndDispute(DisputeStage.Won, e.At),
        PaymentEvent.DisputeLost e => payment.EndDispute(DisputeStage.Lost, e.At),
        PaymentEvent.DisputeExpired e => payment.EndDispute(DisputeStage.Expired, e.At),
        PaymentEvent.SessionEnded => payment with { End = new(true, FailureReason.SessionExpired) },
        _ => throw new InvariantViolationException($"every event has its effect, {happened.GetType().Name} too"),
    };

    private Payment EndAttempt(string? cardholderInfo) =>
        Attempt is null ? this : this with { Attempt = Attempt with { Stage = AttemptStage.Ended, CardholderInfo = cardholderInfo } };

    private Payment Start(PaymentEvent started, Operation operation)
    {
        Check.That(InFlight is null, "one operation is in flight at a time");
        return this with { InFlight = operation with { StartedAt = started.At } };
    }

    private Payment Finish(OperationId operation)
    {
        Check.That(InFlight?.Id == operation, "only the operation in flight ends");
        return this with { InFlight = null };
    }

    private Payment Move(OperationId operation, Func<Operation, Operation> move)
    {
        Check.That(InFlight?.Id == operation, "only the operation in flight moves");
        return this with { InFlight = move(InFlight) };
    }

    private Payment StartReversing(PaymentEvent.ReversalStarted started)
    {
        // A refund that was taken is no longer in flight; when its ten days are over, it is taken up again to be undone.
        var operation = InFlight ?? (Refund is null
            ? null
            : new Operation(Refund.Id, OperationKind.Refund, Refund.Amount, OperationStage.Reversing, started.ActAt, Cause: OperationCause.TimeOver, StartedAt: started.At));
        Check.That(operation?.Id == started.Operation, "only the operation in flight is undone");
        return this with { GivenUp = operation.Id, InFlight = operation with { Stage = OperationStage.Reversing, ActAt = started.ActAt, Attempts = 0 } };
    }

    private Payment FinishReversing(OperationId operation)
    {
        Check.That(InFlight?.Stage == OperationStage.Reversing, "what is reversed was being reversed");
        var finished = Finish(operation);
        return InFlight.Kind switch
        {
            OperationKind.Authorisation => finished with { End = End ?? new(false, FailureReason.AcquirerUnavailable) },
            OperationKind.Refund when Refund?.Id == operation => finished with { Refund = null, LastRefund = RefundEnd.Rejected },
            _ => finished,
        };
    }

    private Payment EndRefund(OperationId operation, RefundEnd end)
    {
        Check.That(Refund?.Id == operation, "only the refund on its way ends");
        return this with { Refund = null, LastRefund = end, InFlight = InFlight?.Id == operation ? null : InFlight };
    }

    private Payment Settle(DateTimeOffset at)
    {
        Check.That(SettledAt is null, "a capture settles once");

        // What is not there cannot be kept back.
        var (reserve, net) = (Fees.Reserve(Captured), Net);
        var reserved = !net.IsPositive ? Nothing : reserve <= net ? reserve : net;
        return this with { SettledAt = at, Reserved = reserved, ReserveEndsAt = reserved.IsPositive ? at + TimeSpan.FromDays(Fees.ReserveDays) : null };
    }

    /// <summary>A dispute opens or moves: from the chargeback on its money is taken, and its fee is owed.</summary>
    private Payment TakeDispute(Dispute dispute)
    {
        if (dispute.MoneyTaken || dispute.Stage == DisputeStage.Inquiry)
        {
            return this with { Dispute = dispute };
        }

        var fee = new Money(Fees.Dispute, Captured.Currency);
        return this with { Dispute = dispute with { MoneyTaken = true }, DisputeCharges = DisputeCharges + fee + Fees.Tax(fee) };
    }

    private Payment EndDispute(DisputeStage end, DateTimeOffset at)
    {
        Check.That(Dispute is { IsOpen: true }, "only an open dispute ends");
        var ended = Dispute with { Stage = end, EndedAt = at, RespondBy = null };
        var next = end == DisputeStage.Won ? this with { Dispute = ended } : TakeDispute(ended);

        // The scheme's word ends the dispute whatever we were about to answer.
        return InFlight is { Kind: OperationKind.DisputeAcceptance or OperationKind.DisputeEvidence } ? next with { InFlight = null } : next;
    }

    private void CheckInvariants()
    {
        Check.That(Facts.Amount.IsPositive, "a payment asks for something");
        Check.That(Authorised.Minor == 0 || Authorised == Facts.Amount, "what is authorised is what was asked for");
        Check.That(Captured.Minor >= 0 && Captured <= Authorised, "no more is captured than was authorised");
        Check.That(Refunded.Minor >= 0 && Refunded <= Captured, "no more is refunded than was captured");
        Check.That(Refundable.Minor >= 0, "no more is asked back or disputed than was captured");
        Check.That(Dispute is null || (Dispute.Amount.IsPositive && Captured.IsPositive), "what is disputed was captured");
        Check.That(Reserved.Minor == 0 || SettledAt is not null, "what is kept back has settled");
        Check.That(End is null || (Captured.Minor == 0 && Refund is null), "a payment that failed or expired took no money");
        Check.That(Authorised.Minor == 0 || Approval is not null, "what is authorised was approved");
        Check.That(SettledAt is null || Captured.IsPositive, "what settles was captured");
        Check.That(End is null || InFlight is null || InFlight.Stage == OperationStage.Reversing, "after its end a payment only undoes");
    }
}
