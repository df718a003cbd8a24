using Tollgate.Core.Payments;

namespace Tollgate.Core.Ledger;

/// <summary>
/// How each event of a payment posts. Settlement is gross: refunds and disputes go through the bank even when the capture has not settled, so that
/// what the acquirer owes is always what was captured and has not arrived.
/// </summary>
public static class Postings
{
    /// <summary>What an event moves; nothing for most.</summary>
    /// <param name="before">The payment before it; none before its creation.</param>
    /// <param name="after">The payment after it.</param>
    /// <param name="happened">The event.</param>
    public static IReadOnlyList<Transfer> Of(Payment? before, Payment after, PaymentEvent happened)
    {
        if (before is null)
        {
            return [];
        }

        var merchant = after.SettledAt is null ? Account.MerchantPending : Account.MerchantPayable;
        return happened switch
        {
            PaymentEvent.Authorised when !after.Captured.IsPositive => [new(TransferKind.Hold, Account.AuthMemoDebit, Account.AuthMemoCredit, after.Authorised)],
            PaymentEvent.Authorised => [.. Capture(after)],
            PaymentEvent.Captured => [Release(before), .. Capture(after)],
            PaymentEvent.Voided => [Release(before)],
            PaymentEvent.Settled e => Settle(before, after, e),
            PaymentEvent.RefundStarted e => [new(TransferKind.Refund, merchant, Account.RefundClearing, e.Amount)],
            PaymentEvent.RefundCompleted => [new(TransferKind.RefundPaidOut, Account.RefundClearing, Account.BankCash, before.Refund!.Amount)],
            _ when before.Refund is { } refund && after.Refund is null => [new(TransferKind.RefundReturned, Account.RefundClearing, merchant, refund.Amount)],
            PaymentEvent.ReserveReleased => [new(TransferKind.ReserveReleased, Account.MerchantReserve, Account.MerchantPayable, before.Reserved)],
            _ when after.Dispute != before.Dispute => Dispute(before, after, merchant),
            _ => [],
        };
    }

    private static Transfer Release(Payment before) => new(TransferKind.HoldReleased, Account.AuthMemoCredit, Account.AuthMemoDebit, before.Authorised);

    private static IEnumerable<Transfer> Capture(Payment after)
    {
        yield return new(TransferKind.Capture, Account.SchemeReceivable, Account.MerchantPending, after.Captured);
        if (after.Fee.IsPositive)
        {
            yield return new(TransferKind.Fee, Account.MerchantPending, Account.FeeRevenue, after.Fee);
        }

        if (after.Fees.Tax(after.Fee) is { IsPositive: true } tax)
        {
            yield return new(TransferKind.Tax, Account.MerchantPending, Account.GstPayable, tax);
        }
    }

    private static List<Transfer> Settle(Payment before, Payment after, PaymentEvent.Settled settled)
    {
        var transfers = new List<Transfer>(4);
        var nothing = Money.Zero(before.Captured.Currency);
        var arrived = (settled.Cleared ?? before.Captured) - (settled.Cost ?? nothing);
        Move(TransferKind.Settlement, Account.BankCash, Account.SchemeReceivable, arrived);
        Move(TransferKind.SettlementCost, Account.SchemeCost, Account.SchemeReceivable, before.Captured - arrived);
        Move(TransferKind.Available, Account.MerchantPending, Account.MerchantPayable, before.Net);
        Move(TransferKind.Reserve, Account.MerchantPayable, Account.MerchantReserve, after.Reserved);
        return transfers;

        // More than was due stands the other way round.
        void Move(TransferKind kind, Account debit, Account credit, Money amount)
        {
            if (amount.Minor != 0)
            {
                transfers.Add(amount.IsPositive ? new(kind, debit, credit, amount) : new(kind, credit, debit, nothing - amount));
            }
        }
    }

    private static List<Transfer> Dispute(Payment before, Payment after, Account merchant)
    {
        var transfers = new List<Transfer>(4);
        var dispute = after.Dispute!;
        if (dispute.MoneyTaken && !(before.Dispute is { MoneyTaken: true } earlier && earlier.Id == dispute.Id))
        {
            transfers.Add(new(TransferKind.Chargeback, Account.DisputeHold, Account.BankCash, dispute.Amount));
            transfers.Add(new(TransferKind.DisputeHeld, merchant, Account.MerchantDisputeProvision, dispute.Amount));
            var fee = new Money(after.Fees.Dispute, dispute.Amount.Currency);
            if (fee.IsPositive)
            {
                transfers.Add(new(TransferKind.DisputeFee, merchant, Account.FeeRevenue, fee));
            }

            if (after.Fees.Tax(fee) is { IsPositive: true } tax)
            {
                transfers.Add(new(TransferKind.Tax, merchant, Account.GstPayable, tax));
            }
        }

        if (!dispute.MoneyTaken || dispute.IsOpen)
        {
            return transfers;
        }

        if (dispute.IsLost)
        {
            transfers.Add(new(TransferKind.DisputeLost, Account.MerchantDisputeProvision, Account.DisputeHold, dispute.Amount));
        }
        else
        {
            transfers.Add(new(TransferKind.DisputeWon, Account.BankCash, Account.DisputeHold, dispute.Amount));
            transfers.Add(new(TransferKind.DisputeWon, Account.MerchantDisputeProvision, merchant, dispute.Amount));
        }

        return transfers;
    }
}
