using Tollgate.Core;
using Tollgate.Server.Ledger;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Storage;

namespace Tollgate.Server.Tests.Ledger;

public abstract class PayoutTimesTests(Gateway gateway)
{
    [Theory]
    [InlineData("daily 09:00", "2026-03-02T21:59Z", "2026-03-01T22:00Z", "2026-03-02T22:00Z")]
    [InlineData("daily 09:00", "2026-03-02T22:00Z", "2026-03-02T22:00Z", "2026-03-03T22:00Z")]
    [InlineData("weekly monday 09:00", "2026-03-02T22:00Z", "2026-03-01T22:00Z", "2026-03-08T22:00Z")]
    [InlineData("WEEKLY Sunday 00:00", "2026-12-31T13:00Z", "2026-12-26T13:00Z", "2027-01-02T13:00Z")]
    // Daylight saving ends on 5 April 2026 and begins on 4 October: nine o'clock moves by an hour, half past two comes twice, or an hour late.
    [InlineData("daily 09:00", "2026-04-04T22:30Z", "2026-04-03T22:00Z", "2026-04-04T23:00Z")]
    [InlineData("daily 02:30", "2026-04-04T16:00Z", "2026-04-04T15:30Z", "2026-04-05T16:30Z")]
    [InlineData("daily 02:30", "2026-10-03T16:00Z", "2026-10-02T16:30Z", "2026-10-03T16:30Z")]
    public void A_schedule_has_a_last_time_and_a_next_one(string schedule, string now, string last, string next)
    {
        Assert.True(PayoutTimes.TryParse(schedule, out var times));
        Assert.Equal((At(last), At(next)), (times.LastUntil(At(now)), times.FirstAfter(At(now))));

        static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("hourly")]
    [InlineData("daily")]
    [InlineData("daily 24:00")]
    [InlineData("weekly 09:00")]
    [InlineData("weekly none 09:00")]
    [InlineData("weekly 1 09:00")]
    [InlineData("daily monday 09:00")]
    public void Anything_else_is_no_schedule(string schedule) => Assert.False(PayoutTimes.TryParse(schedule, out _));

    [Fact]
    public async Task Of_many_processes_one_closes_the_payout_of_a_time()
    {
        await using var store = await Store.CreateAsync(gateway);
        Journal[] journals = gateway is PostgresGateway ? [store.OpenJournal(), store.OpenJournal(), store.OpenJournal()] : [store.OpenJournal()];
        await AvailableAsync(journals[0]);
        var order = new PayoutOrder(Identifiers.PayoutOf(Changes.App, Currency.Aud, Store.Now), Changes.App, Currency.Aud, Store.Now);

        var closed = await AtOnce.DoAsync(12, async i =>
        {
            // What becomes available in between waits for the next time.
            await AvailableAsync(journals[i % journals.Length]);
            return await journals[i % journals.Length].ClosePayoutAsync(order);
        });

        Assert.Single(closed, c => c);
        Assert.Equal(1, await store.ScalarAsync<int>("SELECT COUNT(*) FROM payouts"));
        Assert.Equal(
            13 * 1000L,
            await store.ScalarAsync<long>("SELECT (SELECT amount FROM payouts) + (SELECT credits - debits FROM balances WHERE account = 7)"));
    }

    private static async Task AvailableAsync(Journal journal)
    {
        var payment = await Changes.AuthorisedAsync(journal);
        foreach (var happened in (Core.Payments.PaymentEvent[])
        [
            new Core.Payments.PaymentEvent.CaptureStarted(Store.Now, new("op-capture"), payment.Authorised, Store.Now),
            new Core.Payments.PaymentEvent.Captured(Store.Now, new("op-capture")),
            new Core.Payments.PaymentEvent.Settled(Store.Now),
        ])
        {
            var (after, change) = Changes.Step(payment, happened);
            await Changes.MadeAsync(journal, change);
            payment = after;
        }
    }
}

public sealed class PayoutTimesOnSqlite(SqliteGateway gateway) : PayoutTimesTests(gateway);

public sealed class PayoutTimesOnPostgres(PostgresGateway gateway) : PayoutTimesTests(gateway);
