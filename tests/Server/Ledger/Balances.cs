using Tollgate.Client.Contract;
using Tollgate.Core.Ledger;
using Tollgate.Server.Ledger;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Ledger;

public abstract class Balances(Gateway gateway)
{
    [Fact]
    public async Task The_balances_follow_a_payment_through_its_life_and_payouts_through_theirs()
    {
        await using var own = gateway.Another(MoneyOfApp.Fees);
        await own.InitializeAsync();
        var client = own.Client;
        await IsAsync("nothing");

        // Of 10000 the fee is 150 and 30, and its GST 18.
        var payment = await client.ChargeAsync(Requests.Charge(amount: 10_000));
        await IsAsync("nothing");
        await client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        await IsAsync("pending 9802");
        await DoAsync(SimulatedEvent.Settled);
        await IsAsync("available 9802");
        await RefundAsync(4000);
        await IsAsync("available 5802");
        await DoAsync(SimulatedEvent.RefundCompleted);
        await IsAsync("available 5802");
        await RefundAsync(1000);
        await IsAsync("available 4802");
        await DoAsync(SimulatedEvent.RefundRejected);
        await IsAsync("available 5802");

        var first = await CloseAsync();
        Assert.Equal((5802, 0, 0), (first.Amount, first.Carried, first.Recovered));
        await IsAsync("nothing");

        // A refund after the payout is owed, and the next payouts take it first.
        await RefundAsync(6000);
        await IsAsync("available -6000");
        var second = await CloseAsync();
        Assert.Equal((0, 6000, 0), (second.Amount, second.Carried, second.Recovered));
        await IsAsync("owed 6000");
        payment = await MoneyOfApp.ReceivedAsync(client, 3000);
        await IsAsync("available 2917, owed 6000");
        var third = await CloseAsync();
        Assert.Equal((0, 0, 2917), (third.Amount, third.Carried, third.Recovered));
        await IsAsync("owed 3083");
        await MoneyOfApp.ReceivedAsync(client);
        var fourth = await CloseAsync();
        Assert.Equal((6719, 0, 3083), (fourth.Amount, fourth.Carried, fourth.Recovered));
        await IsAsync("nothing");
        Assert.Empty((await client.ClosePayoutsAsync()).Records);

        var page = await client.ListPayoutsAsync(perPage: 3);
        Assert.Equal((4, 2), (page.Total, page.TotalPage));
        Assert.Equal([fourth, third, second], page.Records);
        Assert.Equal([first], (await client.ListPayoutsAsync(page: 2, perPage: 3)).Records);
        Assert.Equal(second, await client.GetPayoutAsync(second.Id));

        // Each payout closes what was available, and their entries are the statement, each once.
        var entries = new List<BalanceEntry>();
        foreach (var payout in (Payout[])[first, second, third, fourth])
        {
            var closed = await MoneyOfApp.EntriesAsync(client, payout: payout.Id);
            Assert.Equal(0, closed.Where(e => e.Account == BalanceAccount.Available).Sum(e => e.Amount));
            Assert.Equal(payout.EntriesUntil, closed[^1].Cursor);
            entries.AddRange(closed);
        }

        Assert.Equal(await MoneyOfApp.EntriesAsync(client), entries);
        await Proof.HoldsToTheEndAsync(own);

        async Task IsAsync(string expected) => Assert.Equal(expected, await MoneyOfApp.LineAsync(client));

        Task DoAsync(SimulatedEvent wished) => client.SimulateAsync(new() { Uuid = payment.Uuid, Event = wished });

        Task RefundAsync(long amount) => Walks.RefundAsync(payment, amount, client);

        async Task<Payout> CloseAsync() => Assert.Single((await client.ClosePayoutsAsync()).Records);
    }

    [Fact]
    public async Task What_is_captured_before_it_settles_is_pending_and_so_is_its_refund()
    {
        await using var own = gateway.Another(MoneyOfApp.Fees);
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge(amount: 10_000) with { Capture = true });
        await Walks.RefundAsync(payment, 10_000, own.Client);
        Assert.Equal("pending -198", await MoneyOfApp.LineAsync(own.Client));
        Assert.Empty((await own.Client.ClosePayoutsAsync()).Records);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("available -198", await MoneyOfApp.LineAsync(own.Client));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_reserve_is_kept_back_for_its_days_and_each_app_has_its_own_fees_and_balance()
    {
        await using var own = gateway.Another([.. MoneyOfApp.Fees, "--Tollgate:Apps:0:Fees:ReserveBasisPoints=500", "--Tollgate:Apps:0:Fees:ReserveDays=30"]);
        await own.InitializeAsync();
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var payment = await MoneyOfApp.ReceivedAsync(other);
        Assert.Equal("available 9500, reserved 500", await MoneyOfApp.LineAsync(other));
        Assert.Equal("nothing", await MoneyOfApp.LineAsync(own.Client));
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(29));
        Assert.Equal("available 9500, reserved 500", await MoneyOfApp.LineAsync(other));
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1));
        Assert.Equal("available 10000", await MoneyOfApp.LineAsync(other));
        await Proof.HoldsAsync(own, payment.Uuid);
    }

    [Fact]
    public async Task Payouts_and_captures_at_once_lose_and_double_nothing()
    {
        await using var own = gateway.Another(MoneyOfApp.Fees);
        await own.InitializeAsync();
        var closed = await AtOnce.DoAsync(60, async i =>
        {
            if (i % 3 != 0)
            {
                await MoneyOfApp.ReceivedAsync(own.Client, 1000 + i);
                return [];
            }

            return (await own.Client.ClosePayoutsAsync()).Records;
        });
        var payouts = closed.SelectMany(c => c).Concat((await own.Client.ClosePayoutsAsync()).Records).ToList();

        Assert.Equal("nothing", await MoneyOfApp.LineAsync(own.Client));
        var entries = await MoneyOfApp.EntriesAsync(own.Client);
        Assert.Equal(entries.Where(e => e.Kind == BalanceEntryKind.Available && e.Amount > 0).Sum(e => e.Amount), payouts.Sum(p => p.Amount));
        Assert.Equal(payouts.Select(p => p.Id).Order(StringComparer.Ordinal), entries.Where(e => e.PayoutId is not null).Select(e => e.PayoutId!).Order(StringComparer.Ordinal));

        // Every payout begins where the one before it ended.
        var inOrder = payouts.OrderBy(p => long.Parse(p.EntriesUntil, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(["0", .. inOrder.SkipLast(1).Select(p => p.EntriesUntil)], inOrder.Select(p => p.EntriesAfter));
    }

    [Fact]
    public async Task The_schedule_closes_once_at_its_time()
    {
        await using var own = gateway.Another("--Tollgate:Payouts=daily 09:00");
        await own.InitializeAsync();
        await MoneyOfApp.ReceivedAsync(own.Client);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1));
        var payout = Assert.Single((await own.Client.ListPayoutsAsync()).Records);
        Assert.Equal((10_000, "09:00"), (payout.Amount, SydneyTime(payout.CreatedAt)));
        await own.StopAsync();
        await own.StartAsync();
        await MoneyOfApp.ReceivedAsync(own.Client);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([payout], (await own.Client.ListPayoutsAsync()).Records);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1));
        Assert.Equal(2, (await own.Client.ListPayoutsAsync()).Total);

        static string SydneyTime(DateTimeOffset instant) => NodaTime.Instant.FromDateTimeOffset(instant)
            .InZone(Server.Settlement.BusinessCalendar.Zone).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Every_movement_of_an_account_that_the_app_sees_has_a_name_that_the_app_is_told()
    {
        TransferKind[] unseen = [TransferKind.Hold, TransferKind.HoldReleased, TransferKind.Settlement, TransferKind.SettlementCost, TransferKind.RefundPaidOut, TransferKind.Chargeback];
        Assert.Equal(
            Enum.GetValues<TransferKind>().Except(unseen).Select(k => k.ToString()).Order(StringComparer.Ordinal),
            Enum.GetNames<BalanceEntryKind>().Order(StringComparer.Ordinal));
        Assert.All(Enum.GetValues<TransferKind>().Except(unseen), kind => Assert.Equal(kind.ToString(), Statement.KindOf(kind).ToString()));
    }
}

public sealed class BalancesOnSqlite(SqliteGateway gateway) : Balances(gateway);

public sealed class BalancesOnPostgres(PostgresGateway gateway) : Balances(gateway);
