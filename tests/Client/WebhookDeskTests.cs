using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class WebhookDeskTests
{
    private static readonly string Delivery =
        """
        {"id":"evt_7PPPMXIGH_3-we_0c8f1a2b3c4d5e6f7081","event_id":"evt_7PPPMXIGH_3","uuid":"7PPPMXIGH","status":"authorised","endpoint":"we_0c8f1a2b3c4d5e6f7081",
        "endpoint_url":"https://merchant.com/webhook","state":"given_up","tries":2,"status_code":410,"error":"answered 410","last_try_at":"2025-05-28T04:22:23.105+0000",
        "next_try_at":null,"created_at":"2025-05-28T04:22:23.012+0000",
        "attempts":[{"at":"2025-05-28T04:22:23.105+0000","endpoint_url":"https://merchant.com/webhook","status_code":410,"took":84,"answer":"Gone","error":"answered 410"}]}
        """.Replace("\n", string.Empty, StringComparison.Ordinal);

    private static readonly string Endpoint =
        """
        {"id":"we_0c8f1a2b3c4d5e6f7081","kind":"further","endpoint_url":"https://merchant.com/webhook","authorization_header":"****","statuses":["dispute_lost"],
        "created_at":"2025-05-28T04:22:21.567+0000","disabled_at":null,"disabled_reason":null}
        """.Replace("\n", string.Empty, StringComparison.Ordinal);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_delivery_is_read_and_written_again_byte_for_byte()
    {
        var delivery = JsonSerializer.Deserialize(Delivery, ResponseJson.Numbers.WebhookDeliveryResponse)!;
        Assert.Equal(Delivery, JsonSerializer.Serialize(delivery, ResponseJson.Numbers.WebhookDeliveryResponse));
        Assert.Equal((WebhookDeliveryState.GivenUp, null, 410), (delivery.State, delivery.NextTryAt, delivery.Attempts![0].StatusCode));
    }

    [Fact]
    public async Task A_list_sends_its_filter()
    {
        await using var server = ScriptedServer.Answering(200, $$"""{"records":[{{Delivery}}],"next_after":null,"has_more":false}""");
        using var client = server.Client();
        var instant = new DateTimeOffset(2025, 5, 28, 0, 0, 0, TimeSpan.Zero);

        var list = await client.ListWebhookDeliveriesAsync(
            new()
            {
                After = "1.evt_A_1",
                Limit = 5,
                Uuid = "7PPPMXIGH",
                Endpoint = "https://a.example/?b=c",
                State = WebhookDeliveryState.GivenUp,
                StatusCode = 410,
                StartDate = instant,
                EndDate = instant.AddDays(1),
            },
            Stop);

        Assert.Null(list.NextAfter);
        Assert.Equal(
            "/api/v2/webhooks/deliveries?after=1.evt_A_1&limit=5&uuid=7PPPMXIGH&endpoint=https%3A%2F%2Fa.example%2F%3Fb%3Dc&state=given_up&status_code=410"
            + "&start_date=2025-05-28T00%3A00%3A00.000%2B0000&end_date=2025-05-29T00%3A00%3A00.000%2B0000",
            server.Request.Target);
    }

    [Fact]
    public async Task Each_call_goes_where_it_belongs()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Answer(200, $$"""{"records":[{{Endpoint}}]}"""),
            ScriptedServer.Answer(200, Endpoint),
            ScriptedServer.Answer(200, """{"status":"Ok"}"""),
            ScriptedServer.Answer(200, Endpoint),
            ScriptedServer.Answer(200, """{"id":"evt_test_1","endpoint_url":"https://merchant.com/webhook","delivered":false,"status_code":null,"took":3,"answer":null,"error":"could not be reached"}"""),
            ScriptedServer.Answer(200, Delivery),
            ScriptedServer.Answer(200, Delivery),
            ScriptedServer.Answer(200, """{"resent":3}"""),
            ScriptedServer.Answer(200, """{"secret":"whsec_AAAA","previous_ends_at":"2025-05-29T04:22:21.567+0000"}"""));
        using var client = server.Client();

        Assert.Equal([PaymentStatus.DisputeLost], (await client.ListWebhookEndpointsAsync(Stop)).Records[0].Statuses);
        await client.AddWebhookEndpointAsync(new() { EndpointUrl = "https://merchant.com/webhook", AuthorizationHeader = "Bearer x", Statuses = [PaymentStatus.DisputeLost] }, Stop);
        await client.RemoveWebhookEndpointAsync("we_1", Stop);
        await client.EnableWebhookEndpointAsync("default", Stop);
        Assert.False((await client.TestWebhookEndpointAsync("we_1", Stop)).Delivered);
        await client.GetWebhookDeliveryAsync("evt_A_1-we_1", Stop);
        await client.ResendWebhookAsync("evt_A_1", "key-1", Stop);
        Assert.Equal(3, (await client.ReplayWebhooksAsync(new() { From = DateTimeOffset.UnixEpoch, State = WebhookReplayState.All, Latest = true }, "key-2", Stop)).Resent);
        var rotated = await client.RotateWebhookSecretAsync(TimeSpan.FromDays(2), Stop);

        Assert.Equal(("whsec_AAAA", "****"), (rotated.Secret.Expose(), rotated.Secret.ToString()));
        Assert.DoesNotContain("whsec_", rotated.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "GET /api/v2/webhooks/endpoints  ",
                """POST /api/v2/webhooks/endpoints  {"endpoint_url":"https://merchant.com/webhook","authorization_header":"Bearer x","statuses":["dispute_lost"]}""",
                "DELETE /api/v2/webhooks/endpoints/we_1  ",
                "POST /api/v2/webhooks/endpoints/default/enable  ",
                """POST /api/v2/webhooks/test  {"endpoint":"we_1"}""",
                "GET /api/v2/webhooks/deliveries/evt_A_1-we_1  ",
                "POST /api/v2/webhooks/deliveries/evt_A_1/resend key-1 ",
                """POST /api/v2/webhooks/replay key-2 {"from":"1970-01-01T00:00:00.000\u002B0000","state":"all","latest":true}""",
                """POST /api/v2/webhooks/secret/rotate  {"overlap":"P2D"}""",
            ],
            server.Requests.Select(r => $"{r.Method} {r.Target} {r.Headers.GetValueOrDefault("Idempotency-Key")} {r.Body}"));
    }
}
