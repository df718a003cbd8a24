using System.Text.Json.Nodes;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class RequestTests
{
    private const string Clock = """{"now":"2025-05-28T04:22:21.567+0000"}""";

    private static readonly TokenReference Token = new() { Id = "tok_dfe1988a1ffc0d6562d3" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_charge_posts_exactly_the_fields_of_the_guide()
    {
        await using var server = ScriptedServer.Answering(200, Example.Payment);
        using var client = server.Client();

        await client.ChargeAsync(Example.Charge, cancellationToken: Stop);

        Assert.Equal(("POST", "/api/v2/cards/charges"), (server.Request.Method, server.Request.Target));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Example.ChargeBody), JsonNode.Parse(server.Request.Body)), server.Request.Body);
    }

    [Fact]
    public async Task Every_request_carries_the_credentials_and_says_that_it_is_json()
    {
        await using var server = ScriptedServer.Answering(200, Example.Payment);
        using var client = server.Client();

        await client.ChargeAsync(Example.Charge, cancellationToken: Stop);

        Assert.Equal("app-test", server.Request.Headers["app-id"]);
        Assert.Equal("sk-test-of-nobody", server.Request.Headers["secret-key"]);
        Assert.Equal("application/json", server.Request.Headers["Content-Type"]);
        Assert.Equal("application/json", server.Request.Headers["Accept"]);
        Assert.False(server.Request.Headers.ContainsKey("Idempotency-Key"));
    }

    [Fact]
    public Task A_payment_by_token_posts_the_token_and_leaves_out_what_is_not_given() => PostsAsync(
        (client, key) => client.CreatePaymentAsync(
            new()
            {
                Amount = 100,
                Currency = "AUD",
                Token = Token,
                PaymentType = PaymentType.Unscheduled,
                ChargeReason = ChargeReason.DelayedCharge,
                PreviousPaymentUuid = "7PPPMXIGH",
                ExternalId = "order_1",
                ReturnUrl = "https://example.com",
            },
            key,
            Stop),
        "/api/v2/cards/create_payment",
        """
        {"amount":100,"currency":"AUD","token":{"id":"tok_dfe1988a1ffc0d6562d3","type":"card"},"payment_type":"unscheduled","charge_reason":"delayed_charge",
        "previous_payment_uuid":"7PPPMXIGH","external_id":"order_1","return_url":"https://example.com"}
        """);

    [Fact]
    public Task A_capture_of_everything_posts_the_uuid_alone() => PostsAsync(
        (client, key) => client.CapturePaymentAsync(new() { Uuid = "7PPPMXIGH" }, key, Stop), "/api/v2/cards/capture_payment", """{"uuid":"7PPPMXIGH"}""");

    [Fact]
    public Task A_capture_in_part_posts_the_amount() => PostsAsync(
        (client, key) => client.CapturePaymentAsync(new() { Uuid = "7PPPMXIGH", Amount = 40 }, key, Stop),
        "/api/v2/cards/capture_payment",
        """{"uuid":"7PPPMXIGH","amount":40}""");

    [Fact]
    public Task A_void_posts_the_uuid() => PostsAsync(
        (client, key) => client.VoidPaymentAsync(new() { Uuid = "7PPPMXIGH" }, key, Stop), "/api/v2/cards/void_payment", """{"uuid":"7PPPMXIGH"}""");

    [Fact]
    public Task A_refund_posts_uuid_amount_and_reason() => PostsAsync(
        (client, key) => client.RefundPaymentAsync(new() { Uuid = "7PPPMXIGH", RefundAmount = 40, Reason = "Too small" }, key, Stop),
        "/api/v2/cards/refund_payment",
        """{"uuid":"7PPPMXIGH","refund_amount":40,"reason":"Too small"}""",
        $$"""{"total_amount":100,"refund_amount":40,"description":"Too small","payin_request":{{Example.Payment}}}""");

    [Theory]
    [InlineData(SimulatedEvent.Settled, "settled")]
    [InlineData(SimulatedEvent.RefundCompleted, "refund_completed")]
    [InlineData(SimulatedEvent.RefundRejected, "refund_rejected")]
    [InlineData(SimulatedEvent.DisputeOpened, "dispute_opened")]
    [InlineData(SimulatedEvent.DisputeWon, "dispute_won")]
    [InlineData(SimulatedEvent.DisputeLost, "dispute_lost")]
    [InlineData(SimulatedEvent.Expired, "expired")]
    [InlineData(SimulatedEvent.DisputeInquiry, "dispute_inquiry")]
    [InlineData(SimulatedEvent.DisputeEscalated, "dispute_escalated")]
    public Task A_simulation_posts_the_event_by_its_name_on_the_wire(SimulatedEvent happening, string name) => PostsAsync(
        (client, _) => client.SimulateAsync(new() { Uuid = "7PPPMXIGH", Event = happening }, Stop),
        "/api/v2/cards/simulate",
        $$"""{"uuid":"7PPPMXIGH","event":"{{name}}"}""",
        hasKey: false);

    [Theory]
    [InlineData("10.00:00:00", "P10D")]
    [InlineData("00:00:30", "PT30S")]
    [InlineData("1.02:03:04.5", "P1DT2H3M4.5S")]
    [InlineData("00:00:00", "PT0S")]
    public Task Moving_the_clock_posts_an_ISO_8601_duration(string by, string duration) => PostsAsync(
        (client, _) => client.AdvanceSandboxClockAsync(TimeSpan.Parse(by, null), Stop),
        "/api/v2/sandbox/clock",
        $$"""{"advance":"{{duration}}"}""",
        Clock,
        hasKey: false);

    [Fact]
    public async Task The_clock_does_not_run_backwards()
    {
        using var client = new TollgateClient(new("http://127.0.0.1:9"), "app-test", "sk-test");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(-1), Stop));
    }

    [Fact]
    public async Task A_fault_is_posted_and_any_success_will_do()
    {
        await using var server = new ScriptedServer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        using var client = server.Client();

        await client.InjectFaultAsync(new() { Fault = SandboxFault.LostReply, Message = SandboxMessage.Capture, Times = 2 }, Stop);

        Assert.Equal(("POST", "/api/v2/sandbox/faults"), (server.Request.Method, server.Request.Target));
        Assert.Equal("""{"fault":"lost_reply","message":"capture","times":2}""", server.Request.Body);
    }

    [Fact]
    public Task A_payment_is_got_by_its_uuid() =>
        GetsAsync(client => client.GetPaymentAsync("7PPPMXIGH", Stop), "/api/v2/cards/payments/7PPPMXIGH", Example.Payment);

    [Fact]
    public async Task A_timeline_is_got_by_the_payments_uuid()
    {
        await using var server = ScriptedServer.Answering(
            200, """{"uuid":"7PPPMXIGH","records":[{"at":"2025-05-28T04:22:21.567+0000","type":"message","name":"inquiry","message":"Hm.","details":{"took":"PT1S"}}]}""");
        using var client = server.Client();

        var timeline = await client.GetTimelineAsync("7PPPMXIGH", Stop);

        Assert.Equal(("GET", "/api/v2/cards/payments/7PPPMXIGH/timeline"), (server.Request.Method, server.Request.Target));
        var entry = Assert.Single(timeline.Records);
        Assert.Equal(("7PPPMXIGH", TimelineEntryType.Message, "inquiry", "PT1S"), (timeline.Uuid, entry.Type, entry.Name, entry.Details["took"]));
    }

    [Fact]
    public async Task Settings_are_got_with_their_figures()
    {
        await using var server = ScriptedServer.Answering(
            200,
            """
            {"app_id":"app-test","authentication":{"policy":"when_required","policy_in_force":"always","reason":"fraud","from_amount":null,"when_unavailable":"proceed","quarters":[
            {"quarter":"2026-Q3","from":"2026-06-30T14:00:00.000+0000","to":"2026-09-30T14:00:00.000+0000","fraud_value":6150000,"sales_value":2504000000,
            "ratio_basis_points":24.56,"breached":true}]},"fees":null,"webhooks":{"endpoint_url":null,"money":"numbers"},"one_live_payment_per_order":true,"requests_per_second":50}
            """);
        using var client = server.Client();

        var settings = await client.GetSettingsAsync(Stop);

        Assert.Equal(("GET", "/api/v2/settings"), (server.Request.Method, server.Request.Target));
        Assert.Equal((AuthenticationPolicy.Always, PolicyReason.Fraud), (settings.Authentication.PolicyInForce, settings.Authentication.Reason));
        var quarter = Assert.Single(settings.Authentication.Quarters);
        Assert.Equal(("2026-Q3", 6_150_000, 2_504_000_000, 24.56m, true), (quarter.Quarter, quarter.FraudValue, quarter.SalesValue, quarter.RatioBasisPoints, quarter.Breached));
        Assert.Equal((null, WebhookMoney.Numbers, 50), (settings.Fees, settings.Webhooks.Money, settings.RequestsPerSecond));
    }

    [Theory]
    [InlineData("a/b?c#d", "a%2Fb%3Fc%23d")]
    [InlineData("ä ö", "%C3%A4%20%C3%B6")]
    public Task An_id_cannot_leave_its_place_in_the_path(string uuid, string escaped) =>
        GetsAsync(client => client.GetPaymentAsync(uuid, Stop), $"/api/v2/cards/payments/{escaped}", Example.Payment);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_would_name_another_path_is_refused_before_anything_is_sent(string uuid)
    {
        using var client = new TollgateClient(new("http://127.0.0.1:9"), "app-test", "sk-test");

        await Assert.ThrowsAsync<ArgumentException>(() => client.GetPaymentAsync(uuid, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.DeleteTokenAsync(uuid, Stop));
    }

    [Fact]
    public Task A_list_without_a_filter_asks_for_the_first_page() =>
        GetsAsync(client => client.ListPaymentsAsync(cancellationToken: Stop), "/api/v2/cards/payments?page=1&per_page=20", EmptyList);

    [Fact]
    public Task A_list_sends_the_whole_filter_escaped() => GetsAsync(
        client => client.ListPaymentsAsync(
            new()
            {
                StartDate = new(2025, 5, 28, 14, 22, 21, TimeSpan.FromHours(10)),
                EndDate = new(2025, 5, 29, 0, 0, 0, TimeSpan.Zero),
                Status = PaymentStatus.ReturnPending,
                ExternalId = "order 1&status=failed",
                Email = "john+shop@example.com",
                Page = 3,
                PerPage = 100,
            },
            Stop),
        "/api/v2/cards/payments?start_date=2025-05-28T04%3A22%3A21.000%2B0000&end_date=2025-05-29T00%3A00%3A00.000%2B0000&status=return_pending"
        + "&external_id=order%201%26status%3Dfailed&email=john%2Bshop%40example.com&page=3&per_page=100",
        EmptyList);

    [Fact]
    public Task The_feed_is_asked_from_the_beginning() =>
        GetsAsync(client => client.ListEventsAsync(cancellationToken: Stop), "/api/v2/cards/events", EmptyFeed);

    [Fact]
    public Task The_feed_is_asked_after_a_cursor() =>
        GetsAsync(client => client.ListEventsAsync("a+b=", 50, TimeSpan.FromSeconds(30), Stop), "/api/v2/cards/events?after=a%2Bb%3D&limit=50&wait=30", EmptyFeed);

    [Fact]
    public Task The_clock_is_read() => GetsAsync(client => client.GetSandboxClockAsync(Stop), "/api/v2/sandbox/clock", Clock);

    [Fact]
    public Task The_books_are_read() => GetsAsync(
        client => client.GetBooksAsync("7PPPMXIGH", Stop),
        "/api/v2/sandbox/books/7PPPMXIGH",
        """{"uuid":"7PPPMXIGH","authorised":100,"captured":0,"released":0,"refunded":0,"authorisations":1,"settled":false,"entries":[]}""");

    [Fact]
    public async Task A_token_is_deleted_by_its_id()
    {
        await using var server = ScriptedServer.Answering(200, """{"status":"Ok"}""");
        using var client = server.Client();

        var answer = await client.DeleteTokenAsync(Token.Id, Stop);

        Assert.Equal("Ok", answer.Status);
        Assert.Equal(("DELETE", "/api/v2/cards/tok_dfe1988a1ffc0d6562d3", ""), (server.Request.Method, server.Request.Target, server.Request.Body));
    }

    [Fact]
    public async Task A_path_in_the_base_address_is_kept()
    {
        await using var server = ScriptedServer.Answering(200, Example.Payment);
        using var client = new TollgateClient(new(server.Address, "/tollgate/"), "app-test", "sk-test");

        await client.GetPaymentAsync("7PPPMXIGH", Stop);

        Assert.Equal("/tollgate/api/v2/cards/payments/7PPPMXIGH", server.Request.Target);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("quoted\"")]
    [InlineData("ü")]
    [InlineData("")]
    public async Task An_idempotency_key_that_cannot_be_a_header_is_refused_before_anything_is_sent(string key)
    {
        using var client = new TollgateClient(new("http://127.0.0.1:9"), "app-test", "sk-test");

        await Assert.ThrowsAsync<ArgumentException>(() => client.ChargeAsync(Example.Charge, key, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ChargeAsync(Example.Charge, new string('k', 256), Stop));
    }

    private const string EmptyList = """{"total":0,"total_page":0,"page":1,"per_page":20,"records":[]}""";

    private const string EmptyFeed = """{"records":[],"next_after":"0","has_more":false}""";

    private static async Task PostsAsync(
        Func<TollgateClient, string?, Task> call, string path, string body, string? answer = null, bool hasKey = true)
    {
        await using var server = ScriptedServer.Answering(200, answer ?? Example.Payment);
        using var client = server.Client();

        await call(client, "key-1");

        Assert.Equal(("POST", path), (server.Request.Method, server.Request.Target));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(server.Request.Body)), server.Request.Body);
        Assert.Equal(hasKey ? "key-1" : null, server.Request.Headers.GetValueOrDefault("Idempotency-Key"));
    }

    private static async Task GetsAsync(Func<TollgateClient, Task> call, string target, string answer)
    {
        await using var server = ScriptedServer.Answering(200, answer);
        using var client = server.Client();

        await call(client);

        Assert.Equal(("GET", target, ""), (server.Request.Method, server.Request.Target, server.Request.Body));
        Assert.Equal("sk-test-of-nobody", server.Request.Headers["secret-key"]);
    }
}
