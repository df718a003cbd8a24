using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Ledger;

/// <summary>What an app is shown of the ledger: its own accounts, each counted up on its normal side.</summary>
internal static class Statement
{
    private static readonly Dictionary<Account, (BalanceAccount Name, bool CreditSide)> Own = new()
    {
        [Account.MerchantPending] = (BalanceAccount.Pending, true),
        [Account.MerchantPayable] = (BalanceAccount.Available, true),
        [Account.MerchantReserve] = (BalanceAccount.Reserved, true),
        [Account.MerchantDisputeProvision] = (BalanceAccount.Disputed, true),
        [Account.MerchantNegative] = (BalanceAccount.Owed, false),
    };

    /// <summary>The app's own accounts.</summary>
    public static IReadOnlyList<Account> Accounts { get; } = [.. Own.Keys];

    /// <summary>The balances, one for each currency, and one of nothing where nothing has moved yet.</summary>
    public static IEnumerable<Balance> Balances(IReadOnlyList<StoredBalance> stored)
    {
        foreach (var currency in stored.Select(b => b.Currency).DefaultIfEmpty(Currency.Aud.Code).Distinct(StringComparer.Ordinal))
        {
            yield return new()
            {
                Currency = currency,
                Pending = Sum(Account.MerchantPending),
                Available = Sum(Account.MerchantPayable),
                Reserved = Sum(Account.MerchantReserve),
                Disputed = Sum(Account.MerchantDisputeProvision),
                Owed = Sum(Account.MerchantNegative),
            };

            long Sum(Account account) => stored.Where(b => b.Account == account && b.Currency == currency)
                .Sum(b => Own[account].CreditSide ? b.Credits - b.Debits : b.Debits - b.Credits);
        }
    }

    /// <summary>The entries of one movement: one for each of the app's accounts that it touches.</summary>
    public static IEnumerable<BalanceEntry> Entries(StatementEntry movement)
    {
        var transfer = movement.Transfer;
        foreach (var (account, onCreditSide) in new[] { (transfer.Debit, false), (transfer.Credit, true) })
        {
            if (Own.TryGetValue(account, out var own))
            {
                var payment = IsPayout(transfer.Kind) ? null : movement.Source;
                yield return new()
                {
                    Cursor = Cursor(movement.Position),
                    CreatedAt = movement.At,
                    Kind = KindOf(transfer.Kind),
                    Account = own.Name,
                    Amount = own.CreditSide == onCreditSide ? transfer.Amount.Minor : -transfer.Amount.Minor,
                    Currency = transfer.Amount.Currency.Code,
                    PaymentUuid = payment,
                    ExternalId = movement.ExternalId,
                    PayoutId = payment is null ? movement.Source : null,
                };
            }
        }
    }

    /// <summary>A payout as the app is shown it.</summary>
    public static Payout Payout(StoredPayout stored) => new()
    {
        Id = stored.Id,
        Currency = stored.Currency,
        Amount = stored.Amount,
        Carried = stored.Carried,
        Recovered = stored.Recovered,
        EntriesAfter = Cursor(stored.AfterPosition),
        EntriesUntil = Cursor(stored.LastPosition),
        CreatedAt = stored.ClosedAt,
    };

    /// <summary>Why an account of the app moved, as the app is told.</summary>
    public static BalanceEntryKind KindOf(TransferKind kind) => Enum.Parse<BalanceEntryKind>(kind.ToString());

    private static bool IsPayout(TransferKind kind) => kind is TransferKind.Payout or TransferKind.DebtCarried or TransferKind.DebtRecovered;

    private static string Cursor(long position) => position.ToString(CultureInfo.InvariantCulture);
}
