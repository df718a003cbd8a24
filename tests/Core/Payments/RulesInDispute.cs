namespace Tollgate.Core.Tests.Payments;

/// <summary>Disputes: what leads into one, what may be asked of a payment in one, and how it ends.</summary>
internal static class RulesInDispute
{
    public const string Undisputed = """
        # There is no money yet: nobody can want it back.
        pending                        | dispute all                      | refused: NotDisputable
        pending                        | moves to pre-arbitration         | refused: NoDisputeOpen
        pending                        | add evidence                     | refused: NoDisputeOpen
        pending                        | send evidence                    | refused: NoDisputeOpen
        pending                        | accept dispute                   | refused: NoDisputeOpen
        pending                        | dispute won                      | refused: NoDisputeOpen
        pending                        | dispute expires                  | refused: NoDisputeOpen
        pending                        | release reserve                  | refused: NoReserve

        # What is only held can be voided; there is nothing to dispute.
        authorised                     | dispute all                      | refused: NotDisputable
        authorised                     | moves to pre-arbitration         | refused: NoDisputeOpen
        authorised                     | add evidence                     | refused: NoDisputeOpen
        authorised                     | send evidence                    | refused: NoDisputeOpen
        authorised                     | accept dispute                   | refused: NoDisputeOpen
        authorised                     | dispute won                      | refused: NoDisputeOpen
        authorised                     | dispute expires                  | refused: NoDisputeOpen
        authorised                     | release reserve                  | refused: NoReserve

        # While a refund is on its way the word of the dispute waits for its end.
        return_pending                 | dispute all                      | refused: NotDisputable
        return_pending                 | moves to pre-arbitration         | refused: NoDisputeOpen
        return_pending                 | add evidence                     | refused: NoDisputeOpen
        return_pending                 | send evidence                    | refused: NoDisputeOpen
        return_pending                 | accept dispute                   | refused: NoDisputeOpen
        return_pending                 | dispute won                      | refused: NoDisputeOpen
        return_pending                 | dispute expires                  | refused: NoDisputeOpen
        return_pending                 | release reserve                  | refused: NoReserve

        # Everything went back already.
        return_received                | dispute all                      | refused: NotDisputable
        return_received                | moves to pre-arbitration         | refused: NoDisputeOpen
        return_received                | add evidence                     | refused: NoDisputeOpen
        return_received                | send evidence                    | refused: NoDisputeOpen
        return_received                | accept dispute                   | refused: NoDisputeOpen
        return_received                | dispute won                      | refused: NoDisputeOpen
        return_received                | dispute expires                  | refused: NoDisputeOpen
        return_received                | release reserve                  | refused: NoReserve

        # No money was taken.
        failed                         | dispute all                      | refused: NotDisputable
        failed                         | moves to pre-arbitration         | refused: NoDisputeOpen
        failed                         | add evidence                     | refused: NoDisputeOpen
        failed                         | send evidence                    | refused: NoDisputeOpen
        failed                         | accept dispute                   | refused: NoDisputeOpen
        failed                         | dispute won                      | refused: NoDisputeOpen
        failed                         | dispute expires                  | refused: NoDisputeOpen
        failed                         | release reserve                  | refused: NoReserve

        expired                        | dispute all                      | refused: NotDisputable
        expired                        | moves to pre-arbitration         | refused: NoDisputeOpen
        expired                        | add evidence                     | refused: NoDisputeOpen
        expired                        | send evidence                    | refused: NoDisputeOpen
        expired                        | accept dispute                   | refused: NoDisputeOpen
        expired                        | dispute won                      | refused: NoDisputeOpen
        expired                        | dispute expires                  | refused: NoDisputeOpen
        expired                        | release reserve                  | refused: NoReserve

        # Captured money can be disputed, wherever it is on its way, up to what has not been given back.
        waiting                        | dispute all                      | DisputeOpened → in_dispute
        waiting                        | dispute 1000                     | DisputeOpened → in_dispute
        waiting                        | dispute 1001                     | refused: NotDisputable
        waiting                        | inquiry                          | DisputeOpened → in_dispute
        waiting                        | moves to pre-arbitration         | refused: NoDisputeOpen
        waiting                        | add evidence                     | refused: NoDisputeOpen
        waiting                        | send evidence                    | refused: NoDisputeOpen
        waiting                        | accept dispute                   | refused: NoDisputeOpen
        waiting                        | dispute won                      | refused: NoDisputeOpen
        waiting                        | dispute expires                  | refused: NoDisputeOpen
        waiting                        | release reserve                  | refused: NoReserve

        received                       | dispute all                      | DisputeOpened → in_dispute
        received                       | dispute 400                      | DisputeOpened → in_dispute
        received                       | dispute 1001                     | refused: NotDisputable
        received                       | inquiry                          | DisputeOpened → in_dispute
        received                       | moves to pre-arbitration         | refused: NoDisputeOpen
        received                       | add evidence                     | refused: NoDisputeOpen
        received                       | send evidence                    | refused: NoDisputeOpen
        received                       | accept dispute                   | refused: NoDisputeOpen
        received                       | dispute won                      | refused: NoDisputeOpen
        received                       | dispute expires                  | refused: NoDisputeOpen
        received                       | release reserve                  | refused: NoReserve

        partially_refunded             | dispute all                      | DisputeOpened → in_dispute
        partially_refunded             | dispute 600                      | DisputeOpened → in_dispute
        partially_refunded             | dispute 601                      | refused: NotDisputable
        partially_refunded             | moves to pre-arbitration         | refused: NoDisputeOpen
        partially_refunded             | add evidence                     | refused: NoDisputeOpen
        partially_refunded             | send evidence                    | refused: NoDisputeOpen
        partially_refunded             | accept dispute                   | refused: NoDisputeOpen
        partially_refunded             | dispute won                      | refused: NoDisputeOpen
        partially_refunded             | dispute expires                  | refused: NoDisputeOpen
        partially_refunded             | release reserve                  | refused: NoReserve

        return_rejected                | dispute all                      | DisputeOpened → in_dispute
        return_rejected                | moves to pre-arbitration         | refused: NoDisputeOpen
        return_rejected                | add evidence                     | refused: NoDisputeOpen
        return_rejected                | send evidence                    | refused: NoDisputeOpen
        return_rejected                | accept dispute                   | refused: NoDisputeOpen
        return_rejected                | dispute won                      | refused: NoDisputeOpen
        return_rejected                | dispute expires                  | refused: NoDisputeOpen
        return_rejected                | release reserve                  | refused: NoReserve

        return_expired                 | dispute all                      | DisputeOpened → in_dispute
        return_expired                 | moves to pre-arbitration         | refused: NoDisputeOpen
        return_expired                 | add evidence                     | refused: NoDisputeOpen
        return_expired                 | send evidence                    | refused: NoDisputeOpen
        return_expired                 | accept dispute                   | refused: NoDisputeOpen
        return_expired                 | dispute won                      | refused: NoDisputeOpen
        return_expired                 | dispute expires                  | refused: NoDisputeOpen
        return_expired                 | release reserve                  | refused: NoReserve

        # What was kept back when the payment settled is released once.
        with a reserve                 | release reserve                  | ReserveReleased → received
        """;

    public const string Disputed = """
        # The scheme has taken the money back. The merchant may bring evidence and send it, or accept.
        disputed                       | add evidence                     | EvidenceAdded → in_dispute
        disputed                       | add evidence of 20 MB            | EvidenceAdded → in_dispute
        disputed                       | add a byte more than 20 MB       | refused: EvidenceTooLarge
        disputed                       | add 100 pieces of evidence       | EvidenceAdded → in_dispute
        disputed                       | add 101 pieces of evidence       | refused: EvidenceTooLarge
        disputed                       | add evidence to another dispute  | refused: NoDisputeOpen
        disputed                       | send evidence                    | refused: NoEvidence
        disputed                       | accept dispute                   | DisputeAnswerStarted → in_dispute
        disputed                       | accept another dispute           | refused: NoDisputeOpen
        disputed, with evidence        | add evidence                     | EvidenceAdded → in_dispute
        disputed, with evidence        | add evidence of 20 MB            | refused: EvidenceTooLarge
        disputed, with evidence        | add 100 pieces of evidence       | refused: EvidenceTooLarge
        disputed, with evidence        | send evidence                    | DisputeAnswerStarted → in_dispute
        disputed, with evidence        | send evidence of another dispute | refused: NoDisputeOpen
        disputed, with evidence        | accept dispute                   | DisputeAnswerStarted → in_dispute
        # From its deadline on it cannot answer any more, and has lost.
        disputed                       | add evidence at the deadline     | refused: DisputeNotAnswerable
        disputed, with evidence        | send evidence at the deadline    | refused: DisputeNotAnswerable
        disputed                       | accept dispute at the deadline   | refused: DisputeNotAnswerable
        disputed                       | dispute expires                  | DisputeExpired → dispute_lost
        disputed, not settled          | dispute expires                  | DisputeExpired → dispute_lost
        # The scheme decides when it likes. Won, the payment is what it was before.
        disputed                       | dispute won                      | DisputeWon → received
        disputed                       | dispute lost                     | DisputeLost → dispute_lost
        disputed, not settled          | dispute won                      | DisputeWon → waiting
        disputed in part               | dispute won                      | DisputeWon → partially_refunded
        disputed in part               | dispute lost                     | DisputeLost → dispute_lost
        disputed                       | another dispute lost             | refused: NoDisputeOpen
        # Nothing is given back beside it, not even what the dispute leaves.
        disputed                       | refund all                       | refused: NotRefundable
        disputed in part               | refund 100                       | refused: NotRefundable
        # One dispute at a time; and a word that comes twice is one word.
        disputed                       | the same dispute                 | refused: NotDisputable
        disputed                       | dispute all                      | refused: NotDisputable
        # The funds may still be on their way, and arrive.
        disputed, not settled          | settle                           | Settled → in_dispute
        disputed                       | settle                           | refused: NotSettleable
        disputed                       | release reserve                  | refused: NoReserve
        # Nothing of what a payment can do before its capture can be done.
        disputed                       | require challenge                | refused: NotPending
        disputed                       | record authentication            | refused: NotPending
        disputed                       | decline authentication           | refused: NotPending
        disputed                       | start authentication             | refused: NotPending
        disputed                       | set aside                        | refused: NotPending
        disputed                       | start challenge                  | refused: NotPending
        disputed                       | browser returns                  | refused: NotPending
        disputed                       | skip authentication              | refused: NotPending
        disputed                       | end challenge                    | refused: NotPending
        disputed                       | authorise                        | refused: NotPending
        disputed                       | end session                      | refused: NotPending
        disputed                       | capture all                      | refused: NotCapturable
        disputed                       | void                             | refused: NotVoidable
        disputed                       | approved                         | refused: StaleOperation
        disputed                       | undo                             | refused: StaleOperation
        disputed                       | undone                           | refused: StaleOperation
        disputed                       | refund paid out                  | refused: NoRefundPending
        disputed                       | refund refused                   | refused: NoRefundPending
        """;

    public const string Stages = """
        # A chargeback comes after an inquiry at most once, and pre-arbitration only after a chargeback.
        disputed                       | moves to chargeback              | refused: DisputeStageNotNext
        disputed                       | moves to pre-arbitration         | DisputeMoved → in_dispute
        disputed                       | moves to arbitration             | refused: DisputeStageNotNext
        disputed                       | moves to won                     | refused: DisputeStageNotNext
        disputed                       | another dispute moves            | refused: NoDisputeOpen

        # An inquiry: the issuer asks, and no money has moved. Unanswered it is lost all the same.
        inquiry                        | moves to chargeback              | DisputeMoved → in_dispute
        inquiry                        | moves to pre-arbitration         | refused: DisputeStageNotNext
        inquiry                        | add evidence                     | EvidenceAdded → in_dispute
        inquiry                        | accept dispute                   | DisputeAnswerStarted → in_dispute
        inquiry                        | dispute won                      | DisputeWon → received
        inquiry                        | dispute lost                     | DisputeLost → dispute_lost
        inquiry                        | dispute expires                  | DisputeExpired → dispute_lost
        inquiry, answered              | moves to chargeback              | DisputeMoved → in_dispute
        inquiry, answered              | moves to pre-arbitration         | refused: DisputeStageNotNext
        inquiry, answered              | moves to arbitration             | refused: DisputeStageNotNext
        inquiry, answered              | dispute won                      | DisputeWon → received

        # The evidence is with the issuer: it is not the merchant's turn, and nothing runs out.
        evidence_submitted             | add evidence                     | refused: DisputeNotAnswerable
        evidence_submitted             | send evidence                    | refused: DisputeNotAnswerable
        evidence_submitted             | accept dispute                   | refused: DisputeNotAnswerable
        evidence_submitted             | dispute expires                  | refused: DisputeNotAnswerable
        evidence_submitted             | moves to chargeback              | refused: DisputeStageNotNext
        evidence_submitted             | moves to pre-arbitration         | DisputeMoved → in_dispute
        evidence_submitted             | moves to arbitration             | DisputeMoved → in_dispute
        evidence_submitted             | dispute won                      | DisputeWon → received
        evidence_submitted             | dispute lost                     | DisputeLost → dispute_lost

        # The other side was not convinced: the merchant accepts, or answers once more.
        pre_arbitration                | add evidence                     | EvidenceAdded → in_dispute
        pre_arbitration                | send evidence                    | DisputeAnswerStarted → in_dispute
        pre_arbitration                | accept dispute                   | DisputeAnswerStarted → in_dispute
        pre_arbitration                | dispute expires                  | DisputeExpired → dispute_lost
        pre_arbitration                | moves to pre-arbitration         | refused: DisputeStageNotNext
        pre_arbitration                | moves to arbitration             | DisputeMoved → in_dispute

        # The scheme decides.
        arbitration                    | add evidence                     | refused: DisputeNotAnswerable
        arbitration                    | accept dispute                   | refused: DisputeNotAnswerable
        arbitration                    | dispute expires                  | refused: DisputeNotAnswerable
        arbitration                    | moves to pre-arbitration         | refused: DisputeStageNotNext
        arbitration                    | dispute won                      | DisputeWon → received
        arbitration                    | dispute lost                     | DisputeLost → dispute_lost
        """;

    public const string Answering = """
        # The evidence was sent. Until it is answered the merchant does nothing else.
        sending evidence               | add evidence                     | refused: OperationInFlight
        sending evidence               | send evidence                    | refused: OperationInFlight
        sending evidence               | accept dispute                   | refused: OperationInFlight
        sending evidence               | refund 1001                      | refused: OperationInFlight
        sending evidence               | dispute all                      | refused: OperationInFlight
        sending evidence               | moves to pre-arbitration         | refused: OperationInFlight
        sending evidence               | dispute expires                  | refused: OperationInFlight
        sending evidence               | approved                         | EvidenceSubmitted → in_dispute
        sending evidence               | declined                         | DisputeAnswerDeclined → in_dispute
        sending evidence               | not sent                         | DisputeAnswerDeclined → in_dispute
        sending evidence               | unknown                          | OutcomeUnknown → in_dispute
        sending evidence               | settle                           | refused: NotSettleable
        # It takes no money: it is never undone, but repeated until it is acknowledged.
        sending evidence, nobody knows | undo                             | refused: StaleOperation
        sending evidence, nobody knows | approved                         | EvidenceSubmitted → in_dispute
        sending evidence, nobody knows | declined                         | DisputeAnswerDeclined → in_dispute
        sending evidence, nobody knows | unknown                          | OperationDeferred → in_dispute
        # The scheme's word ends the dispute, whatever we were about to answer.
        sending evidence               | dispute won                      | DisputeWon → received
        sending evidence               | dispute lost                     | DisputeLost → dispute_lost
        accepting                      | dispute won                      | DisputeWon → received
        accepting                      | dispute lost                     | DisputeLost → dispute_lost

        # The acceptance was sent.
        accepting                      | approved                         | DisputeAccepted → dispute_lost
        accepting                      | declined                         | DisputeAnswerDeclined → in_dispute
        accepting                      | not sent                         | DisputeAnswerDeclined → in_dispute
        accepting                      | unknown                          | OutcomeUnknown → in_dispute
        accepting                      | send evidence                    | refused: OperationInFlight
        accepting, nobody knows        | undo                             | refused: StaleOperation
        accepting, nobody knows        | approved                         | DisputeAccepted → dispute_lost
        accepting, nobody knows        | unknown                          | OperationDeferred → in_dispute
        """;

    public const string Over = """
        # It is lost: the money is gone, and nothing more happens.
        dispute_lost                   | require challenge                | refused: NotPending
        dispute_lost                   | record authentication            | refused: NotPending
        dispute_lost                   | decline authentication           | refused: NotPending
        dispute_lost                   | start authentication             | refused: NotPending
        dispute_lost                   | set aside                        | refused: NotPending
        dispute_lost                   | start challenge                  | refused: NotPending
        dispute_lost                   | browser returns                  | refused: NotPending
        dispute_lost                   | skip authentication              | refused: NotPending
        dispute_lost                   | end challenge                    | refused: NotPending
        dispute_lost                   | authorise                        | refused: NotPending
        dispute_lost                   | end session                      | refused: NotPending
        dispute_lost                   | capture all                      | refused: NotCapturable
        dispute_lost                   | void                             | refused: NotVoidable
        dispute_lost                   | refund all                       | refused: NotRefundable
        dispute_lost                   | refund paid out                  | refused: NoRefundPending
        dispute_lost                   | refund refused                   | refused: NoRefundPending
        dispute_lost                   | settle                           | refused: NotSettleable
        dispute_lost                   | approved                         | refused: StaleOperation
        dispute_lost                   | undo                             | refused: StaleOperation
        dispute_lost                   | undone                           | refused: StaleOperation
        dispute_lost                   | dispute all                      | refused: NotDisputable
        dispute_lost                   | the same dispute                 | refused: NotDisputable
        dispute_lost                   | moves to pre-arbitration         | refused: NoDisputeOpen
        dispute_lost                   | add evidence                     | refused: NoDisputeOpen
        dispute_lost                   | send evidence                    | refused: NoDisputeOpen
        dispute_lost                   | accept dispute                   | refused: NoDisputeOpen
        dispute_lost                   | dispute won                      | refused: NoDisputeOpen
        dispute_lost                   | dispute lost                     | refused: NoDisputeOpen
        dispute_lost                   | dispute expires                  | refused: NoDisputeOpen
        dispute_lost                   | release reserve                  | refused: NoReserve
        dispute accepted               | dispute won                      | refused: NoDisputeOpen
        dispute expired                | accept dispute                   | refused: NoDisputeOpen
        dispute expired                | dispute expires                  | refused: NoDisputeOpen
        # But for the captured funds, which may still be on their way.
        dispute_lost, not settled      | settle                           | Settled → dispute_lost

        # It is won: the payment is as it was. It can be refunded, and disputed once more, though not in the same case.
        dispute won                    | refund all                       | RefundStarted → return_pending
        dispute won                    | dispute all                      | DisputeOpened → in_dispute
        dispute won                    | the same dispute                 | refused: NotDisputable
        dispute won                    | dispute lost                     | refused: NoDisputeOpen
        dispute won                    | accept dispute                   | refused: NoDisputeOpen
        """;
}
