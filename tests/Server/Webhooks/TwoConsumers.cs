using System.Collections.Concurrent;
using System.Globalization;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>One merchant listens to webhooks alone, another reads the feed alone, and both are away now and then: in the end they know the same of every payment.</summary>
public abstract class TwoConsumers(Gateway gateway)
{
    private const int Payments = 60;

    [Fact]
    public async Task Whoever_only_listens_and_whoever_only_reads_know_the_same_in_the_end()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var chance = new Random(20260115);
        await using var receiver = await WebhookReceiver.StartAsync();
        var away = false;
        var taken = new ConcurrentQueue<ReceivedWebhook>();
        receiver.Answer = webhook =>
        {
            if (Volatile.Read(ref away))
            {
                return 503;
            }

            taken.Enqueue(webhook);
            return 200;
        };
        var read = new Dictionary<string, PaymentStatus>();
        var after = (string?)null;

        var uuids = new List<string>();
        for (var round = 0; round < 6; round++)
        {
            Volatile.Write(ref away, round % 2 == 1);
            var seeds = Enumerable.Range(0, Payments / 6).Select(_ => chance.Next()).ToList();
            uuids.AddRange(await Task.WhenAll(seeds.Select(seed => LiveAsync(own.Client, receiver.Url, new Random(seed)))));
            await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(chance.Next(1, 90)));
            if (round % 3 == 2)
            {
                after = await ReadAsync(own.Client, read, after);
            }
        }

        Volatile.Write(ref away, false);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromHours(12));
        await ReadAsync(own.Client, read, after);
        Assert.Equal(Payments, read.Count);
        var heard = await Eventually.GetAsync(
            () => Task.FromResult(Heard(taken)), seen => seen.Count == read.Count && seen.All(p => read[p.Key] == p.Value), "what the listener knows");
        Assert.Equal(read.OrderBy(p => p.Key), heard.OrderBy(p => p.Key));
        foreach (var uuid in uuids)
        {
            Assert.Equal((await own.Client.GetPaymentAsync(uuid)).Status, read[uuid]);
        }
    }

    /// <summary>A payment that goes as far as chance has it.</summary>
    private static async Task<string> LiveAsync(TollgateClient client, string url, Random chance)
    {
        var card = chance.Next(5) == 0 ? "4000000000000002" : "4242424242424242";
        var payment = await client.ChargeAsync(Requests.Charge(card) with { WebhookNotification = new() { EndpointUrl = $"{url}/{chance.Next(3)}" } });
        if (payment.Status == PaymentStatus.Authorised && chance.Next(4) > 0)
        {
            payment = chance.Next(3) == 0
                ? await client.VoidPaymentAsync(new() { Uuid = payment.Uuid })
                : await client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        }

        if (payment.Status == PaymentStatus.Waiting && chance.Next(2) == 0)
        {
            await client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 100, Reason = "Wrong size" });
        }

        return payment.Uuid;
    }

    private static async Task<string> ReadAsync(TollgateClient client, Dictionary<string, PaymentStatus> known, string? after)
    {
        while (true)
        {
            var page = await client.ListEventsAsync(after, 100);
            foreach (var change in page.Records)
            {
                known[change.Uuid] = change.Status;
            }

            after = page.NextAfter;
            if (!page.HasMore)
            {
                return after;
            }
        }
    }

    /// <summary>What a careful listener knows: the latest change that it took of each payment, by the version in the webhook's identifier.</summary>
    private static Dictionary<string, PaymentStatus> Heard(IEnumerable<ReceivedWebhook> webhooks) => webhooks
        .GroupBy(w => w.Payment.Uuid)
        .ToDictionary(g => g.Key, g => g.MaxBy(w => int.Parse(w.Id.Split('_')[2], CultureInfo.InvariantCulture))!.Payment.Status);
}

public sealed class TwoConsumersOnSqlite(SqliteGateway gateway) : TwoConsumers(gateway);

public sealed class TwoConsumersOnPostgres(PostgresGateway gateway) : TwoConsumers(gateway);
