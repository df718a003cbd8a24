using Tollgate.Core.Ledger;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Verification;

/// <summary>Adds up what each payout moved and what was available since the one before it. Any number of threads post.</summary>
internal sealed class Payouts
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly Dictionary<(string App, string Currency), (int First, long[] Ends)> apps = [];
    private readonly List<PayoutRange> payouts = [];
    private readonly long[] payable;
    private readonly long[] paid;
    private readonly long[] carried;
    private readonly long[] recovered;

    /// <summary>Of each app's payouts in the order in which they were closed.</summary>
    public Payouts(IEnumerable<PayoutRange> stored)
    {
        foreach (var payout in stored)
        {
            places.Add(payout.Id, payouts.Count);
            payouts.Add(payout);
        }

        foreach (var group in payouts.Index().GroupBy(p => (p.Item.App, p.Item.Currency)))
        {
            apps.Add(group.Key, (group.First().Index, [.. group.Select(p => p.Item.LastPosition)]));
        }

        (payable, paid, carried, recovered) = (new long[payouts.Count], new long[payouts.Count], new long[payouts.Count], new long[payouts.Count]);
    }

    /// <summary>Takes a line of the ledger in; false when it belongs to a payout that is not there.</summary>
    public bool Post(string? payout, long position, in LedgerEntry entry)
    {
        if (payouts.Count > 0 && (entry.Debit == (int)Account.MerchantPayable || entry.Credit == (int)Account.MerchantPayable)
            && apps.TryGetValue((entry.App, entry.Currency), out var closed))
        {
            var at = Array.BinarySearch(closed.Ends, position);
            at = at < 0 ? ~at : at;
            if (at < closed.Ends.Length)
            {
                Interlocked.Add(ref payable[closed.First + at], entry.Credit == (int)Account.MerchantPayable ? entry.Amount : -entry.Amount);
            }
        }

        if (payout is null)
        {
            return true;
        }

        if (!places.TryGetValue(payout, out var place) || payouts[place].App != entry.App || payouts[place].Currency != entry.Currency)
        {
            return false;
        }

        if ((TransferKind)entry.Kind is var kind && kind is TransferKind.Payout or TransferKind.DebtCarried or TransferKind.DebtRecovered)
        {
            Interlocked.Add(ref (kind == TransferKind.Payout ? paid : kind == TransferKind.DebtCarried ? carried : recovered)[place], entry.Amount);
        }

        return true;
    }

    /// <summary>What does not hold of the payouts, once the whole ledger has been taken in.</summary>
    public void Check(Action<Violation> report)
    {
        for (var i = 0; i < payouts.Count; i++)
        {
            var payout = payouts[i];
            Same("what it paid out", payout.Amount, paid[i]);
            Same("what it carried as debt", payout.Carried, carried[i]);
            Same("what it recovered of debt", payout.Recovered, recovered[i]);
            Same("what it left available", 0, payable[i]);
            var follows = i > 0 && payouts[i - 1].App == payout.App && payouts[i - 1].Currency == payout.Currency;
            Same("the position after which it begins", follows ? payouts[i - 1].LastPosition : 0, payout.AfterPosition);

            void Same(string what, long expected, long found)
            {
                if (expected != found)
                {
                    report(new(Rule.Payout, $"payout {payout.Id} of app {payout.App}", what, $"{expected}", $"{found}"));
                }
            }
        }
    }
}
