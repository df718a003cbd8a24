using Tollgate.Core;
using Tollgate.Core.Ledger;

namespace Tollgate.Server.Storage.Journal;

/// <summary>One row of the ledger.</summary>
/// <param name="Source">The payment or the payout that posted it.</param>
/// <param name="Version">The version that the payment had after the event; 1 for a payout.</param>
/// <param name="Line">Its place among those of the same event, from 0.</param>
/// <param name="App">Whose it is.</param>
/// <param name="Transfer">What moves.</param>
/// <param name="At">When, in milliseconds.</param>
internal readonly record struct LedgerRow(string Source, int Version, int Line, string App, Transfer Transfer, long At)
{
    /// <summary>The rows of a change, in order.</summary>
    public static IEnumerable<LedgerRow> Of(Change change) =>
        from recorded in change.Events
        from line in Enumerable.Range(0, recorded.Transfers.Count)
        select new LedgerRow(change.Payment!.Id.Value, recorded.Version, line, change.App.Value, recorded.Transfers[line], JournalRows.Millis(recorded.Event.At));

    /// <summary>The rows of a payout.</summary>
    public static IEnumerable<LedgerRow> Of(PayoutOrder payout, IEnumerable<Transfer> transfers) =>
        transfers.Select((transfer, line) => new LedgerRow(payout.Id.Value, 1, line, payout.App.Value, transfer, JournalRows.Millis(payout.At)));
}

/// <summary>What many rows add to the balances, account by account.</summary>
internal sealed class BalanceDeltas
{
    private readonly SortedDictionary<(string App, int Account, string Currency), (long Debits, long Credits)> sums = [];

    /// <summary>In one order everywhere, so that two processes never wait for each other crosswise.</summary>
    public IEnumerable<KeyValuePair<(string App, int Account, string Currency), (long Debits, long Credits)>> Sums => sums;

    public int Count => sums.Count;

    public void Add(LedgerRow row)
    {
        var amount = row.Transfer.Amount;
        Add(row.App, row.Transfer.Debit, amount, amount.Minor, 0);
        Add(row.App, row.Transfer.Credit, amount, 0, amount.Minor);
    }

    public void Clear() => sums.Clear();

    private void Add(string app, Account account, Money amount, long debits, long credits)
    {
        var key = (app, (int)account, amount.Currency.Code);
        var (d, c) = sums.GetValueOrDefault(key);
        sums[key] = (d + debits, c + credits);
    }
}

/// <summary>A payout that is to be closed.</summary>
internal sealed record PayoutOrder(PayoutId Id, AppId App, Currency Currency, DateTimeOffset At);

/// <summary>What an app had available when a payout was closed, and what it owed.</summary>
internal readonly record struct PayoutGround(long Payable, long Owed, long LastPosition, long AfterPosition)
{
    public IReadOnlyList<Transfer> Transfers(Currency currency) => PayoutRule.Of(new(Payable, currency), new(Owed, currency));

    public static long Sum(IEnumerable<Transfer> transfers, TransferKind kind) => transfers.Where(t => t.Kind == kind).Sum(t => t.Amount.Minor);
}
