using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>Who is told what, and how it reads.</summary>
public abstract class WebhookDeliveries(Gateway gateway)
{
    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(299)]
    public async Task Any_answer_from_200_to_299_is_delivered(int status)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => status;
        var payment = await gateway.Client.ChargeAsync(ToldAt(receiver.Url));
        Assert.True((await Outbox.AfterTriesAsync(gateway, payment, 1)).IsDelivered);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Any_other_answer_is_not_and_redirects_are_not_followed(int status)
    {
        await using var endpoint = new ScriptedEndpoint(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        await endpoint.ListenAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        var webhook = await Outbox.AfterTriesAsync(gateway, payment, 1);
        Assert.Equal((false, false, $"answered {status}"), (webhook.IsDelivered, webhook.IsGivenUp, webhook.LastError));
        Assert.DoesNotContain("/elsewhere", endpoint.Asked);
    }

    [Fact]
    public async Task Payments_without_an_endpoint_are_told_at_the_apps_own()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another(
            $"--Tollgate:Apps:0:WebhookEndpoint={receiver.Url}/default", "--Tollgate:Apps:0:WebhookAuthorization=Basic c2hvcDpzZWNyZXQ=");
        await own.InitializeAsync();
        using var client = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);

        var payment = await client.ChargeAsync(Requests.Charge());
        Assert.Equal(new() { EndpointUrl = receiver.Url + "/default" }, payment.WebhookNotification);
        var webhook = await receiver.NextAsync();
        Assert.Equal(("/webhook/default", "Basic c2hvcDpzZWNyZXQ="), (webhook.Path, webhook.Headers["authorization"]));
        Assert.Equal(payment.Uuid, webhook.Payment.Uuid);
        await StandardWebhooks.AssertGenuineAsync(AppsOfTests.WebhookSecret, [webhook]);

        // A payment's own endpoint takes the place of the app's, and its authorisation with it.
        await client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url + "/own" } });
        webhook = await receiver.NextAsync();
        Assert.Equal("/webhook/own", webhook.Path);
        Assert.False(webhook.Headers.ContainsKey("authorization"));
    }

    [Fact]
    public async Task Payments_of_an_app_without_an_endpoint_are_told_nowhere()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        Assert.Null(payment.WebhookNotification);
        Assert.Empty(await Outbox.ReadAsync(gateway, payment));
    }

    [Fact]
    public async Task Being_created_is_no_change()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await gateway.Client.ChargeAsync(
            Requests.Charge("4111111111111111") with { WebhookNotification = new() { EndpointUrl = receiver.Url } });
        Assert.Equal(PaymentStatus.Pending, payment.Status);
        Assert.Empty(await Outbox.ReadAsync(gateway, payment));

        await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Expired });
        Assert.Equal(PaymentStatus.Expired, (await receiver.NextAsync()).Payment.Status);
        Assert.Single(await Outbox.ReadAsync(gateway, payment));
    }

    [Fact]
    public async Task Money_is_text_unless_the_app_wants_numbers()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var strict = gateway.ClientFor(AppsOfTests.Strict.Id, AppsOfTests.Strict.Key);
        await AssertMoneyAsync(gateway.Client, "\"1234.0\"", "\"0.0\"", "\"200.0\"");
        await AssertMoneyAsync(strict, "1234", "0", "200");

        async Task AssertMoneyAsync(Client.TollgateClient client, string amount, string none, string refund)
        {
            var payment = await client.ChargeAsync(
                Requests.Charge(amount: 1234) with { Capture = true, WebhookNotification = new() { EndpointUrl = receiver.Url } });
            await client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 200, Reason = "Wrong size" });
            AssertHas(await receiver.NextAsync(), ("amount", amount), ("total", amount), ("paid_amount", none));
            var refunding = await receiver.NextAsync();
            AssertHas(refunding, ("amount", amount), ("total", amount));
            using var body = JsonDocument.Parse(refunding.Body);
            var information = body.RootElement.GetProperty("refund_information");
            Assert.Equal((amount, refund), (information.GetProperty("total_amount").GetRawText(), information.GetProperty("refund_amount").GetRawText()));
        }
    }

    [Fact]
    public async Task Each_change_of_status_has_one_webhook_and_one_entry_in_the_feed_which_say_the_same()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another("--Tollgate:Apps:1:WebhookEndpoint=" + receiver.Url);
        await own.InitializeAsync();
        using var client = own.ClientFor(AppsOfTests.Strict.Id, AppsOfTests.Strict.Key);
        await client.ChargeAsync(Requests.Charge("4000000000000002"));
        var voided = await client.ChargeAsync(Requests.Charge());
        await client.VoidPaymentAsync(new() { Uuid = voided.Uuid });
        var expired = await client.ChargeAsync(Requests.Charge("4111111111111111"));
        await client.SimulateAsync(new() { Uuid = expired.Uuid, Event = SimulatedEvent.Expired });
        var lapsed = await client.ChargeAsync(Requests.Charge());
        await client.SimulateAsync(new() { Uuid = lapsed.Uuid, Event = SimulatedEvent.Expired });
        var refunded = await client.ChargeAsync(Requests.Charge() with { Capture = true });
        await client.SimulateAsync(new() { Uuid = refunded.Uuid, Event = SimulatedEvent.Settled });
        foreach (var end in (SimulatedEvent[])[SimulatedEvent.RefundRejected, SimulatedEvent.Expired, SimulatedEvent.RefundCompleted, SimulatedEvent.RefundCompleted])
        {
            await client.RefundPaymentAsync(new() { Uuid = refunded.Uuid, RefundAmount = 500, Reason = "Wrong size" });
            await client.SimulateAsync(new() { Uuid = refunded.Uuid, Event = end });
        }

        var changes = new List<PaymentStatusChange>();
        EventFeed feed;
        var after = (string?)null;
        do
        {
            feed = await client.ListEventsAsync(after, limit: 3);
            changes.AddRange(feed.Records);
            after = feed.NextAfter;
        }
        while (feed.HasMore);

        // One declined, two for the voided, one expired, two for the lapsed, and two with eight about refunds.
        Assert.Equal(1 + 2 + 1 + 2 + 2 + 8, changes.Count);
        foreach (var _ in changes)
        {
            await receiver.NextAsync();
        }

        Assert.Equal(changes.Count, receiver.All.Count);
        foreach (var payment in changes.GroupBy(c => c.Uuid))
        {
            Assert.Equal(
                payment.Select(c => (c.Id, Text(JsonSerializer.SerializeToUtf8Bytes(c.Payment, ResponseJson.Numbers.PaymentResponse)))),
                receiver.All.Where(w => w.Payment.Uuid == payment.Key).Select(w => (w.Id, Text(w.Body))));
            Assert.Equal(payment.Select(c => c.Status), payment.Select(c => c.Payment.Status));
            Assert.Equal(payment.Skip(1).Select(c => c.PreviousStatus), payment.SkipLast(1).Select(c => c.Status));
            Assert.Equal(PaymentStatus.Pending, payment.First().PreviousStatus);
        }

        Assert.Equal(
            [
                PaymentStatus.Waiting, PaymentStatus.Received, PaymentStatus.ReturnPending, PaymentStatus.ReturnRejected, PaymentStatus.ReturnPending,
                PaymentStatus.ReturnExpired, PaymentStatus.ReturnPending, PaymentStatus.PartiallyRefunded, PaymentStatus.ReturnPending, PaymentStatus.ReturnReceived,
            ],
            changes.Where(c => c.Uuid == refunded.Uuid).Select(c => c.Status));
    }

    [Fact]
    public async Task The_authorisation_header_arrives_as_it_was_sent()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        foreach (var header in (string[])["Bearer xxxxxx", "  odd,  spacing; \"quoted\" = 1", "token", new string('x', 1024)])
        {
            await gateway.Client.ChargeAsync(
                Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url, AuthorizationHeader = new(header) } });

            // White space at the ends is no part of a header's value: RFC 9110, 5.5.
            Assert.Equal(header.Trim(), (await receiver.NextAsync()).Headers["authorization"]);
        }
    }

    private static ChargeRequest ToldAt(string url) => Requests.Charge() with { WebhookNotification = new() { EndpointUrl = url } };

    private static string Text(byte[] body) => Encoding.UTF8.GetString(body);

    private static void AssertHas(ReceivedWebhook webhook, params (string Name, string Value)[] expected)
    {
        using var body = JsonDocument.Parse(webhook.Body);
        Assert.All(expected, e => Assert.Equal(e.Value, body.RootElement.GetProperty(e.Name).GetRawText()));
    }
}

public sealed class WebhookDeliveriesOnSqlite(SqliteGateway gateway) : WebhookDeliveries(gateway);

public sealed class WebhookDeliveriesOnPostgres(PostgresGateway gateway) : WebhookDeliveries(gateway);
