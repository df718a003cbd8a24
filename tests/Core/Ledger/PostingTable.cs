namespace Tollgate.Core.Tests.Ledger;

/// <summary>What each event moves: a state, what happens in it, and the movements that come of it, one a line.</summary>
internal static class PostingTable
{
    public const string WithoutFees = """
        # 1000 is held. No money moves: the memo accounts stand against each other.
        authorising                  | approved         | Hold              | AuthMemoDebit            | AuthMemoCredit           | 1000
        voiding                      | approved         | HoldReleased      | AuthMemoCredit           | AuthMemoDebit            | 1000
        lapsing                      | approved         | HoldReleased      | AuthMemoCredit           | AuthMemoDebit            | 1000
        # All of it is captured, or a part: the hold is released, and the acquirer owes what was captured.
        capturing                    | approved         | HoldReleased      | AuthMemoCredit           | AuthMemoDebit            | 1000
                                     |                  | Capture           | SchemeReceivable         | MerchantPending          | 1000
        capturing, being undone      | undoing declined | HoldReleased      | AuthMemoCredit           | AuthMemoDebit            | 1000
                                     |                  | Capture           | SchemeReceivable         | MerchantPending          | 1000
        # It arrives.
        waiting                      | settle           | Settlement        | BankCash                 | SchemeReceivable         | 1000
                                     |                  | Available         | MerchantPending          | MerchantPayable          | 1000
        # A refund is taken from what has arrived, or from what has not; and comes back there when it is not paid out.
        received                     | refund 400       | Refund            | MerchantPayable          | RefundClearing           | 400
        waiting                      | refund 400       | Refund            | MerchantPending          | RefundClearing           | 400
        refunding                    | declined         | RefundReturned    | RefundClearing           | MerchantPayable          | 400
        refunding, being undone      | undone           | RefundReturned    | RefundClearing           | MerchantPayable          | 400
        return_pending               | refund paid out  | RefundPaidOut     | RefundClearing           | BankCash                 | 400
        return_pending               | refund refused   | RefundReturned    | RefundClearing           | MerchantPayable          | 400
        return_pending, not settled  | refund refused   | RefundReturned    | RefundClearing           | MerchantPending          | 400
        return_pending, not settled  | refund paid out  | RefundPaidOut     | RefundClearing           | BankCash                 | 400
        withdrawing                  | undone           | RefundReturned    | RefundClearing           | MerchantPayable          | 400
        # Settled while 400 are on their way back: 600 are the app's.
        return_pending, not settled  | settle           | Settlement        | BankCash                 | SchemeReceivable         | 1000
                                     |                  | Available         | MerchantPending          | MerchantPayable          | 600
        # A chargeback takes the money from the bank, and from the app.
        received                     | dispute all      | Chargeback        | DisputeHold              | BankCash                 | 1000
                                     |                  | DisputeHeld       | MerchantPayable          | MerchantDisputeProvision | 1000
        partially_refunded           | dispute 400      | Chargeback        | DisputeHold              | BankCash                 | 400
                                     |                  | DisputeHeld       | MerchantPayable          | MerchantDisputeProvision | 400
        waiting                      | dispute all      | Chargeback        | DisputeHold              | BankCash                 | 1000
                                     |                  | DisputeHeld       | MerchantPending          | MerchantDisputeProvision | 1000
        # The captured funds may arrive after it: nothing of them is the app's.
        disputed, not settled        | settle           | Settlement        | BankCash                 | SchemeReceivable         | 1000
        # Won, it comes back; lost, it is gone.
        disputed                     | dispute won      | DisputeWon        | BankCash                 | DisputeHold              | 1000
                                     |                  | DisputeWon        | MerchantDisputeProvision | MerchantPayable          | 1000
        disputed, not settled        | dispute won      | DisputeWon        | BankCash                 | DisputeHold              | 1000
                                     |                  | DisputeWon        | MerchantDisputeProvision | MerchantPending          | 1000
        disputed                     | dispute lost     | DisputeLost       | MerchantDisputeProvision | DisputeHold              | 1000
        disputed                     | dispute expires  | DisputeLost       | MerchantDisputeProvision | DisputeHold              | 1000
        accepting                    | approved         | DisputeLost       | MerchantDisputeProvision | DisputeHold              | 1000
        sending evidence             | dispute lost     | DisputeLost       | MerchantDisputeProvision | DisputeHold              | 1000
        arbitration                  | dispute won      | DisputeWon        | BankCash                 | DisputeHold              | 1000
                                     |                  | DisputeWon        | MerchantDisputeProvision | MerchantPayable          | 1000
        # An inquiry moves nothing, unless it becomes a chargeback, or is lost as if it had been one.
        inquiry                      | moves to chargeback | Chargeback     | DisputeHold              | BankCash                 | 1000
                                     |                  | DisputeHeld       | MerchantPayable          | MerchantDisputeProvision | 1000
        inquiry                      | dispute lost     | Chargeback        | DisputeHold              | BankCash                 | 1000
                                     |                  | DisputeHeld       | MerchantPayable          | MerchantDisputeProvision | 1000
                                     |                  | DisputeLost       | MerchantDisputeProvision | DisputeHold              | 1000
        """;

    public const string WithFees = """
        # 1.5 % and 30 for a capture of 1000: 45, and 10 % tax on that, rounded: 5.
        capturing                    | approved         | HoldReleased      | AuthMemoCredit           | AuthMemoDebit            | 1000
                                     |                  | Capture           | SchemeReceivable         | MerchantPending          | 1000
                                     |                  | Fee               | MerchantPending          | FeeRevenue               | 45
                                     |                  | Tax               | MerchantPending          | GstPayable               | 5
        # 950 are the app's when it settles; 10 % of the capture is kept back for a time.
        waiting                      | settle           | Settlement        | BankCash                 | SchemeReceivable         | 1000
                                     |                  | Available         | MerchantPending          | MerchantPayable          | 950
                                     |                  | Reserve           | MerchantPayable          | MerchantReserve          | 100
        with a reserve               | release reserve  | ReserveReleased   | MerchantReserve          | MerchantPayable          | 100
        # Scheme and acquirer keep a part on the way; or clear less or more than was captured. The difference is a cost, or the opposite of one.
        waiting                      | settle 1000 at a cost of 12 | Settlement | BankCash             | SchemeReceivable         | 988
                                     |                  | SettlementCost    | SchemeCost               | SchemeReceivable         | 12
                                     |                  | Available         | MerchantPending          | MerchantPayable          | 950
                                     |                  | Reserve           | MerchantPayable          | MerchantReserve          | 100
        waiting                      | settle 990 at a cost of 12 | Settlement | BankCash              | SchemeReceivable         | 978
                                     |                  | SettlementCost    | SchemeCost               | SchemeReceivable         | 22
                                     |                  | Available         | MerchantPending          | MerchantPayable          | 950
                                     |                  | Reserve           | MerchantPayable          | MerchantReserve          | 100
        waiting                      | settle 1010      | Settlement        | BankCash                 | SchemeReceivable         | 1010
                                     |                  | SettlementCost    | SchemeReceivable         | SchemeCost               | 10
                                     |                  | Available         | MerchantPending          | MerchantPayable          | 950
                                     |                  | Reserve           | MerchantPayable          | MerchantReserve          | 100
        # A chargeback costs the app 250, and the tax on it.
        received                     | dispute all      | Chargeback        | DisputeHold              | BankCash                 | 1000
                                     |                  | DisputeHeld       | MerchantPayable          | MerchantDisputeProvision | 1000
                                     |                  | DisputeFee        | MerchantPayable          | FeeRevenue               | 250
                                     |                  | Tax               | MerchantPayable          | GstPayable               | 25
        # Settled after it, the app owes 325: nothing is kept back of less than nothing.
        disputed, not settled        | settle           | Settlement        | BankCash                 | SchemeReceivable         | 1000
                                     |                  | Available         | MerchantPayable          | MerchantPending          | 325
        # The fee stays when the dispute is won.
        disputed                     | dispute won      | DisputeWon        | BankCash                 | DisputeHold              | 1000
                                     |                  | DisputeWon        | MerchantDisputeProvision | MerchantPayable          | 1000
        inquiry                      | dispute expires  | Chargeback        | DisputeHold              | BankCash                 | 1000
                                     |                  | DisputeHeld       | MerchantPayable          | MerchantDisputeProvision | 1000
                                     |                  | DisputeFee        | MerchantPayable          | FeeRevenue               | 250
                                     |                  | Tax               | MerchantPayable          | GstPayable               | 25
                                     |                  | DisputeLost       | MerchantDisputeProvision | DisputeHold              | 1000
        """;

    public const string Nothing = """
        pending                      | require challenge
        challenge open               | start authentication
        asking                       | set aside
        asking                       | start challenge
        challenging                  | browser returns
        asking                       | record authentication
        asking                       | decline authentication
        asking                       | skip authentication
        authorising                  | wants authentication
        pending                      | authorise
        pending                      | end session
        pending                      | refuse for risk
        authorising                  | declined
        authorising                  | unknown
        authorising, nobody knows    | undo
        authorising, nobody knows    | unknown
        authorising, being undone    | undone
        authorising, being undone    | approved
        authorised                   | capture all
        authorised                   | void
        capturing                    | declined
        capturing, being undone      | undone
        voiding                      | declined
        refunding                    | approved
        return_pending               | undo
        received                     | inquiry
        disputed                     | add evidence
        disputed                     | accept dispute
        disputed                     | moves to pre-arbitration
        sending evidence             | approved
        sending evidence             | declined
        inquiry                      | dispute won
        inquiry, answered            | dispute won
        """;
}
