using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>Sending a webhook again.</summary>
public abstract class Resends(Gateway gateway)
{
    [Fact]
    public async Task A_webhook_that_was_delivered_comes_again_as_it_was()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(receiver.Url));
        var first = await receiver.NextAsync();
        var delivery = await DeliveredAsync(gateway, payment.Uuid, 1);

        var waiting = await gateway.Client.ResendWebhookAsync(delivery.Id);
        Assert.Contains(waiting.State, (WebhookDeliveryState[])[WebhookDeliveryState.Waiting, WebhookDeliveryState.Delivered]);
        var second = await receiver.NextAsync();
        Assert.Equal((first.Id, Convert.ToBase64String(first.Body)), (second.Id, Convert.ToBase64String(second.Body)));
        var again = await DeliveredAsync(gateway, payment.Uuid, 2);
        Assert.Equal(2, (await gateway.Client.GetWebhookDeliveryAsync(again.Id)).Attempts!.Count);
    }

    [Fact]
    public async Task Twenty_at_once_are_one_delivery_more()
    {
        await using var gate = await Gate.OpenAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(gate.Url));
        await gate.LetThroughAsync(200);
        var delivery = await DeliveredAsync(gateway, payment.Uuid, 1);

        // The endpoint does not answer before all twenty have been.
        var answers = await AtOnce.DoAsync(20, _ => gateway.Client.ResendWebhookAsync(delivery.Id));
        Assert.All(answers, a => Assert.Equal(WebhookDeliveryState.Waiting, a.State));
        await gate.LetThroughAsync(200);
        await DeliveredAsync(gateway, payment.Uuid, 2);
        Assert.Equal(2, gate.Arrived);
    }

    [Fact]
    public async Task Asked_for_while_its_last_try_fails_it_is_tried_again_at_once()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var gate = await Gate.OpenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(gate.Url));
        await gate.LetThroughAsync(500);
        var failed = await Outbox.AfterTriesAsync(own, payment, 1);
        var id = (await own.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Single().Id;
        await Outbox.AdvanceToNextTryAsync(own, failed);
        await gate.WaitAsync();
        await own.Client.ResendWebhookAsync(id);

        // It fails; the next would be in half a minute, which nobody lets pass here.
        await gate.LetThroughAsync(500);
        await gate.LetThroughAsync(200);
        Assert.Equal(WebhookDeliveryState.Delivered, (await DeliveredAsync(own, payment.Uuid, 3)).State);
    }

    [Fact]
    public async Task One_that_waits_to_be_tried_again_is_tried_now()
    {
        await using var gate = await Gate.OpenAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(gate.Url));
        await gate.LetThroughAsync(503, retryAfter: 3600);
        await Outbox.AfterTriesAsync(gateway, payment, 1);
        var delivery = (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Single();
        Assert.True(delivery.NextTryAt - delivery.LastTryAt >= TimeSpan.FromHours(1));

        var resent = await gateway.Client.ResendWebhookAsync(delivery.Id);
        Assert.True(resent.NextTryAt - delivery.LastTryAt < TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Those_of_a_payment_keep_their_order_when_an_older_one_is_resent()
    {
        await using var gate = await Gate.OpenAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(gate.Url));
        await gate.LetThroughAsync(200);
        var first = await DeliveredAsync(gateway, payment.Uuid, 1);

        // The second is being sent while the first is asked for again: it fails, and then waits for the first.
        await gateway.Client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        await gate.WaitAsync();
        await gateway.Client.ResendWebhookAsync(first.Id);
        await gateway.Client.RefundPaymentAsync(new() { Uuid = payment.Uuid, Reason = "Wrong size" });
        var open = (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records;
        Assert.Equal([false, false, true], open.Select(d => d.NextTryAt is not null));
        await gate.LetThroughAsync(500);
        await gate.LetThroughAsync(200);
        await gate.LetThroughAsync(200);
        await gate.LetThroughAsync(200);
        await Eventually.GetAsync(
            async () => (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Count(d => d.State == WebhookDeliveryState.Delivered),
            count => count == 3,
            "the delivery of all three");
        Assert.Equal(
            [PaymentStatus.Authorised, PaymentStatus.Waiting, PaymentStatus.Authorised, PaymentStatus.Waiting, PaymentStatus.ReturnPending], gate.Statuses);
        await Proof.HoldsAsync(gateway);
    }

    [Fact]
    public async Task A_later_one_waits_for_an_earlier_one_that_is_not_delivered()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 410;
        var payment = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await own.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        var both = await Eventually.GetAsync(
            async () => (await own.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid, State = WebhookDeliveryState.GivenUp })).Records, d => d.Count == 2, "the end of both");

        // A disabled endpoint is sent nothing, whoever asks.
        var refused = await Assert.ThrowsAsync<TollgateException>(() => own.Client.ResendWebhookAsync(both[0].Id));
        Assert.Equal("ENDPOINT_DISABLED", refused.Code);
        await own.Client.EnableWebhookEndpointAsync((await own.Client.ListWebhookEndpointsAsync()).Records.Single().Id);

        receiver.Answer = w => w.Payment.Status == PaymentStatus.Authorised ? 500 : 200;
        await own.Client.ResendWebhookAsync(both[1].Id);
        await own.Client.ResendWebhookAsync(both[0].Id);
        var after = await own.Client.GetWebhookDeliveryAsync(both[0].Id);
        Assert.Equal((WebhookDeliveryState.Waiting, null), (after.State, after.NextTryAt));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task A_key_repeats_its_answer_and_sends_nothing_more()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(receiver.Url));
        var delivery = await DeliveredAsync(gateway, payment.Uuid, 1);
        using var wire = new Wire(gateway);
        var key = Guid.NewGuid().ToString();
        var first = await wire.PostAsync($"/api/v2/webhooks/deliveries/{delivery.Id}/resend", "{}", key);
        await DeliveredAsync(gateway, payment.Uuid, 2);
        var second = await wire.PostAsync($"/api/v2/webhooks/deliveries/{delivery.Id}/resend", "{}", key);
        Assert.Equal((200, first.Body, true), (second.Status, second.Body, second.Replayed));
        Assert.Equal(2, (await gateway.Client.GetWebhookDeliveryAsync(delivery.Id)).Tries);
        var voided = await gateway.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        var other = (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = voided.Uuid })).Records[0].Id;
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.PostAsync($"/api/v2/webhooks/deliveries/{other}/resend", "{}", key)).Verdict);
    }

    private static Task<WebhookDeliveryResponse> DeliveredAsync(Gateway gateway, string uuid, int tries) => Eventually.GetAsync(
        async () => (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = uuid })).Records[^1],
        d => d.State == WebhookDeliveryState.Delivered && d.Tries == tries,
        $"the delivery at try {tries}");

    private static ChargeRequest ToldAt(string url) => Requests.Charge() with { WebhookNotification = new() { EndpointUrl = url } };
}

public sealed class ResendsOnSqlite(SqliteGateway gateway) : Resends(gateway);

public sealed class ResendsOnPostgres(PostgresGateway gateway) : Resends(gateway);
