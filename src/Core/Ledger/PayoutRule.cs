namespace Tollgate.Core.Ledger;

/// <summary>How a payout brings what an app has available to nothing.</summary>
public static class PayoutRule
{
    /// <summary>What a payout moves; nothing when there is nothing to close.</summary>
    /// <param name="payable">What is available; below zero the app owes it.</param>
    /// <param name="owed">What the app owes from earlier payouts.</param>
    public static IReadOnlyList<Transfer> Of(Money payable, Money owed)
    {
        Check.That(owed.Minor >= 0, "nobody owes less than nothing");
        if (payable.Minor < 0)
        {
            return [new(TransferKind.DebtCarried, Account.MerchantNegative, Account.MerchantPayable, Money.Zero(payable.Currency) - payable)];
        }

        var recovered = payable < owed ? payable : owed;
        var transfers = new List<Transfer>(2);
        if (recovered.IsPositive)
        {
            transfers.Add(new(TransferKind.DebtRecovered, Account.MerchantPayable, Account.MerchantNegative, recovered));
        }

        if (payable > recovered)
        {
            transfers.Add(new(TransferKind.Payout, Account.MerchantPayable, Account.BankCash, payable - recovered));
        }

        return transfers;
    }
}
