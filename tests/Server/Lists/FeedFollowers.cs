using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Lists;

/// <summary>Whoever follows the feed while servers are killed misses nothing, and is told nothing twice.</summary>
public abstract class FeedFollowers(Gateway gateway)
{
    [Fact]
    public async Task Kills_of_the_server_neither_lose_nor_repeat_a_change()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var address = own.Address;
        await own.StopAsync();
        string[] settings = ["--urls=" + address.GetLeftPart(UriPartial.Authority)];
        var streamed = new List<SseEvent>();
        await using var follower = new Follower(address);
        try
        {
            for (var life = 0; life < 3; life++)
            {
                await using var server = await ServerProcess.StartAsync(own, settings);
                using var stream = await SseReader.OpenAsync(address, lastEventId: streamed.LastOrDefault()?.Id);
                var trading = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TradeAsync(server.Client)));
                streamed.AddRange(await stream.TakeAsync(15));
                await server.KillAsync();
                await trading;
                streamed.AddRange(await RestAsync(stream));
            }

            await using (var server = await ServerProcess.StartAsync(own, settings))
            {
                // What recovery makes of the operations that were cut off belongs to the feed too. The last payment marks where to compare.
                await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
                var mark = await server.Client.ChargeAsync(Requests.Charge());
                using var stream = await SseReader.OpenAsync(address, lastEventId: streamed[^1].Id);
                while (streamed[^1].Change.Uuid != mark.Uuid)
                {
                    streamed.AddRange(await stream.TakeAsync(1));
                }

                var all = (await AllAsync(server.Client)).Take(streamed.Count).ToList();
                Assert.Equal(all, streamed.Select(e => e.Id));
                Assert.Equal(all, (await follower.SeenAsync(all.Count)).Take(all.Count));
            }
        }
        finally
        {
            await own.StartAsync();
        }
    }

    /// <summary>What a stream still brings before it breaks off.</summary>
    private static async Task<IReadOnlyList<SseEvent>> RestAsync(SseReader stream)
    {
        var rest = new List<SseEvent>();
        try
        {
            while (await stream.NextAsync() is { } next)
            {
                rest.Add(next);
            }
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            return rest;
        }

        throw new InvalidOperationException("The stream of a server that was killed ended as if it were whole.");
    }

    /// <summary>Charges and voids until the server is gone.</summary>
    private static async Task TradeAsync(TollgateClient client)
    {
        try
        {
            while (true)
            {
                await client.VoidPaymentAsync(new() { Uuid = (await client.ChargeAsync(Requests.Charge())).Uuid });
            }
        }
        catch (TollgateException gone) when (gone.StatusCode is null)
        {
        }
    }

    /// <summary>The places of the whole feed, as anybody reads it afterwards.</summary>
    internal static async Task<IReadOnlyList<string>> AllAsync(TollgateClient client)
    {
        var all = new List<string>();
        EventFeed part;
        string? after = null;
        do
        {
            part = await client.ListEventsAsync(after, 100);
            all.AddRange(part.Records.Select(c => c.Cursor));
            after = part.NextAfter;
        }
        while (part.HasMore);

        return all;
    }
}

/// <summary>Follows the feed of the sandbox's app at one address, as the SDK does, and keeps the places that it saw.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<string> seen = [];
    private readonly TollgateClient client;
    private readonly Task following;

    public Follower(Uri address)
    {
        client = new(address, "app-sandbox", "sk-sandbox-tollgate");
        following = FollowAsync();
    }

    /// <summary>Waits until so many changes have come; the places of all that came.</summary>
    public async Task<IReadOnlyList<string>> SeenAsync(int count) => await Eventually.GetAsync(
        () =>
        {
            Assert.False(following.IsFaulted, following.Exception?.ToString());
            lock (seen)
            {
                return Task.FromResult<IReadOnlyList<string>>([.. seen]);
            }
        },
        all => all.Count >= count,
        $"{count} changes");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        client.Dispose();
        stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var change in client.FollowEventsAsync(cancellationToken: stop.Token))
            {
                lock (seen)
                {
                    seen.Add(change.Cursor);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}

public sealed class FeedFollowersOnSqlite(SqliteGateway gateway) : FeedFollowers(gateway);

public sealed class FeedFollowersOnPostgres(PostgresGateway gateway) : FeedFollowers(gateway)
{
    private readonly PostgresGateway gateway = gateway;

    [Fact]
    public async Task Readers_at_two_servers_that_both_commit_see_every_change_once_and_in_one_order()
    {
        await using var acquirer = await AcquirerServer.StartAsync("--Tollgate:Sandbox:SettlementDelay=1.00:00:00", "--Tollgate:Sandbox:RefundDelay=1.00:00:00");
        await using var first = gateway.Another(acquirer.Setting);
        await first.InitializeAsync();
        await using var second = await ServerProcess.StartAsync(first, acquirer.Setting);
        await using var atFirst = new Follower(first.Address);
        await using var atSecond = new Follower(second.Address);
        using var streamOfFirst = await SseReader.OpenAsync(first.Address);
        using var streamOfSecond = await SseReader.OpenAsync(second.Address);
        using var foreign = await SseReader.OpenAsync(second.Address, app: AppsOfTests.Other);
        using var other = first.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);

        // Ten payments of three changes each, of two merchants at either server, and of an app that is none of the readers'.
        TollgateClient[] merchants = [first.Client, second.Client, first.Client, second.Client, other];
        await Task.WhenAll(merchants.Select(async merchant =>
        {
            for (var round = 0; round < 10; round++)
            {
                var payment = await Walks.ToAsync(PaymentStatus.Waiting, merchant);
                await Walks.RefundAsync(payment, null, merchant);
            }
        }));

        var all = await AllAsync(first.Client);
        Assert.Equal(4 * 10 * 3, all.Count);
        Assert.Equal(all, (await streamOfFirst.TakeAsync(all.Count)).Select(e => e.Id));
        Assert.Equal(all, (await streamOfSecond.TakeAsync(all.Count)).Select(e => e.Id));
        Assert.Equal(all, await atFirst.SeenAsync(all.Count));
        Assert.Equal(all, await atSecond.SeenAsync(all.Count));
        Assert.Equal(await AllAsync(other), (await foreign.TakeAsync(10 * 3)).Select(e => e.Id));
        await Proof.HoldsToTheEndAsync(first);
    }
}
