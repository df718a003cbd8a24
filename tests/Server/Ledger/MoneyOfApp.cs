using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Ledger;

/// <summary>What an app sees of its money.</summary>
internal static class MoneyOfApp
{
    /// <summary>1.5 per cent and 30 cents, and the GST on both.</summary>
    public static string[] Fees { get; } = ["--Tollgate:Fees:BasisPoints=150", "--Tollgate:Fees:Fixed=30", "--Tollgate:Fees:TaxBasisPoints=1000"];

    /// <summary>The balance in Australian dollars, which is what the entries behind it add up to.</summary>
    public static async Task<Balance> OfAsync(TollgateClient client)
    {
        var balance = Assert.Single((await client.GetBalancesAsync()).Records);
        var sums = (await EntriesAsync(client)).ToLookup(e => e.Account, e => e.Amount);
        Assert.Equal(
            balance,
            new()
            {
                Currency = "AUD",
                Pending = sums[BalanceAccount.Pending].Sum(),
                Available = sums[BalanceAccount.Available].Sum(),
                Reserved = sums[BalanceAccount.Reserved].Sum(),
                Disputed = sums[BalanceAccount.Disputed].Sum(),
                Owed = sums[BalanceAccount.Owed].Sum(),
            });
        return balance;
    }

    /// <summary>The balance as a line of text, what is nothing left out.</summary>
    public static async Task<string> LineAsync(TollgateClient client)
    {
        var balance = await OfAsync(client);
        (string Name, long Amount)[] parts =
        [
            ("pending", balance.Pending), ("available", balance.Available), ("reserved", balance.Reserved), ("disputed", balance.Disputed), ("owed", balance.Owed),
        ];
        return string.Join(", ", parts.Where(p => p.Amount != 0).Select(p => $"{p.Name} {p.Amount}").DefaultIfEmpty("nothing"));
    }

    /// <summary>The whole statement, part by part.</summary>
    public static async Task<IReadOnlyList<BalanceEntry>> EntriesAsync(TollgateClient client, int? limit = null, string? payout = null)
    {
        var entries = new List<BalanceEntry>();
        BalanceEntryList part;
        string? after = null;
        do
        {
            part = await client.ListBalanceEntriesAsync(after, limit, payout);
            Assert.InRange(part.Records.Count, part.HasMore ? limit ?? 1 : 0, (limit ?? 1000) + 1);
            entries.AddRange(part.Records);
            after = part.NextAfter;
        }
        while (part.HasMore);
        return entries;
    }

    /// <summary>A payment whose funds have arrived.</summary>
    public static async Task<PaymentResponse> ReceivedAsync(TollgateClient client, long amount = 10_000)
    {
        var payment = await client.ChargeAsync(Requests.Charge(amount: amount) with { Capture = true });
        return await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
    }
}
