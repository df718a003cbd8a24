using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>Sending a range of webhooks again.</summary>
public abstract class Replays(Gateway gateway)
{
    [Fact]
    public async Task What_was_given_up_in_an_outage_comes_again_and_nothing_else()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var delivered = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await StateAsync(own, delivered.Uuid, WebhookDeliveryState.Delivered, 1);
        receiver.Answer = _ => 410;
        var lost = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            lost.Add((await own.Client.ChargeAsync(ToldAt(receiver.Url))).Uuid);
        }

        foreach (var uuid in lost)
        {
            await StateAsync(own, uuid, WebhookDeliveryState.GivenUp, 1);
        }

        // What is disabled is not replayed.
        var replay = new WebhookReplayRequest { From = delivered.CreatedAt.AddMinutes(-1) };
        Assert.Equal(0, (await own.Client.ReplayWebhooksAsync(replay)).Resent);
        receiver.Answer = _ => 200;
        await own.Client.EnableWebhookEndpointAsync((await own.Client.ListWebhookEndpointsAsync()).Records.Single().Id);
        var before = receiver.All.Count;

        Assert.Equal(0, (await own.Client.ReplayWebhooksAsync(replay with { To = delivered.CreatedAt.AddMinutes(-1).AddSeconds(1) })).Resent);
        Assert.Equal(0, (await own.Client.ReplayWebhooksAsync(replay with { Endpoint = "http://127.0.0.1/elsewhere" })).Resent);
        Assert.Equal(3, (await own.Client.ReplayWebhooksAsync(replay with { Endpoint = receiver.Url })).Resent);
        foreach (var uuid in lost)
        {
            await StateAsync(own, uuid, WebhookDeliveryState.Delivered, 1);
        }

        Assert.Equal(lost.Order(), receiver.All.Skip(before).Select(w => w.Payment.Uuid).Order());
        Assert.Equal(0, (await own.Client.ReplayWebhooksAsync(replay)).Resent);
        Assert.Equal(4, (await own.Client.ReplayWebhooksAsync(replay with { State = WebhookReplayState.All })).Resent);
    }

    [Fact]
    public async Task The_latest_of_each_payment_is_its_last_state_alone()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var voided = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await own.Client.VoidPaymentAsync(new() { Uuid = voided.Uuid });
        var held = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await StateAsync(own, voided.Uuid, WebhookDeliveryState.Delivered, 2);
        await StateAsync(own, held.Uuid, WebhookDeliveryState.Delivered, 1);
        var before = receiver.All.Count;
        Assert.Equal(3, before);

        Assert.Equal(2, (await own.Client.ReplayWebhooksAsync(new() { From = voided.CreatedAt.AddMinutes(-1), Latest = true })).Resent);
        await Eventually.GetAsync(() => Task.FromResult(receiver.All.Count), count => count == before + 2, "the two");
        Assert.Equal(
            new[] { (voided.Uuid, PaymentStatus.Failed), (held.Uuid, PaymentStatus.Authorised) }.Order(),
            receiver.All.Skip(before).Select(w => (w.Payment.Uuid, w.Payment.Status)).Order());
    }

    [Fact]
    public async Task A_payment_is_told_in_order_while_it_goes_on()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var first = await own.Client.ChargeAsync(ToldAt(receiver.Url) with { Capture = true });
        var uuids = new List<string> { first.Uuid };
        for (var i = 0; i < 9; i++)
        {
            uuids.Add((await own.Client.ChargeAsync(ToldAt(receiver.Url) with { Capture = true })).Uuid);
        }

        var replays = AtOnce.DoAsync(8, _ => own.Client.ReplayWebhooksAsync(new() { From = first.CreatedAt.AddMinutes(-1), State = WebhookReplayState.All }));
        await AtOnce.DoAsync(10, async i =>
        {
            await own.Client.SimulateAsync(new() { Uuid = uuids[i], Event = SimulatedEvent.Settled });
            return await own.Client.RefundPaymentAsync(new() { Uuid = uuids[i], Reason = "Wrong size" });
        });
        await replays;
        await Proof.HoldsAsync(own);
        await Eventually.GetAsync(
            async () => (await own.Client.ListWebhookDeliveriesAsync(new() { Limit = 100 })).Records,
            deliveries => deliveries.Count == 30 && deliveries.All(d => d.State == WebhookDeliveryState.Delivered),
            "the delivery of everything");

        // Each state is told, and the last time that it is told, all before it has been.
        foreach (var uuid in uuids)
        {
            var told = receiver.All.Where(w => w.Payment.Uuid == uuid).Select(w => w.Payment.Status).ToList();
            var firsts = ((PaymentStatus[])[PaymentStatus.Waiting, PaymentStatus.Received, PaymentStatus.ReturnPending]).Select(s => told.IndexOf(s)).ToList();
            Assert.DoesNotContain(-1, firsts);
            Assert.Equal(firsts.Order(), firsts);
        }
    }

    [Fact]
    public async Task A_key_replays_once()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await StateAsync(own, payment.Uuid, WebhookDeliveryState.Delivered, 1);
        var request = new WebhookReplayRequest { From = payment.CreatedAt.AddMinutes(-1), State = WebhookReplayState.All };
        Assert.Equal(1, (await own.Client.ReplayWebhooksAsync(request, "once")).Resent);
        await Eventually.GetAsync(() => Task.FromResult(receiver.All.Count), count => count == 2, "the second delivery");
        await StateAsync(own, payment.Uuid, WebhookDeliveryState.Delivered, 1);
        Assert.Equal(1, (await own.Client.ReplayWebhooksAsync(request, "once")).Resent);
        Assert.Equal(WebhookDeliveryState.Delivered, (await own.Client.ListWebhookDeliveriesAsync()).Records.Single().State);

        // Another app has nothing to replay.
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal(0, (await other.ReplayWebhooksAsync(request)).Resent);
        Assert.Equal(2, receiver.All.Count);
    }

    [Theory]
    [InlineData("{}", """{"errors":{"from":"can't be blank"}}""")]
    [InlineData("""{"from":"soon","to":7,"state":"lost","latest":"yes","endpoint":[]}""", """{"errors":{"from":"is invalid","to":"is invalid","latest":"must be true or false","state":"is not included in the list","endpoint":"is invalid"}}""")]
    [InlineData("""{"from":"2025-05-28","to":"2025-05-27"}""", """{"errors":{"to":"must not be before from"}}""")]
    public async Task What_cannot_be_read_is_named(string body, string expected)
    {
        using var wire = new Wire(gateway);
        var answer = await wire.PostAsync("/api/v2/webhooks/replay", body);
        Assert.Equal((422, expected), (answer.Status, answer.Body));
    }

    private static Task<int> StateAsync(Gateway gateway, string uuid, WebhookDeliveryState state, int count) => Eventually.GetAsync(
        async () => (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = uuid })).Records.Count(d => d.State == state), seen => seen == count, $"{count} {state} of {uuid}");

    private static ChargeRequest ToldAt(string url) => Requests.Charge() with { WebhookNotification = new() { EndpointUrl = url } };
}

public sealed class ReplaysOnSqlite(SqliteGateway gateway) : Replays(gateway);

public sealed class ReplaysOnPostgres(PostgresGateway gateway) : Replays(gateway);
