using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Ledger;

/// <summary>Closes what an app has available into payouts, one for each currency.</summary>
internal sealed class PayoutDesk(Journal journal, LedgerReader reader, Identifiers identifiers, TimeProvider clock)
{
    /// <summary>Closes what is available now; the payouts that came of it. Those of one slot of the schedule are closed once, by whichever process is first.</summary>
    public async Task<IReadOnlyList<StoredPayout>> CloseAsync(AppId app, DateTimeOffset? slot = null)
    {
        var closed = new List<StoredPayout>();
        var balances = await reader.ReadBalancesAsync(app);
        foreach (var code in balances.Where(b => b.Account == Account.MerchantPayable).Select(b => b.Currency).ToList())
        {
            Check.That(Currency.TryParse(code, out var currency), "the ledger holds currencies that are switched on");
            var now = clock.GetUtcNow();
            var id = slot is { } instant ? Identifiers.PayoutOf(app, currency, instant) : identifiers.NewPayout(now);
            if (await journal.ClosePayoutAsync(new(id, app, currency, now)))
            {
                closed.Add((await reader.FindPayoutAsync(app, id.Value))!);
            }
        }

        return closed;
    }
}
