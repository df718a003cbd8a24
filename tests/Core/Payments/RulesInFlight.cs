namespace Tollgate.Core.Tests.Payments;

/// <summary>What may be asked of a payment while one of its operations is under way, and what each answer to that operation means.</summary>
internal static class RulesInFlight
{
    public const string Authorising = """
        # The authorisation was sent. Until it is answered nothing else begins, whatever else would be wrong with it.
        authorising                | require challenge          | refused: OperationInFlight
        authorising                | record authentication      | refused: OperationInFlight
        authorising                | decline authentication     | refused: OperationInFlight
        authorising                | authorise                  | refused: OperationInFlight
        authorising                | authorise after the session | refused: OperationInFlight
        authorising                | end session                | refused: OperationInFlight
        authorising                | capture 1001               | refused: OperationInFlight
        authorising                | void                       | refused: OperationInFlight
        authorising                | refund 1001                | refused: OperationInFlight
        authorising                | settle                     | refused: NotSettleable
        authorising                | refund paid out            | refused: NoRefundPending
        # Each of the four answers.
        authorising                | approved                   | Authorised → authorised
        authorising                | declined                   | AuthorisationDeclined → failed
        authorising                | not sent                   | AuthorisationDeclined → failed
        authorising                | unknown                    | OutcomeUnknown → pending
        authorising                | another operation approved | refused: StaleOperation
        # It is undone only once nobody knows what came of it.
        authorising                | undo                       | refused: StaleOperation
        authorising                | undone                     | refused: StaleOperation

        # No answer came. Recovery asks the acquirer, who may say yes or no after all, or not know either.
        authorising, nobody knows  | approved                   | Authorised → authorised
        authorising, nobody knows  | declined                   | AuthorisationDeclined → failed
        authorising, nobody knows  | unknown                    | OperationDeferred → pending
        authorising, nobody knows  | undo                       | ReversalStarted → pending
        authorising, nobody knows  | undo another operation     | refused: StaleOperation
        authorising, nobody knows  | end session                | refused: OperationInFlight

        # It is being undone, for as long as it takes the acquirer to acknowledge.
        authorising, being undone  | undone                     | OperationReversed → failed
        authorising, being undone  | undoing declined           | OutcomeUnknown → pending
        authorising, being undone  | undoing not sent           | OperationDeferred → pending
        authorising, being undone  | undoing unknown            | OperationDeferred → pending
        authorising, being undone  | another operation undone   | refused: StaleOperation
        authorising, being undone  | undo                       | refused: StaleOperation
        # A late yes is written down and changes nothing: it is being undone already.
        authorising, being undone  | approved                   | LateApprovalReceived → pending
        authorising, being undone  | declined                   | refused: StaleOperation
        # But what was sent to undo it before that yes may have come first, and have found nothing to undo.
        authorising, late yes      | undone, sent before        | OperationDeferred → pending
        authorising, late yes      | undone                     | OperationReversed → failed
        authorising, being undone  | unknown                    | refused: StaleOperation
        authorising, being undone  | authorise                  | refused: OperationInFlight
        """;

    public const string Capturing = """
        # The capture was sent.
        capturing                  | capture all                | refused: OperationInFlight
        capturing                  | capture 1001               | refused: OperationInFlight
        capturing                  | void                       | refused: OperationInFlight
        capturing                  | refund all                 | refused: OperationInFlight
        capturing                  | approved                   | Captured → waiting
        # A no, or one that never left, leaves the hold as it was.
        capturing                  | declined                   | CaptureDeclined → authorised
        capturing                  | not sent                   | CaptureDeclined → authorised
        capturing                  | unknown                    | OutcomeUnknown → authorised
        capturing                  | settle                     | refused: NotSettleable

        capturing, nobody knows    | approved                   | Captured → waiting
        capturing, nobody knows    | declined                   | CaptureDeclined → authorised
        capturing, nobody knows    | unknown                    | OperationDeferred → authorised
        capturing, nobody knows    | undo                       | ReversalStarted → authorised

        # What the acquirer cannot undo any more has happened, and that is the truth.
        capturing, being undone    | undone                     | OperationReversed → authorised
        capturing, being undone    | undoing declined           | Captured → waiting
        capturing, being undone    | undoing unknown            | OperationDeferred → authorised
        capturing, being undone    | void                       | refused: OperationInFlight
        """;

    public const string Voiding = """
        # The merchant releases the hold.
        voiding                    | void                       | refused: OperationInFlight
        voiding                    | capture all                | refused: OperationInFlight
        voiding                    | approved                   | Voided → failed
        voiding                    | declined                   | VoidDeclined → authorised
        voiding                    | not sent                   | VoidDeclined → authorised
        voiding                    | unknown                    | OutcomeUnknown → authorised
        # A release is never undone: it is repeated until it is acknowledged.
        voiding, nobody knows      | undo                       | refused: StaleOperation
        voiding, nobody knows      | approved                   | Voided → failed
        voiding, nobody knows      | unknown                    | OperationDeferred → authorised
        # What did not leave this time says nothing of what left before.
        voiding, nobody knows      | not sent                   | OperationDeferred → authorised

        # What could not be undone is through. Its yes, when it comes once more after a void, is not late: nothing is left to undo.
        authorised after all       | void                       | VoidStarted → authorised
        voided after all           | the first operation approved | refused: StaleOperation

        # The scheme's time for capturing is over: a no from the issuer means that it let go already.
        lapsing                    | approved                   | Voided → expired
        lapsing                    | declined                   | Voided → expired
        lapsing                    | not sent                   | OutcomeUnknown → authorised
        lapsing                    | unknown                    | OutcomeUnknown → authorised
        lapsing, nobody knows      | approved                   | Voided → expired
        lapsing, nobody knows      | declined                   | Voided → expired
        lapsing, nobody knows      | unknown                    | OperationDeferred → authorised
        lapsing, nobody knows      | not sent                   | OperationDeferred → authorised
        """;

    public const string Refunding = """
        # A refund of 400 was sent. For the customer it is on its way.
        refunding                  | refund 100                 | refused: OperationInFlight
        refunding                  | refund 1001                | refused: OperationInFlight
        refunding                  | approved                   | RefundAccepted → return_pending
        refunding                  | declined                   | RefundRejected → return_rejected
        refunding                  | not sent                   | RefundRejected → return_rejected
        refunding                  | unknown                    | OutcomeUnknown → return_pending
        # The acquirer may tell how it ended before it answers.
        refunding                  | this refund paid out       | RefundCompleted → partially_refunded
        refunding                  | another refund paid out    | refused: NoRefundPending
        refunding                  | refund refused             | RefundRejected → return_rejected

        refunding, nobody knows    | undo                       | ReversalStarted → return_pending
        refunding, nobody knows    | approved                   | RefundAccepted → return_pending
        refunding, nobody knows    | declined                   | RefundRejected → return_rejected
        refunding, being undone    | undone                     | OperationReversed → return_rejected
        # It took the refund and cannot undo it: how it ends, it will tell.
        refunding, being undone    | undoing declined           | RefundAccepted → return_pending
        refunding, being undone    | undoing unknown            | OperationDeferred → return_pending

        # Its ten days are over and it is withdrawn, unless the acquirer tells that it was paid out after all.
        withdrawing                | undone                     | RefundExpired → return_expired
        withdrawing                | undoing declined           | OperationDeferred → return_pending
        withdrawing                | undoing unknown            | OperationDeferred → return_pending
        withdrawing                | refund paid out            | RefundCompleted → partially_refunded
        withdrawing                | refund refused             | RefundRejected → return_rejected
        withdrawing                | refund all                 | refused: OperationInFlight
        """;
}
