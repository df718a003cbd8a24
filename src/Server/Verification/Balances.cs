using Tollgate.Core.Ledger;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Verification;

/// <summary>Adds up what the ledger has on each account of each app. One thread posts; several are added together in the end.</summary>
internal sealed class Balances
{
    private static readonly int Accounts = (int)Enum.GetValues<Account>().Max() + 1;

    private readonly Dictionary<(string App, string Currency), Int128[]> sums = [];
    private (string App, string Currency) last;
    private Int128[]? lastSums;

    public void Post(in LedgerEntry entry)
    {
        if (!LedgerCheck.IsAccount(entry.Debit) || !LedgerCheck.IsAccount(entry.Credit))
        {
            return;
        }

        var key = (entry.App, entry.Currency);
        if (lastSums is null || key != last)
        {
            (last, lastSums) = (key, Of(key));
        }

        lastSums[entry.Debit * 2] += entry.Amount;
        lastSums[(entry.Credit * 2) + 1] += entry.Amount;
    }

    public void Add(Balances others)
    {
        foreach (var (key, theirs) in others.sums)
        {
            var ours = Of(key);
            for (var i = 0; i < ours.Length; i++)
            {
                ours[i] += theirs[i];
            }
        }
    }

    /// <summary>Compares with what is stored.</summary>
    public void Check(IEnumerable<AccountSums> stored, Action<Violation> report)
    {
        var known = stored.ToDictionary(b => (b.App, b.Account, b.Currency), b => (b.Debits, b.Credits));
        foreach (var ((app, currency), ours) in sums)
        {
            for (var account = 1; account < Accounts; account++)
            {
                var expected = (Debits: ours[account * 2], Credits: ours[(account * 2) + 1]);
                if (!known.Remove((app, account, currency), out var found) && expected == (Int128.Zero, Int128.Zero))
                {
                    continue;
                }

                Compare(app, account, currency, expected, found);
            }
        }

        foreach (var ((app, account, currency), found) in known)
        {
            Compare(app, account, currency, (0, 0), found);
        }

        void Compare(string app, int account, string currency, (Int128 Debits, Int128 Credits) expected, (long Debits, long Credits) found)
        {
            if (expected != ((Int128)found.Debits, (Int128)found.Credits))
            {
                report(new(
                    Rule.BalanceSum,
                    $"app {app}",
                    $"the balance of {(Account)account} in {currency}",
                    $"debits {expected.Debits} and credits {expected.Credits}",
                    $"debits {found.Debits} and credits {found.Credits}"));
            }
        }
    }

    /// <summary>Whether debits are credits in each currency, of the stored balances of all apps together.</summary>
    public static void CheckBalanced(IEnumerable<AccountSums> stored, Action<Violation> report)
    {
        foreach (var currency in stored.GroupBy(b => b.Currency))
        {
            var (debits, credits) = ((Int128)0, (Int128)0);
            foreach (var balance in currency)
            {
                (debits, credits) = (debits + balance.Debits, credits + balance.Credits);
            }

            if (debits != credits)
            {
                report(new(Rule.LedgerBalanced, $"the ledger in {currency.Key}", "the sum of all debits", $"{credits}, that of all credits", $"{debits}"));
            }
        }
    }

    private Int128[] Of((string App, string Currency) key)
    {
        if (!sums.TryGetValue(key, out var found))
        {
            sums.Add(key, found = new Int128[Accounts * 2]);
        }

        return found;
    }
}
