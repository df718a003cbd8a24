using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Torture;

/// <summary>A server that is killed while it tells merchants of changes: every change arrives, hardly any twice, and those of a payment in their order.</summary>
public abstract class WebhookOrdeal
{
    private const int Merchants = 8;

    /// <summary>So many changes between two kills; at full speed that is about two seconds.</summary>
    private const int BetweenKills = 1000;

    /// <summary>What may be on its way at the moment of a kill: a few kills are no measure of a share.</summary>
    private const int OnTheWay = 64;

    private const int ManyKills = 20;

    [Fact]
    public async Task Every_change_arrives_though_the_server_is_killed_again_and_again()
    {
        var folder = Stage.NewFolder();
        await using (var stage = await Stage.SetUpAsync(folder, await CreateDatabaseAsync()))
        {
            await using var shop = await Shop.OpenAsync();
            for (var kill = 0; kill < Effort.Kills; kill++)
            {
                var goal = shop.Arrivals + BetweenKills;
                var trading = Task.WhenAll(Enumerable.Range(0, Merchants).Select(_ => Task.Run(() => TradeAsync(stage.Client, shop))));
                await Eventually.GetAsync(() => Task.FromResult(shop.Arrivals), n => n >= goal || trading.IsCompleted, "webhooks");
                await stage.Server.KillAsync();
                await trading;
                await stage.StartServerAsync();
            }

            // What the last server had taken is free again after its lease.
            var told = await ReadFeedAsync(stage.Client);
            Assert.InRange(told.Count, Effort.Kills * BetweenKills / 2, int.MaxValue);
            await Eventually.GetAsync(
                async () =>
                {
                    await stage.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
                    return told.Count(id => !shop.Has(id));
                },
                missing => missing == 0,
                "the webhooks that had not arrived");

            shop.AssertInOrder();
            var twice = shop.Arrivals - shop.Distinct;

            // What is on its way when the server dies comes again, and nothing else does.
            Assert.InRange(twice, 0, Effort.Kills < ManyKills ? Effort.Kills * OnTheWay : told.Count / 100);
            Effort.Tell(string.Create(
                CultureInfo.InvariantCulture, $"{GetType().Name}: {Effort.Kills} kills, {told.Count} changes, all arrived in order, {twice} twice ({100.0 * twice / told.Count:F2} %)"));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>An empty database; none on SQLite.</summary>
    protected abstract Task<string?> CreateDatabaseAsync();

    /// <summary>Charges, captures and voids until the server is gone.</summary>
    private static async Task TradeAsync(TollgateClient client, Shop shop)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var payment = await client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = shop.UrlOf(number % 20) } });
                _ = number % 2 == 0
                    ? await client.CapturePaymentAsync(new() { Uuid = payment.Uuid })
                    : await client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
            }
        }
        catch (TollgateException gone) when (gone.StatusCode is null)
        {
            // It was killed.
        }
    }

    private static async Task<List<string>> ReadFeedAsync(TollgateClient client)
    {
        var told = new List<string>();
        EventFeed page;
        var after = (string?)null;
        do
        {
            page = await client.ListEventsAsync(after, 100);
            told.AddRange(page.Records.Where(r => r.Payment.WebhookNotification is not null).Select(r => r.Id));
            after = page.NextAfter;
        }
        while (page.HasMore);
        return told;
    }

    /// <summary>The merchants' endpoints, which remember what arrived, and in which order.</summary>
    private sealed class Shop(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, bool> known = new();
        private readonly ConcurrentQueue<string> first = new();
        private int arrivals;

        public int Arrivals => arrivals;

        public int Distinct => known.Count;

        public static async Task<Shop> OpenAsync()
        {
            var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
            builder.Logging.ClearProviders();
            var shop = new Shop(builder.Build());
            shop.Listen();
            await shop.StartAsync();
            return shop;
        }

        public string UrlOf(int number) => $"{app.Urls.First()}/{number}";

        public bool Has(string id) => known.ContainsKey(id);

        public void AssertInOrder()
        {
            foreach (var payment in first.Select(id => id.Split('_')).GroupBy(parts => parts[1]))
            {
                var versions = payment.Select(parts => int.Parse(parts[2], CultureInfo.InvariantCulture)).ToList();
                Assert.Equal(versions.Order(), versions);
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private Task StartAsync() => app.StartAsync();

        private void Listen() => app.Run(context =>
        {
            var id = context.Request.Headers["webhook-id"].ToString();
            if (known.TryAdd(id, true))
            {
                first.Enqueue(id);
            }

            Interlocked.Increment(ref arrivals);
            return Task.CompletedTask;
        });
    }
}

public sealed class WebhookOrdealOnSqlite : WebhookOrdeal
{
    protected override Task<string?> CreateDatabaseAsync() => Task.FromResult<string?>(null);
}

public sealed class WebhookOrdealOnPostgres(OrdealOnPostgres.Shared shared) : WebhookOrdeal, IClassFixture<OrdealOnPostgres.Shared>
{
    protected override async Task<string?> CreateDatabaseAsync() => await shared.Cluster.CreateDatabaseAsync();
}
