namespace Tollgate.Core.Tests.Payments;

/// <summary>What may be asked of a payment while nothing of it is under way: every status and every command but those of a dispute.</summary>
internal static class RulesAtRest
{
    public const string Pending = """
        # A payment has just been created. The issuer may want to see the cardholder, or not; either way it can be authorised.
        pending            | require challenge                       | ChallengeRequired → pending
        pending            | authorise                               | AuthorisationStarted → pending
        pending            | end session                             | SessionEnded → expired
        # There is no money yet: nothing can be taken, released or given back.
        pending            | capture all                             | refused: NotCapturable
        pending            | void                                    | refused: NotVoidable
        pending            | refund all                              | refused: NotRefundable
        pending            | settle                                  | refused: NotSettleable
        pending            | refund paid out                         | refused: NoRefundPending
        pending            | refund refused                          | refused: NoRefundPending
        # Nothing was sent, so no answer is awaited.
        pending            | approved                                | refused: StaleOperation
        pending            | undo                                    | refused: StaleOperation
        pending            | undone                                  | refused: StaleOperation
        # After fifteen minutes it is too late to begin.
        pending            | authorise after the session             | refused: SessionOver
        """;

    public const string Authorised = """
        # The issuer holds 1000. All of it or a part can be taken, once; or it is released.
        authorised         | capture all                             | CaptureStarted → authorised
        authorised         | capture 1000                            | CaptureStarted → authorised
        authorised         | capture 1                               | CaptureStarted → authorised
        authorised         | capture 1001                            | refused: CaptureAboveAuthorised
        authorised         | void                                    | VoidStarted → authorised
        authorised         | void as its time is over                | VoidStarted → authorised
        # What was not taken is not given back, and does not arrive.
        authorised         | refund all                              | refused: NotRefundable
        authorised         | refund paid out                         | refused: NoRefundPending
        authorised         | refund refused                          | refused: NoRefundPending
        authorised         | settle                                  | refused: NotSettleable
        # The session is behind it.
        authorised         | require challenge                       | refused: NotPending
        authorised         | record authentication                   | refused: NotPending
        authorised         | decline authentication                  | refused: NotPending
        authorised         | start authentication                    | refused: NotPending
        authorised         | set aside                               | refused: NotPending
        authorised         | start challenge                         | refused: NotPending
        authorised         | browser returns                         | refused: NotPending
        authorised         | skip authentication                     | refused: NotPending
        authorised         | end challenge                           | refused: NotPending
        authorised         | authorise                               | refused: NotPending
        authorised         | authorise after the session             | refused: NotPending
        authorised         | end session                             | refused: NotPending
        # The authorisation was answered: a second answer changes nothing.
        authorised         | approved                                | refused: StaleOperation
        authorised         | declined                                | refused: StaleOperation
        authorised         | undo                                    | refused: StaleOperation
        authorised         | undone                                  | refused: StaleOperation
        """;

    public const string Captured = """
        # The money was taken and is on its way to us. It can go back, all of it or a part.
        waiting            | refund all                              | RefundStarted → return_pending
        waiting            | refund 1                                | RefundStarted → return_pending
        waiting            | refund 1001                             | refused: RefundAboveRemaining
        waiting            | settle                                  | Settled → received
        waiting            | refund paid out                         | refused: NoRefundPending
        waiting            | refund refused                          | refused: NoRefundPending
        # A payment is captured once, and what is captured cannot be released.
        waiting            | capture all                             | refused: NotCapturable
        waiting            | capture 1001                            | refused: NotCapturable
        waiting            | void                                    | refused: NotVoidable
        waiting            | require challenge                       | refused: NotPending
        waiting            | record authentication                   | refused: NotPending
        waiting            | decline authentication                  | refused: NotPending
        waiting            | start authentication                    | refused: NotPending
        waiting            | set aside                               | refused: NotPending
        waiting            | start challenge                         | refused: NotPending
        waiting            | browser returns                         | refused: NotPending
        waiting            | skip authentication                     | refused: NotPending
        waiting            | end challenge                           | refused: NotPending
        waiting            | authorise                               | refused: NotPending
        waiting            | end session                             | refused: NotPending
        waiting            | approved                                | refused: StaleOperation
        waiting            | undo                                    | refused: StaleOperation
        waiting            | undone                                  | refused: StaleOperation
        # Captured together with the authorisation is captured all the same.
        waiting, captured at once | capture all                      | refused: NotCapturable
        waiting, captured at once | void                             | refused: NotVoidable
        waiting, captured at once | refund 1000                      | RefundStarted → return_pending
        waiting, captured at once | settle                           | Settled → received

        # The money has arrived. It arrives once.
        received           | settle                                  | refused: NotSettleable
        received           | refund all                              | RefundStarted → return_pending
        received           | refund 1000                             | RefundStarted → return_pending
        received           | refund 1001                             | refused: RefundAboveRemaining
        received           | refund paid out                         | refused: NoRefundPending
        received           | refund refused                          | refused: NoRefundPending
        received           | capture all                             | refused: NotCapturable
        received           | void                                    | refused: NotVoidable
        received           | require challenge                       | refused: NotPending
        received           | record authentication                   | refused: NotPending
        received           | decline authentication                  | refused: NotPending
        received           | start authentication                    | refused: NotPending
        received           | set aside                               | refused: NotPending
        received           | start challenge                         | refused: NotPending
        received           | browser returns                         | refused: NotPending
        received           | skip authentication                     | refused: NotPending
        received           | end challenge                           | refused: NotPending
        received           | authorise                               | refused: NotPending
        received           | end session                             | refused: NotPending
        received           | approved                                | refused: StaleOperation
        received           | undo                                    | refused: StaleOperation
        received           | undone                                  | refused: StaleOperation
        """;

    public const string Refunded = """
        # A refund of 400 was taken by the acquirer and is being paid out. One at a time.
        return_pending     | refund paid out                         | RefundCompleted → partially_refunded
        return_pending     | this refund paid out                    | RefundCompleted → partially_refunded
        return_pending     | another refund paid out                 | refused: NoRefundPending
        return_pending     | refund refused                          | RefundRejected → return_rejected
        return_pending     | another refund refused                  | refused: NoRefundPending
        return_pending     | refund all                              | refused: NotRefundable
        return_pending     | refund 1001                             | refused: NotRefundable
        # After ten days it is withdrawn.
        return_pending     | undo                                    | ReversalStarted → return_pending
        return_pending     | undo another operation                  | refused: StaleOperation
        return_pending     | undone                                  | refused: StaleOperation
        return_pending     | approved                                | refused: StaleOperation
        return_pending     | settle                                  | refused: NotSettleable
        return_pending     | capture all                             | refused: NotCapturable
        return_pending     | void                                    | refused: NotVoidable
        return_pending     | require challenge                       | refused: NotPending
        return_pending     | record authentication                   | refused: NotPending
        return_pending     | decline authentication                  | refused: NotPending
        return_pending     | start authentication                    | refused: NotPending
        return_pending     | set aside                               | refused: NotPending
        return_pending     | start challenge                         | refused: NotPending
        return_pending     | browser returns                         | refused: NotPending
        return_pending     | skip authentication                     | refused: NotPending
        return_pending     | end challenge                           | refused: NotPending
        return_pending     | authorise                               | refused: NotPending
        return_pending     | end session                             | refused: NotPending
        # Money that is partly going back already can still arrive first.
        return_pending, not settled | settle                         | Settled → return_pending

        # 400 went back, 600 are left.
        partially_refunded | refund all                              | RefundStarted → return_pending
        partially_refunded | refund 600                              | RefundStarted → return_pending
        partially_refunded | refund 601                              | refused: RefundAboveRemaining
        partially_refunded | refund paid out                         | refused: NoRefundPending
        partially_refunded | refund refused                          | refused: NoRefundPending
        partially_refunded | settle                                  | refused: NotSettleable
        partially_refunded | capture all                             | refused: NotCapturable
        partially_refunded | void                                    | refused: NotVoidable
        partially_refunded | require challenge                       | refused: NotPending
        partially_refunded | record authentication                   | refused: NotPending
        partially_refunded | decline authentication                  | refused: NotPending
        partially_refunded | start authentication                    | refused: NotPending
        partially_refunded | set aside                               | refused: NotPending
        partially_refunded | start challenge                         | refused: NotPending
        partially_refunded | browser returns                         | refused: NotPending
        partially_refunded | skip authentication                     | refused: NotPending
        partially_refunded | end challenge                           | refused: NotPending
        partially_refunded | authorise                               | refused: NotPending
        partially_refunded | end session                             | refused: NotPending
        partially_refunded | approved                                | refused: StaleOperation
        partially_refunded | undo                                    | refused: StaleOperation
        partially_refunded | undone                                  | refused: StaleOperation

        # Everything went back: nothing is left.
        return_received    | refund all                              | refused: NotRefundable
        return_received    | refund 1                                | refused: NotRefundable
        return_received    | refund paid out                         | refused: NoRefundPending
        return_received    | refund refused                          | refused: NoRefundPending
        return_received    | settle                                  | refused: NotSettleable
        return_received    | capture all                             | refused: NotCapturable
        return_received    | void                                    | refused: NotVoidable
        return_received    | require challenge                       | refused: NotPending
        return_received    | record authentication                   | refused: NotPending
        return_received    | decline authentication                  | refused: NotPending
        return_received    | start authentication                    | refused: NotPending
        return_received    | set aside                               | refused: NotPending
        return_received    | start challenge                         | refused: NotPending
        return_received    | browser returns                         | refused: NotPending
        return_received    | skip authentication                     | refused: NotPending
        return_received    | end challenge                           | refused: NotPending
        return_received    | authorise                               | refused: NotPending
        return_received    | end session                             | refused: NotPending
        return_received    | approved                                | refused: StaleOperation
        return_received    | undo                                    | refused: StaleOperation
        return_received    | undone                                  | refused: StaleOperation

        # The refund was refused: the money is still the merchant's, and a new refund may be asked for.
        return_rejected    | refund all                              | RefundStarted → return_pending
        return_rejected    | refund 1001                             | refused: RefundAboveRemaining
        return_rejected    | refund paid out                         | refused: NoRefundPending
        return_rejected    | refund refused                          | refused: NoRefundPending
        return_rejected    | settle                                  | refused: NotSettleable
        return_rejected    | capture all                             | refused: NotCapturable
        return_rejected    | void                                    | refused: NotVoidable
        return_rejected    | require challenge                       | refused: NotPending
        return_rejected    | record authentication                   | refused: NotPending
        return_rejected    | decline authentication                  | refused: NotPending
        return_rejected    | start authentication                    | refused: NotPending
        return_rejected    | set aside                               | refused: NotPending
        return_rejected    | start challenge                         | refused: NotPending
        return_rejected    | browser returns                         | refused: NotPending
        return_rejected    | skip authentication                     | refused: NotPending
        return_rejected    | end challenge                           | refused: NotPending
        return_rejected    | authorise                               | refused: NotPending
        return_rejected    | end session                             | refused: NotPending
        return_rejected    | approved                                | refused: StaleOperation
        return_rejected    | undo                                    | refused: StaleOperation
        return_rejected    | undone                                  | refused: StaleOperation

        # The refund was not paid out in ten days and was withdrawn: the same.
        return_expired     | refund all                              | RefundStarted → return_pending
        return_expired     | refund 1001                             | refused: RefundAboveRemaining
        return_expired     | refund paid out                         | refused: NoRefundPending
        return_expired     | refund refused                          | refused: NoRefundPending
        return_expired     | settle                                  | refused: NotSettleable
        return_expired     | capture all                             | refused: NotCapturable
        return_expired     | void                                    | refused: NotVoidable
        return_expired     | require challenge                       | refused: NotPending
        return_expired     | record authentication                   | refused: NotPending
        return_expired     | decline authentication                  | refused: NotPending
        return_expired     | start authentication                    | refused: NotPending
        return_expired     | set aside                               | refused: NotPending
        return_expired     | start challenge                         | refused: NotPending
        return_expired     | browser returns                         | refused: NotPending
        return_expired     | skip authentication                     | refused: NotPending
        return_expired     | end challenge                           | refused: NotPending
        return_expired     | authorise                               | refused: NotPending
        return_expired     | end session                             | refused: NotPending
        return_expired     | approved                                | refused: StaleOperation
        return_expired     | undo                                    | refused: StaleOperation
        return_expired     | undone                                  | refused: StaleOperation
        """;

    public const string Ended = """
        # It failed. Nothing brings it back.
        failed             | require challenge                       | refused: NotPending
        failed             | record authentication                   | refused: NotPending
        failed             | record authentication after the session | refused: NotPending
        failed             | decline authentication                  | refused: NotPending
        failed             | start authentication                    | refused: NotPending
        failed             | set aside                               | refused: NotPending
        failed             | start challenge                         | refused: NotPending
        failed             | browser returns                         | refused: NotPending
        failed             | skip authentication                     | refused: NotPending
        failed             | end challenge                           | refused: NotPending
        failed             | authorise                               | refused: NotPending
        failed             | end session                             | refused: NotPending
        failed             | capture all                             | refused: NotCapturable
        failed             | void                                    | refused: NotVoidable
        failed             | refund all                              | refused: NotRefundable
        failed             | settle                                  | refused: NotSettleable
        failed             | refund paid out                         | refused: NoRefundPending
        failed             | refund refused                          | refused: NoRefundPending
        failed             | approved                                | refused: StaleOperation
        failed             | undo                                    | refused: StaleOperation
        failed             | undone                                  | refused: StaleOperation
        voided             | capture all                             | refused: NotCapturable
        voided             | void                                    | refused: NotVoidable
        voided             | approved                                | refused: StaleOperation

        # It was given up and undone at the acquirer. Should the approval come after all, the hold is released once more.
        given up           | approved                                | LateApprovalReceived → failed
        given up           | declined                                | refused: StaleOperation
        given up           | unknown                                 | refused: StaleOperation
        given up           | another operation approved              | refused: StaleOperation
        given up, undone again | undone                              | OperationReversed → failed
        given up, undone again | undoing unknown                     | OperationDeferred → failed
        given up, undone again | approved                            | LateApprovalReceived → failed

        # Its session ended, or its hold lapsed.
        expired            | require challenge                       | refused: NotPending
        expired            | record authentication                   | refused: NotPending
        expired            | decline authentication                  | refused: NotPending
        expired            | start authentication                    | refused: NotPending
        expired            | set aside                               | refused: NotPending
        expired            | start challenge                         | refused: NotPending
        expired            | browser returns                         | refused: NotPending
        expired            | skip authentication                     | refused: NotPending
        expired            | end challenge                           | refused: NotPending
        expired            | authorise                               | refused: NotPending
        expired            | end session                             | refused: NotPending
        expired            | capture all                             | refused: NotCapturable
        expired            | void                                    | refused: NotVoidable
        expired            | refund all                              | refused: NotRefundable
        expired            | settle                                  | refused: NotSettleable
        expired            | refund paid out                         | refused: NoRefundPending
        expired            | refund refused                          | refused: NoRefundPending
        expired            | approved                                | refused: StaleOperation
        expired            | undo                                    | refused: StaleOperation
        expired            | undone                                  | refused: StaleOperation
        lapsed             | capture all                             | refused: NotCapturable
        lapsed             | void                                    | refused: NotVoidable
        """;
}
