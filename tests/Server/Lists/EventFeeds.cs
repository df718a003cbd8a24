using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Lists;

public abstract class EventFeeds(Gateway gateway)
{
    [Fact]
    public async Task Walking_the_feed_while_others_write_misses_nothing_and_repeats_nothing()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            // Another app writes into the same sequence of positions, and none of it is to be seen here.
            var client = number % 4 == 3 ? other : own.Client;
            for (var round = 0; round < 8; round++)
            {
                var uuid = (await Walks.ToAsync(round % 2 == 0 ? PaymentStatus.PartiallyRefunded : PaymentStatus.Authorised, client)).Uuid;
                if (round % 2 == 1)
                {
                    await client.VoidPaymentAsync(new() { Uuid = uuid });
                }
            }
        }));

        var seen = new List<PaymentStatusChange>();
        var after = "0";
        while (!writing.IsCompleted)
        {
            await ReadAsync();
        }

        await writing;
        while (await ReadAsync())
        {
        }

        var again = new List<PaymentStatusChange>();
        for (var part = await own.Client.ListEventsAsync(limit: 100); ; part = await own.Client.ListEventsAsync(part.NextAfter, 100))
        {
            again.AddRange(part.Records);
            if (!part.HasMore)
            {
                break;
            }
        }

        // What a reader saw as it happened is what anybody sees afterwards: six payments by eight rounds, five or two changes each.
        Assert.Equal(again.Select(c => (c.Cursor, c.Id)), seen.Select(c => (c.Cursor, c.Id)));
        Assert.Equal((6 * 4 * 5) + (6 * 4 * 2), seen.Count);
        Assert.Equal(seen.Count, seen.Select(c => c.Id).Distinct().Count());
        Assert.Equal(seen.Select(c => long.Parse(c.Cursor, null)).Order(), seen.Select(c => long.Parse(c.Cursor, null)));
        foreach (var changes in seen.GroupBy(c => c.Uuid))
        {
            Assert.Equal(PaymentStatus.Pending, changes.First().PreviousStatus);
            Assert.Equal(changes.SkipLast(1).Select(c => c.Status), changes.Skip(1).Select(c => c.PreviousStatus));
            Assert.All(changes, c => Assert.Equal((c.Uuid, c.Status), (c.Payment.Uuid, c.Payment.Status)));
            Assert.Equal((await own.Client.GetPaymentAsync(changes.Key)).Status, changes.Last().Status);
        }

        await Proof.HoldsToTheEndAsync(own);

        async Task<bool> ReadAsync()
        {
            var part = await own.Client.ListEventsAsync(after, 7);
            seen.AddRange(part.Records);
            after = part.NextAfter;
            return part.HasMore;
        }
    }

    [Theory]
    [InlineData("after=x", """{"errors":{"after":"is invalid"}}""")]
    [InlineData("after=-1", """{"errors":{"after":"is invalid"}}""")]
    [InlineData("after=99999999999999999999", """{"errors":{"after":"is invalid"}}""")]
    [InlineData("limit=101", """{"errors":{"limit":"must be less than or equal to 100"}}""")]
    [InlineData("wait=61", """{"errors":{"wait":"must be less than or equal to 60"}}""")]
    [InlineData("wait=-1", """{"errors":{"wait":"must be an integer"}}""")]
    [InlineData("wait=1.5", """{"errors":{"wait":"must be an integer"}}""")]
    [InlineData("after=x&limit=0&wait=soon", """{"errors":{"limit":"must be greater than 0","wait":"must be an integer","after":"is invalid"}}""")]
    public async Task A_wrong_place_in_the_feed_is_named(string query, string answer)
    {
        using var wire = new Wire(gateway);
        var found = await wire.GetAsync($"{Wire.Cards}/events?{query}");
        Assert.Equal((422, answer), (found.Status, found.Body));
    }

    [Fact]
    public async Task A_payment_in_the_feed_is_shown_as_it_was_right_after_the_change()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var uuid = (await Walks.ToAsync(PaymentStatus.ReturnReceived, own.Client)).Uuid;

        var changes = (await own.Client.ListEventsAsync()).Records;

        Assert.Equal(
            [
                (PaymentStatus.Pending, PaymentStatus.Authorised, 0L), (PaymentStatus.Authorised, PaymentStatus.Waiting, 0L),
                (PaymentStatus.Waiting, PaymentStatus.Received, 1000L), (PaymentStatus.Received, PaymentStatus.ReturnPending, 1000L),
                (PaymentStatus.ReturnPending, PaymentStatus.ReturnReceived, 1000L),
            ],
            changes.Select(c => (c.PreviousStatus, c.Status, c.Payment.PaidAmount)));
        Assert.All(changes, c => Assert.Equal(uuid, c.Uuid));
        Assert.Equal([true, true, true, true, false], changes.Select(c => c.Payment.IsRefundable));
    }
}

public sealed class EventFeedsOnSqlite(SqliteGateway gateway) : EventFeeds(gateway);

public sealed class EventFeedsOnPostgres(PostgresGateway gateway) : EventFeeds(gateway);
