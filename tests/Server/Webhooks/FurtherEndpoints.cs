using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>Endpoints that an app has told besides each payment's own.</summary>
public abstract class FurtherEndpoints(Gateway gateway)
{
    [Fact]
    public async Task A_further_endpoint_is_told_what_it_wants_besides_the_payments_own()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var all = await own.Client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url + "/all", AuthorizationHeader = "Bearer all-of-it" });
        var ends = await own.Client.AddWebhookEndpointAsync(
            new() { EndpointUrl = receiver.Url + "/ends", Statuses = [PaymentStatus.Failed, PaymentStatus.Expired, PaymentStatus.Failed] });
        Assert.Equal((WebhookEndpointKind.Further, "****", null), (all.Kind, all.AuthorizationHeader, all.DisabledAt));
        Assert.Equal([PaymentStatus.Expired, PaymentStatus.Failed], ends.Statuses);
        Assert.Equal([all.Id, ends.Id], (await own.Client.ListWebhookEndpointsAsync()).Records.Select(e => e.Id));

        var payment = await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url + "/own" } });
        await own.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        for (var i = 0; i < 5; i++)
        {
            await receiver.NextAsync();
        }

        Assert.Equal(
            ["/webhook/all Authorised", "/webhook/all Failed", "/webhook/ends Failed", "/webhook/own Authorised", "/webhook/own Failed"],
            receiver.All.Select(w => $"{w.Path} {w.Payment.Status}").Order());
        Assert.All(receiver.All, w => Assert.Equal(w.Path == "/webhook/all" ? "Bearer all-of-it" : null, w.Headers.GetValueOrDefault("authorization")));

        // Each has a delivery of its own, under the one identifier of the event.
        var failed = (await own.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Where(d => d.Status == PaymentStatus.Failed).ToList();
        Assert.Equal(3, failed.Count);
        Assert.Single(failed.Select(d => d.EventId).Distinct());
        Assert.Equal(failed.Select(d => d.Endpoint is null ? d.EventId : $"{d.EventId}-{d.Endpoint}"), failed.Select(d => d.Id));
        Assert.Equal(2, (await own.Client.ListWebhookDeliveriesAsync(new() { Endpoint = all.Id })).Records.Count);
        var timeline = await Eventually.GetAsync(
            async () => (await own.Client.GetTimelineAsync(payment.Uuid)).Records, t => t.Count(e => e.Name == "attempt") == 5, "five attempts in the timeline");
        Assert.Equal(2, timeline.Count(e => e.Name == "attempt" && e.Details.GetValueOrDefault("endpoint") == all.Id));
    }

    [Fact]
    public async Task What_waits_for_an_endpoint_whose_removal_was_cut_short_is_given_up_when_its_turn_comes()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 500;
        await own.Client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url });
        var payment = await own.Client.ChargeAsync(Requests.Charge());
        await own.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        var tried = await Outbox.AfterTriesAsync(own, payment, 1);
        await using (var connection = await own.Services.GetRequiredService<Database>().OpenAsync())
        {
            await connection.ExecuteAsync("DELETE FROM webhook_endpoints");
        }

        await own.Services.GetRequiredService<IWebhookDirectory>().RefreshAsync();
        await Outbox.AdvanceToNextTryAsync(own, tried);
        var both = await Eventually.GetAsync(() => Outbox.ReadAsync(own, payment), rows => rows.All(w => w.IsGivenUp), "the end of both");
        Assert.All(both, w => Assert.Equal("the endpoint was removed", w.LastError));
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task A_removed_endpoint_is_told_nothing_more_and_what_waits_for_it_is_given_up()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 500;
        var endpoint = await own.Client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url });
        var payment = await own.Client.ChargeAsync(Requests.Charge());
        await own.Client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
        await Outbox.AfterTriesAsync(own, payment, 1);

        await own.Client.RemoveWebhookEndpointAsync(endpoint.Id);
        Assert.Empty((await own.Client.ListWebhookEndpointsAsync()).Records);
        await own.Client.ChargeAsync(Requests.Charge());
        var deliveries = (await own.Client.ListWebhookDeliveriesAsync()).Records;
        Assert.Equal(2, deliveries.Count);
        Assert.All(deliveries, d => Assert.Equal((WebhookDeliveryState.GivenUp, "the endpoint was removed"), (d.State, d.Error)));
        var refused = await Assert.ThrowsAsync<TollgateException>(() => own.Client.ResendWebhookAsync(deliveries[0].Id));
        Assert.Equal("ENDPOINT_REMOVED", refused.Code);
        Assert.Equal(0, (await own.Client.ReplayWebhooksAsync(new() { From = payment.CreatedAt.AddDays(-1) })).Resent);
        Assert.Equal(404, (int?)(await Assert.ThrowsAsync<TollgateException>(() => own.Client.RemoveWebhookEndpointAsync(endpoint.Id))).StatusCode);
    }

    [Fact]
    public async Task Whoever_says_that_it_is_gone_is_listed_until_it_is_enabled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another($"--Tollgate:Apps:0:WebhookEndpoint={receiver.Url}/default");
        await own.InitializeAsync();
        using var client = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        await client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url + "/further" });
        receiver.Answer = _ => 410;
        await client.ChargeAsync(Requests.Charge());
        await client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url + "/own" } });

        var disabled = await Eventually.GetAsync(
            async () => (await client.ListWebhookEndpointsAsync()).Records, e => e.Count(x => x.DisabledAt is not null) == 3, "three that are disabled");
        Assert.Equal([WebhookEndpointKind.Default, WebhookEndpointKind.Further, WebhookEndpointKind.Payment], disabled.Select(e => e.Kind));
        Assert.Equal(["default", "we_", "wu_"], disabled.Select(e => e.Id[..Math.Min(e.Id.Length, e.Kind == WebhookEndpointKind.Default ? 7 : 3)]));
        Assert.All(disabled, e => Assert.Equal("it answered 410", e.DisabledReason));

        // Another app cannot enable them.
        foreach (var endpoint in disabled)
        {
            Assert.Equal(404, (int?)(await Assert.ThrowsAsync<TollgateException>(() => own.Client.EnableWebhookEndpointAsync(endpoint.Id))).StatusCode);
        }

        receiver.Answer = _ => 200;
        foreach (var endpoint in disabled)
        {
            var enabled = await client.EnableWebhookEndpointAsync(endpoint.Id);
            Assert.Equal((endpoint.EndpointUrl, null, null), (enabled.EndpointUrl, enabled.DisabledAt, enabled.DisabledReason));
        }

        Assert.Equal(["default", disabled[1].Id], (await client.ListWebhookEndpointsAsync()).Records.Select(e => e.Id));
        var entries = await own.Services.GetRequiredService<AuditReader>().ListAsync(new(Act: "webhook_endpoint_changed")).ToListAsync();
        Assert.Equal(
            [(null, $"{receiver.Url}/further"), .. Enumerable.Repeat<(string?, string?)>(("disabled: it answered 410", "enabled"), 3)],
            entries.Select(e => (e.Before, e.After)));
        Assert.Equal(
            disabled.Select(e => ("app", AppsOfTests.Other.Id, "127.0.0.1", $"endpoint {e.Id} of app {AppsOfTests.Other.Id}")),
            entries.Skip(1).Select(e => (e.ActorKind, e.Actor, e.From!, e.Object)));
        var payment = await client.ChargeAsync(Requests.Charge());
        await Eventually.GetAsync(
            async () => (await client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Count(d => d.State == WebhookDeliveryState.Delivered), count => count == 2, "both deliveries");
        Assert.Single((await client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid, Endpoint = "default" })).Records);
    }

    [Fact]
    public async Task An_app_has_ten_at_most_however_fast_it_asks()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var answers = await AtOnce.DoAsync(16, i => wire.PostAsync("/v2/webhooks/endpoints", $$"""{"endpoint_url":"http://127.0.0.1:9/{{i}}"}"""));
        Assert.Equal((10, 6), (answers.Count(a => a.Status == 200), answers.Count(a => a.Verdict == "422 TOO_MANY_ENDPOINTS")));
        Assert.Equal(10, (await own.Client.ListWebhookEndpointsAsync()).Records.Count);
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Empty((await other.ListWebhookEndpointsAsync()).Records);
        await other.AddWebhookEndpointAsync(new() { EndpointUrl = "http://127.0.0.1:9/0" });
        var theirs = (await other.ListWebhookEndpointsAsync()).Records.Single().Id;
        Assert.Equal(404, (int?)(await Assert.ThrowsAsync<TollgateException>(() => own.Client.RemoveWebhookEndpointAsync(theirs))).StatusCode);
    }

    [Fact]
    public async Task The_same_url_is_taken_once()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var answers = await AtOnce.DoAsync(8, _ => wire.PostAsync("/api/v2/webhooks/endpoints", """{"endpoint_url":"http://127.0.0.1:9/same"}"""));
        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal("""{"errors":{"endpoint_url":"has already been taken"}}""", a.Body));
    }

    [Theory]
    [InlineData("{}", """{"endpoint_url":"can't be blank"}""")]
    [InlineData("""{"endpoint_url":"ftp://example.com"}""", """{"endpoint_url":"is invalid"}""")]
    [InlineData("""{"endpoint_url":"http://user:pass@example.com/"}""", """{"endpoint_url":"is invalid"}""")]
    [InlineData("""{"endpoint_url":"https://example.com","authorization_header":"a\r\nb"}""", """{"authorization_header":"is invalid"}""")]
    [InlineData("""{"endpoint_url":"https://example.com","statuses":"failed"}""", """{"statuses":"must be a list"}""")]
    [InlineData("""{"endpoint_url":"https://example.com","statuses":["failed","dead"]}""", """{"statuses":"is not included in the list"}""")]
    [InlineData("""{"endpoint_url":"https://example.com","statuses":[["failed"]]}""", """{"statuses":"is not included in the list"}""")]
    public async Task What_cannot_be_an_endpoint_is_refused(string body, string errors)
    {
        using var wire = new Wire(gateway);
        var answer = await wire.PostAsync("/api/v2/webhooks/endpoints", body);
        Assert.Equal((422, $"{{\"errors\":{errors}}}"), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("we_00000000000000000000")]
    [InlineData("wu_0000000000000000")]
    [InlineData("default")]
    [InlineData("'%20OR%20''='")]
    [InlineData("%01")]
    public async Task What_is_no_endpoint_is_not_found(string id)
    {
        using var wire = new Wire(gateway);
        Assert.Equal("404 NOT_FOUND", (await wire.DeleteAsync("/api/v2/webhooks/endpoints/" + id)).Verdict);
        Assert.Equal("404 NOT_FOUND", (await wire.PostAsync($"/api/v2/webhooks/endpoints/{id}/enable", "{}")).Verdict);
    }

    [Fact]
    public async Task Its_header_comes_out_nowhere()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        const string Header = "Bearer of-a-further-endpoint";
        using var wire = new Wire(own);
        var added = await wire.PostAsync("/api/v2/webhooks/endpoints", $$"""{"endpoint_url":"{{receiver.Url}}","authorization_header":"{{Header}}"}""");
        var payment = await own.Client.ChargeAsync(Requests.Charge());
        Assert.Equal(Header, (await receiver.NextAsync()).Headers["authorization"]);
        string[] said =
        [
            added.Body, (await wire.GetAsync("/api/v2/webhooks/endpoints")).Body, (await wire.GetAsync("/api/v2/webhooks/deliveries")).Body,
            (await wire.GetAsync($"{Wire.Cards}/payments/{payment.Uuid}/timeline")).Body, own.Log,
        ];
        Assert.All(said, text => Assert.DoesNotContain("of-a-further-endpoint", text, StringComparison.Ordinal));
    }
}

public sealed class FurtherEndpointsOnSqlite(SqliteGateway gateway) : FurtherEndpoints(gateway);

public sealed class FurtherEndpointsOnPostgres(PostgresGateway gateway) : FurtherEndpoints(gateway);
