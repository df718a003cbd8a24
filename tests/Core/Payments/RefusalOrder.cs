namespace Tollgate.Core.Tests.Payments;

/// <summary>Every refusal once, in the order of checking. Where more is wrong than one thing, the line that stands higher is what is said.</summary>
internal static class RefusalOrder
{
    public const string Table = """
        capturing                      | capture 1001                     | refused: OperationInFlight
        authorised                     | authorise after the session      | refused: NotPending
        challenge open                 | authorise after the session      | refused: NoChallengeOpen
        challenging                    | start the same one after the session | refused: AuthenticationUnderWay
        authenticated                  | authorise after the session      | refused: SessionOver
        waiting                        | capture 1001                     | refused: NotCapturable
        authorised                     | capture 1001                     | refused: CaptureAboveAuthorised
        waiting                        | void                             | refused: NotVoidable
        return_pending                 | refund 1001                      | refused: NotRefundable
        received                       | refund 1001                      | refused: RefundAboveRemaining
        received                       | settle                           | refused: NotSettleable
        received                       | another refund paid out          | refused: NoRefundPending
        return_pending                 | dispute 1001                     | refused: NotDisputable
        received                       | add a byte more than 20 MB       | refused: NoDisputeOpen
        evidence_submitted             | add a byte more than 20 MB       | refused: DisputeNotAnswerable
        disputed                       | send evidence                    | refused: NoEvidence
        disputed                       | add a byte more than 20 MB       | refused: EvidenceTooLarge
        disputed                       | moves to chargeback              | refused: DisputeStageNotNext
        received                       | release reserve                  | refused: NoReserve
        received                       | another operation approved       | refused: StaleOperation
        """;
}
