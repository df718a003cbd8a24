using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

/// <summary>Several server processes share the lanes of webhooks on one PostgreSQL database.</summary>
public sealed class SharedLanes(PostgresGateway gateway)
{
    private static readonly DateTimeOffset Until = Store.Now.AddMinutes(1);

    [Fact]
    public async Task A_lane_has_one_process_at_a_time_and_is_anybodys_when_nothing_is_left_in_it()
    {
        await using var store = await Store.CreateAsync(gateway);
        var (one, two) = (store.OpenJournal(), store.OpenJournal());
        await Changes.AuthorisedAsync(one, webhook: true);
        await Changes.AuthorisedAsync(two, webhook: true);

        var first = Assert.Single(await one.TakeWebhooksAsync(Store.Now, Until, 1));
        Assert.Empty(await two.TakeWebhooksAsync(Store.Now, Until, 5));
        var second = Assert.Single(await one.TakeWebhooksAsync(Store.Now, Until, 5));
        Assert.NotEqual(first.Payment, second.Payment);
        Assert.Equal([3], second.Body);

        await DeliverAsync(one, first);
        var third = await Changes.AuthorisedAsync(two, webhook: true);
        Assert.Empty(await two.TakeWebhooksAsync(Store.Now, Until, 5));

        await DeliverAsync(one, second);
        Assert.Equal(third.Id, Assert.Single(await two.TakeWebhooksAsync(Store.Now, Until, 5)).Payment);
        Assert.Empty(await one.TakeWebhooksAsync(Store.Now, Until, 5));
    }

    [Fact]
    public async Task A_lane_in_which_nothing_was_found_is_left_at_once()
    {
        await using var store = await Store.CreateAsync(gateway);
        var (one, two) = (store.OpenJournal(), store.OpenJournal());
        await Changes.AuthorisedAsync(one, webhook: true);

        Assert.Empty(await one.TakeWebhooksAsync(Store.Now.AddSeconds(-1), Until, 5));

        Assert.Single(await two.TakeWebhooksAsync(Store.Now, Until, 5));
    }

    [Fact]
    public async Task What_a_dead_process_had_taken_is_taken_over_at_once()
    {
        await using var store = await Store.CreateAsync(gateway);
        var (dead, living) = (store.OpenJournal(), store.OpenJournal());
        await Changes.AuthorisedAsync(dead, webhook: true);
        var taken = Assert.Single(await dead.TakeWebhooksAsync(Store.Now, Until, 5));
        Assert.Empty(await living.TakeWebhooksAsync(Store.Now, Until, 5));

        // Its session ends as it does when its process is killed.
        Assert.True(await store.ScalarAsync<bool>(
            """
            SELECT pg_terminate_backend(k.pid, 10000) FROM webhook_lanes l JOIN pg_locks k
            ON k.locktype = 'advisory' AND k.objsubid = 1 AND ((k.classid::BIGINT << 32) | k.objid::BIGINT) = l.holder
            """));
        Assert.Equal(taken.Key, Assert.Single(await living.TakeWebhooksAsync(Store.Now, Until, 5)).Key);

        // Should it live after all, it comes back as another, and is told that the lane is taken.
        await Assert.ThrowsAnyAsync<Exception>(() => dead.TakeWebhooksAsync(Store.Now, Until, 5));
        Assert.Empty(await dead.TakeWebhooksAsync(Store.Now.AddHours(1), Until.AddHours(1), 5));
        await DeliverAsync(living, taken);
        await Changes.AuthorisedAsync(living, webhook: true);
        Assert.Single(await dead.TakeWebhooksAsync(Store.Now, Until, 5));
    }

    [Fact]
    public async Task A_process_that_stood_still_has_lost_its_lane_when_its_claim_is_over()
    {
        await using var store = await Store.CreateAsync(gateway);
        var (still, other) = (store.OpenJournal(), store.OpenJournal());
        await Changes.AuthorisedAsync(still, webhook: true);
        await Changes.AuthorisedAsync(still, webhook: true);
        Assert.Single(await still.TakeWebhooksAsync(Store.Now, Until, 1));

        Assert.Equal(1, await store.ScalarAsync<int>("UPDATE webhook_lanes SET until = 1 RETURNING 1"));

        Assert.Equal(2, (await other.TakeWebhooksAsync(Store.Now, Until, 5)).Count);
        Assert.Empty(await still.TakeWebhooksAsync(Store.Now, Until, 5));
        Assert.Empty(await still.TakeWebhooksAsync(Store.Now, Until, 5));
    }

    [Fact]
    public async Task A_process_that_ends_in_order_leaves_its_lanes()
    {
        await using var store = await Store.CreateAsync(gateway);
        var (ending, other) = (store.OpenJournal(), store.OpenJournal());
        await Changes.AuthorisedAsync(ending, webhook: true);
        Assert.Single(await ending.TakeWebhooksAsync(Store.Now, Until, 1));

        await ending.DisposeAsync();

        Assert.Single(await other.TakeWebhooksAsync(Store.Now, Until, 5));
        Assert.Equal(1, await store.ScalarAsync<int>("SELECT COUNT(*) FROM webhook_lanes"));
    }

    private static Task<CommitResult> DeliverAsync(Journal journal, DueWebhook webhook) => journal.CommitAsync(new()
    {
        App = webhook.App,
        At = Store.Now,
        Deliveries = [new(webhook, DeliveryState.Delivered, Store.Now, new(Store.Now, 7, 200, null, null))],
    });
}
