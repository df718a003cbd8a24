using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>What became of an app's webhooks, and what it was that endpoints said.</summary>
public abstract class DeliveryLog(Gateway gateway)
{
    [Fact]
    public async Task Every_delivery_is_listed_once_newest_first_part_by_part()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var uuids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var payment = await gateway.Client.ChargeAsync(ToldAt(receiver.Url + "/parts"));
            await gateway.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
            uuids.Add(payment.Uuid);
        }

        await Eventually.GetAsync(
            async () => (await gateway.Client.ListWebhookDeliveriesAsync(new() { Endpoint = receiver.Url + "/parts", State = WebhookDeliveryState.Delivered })).Records.Count,
            count => count == 10,
            "the delivery of ten webhooks");
        var seen = new List<WebhookDeliveryResponse>();
        string? after = null;
        do
        {
            var part = await gateway.Client.ListWebhookDeliveriesAsync(new() { Endpoint = receiver.Url + "/parts", Limit = 3, After = after });
            Assert.Equal(part.HasMore, part.NextAfter is not null);
            Assert.True(part.Records.Count == 3 || !part.HasMore);
            seen.AddRange(part.Records);
            after = part.NextAfter;

            // What comes in between is newer, and belongs to no later part.
            await gateway.Client.ChargeAsync(ToldAt(receiver.Url + "/parts"));
        }
        while (after is not null);

        Assert.Equal(10, seen.Count);
        Assert.Equal(10, seen.Select(d => d.Id).Distinct().Count());
        Assert.Equal(seen.Select(d => d.CreatedAt).OrderDescending(), seen.Select(d => d.CreatedAt));
        Assert.Equal(uuids.Order(), seen.Select(d => d.Uuid).Distinct().Order());
        Assert.All(seen, d => Assert.Equal((WebhookDeliveryState.Delivered, 1, 200, null, null, null), (d.State, d.Tries, d.StatusCode, d.Error, d.Endpoint, d.NextTryAt)));
        Assert.All(seen, d => Assert.Null(d.Attempts));
        foreach (var uuid in uuids)
        {
            Assert.Equal([PaymentStatus.Failed, PaymentStatus.Authorised], seen.Where(d => d.Uuid == uuid).Select(d => d.Status));
        }
    }

    [Fact]
    public async Task Filters_leave_out_the_others()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = w => w.Path.EndsWith("/no", StringComparison.Ordinal) ? 503 : 204;
        var good = await gateway.Client.ChargeAsync(ToldAt(receiver.Url + "/yes"));
        var bad = await gateway.Client.ChargeAsync(ToldAt(receiver.Url + "/no"));
        await Outbox.AfterTriesAsync(gateway, good, 1);
        await Outbox.AfterTriesAsync(gateway, bad, 1);

        await AssertListsAsync(new() { Uuid = good.Uuid }, good);
        await AssertListsAsync(new() { Uuid = bad.Uuid, State = WebhookDeliveryState.Waiting, StatusCode = 503 }, bad);
        await AssertListsAsync(new() { Uuid = bad.Uuid, State = WebhookDeliveryState.Delivered });
        await AssertListsAsync(new() { Uuid = bad.Uuid, StatusCode = 204 });
        await AssertListsAsync(new() { Endpoint = receiver.Url + "/no" }, bad);
        await AssertListsAsync(new() { Uuid = good.Uuid, Endpoint = "we_00000000000000000000" });
        await AssertListsAsync(new() { Uuid = good.Uuid, Endpoint = "default" });
        await AssertListsAsync(new() { Uuid = good.Uuid, StartDate = good.CreatedAt.AddMinutes(-1), EndDate = good.CreatedAt.AddMinutes(1) }, good);
        await AssertListsAsync(new() { Uuid = good.Uuid, StartDate = good.CreatedAt.AddMinutes(1) });
        await AssertListsAsync(new() { Uuid = good.Uuid, EndDate = good.CreatedAt.AddMinutes(-1) });

        async Task AssertListsAsync(WebhookDeliveryFilter filter, params PaymentResponse[] payments) =>
            Assert.Equal(payments.Select(p => p.Uuid), (await gateway.Client.ListWebhookDeliveriesAsync(filter)).Records.Select(d => d.Uuid));
    }

    [Fact]
    public async Task A_delivery_has_every_try_with_what_the_endpoint_said()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var answers = new Queue<(int Status, string Text)>([(500, "Bad day"), (404, "<h1>Nobody</h1>"), (200, "Thank you")]);
        await using var endpoint = new ScriptedEndpoint(async context =>
        {
            var (status, text) = answers.Dequeue();
            context.Response.StatusCode = status;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
        });
        await endpoint.ListenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        await Outbox.AdvanceToNextTryAsync(own, await Outbox.AfterTriesAsync(own, payment, 1));
        await Outbox.AdvanceToNextTryAsync(own, await Outbox.AfterTriesAsync(own, payment, 2));
        await Outbox.AfterTriesAsync(own, payment, 3);

        var listed = Assert.Single((await own.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records);
        var delivery = await own.Client.GetWebhookDeliveryAsync(listed.Id);
        Assert.Equal(listed, delivery with { Attempts = null });
        Assert.Equal((WebhookDeliveryState.Delivered, 3, 200, PaymentStatus.Authorised), (delivery.State, delivery.Tries, delivery.StatusCode, delivery.Status));
        Assert.Equal(
            [(500, "Bad day", "answered 500"), (404, "<h1>Nobody</h1>", "answered 404"), (200, "Thank you", null)],
            delivery.Attempts!.Select(a => (a.StatusCode, a.Answer, a.Error)).ToArray());
        Assert.Equal(delivery.Attempts!.Select(a => a.At).Order(), delivery.Attempts!.Select(a => a.At));
        Assert.All(delivery.Attempts!, a => Assert.Equal(endpoint.Address + "/hook", a.EndpointUrl));
        Assert.All(delivery.Attempts!, a => Assert.InRange(a.Took, 0, 15_000));

        // The timeline tells each of them too.
        var tries = (await own.Client.GetTimelineAsync(payment.Uuid)).Records.Where(e => e.Name == "attempt").ToList();
        Assert.Equal(["500", "404", "200"], tries.Select(t => t.Details["status_code"]));
        Assert.Equal(["1", "2", "3"], tries.Select(t => t.Details["attempt"]));
    }

    [Fact]
    public async Task What_waits_for_an_earlier_one_has_no_next_try()
    {
        var payment = await gateway.Client.ChargeAsync(ToldAt("http://127.0.0.1:9/nobody"));
        await gateway.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        await Outbox.AfterTriesAsync(gateway, payment, 1);
        var deliveries = (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records;
        Assert.Equal([(0, false), (1, true)], deliveries.Select(d => (d.Tries, d.NextTryAt is not null)));
        Assert.Equal((null, true), (deliveries[1].StatusCode, deliveries[1].Error!.StartsWith("could not be reached", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Another_app_sees_nothing_of_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await gateway.Client.ChargeAsync(ToldAt(receiver.Url));
        var id = (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Single().Id;
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Empty((await other.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records);
        Assert.Equal(404, (int?)(await Assert.ThrowsAsync<TollgateException>(() => other.GetWebhookDeliveryAsync(id))).StatusCode);
        Assert.Equal(404, (int?)(await Assert.ThrowsAsync<TollgateException>(() => other.ResendWebhookAsync(id))).StatusCode);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("after=1", "after")]
    [InlineData("after=1.evt_A_01", "after")]
    [InlineData("after=99999999999999999999.evt_A_1", "after")]
    [InlineData("state=dead", "state")]
    [InlineData("status_code=abc", "status_code")]
    [InlineData("status_code=-1", "status_code")]
    [InlineData("start_date=yesterday", "start_date")]
    [InlineData("end_date=2027-13-01", "end_date")]
    public async Task A_list_names_what_it_cannot_read(string query, string field)
    {
        using var wire = new Wire(gateway);
        var answer = await wire.GetAsync("/api/v2/webhooks/deliveries?" + query);
        Assert.Equal(422, answer.Status);
        Assert.Contains($"\"{field}\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evt")]
    [InlineData("evt_7PPPMXIGH")]
    [InlineData("evt_7PPPMXIGH_3-")]
    [InlineData("evt_7PPPMXIGH_3-we_x'%20OR%201=1")]
    [InlineData("evt_7PPPMXIGH_-1")]
    [InlineData("evt_7PPPMXIGH_99999999999")]
    [InlineData("evt_%01_1")]
    [InlineData("evt_7PPPMXIGH_1%1F")]
    public async Task What_is_no_delivery_is_not_found(string id)
    {
        using var wire = new Wire(gateway);
        Assert.Equal("404 NOT_FOUND", (await wire.GetAsync("/api/v2/webhooks/deliveries/" + id)).Verdict);
        Assert.Equal("404 NOT_FOUND", (await wire.PostAsync($"/v2/webhooks/deliveries/{id}/resend", "{}")).Verdict);
        Assert.Equal(200, (await wire.GetAsync("/api/v2/webhooks/deliveries?uuid=" + id + "&endpoint=" + id)).Status);
    }

    private static ChargeRequest ToldAt(string url) => Requests.Charge() with { WebhookNotification = new() { EndpointUrl = url } };
}

public sealed class DeliveryLogOnSqlite(SqliteGateway gateway) : DeliveryLog(gateway);

public sealed class DeliveryLogOnPostgres(PostgresGateway gateway) : DeliveryLog(gateway);
