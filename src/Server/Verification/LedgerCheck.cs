using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Verification;

/// <summary>Hears what does not hold.</summary>
internal delegate void Report(Rule rule, string what, string expected, string found);

/// <summary>What must hold of a payment's lines in the ledger: they are what its events post, and add up to what its status says.</summary>
internal sealed class LedgerCheck
{
    private static readonly int Accounts = (int)Enum.GetValues<Account>().Max() + 1;

    // Debits less credits, by account.
    private readonly long[] balances = new long[Accounts];

    /// <summary>Compares the lines from a place on with what an event posts; the place after them.</summary>
    public static int CheckPosted(PaymentRecord record, int place, int version, long at, IReadOnlyList<Transfer> transfers, Report report)
    {
        for (var line = 0; line < transfers.Count; line++)
        {
            var expected = LedgerEntry.Of(version, line, record.App, transfers[line], at);
            place = SkipBefore(record, place, (version, line), report);
            if (place == record.Ledger.Count || (record.Ledger[place].Version, record.Ledger[place].Line) != (version, line))
            {
                report(Rule.Posted, $"line {line} of version {version} in the ledger", expected.ToString(), "missing");
                continue;
            }

            if (record.Ledger[place] != expected)
            {
                report(Rule.Posted, $"line {line} of version {version} in the ledger", expected.ToString(), record.Ledger[place].ToString());
            }

            place++;
        }

        return place;
    }

    /// <summary>Says of every line from a place on that no event posted it.</summary>
    public static void CheckNoMore(PaymentRecord record, int place, Report report) => SkipBefore(record, place, (int.MaxValue, 0), report);

    /// <summary>Compares what the lines add up to with what the payment says.</summary>
    public void CheckBalances(Payment payment, List<LedgerEntry> entries, Report report)
    {
        Array.Clear(balances);
        foreach (var entry in entries)
        {
            if (!IsAccount(entry.Debit) || !IsAccount(entry.Credit) || entry.Debit == entry.Credit || entry.Amount <= 0 || !Enum.IsDefined((TransferKind)entry.Kind))
            {
                report(Rule.Posted, $"line {entry.Line} of version {entry.Version} in the ledger", "more than nothing between two accounts", entry.ToString());
                return;
            }

            balances[entry.Debit] = unchecked(balances[entry.Debit] + entry.Amount);
            balances[entry.Credit] = unchecked(balances[entry.Credit] - entry.Amount);
        }

        var captured = payment.Captured.Minor;
        var unsettled = captured > 0 && payment.SettledAt is null;
        var net = payment.Net.Minor;
        var charges = payment.Fee.Minor + payment.Fees.Tax(payment.Fee).Minor + payment.DisputeCharges.Minor;
        var held = payment is { Captured.Minor: 0, End: null } ? payment.Authorised.Minor : 0;
        var disputed = payment.Dispute is { IsOpen: true, MoneyTaken: true } dispute ? dispute.Amount.Minor : 0;
        Same("what the acquirer owes for it", unsettled ? captured : 0, Debit(Account.SchemeReceivable));
        Same("what is pending for the merchant", unsettled ? net : 0, Credit(Account.MerchantPending));
        Same("what is available or reserved for the merchant", payment.SettledAt is not null ? net : 0, Credit(Account.MerchantPayable) + Credit(Account.MerchantReserve));
        Same("what is reserved", payment.Reserved.Minor, Credit(Account.MerchantReserve));
        Same("our fees and their tax", charges, Credit(Account.FeeRevenue) + Credit(Account.GstPayable));
        Same("its refund on the way", payment.Refund?.Amount.Minor ?? 0, Credit(Account.RefundClearing));
        Same("what the scheme took in its open dispute", disputed, Debit(Account.DisputeHold));
        Same("what is held back for its open dispute", disputed, Credit(Account.MerchantDisputeProvision));
        Same("what the issuer holds", held, Debit(Account.AuthMemoDebit));
        Same("the other side of what the issuer holds", held, Credit(Account.AuthMemoCredit));
        Same("what the merchant owes us", 0, Debit(Account.MerchantNegative));

        void Same(string what, long expected, long found)
        {
            if (expected != found)
            {
                report(Rule.Balance, what, $"{expected} ({payment.Status})", $"{found}");
            }
        }
    }

    public static bool IsAccount(int number) => number > 0 && number < Accounts;

    private long Debit(Account account) => balances[(int)account];

    private long Credit(Account account) => -balances[(int)account];

    private static int SkipBefore(PaymentRecord record, int place, (int Version, int Line) until, Report report)
    {
        for (; place < record.Ledger.Count && (record.Ledger[place].Version, record.Ledger[place].Line).CompareTo(until) < 0; place++)
        {
            var extra = record.Ledger[place];
            report(Rule.Posted, $"line {extra.Line} of version {extra.Version} in the ledger", "not there", extra.ToString());
        }

        return place;
    }
}
