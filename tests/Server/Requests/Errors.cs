using System.Net.Http.Headers;
using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>Every error that is not about a single field: its status, and its body to the letter.</summary>
public abstract class Errors(Gateway gateway)
{
    private const string Charges = "/api/v2/cards/charges";

    private static readonly string NotFound = RawAnswer.Error(404, "NOT_FOUND", "Payment not found.");

    private static readonly string Unauthorised = RawAnswer.Error(401, "REQUIRE_LOGIN", "Not Authorised");

    [Fact]
    public async Task A_body_is_at_most_64_KiB_long()
    {
        var tooLong = RawAnswer.Unreadable(413, "The body must not be longer than 64 KiB.");
        using var wire = new RawWire(gateway);
        foreach (var path in WholeBodies.PostPaths.Append("/v2/cards/charges"))
        {
            foreach (var chunked in new[] { false, true })
            {
                Assert.Equal((path, chunked, 422), (path, chunked, (await SendAsync(path, 64 * 1024, chunked)).Status));
                Assert.Equal((path, chunked, tooLong), (path, chunked, (await SendAsync(path, (64 * 1024) + 1, chunked)).ToString()));
                Assert.Equal((path, chunked, tooLong), (path, chunked, (await SendAsync(path, 200 * 1024, chunked)).ToString()));
            }
        }

        // The limit is of the body, and not of what is left of it without its spaces.
        Assert.Equal(tooLong, (await wire.PostAsync(Charges, RequestBody.Charging() + new string(' ', 64 * 1024))).ToString());

        Task<RawAnswer> SendAsync(string path, int length, bool chunked)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}".PadRight(length))) { Headers = { ContentType = new("application/json") } };
            return wire.SendAsync(HttpMethod.Post, path, content, chunked ? [("Transfer-Encoding", "chunked")] : []);
        }
    }

    [Fact]
    public async Task A_body_is_application_json()
    {
        var expected = RawAnswer.Unreadable(415, "Content-Type must be application/json.");
        using var wire = new RawWire(gateway);
        foreach (var path in WholeBodies.PostPaths)
        {
            foreach (var type in new[] { null, "text/plain", "application/x-www-form-urlencoded", "application/xml", "text/json", "application/json-patch+json", "application/jsonx" })
            {
                Assert.Equal((path, type, expected), (path, type, (await SendAsync(path, type)).ToString()));
            }

            foreach (var type in new[] { "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8" })
            {
                Assert.Equal((path, type, 422), (path, type, (await SendAsync(path, type)).Status));
            }
        }

        Task<RawAnswer> SendAsync(string path, string? type)
        {
            var content = new ByteArrayContent("{}"u8.ToArray());
            content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            return wire.SendAsync(HttpMethod.Post, path, content);
        }
    }

    [Fact]
    public async Task Wrong_credentials_have_one_answer_whatever_is_wrong_with_them()
    {
        var payment = await gateway.Client.ChargeAsync(Charge());
        using var wire = RawWire.WithoutCredentials(gateway);
        (string Name, string Value)[][] wrong =
        [
            [],
            [("app-id", "app-sandbox")],
            [("secret-key", "sk-sandbox-tollgate")],
            [("app-id", "app-sandbox"), ("secret-key", "sk-wrong")],
            [("app-id", "app-sandbox"), ("secret-key", "sk-sandbox-tollgatE")],
            [("app-id", "app-sandbox"), ("secret-key", "sk-sandbox-tollgate2")],
            [("app-id", "app-nobody"), ("secret-key", "sk-sandbox-tollgate")],
            [("app-id", "APP-SANDBOX"), ("secret-key", "sk-sandbox-tollgate")],
            [("app-id", "app-nobody"), ("secret-key", "sk-nobody")],
            [("app-id", ""), ("secret-key", "")],
            [("app-id", "app-sandbox"), ("secret-key", AppsOfTests.Other.Key)],
            [("app-id", AppsOfTests.Other.Id), ("secret-key", "sk-sandbox-tollgate")],
            [("app-id", "app-sandbox"), ("secret-key", new string('x', 8000))],
            [("Authorization", "Basic YXBwLXNhbmRib3g6c2stc2FuZGJveC10b2xsZ2F0ZQ==")],
        ];
        (HttpMethod Method, string Path)[] calls =
        [
            .. WholeBodies.PostPaths.Select(p => (HttpMethod.Post, p)),
            (HttpMethod.Post, "/v2/cards/charges"), (HttpMethod.Get, "/api/v2/cards/payments"), (HttpMethod.Get, "/api/v2/cards/payments/" + payment.Uuid),
            (HttpMethod.Get, "/v2/cards/payments/ZZZZZZZZZ"), (HttpMethod.Get, "/api/v2/cards/events"),
            (HttpMethod.Delete, "/api/v2/cards/" + payment.Token!.Id), (HttpMethod.Get, "/api/v2/sandbox/clock"),
            (HttpMethod.Get, "/api/v2/sandbox/books/" + payment.Uuid),
        ];
        var sources = 0;
        foreach (var (method, path) in calls)
        {
            foreach (var headers in wrong)
            {
                // Each comes from somewhere else, or it would be locked out.
                (string Name, string Value) source = ("X-Forwarded-For", $"10.1.{++sources / 250}.{sources % 250}");
                // Who may not call is told so before what was sent is looked at.
                using var content = method == HttpMethod.Post ? new StringContent("not json", Encoding.UTF8, "text/plain") : null;
                var answer = await wire.SendAsync(method, path, content, [.. headers, source]);
                Assert.Equal((path, Unauthorised), (path, answer.ToString()));
                Assert.Equal("application/json; charset=utf-8", answer.ContentType);
            }
        }

        Assert.Equal("authorised", (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status.ToString().ToLowerInvariant());
    }

    [Fact]
    public async Task A_payment_that_this_app_does_not_own_is_not_found()
    {
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var foreign = await other.ChargeAsync(Charge() with { Capture = true });
        var own = await gateway.Client.ChargeAsync(Charge());
        using var wire = new RawWire(gateway);
        foreach (var uuid in new[] { "ZZZZZZZZZ", foreign.Uuid, own.Uuid.ToLowerInvariant(), own.Uuid + " ", "x'; DROP TABLE payments; --" })
        {
            foreach (var (call, more) in new[]
            {
                ("capture_payment", ""), ("void_payment", ""), ("refund_payment", ",\"reason\":\"Wrong size\""), ("simulate", ",\"event\":\"settled\""),
            })
            {
                Assert.Equal((call, uuid, NotFound), (call, uuid, (await wire.PostAsync("/api/v2/cards/" + call, $$"""{"uuid":"{{uuid}}"{{more}}}""")).ToString()));
            }
        }

        foreach (var uuid in new[] { "ZZZZZZZZZ", foreign.Uuid, own.Uuid.ToLowerInvariant(), own.Uuid + "%01", "%F0%9F%98%80", "..%2fpayments", new string('A', 4000) })
        {
            foreach (var path in new[] { "/api/v2/cards/payments/", "/v2/cards/payments/", "/api/v2/sandbox/books/" })
            {
                Assert.Equal((path, uuid, NotFound), (path, uuid, (await wire.GetAsync(path + uuid)).ToString()));
            }
        }

        Assert.Equal(PaymentStatus.Waiting, (await other.GetPaymentAsync(foreign.Uuid)).Status);
    }

    [Fact]
    public async Task A_token_that_this_app_does_not_own_is_not_found()
    {
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var foreign = (await other.ChargeAsync(Charge())).Token!.Id;
        var deleted = (await gateway.Client.ChargeAsync(Charge())).Token!.Id;
        using var wire = new RawWire(gateway);
        Assert.Equal("""200 {"status":"Ok"}""", (await wire.SendAsync(HttpMethod.Delete, "/v2/cards/" + deleted, null)).ToString());
        foreach (var token in new[] { foreign, deleted, "tok_00000000000000000000", "nothing", "%01" })
        {
            Assert.Equal(
                (token, RawAnswer.Error(404, "NOT_FOUND", "Token ID not found.")),
                (token, (await wire.SendAsync(HttpMethod.Delete, "/api/v2/cards/" + token, null)).ToString()));
        }

        Assert.Equal(PaymentStatus.Authorised, (await other.CreatePaymentAsync(Token(foreign))).Status);
    }

    [Fact]
    public async Task A_second_operation_while_one_is_in_flight_conflicts()
    {
        var payment = await gateway.Client.ChargeAsync(Charge());
        await gateway.Client.InjectFaultAsync(new() { Fault = SandboxFault.LateReply, Message = SandboxMessage.Capture, Uuid = payment.Uuid });
        using var wire = new RawWire(gateway);
        var body = $$"""{"uuid":"{{payment.Uuid}}"}""";
        var first = wire.PostAsync("/api/v2/cards/capture_payment", body, ("Idempotency-Key", payment.Uuid));
        await Eventually.GetAsync(() => gateway.Reader.FindAsync(new("app-sandbox"), payment.Uuid), p => p!.InFlight is not null, "a capture in flight");

        var inFlight = RawAnswer.Error(409, "OPERATION_IN_FLIGHT", "Another operation on this payment is in flight. Read the payment and try again.");
        Assert.Equal(inFlight, (await wire.PostAsync("/api/v2/cards/capture_payment", body)).ToString());
        Assert.Equal(inFlight, (await wire.PostAsync("/v2/cards/void_payment", body)).ToString());
        Assert.Equal(inFlight, (await wire.PostAsync("/api/v2/cards/simulate", $$"""{"uuid":"{{payment.Uuid}}","event":"expired"}""")).ToString());
        Assert.Equal(
            RawAnswer.Error(409, "IDEMPOTENCY_KEY_IN_USE", "A request with this Idempotency-Key is still running."),
            (await wire.PostAsync("/v2/cards/capture_payment", body, ("Idempotency-Key", payment.Uuid))).ToString());
        Assert.InRange((await first).Status, 200, 499);
    }

    [Fact]
    public async Task Of_operations_at_the_same_moment_one_is_done_and_the_others_are_refused_in_words()
    {
        using var wire = new RawWire(gateway);
        for (var round = 0; round < 5; round++)
        {
            var body = $$"""{"uuid":"{{(await gateway.Client.ChargeAsync(Charge())).Uuid}}"}""";
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => wire.PostAsync(i % 2 == 0 ? "/api/v2/cards/capture_payment" : "/v2/cards/void_payment", body)));
            Assert.Single(answers, a => a.Status == 200);
            Assert.All(answers, a => Assert.True(a.Status is 200 or 409 or 422, a.ToString()));
        }
    }

    [Fact]
    public async Task Business_refusals_say_why()
    {
        var authorised = await gateway.Client.ChargeAsync(Charge());
        var captured = await gateway.Client.ChargeAsync(Charge() with { Capture = true });
        var failed = await gateway.Client.ChargeAsync(Charge("4000000000000002"));
        var pending = await gateway.Client.ChargeAsync(Charge("4111111111111111"));
        var notCapturable = ("PAYMENT_NOT_CAPTURABLE", "Only an authorised payment can be captured, and only once.");
        var notVoidable = ("PAYMENT_NOT_VOIDABLE", "Only an authorised payment can be voided, before it is captured.");
        var notRefundable = ("PAYMENT_NOT_REFUNDABLE", "Only a captured payment that is not fully refunded and has no refund on its way can be refunded.");
        var notApplicable = ("EVENT_NOT_APPLICABLE", "The event does not apply to the payment as it is now.");
        using var wire = new RawWire(gateway);
        foreach (var (call, uuid, more, (code, message)) in new[]
        {
            ("capture_payment", captured.Uuid, "", notCapturable), ("capture_payment", failed.Uuid, "", notCapturable),
            ("capture_payment", pending.Uuid, "", notCapturable),
            ("capture_payment", authorised.Uuid, ",\"amount\":1001", ("AMOUNT_ABOVE_AUTHORISED", "The amount is more than was authorised.")),
            ("capture_payment", authorised.Uuid, ",\"amount\":9223372036854775807", ("AMOUNT_ABOVE_AUTHORISED", "The amount is more than was authorised.")),
            ("void_payment", captured.Uuid, "", notVoidable), ("void_payment", failed.Uuid, "", notVoidable), ("void_payment", pending.Uuid, "", notVoidable),
            ("refund_payment", authorised.Uuid, ",\"reason\":\"Wrong size\"", notRefundable), ("refund_payment", failed.Uuid, ",\"reason\":\"Wrong size\"", notRefundable),
            ("refund_payment", captured.Uuid, ",\"reason\":\"Wrong size\",\"refund_amount\":1001", ("AMOUNT_ABOVE_REFUNDABLE", "The amount is more than is left to refund.")),
            ("simulate", authorised.Uuid, ",\"event\":\"settled\"", notApplicable), ("simulate", captured.Uuid, ",\"event\":\"refund_completed\"", notApplicable),
            ("simulate", captured.Uuid, ",\"event\":\"refund_rejected\"", notApplicable), ("simulate", captured.Uuid, ",\"event\":\"dispute_won\"", notApplicable),
            ("simulate", failed.Uuid, ",\"event\":\"expired\"", notApplicable),
        })
        {
            var answer = await wire.PostAsync("/api/v2/cards/" + call, $$"""{"uuid":"{{uuid}}"{{more}}}""");
            Assert.Equal((call, more, RawAnswer.Error(422, code, message)), (call, more, answer.ToString()));
        }

        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(authorised.Uuid)).Status);
        Assert.Equal(PaymentStatus.Waiting, (await gateway.Client.GetPaymentAsync(captured.Uuid)).Status);
    }

    [Fact]
    public async Task An_idempotency_key_is_for_one_request()
    {
        using var wire = new RawWire(gateway);
        var key = NewOrder();
        Assert.Equal(200, (await wire.PostAsync(Charges, RequestBody.Charging().ToString(), ("Idempotency-Key", key))).Status);
        Assert.Equal(
            RawAnswer.Error(422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request."),
            (await wire.PostAsync(Charges, RequestBody.Charging().ToString(), ("Idempotency-Key", $"\"{key}\""))).ToString());

        var notAKey = RawAnswer.Unreadable(400, "Idempotency-Key must be one text of 1 to 255 visible characters.");
        foreach (var wrong in new[] { "\"\"", new string('k', 256), "a\tb" })
        {
            Assert.Equal((wrong, notAKey), (wrong, (await wire.PostAsync(Charges, RequestBody.Charging().ToString(), ("Idempotency-Key", wrong))).ToString()));
        }

        Assert.Equal(200, (await wire.PostAsync(Charges, RequestBody.Charging().ToString(), ("Idempotency-Key", NewOrder().PadRight(255, 'k')))).Status);
    }

    [Fact]
    public async Task An_order_of_an_app_with_one_live_payment_per_order_is_taken()
    {
        using var wire = new RawWire(gateway);
        var order = NewOrder();
        Assert.Equal(200, (await SendAsync("1000")).Status);
        Assert.Equal(RawAnswer.Invalid(("external_id", "has already been taken")), (await SendAsync("2000")).ToString());

        Task<RawAnswer> SendAsync(string amount) => wire.PostAsync(
            Charges,
            RequestBody.Charging().With("external_id", $"\"{order}\"").With("amount", amount).ToString(),
            ("app-id", AppsOfTests.Strict.Id),
            ("secret-key", AppsOfTests.Strict.Key));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_what_cannot_be_done_there_is_not_allowed()
    {
        using var wire = new RawWire(gateway);
        foreach (var (method, path) in new[]
        {
            ("GET", "/nothing"), ("GET", "/api"), ("GET", "/api/v2"), ("GET", "/api/v2/cards"), ("GET", "/api/v1/cards/payments"), ("POST", "/cards/charges"),
            ("POST", "/api/v2/charges"), ("GET", "/api/v2/cards/payments/A/B"), ("POST", "/api/v2/cards/charges/x"), ("GET", "/api/v2/cards/%2e%2e/x"),
        })
        {
            var answer = await wire.SendAsync(new(method), path, null);
            Assert.Equal((path, RawAnswer.Error(404, "NOT_FOUND", "There is nothing here.")), (path, answer.ToString()));
            Assert.Equal("application/json; charset=utf-8", answer.ContentType);
        }

        foreach (var (method, path, allowed) in new[]
        {
            ("PUT", Charges, "DELETE, POST"), ("GET", "/api/v2/cards/capture_payment", "DELETE, POST"), ("PATCH", "/api/v2/cards/void_payment", "DELETE, POST"),
            ("POST", "/api/v2/cards/payments/7PPPMXIGH", "GET"), ("PUT", "/api/v2/cards/events", "DELETE, GET"), ("DELETE", "/api/v2/sandbox/clock", "GET, POST"),
            ("GET", "/v2/cards/tok_00000000000000000000", "DELETE"), ("POST", "/openapi/v2.json", "GET"),
        })
        {
            var answer = await wire.SendAsync(new(method), path, null);
            Assert.Equal((path, RawAnswer.Error(405, "METHOD_NOT_ALLOWED", "The method is not allowed here.")), (path, answer.ToString()));

            // RFC 9110, 15.5.6: whoever is refused a method is told which ones there are.
            Assert.Equal((path, allowed), (path, string.Join(", ", answer.Headers.GetValueOrDefault("Allow", "none").Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal))));
        }
    }

    [Fact]
    public async Task Both_roots_are_one_api()
    {
        using var wire = new RawWire(gateway);
        var body = RequestBody.Charging().ToString();
        var first = await wire.PostAsync("/v2/cards/charges", body);
        Assert.Equal(200, first.Status);
        var again = await wire.PostAsync("/api/v2/cards/charges", body);
        Assert.Equal((first.ToString(), "true"), (again.ToString(), again.Headers.GetValueOrDefault("Idempotent-Replayed")));
        using var json = System.Text.Json.JsonDocument.Parse(first.Body);
        var uuid = json.RootElement.GetProperty("uuid").GetString();
        Assert.Equal(first.ToString(), (await wire.GetAsync("/v2/cards/payments/" + uuid)).ToString());
        Assert.Equal(first.ToString(), (await wire.GetAsync("/api/v2/cards/payments/" + uuid)).ToString());
        Assert.Equal(200, (await wire.PostAsync("/v2/cards/capture_payment", $$"""{"uuid":"{{uuid}}"}""")).Status);
        Assert.Equal(200, (await wire.PostAsync("/v2/cards/simulate", $$"""{"uuid":"{{uuid}}","event":"settled"}""")).Status);
        Assert.Equal(200, (await wire.PostAsync("/v2/cards/refund_payment", $$"""{"uuid":"{{uuid}}","reason":"Wrong size"}""")).Status);
        Assert.Equal(200, (await wire.GetAsync("/v2/cards/payments?per_page=1")).Status);
        Assert.Equal(200, (await wire.GetAsync("/v2/cards/events?limit=1")).Status);
        Assert.Equal(200, (await wire.GetAsync("/v2/sandbox/clock")).Status);
    }

    [Fact]
    public async Task An_app_without_payments_has_an_empty_list_and_an_empty_feed()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new RawWire(own);
        Assert.Equal("""200 {"total":0,"total_page":0,"page":1,"per_page":20,"records":[]}""", (await wire.GetAsync("/api/v2/cards/payments")).ToString());
        Assert.Equal("""200 {"records":[],"next_after":"0","has_more":false}""", (await wire.GetAsync("/api/v2/cards/events")).ToString());
    }
}

public sealed class ErrorsOnSqlite(SqliteGateway gateway) : Errors(gateway);

public sealed class ErrorsOnPostgres(PostgresGateway gateway) : Errors(gateway)
{
    [Fact]
    public async Task A_store_that_cannot_be_reached_is_unavailable_and_nothing_is_told_of_it()
    {
        var cluster = new PostgresCluster();
        await cluster.InitializeAsync();
        await using var own = new SqliteGateway().Another("--Tollgate:Database=" + await cluster.CreateDatabaseAsync());
        await own.InitializeAsync();
        own.LosesItsStore = true;
        var payment = await own.Client.ChargeAsync(Charge());
        await cluster.DisposeAsync();

        using var wire = new RawWire(own);
        var uuid = $$"""{"uuid":"{{payment.Uuid}}"}""";
        (HttpMethod Method, string Path, string? Body)[] calls =
        [
            (HttpMethod.Post, "/api/v2/cards/charges", RequestBody.Charging().ToString()),
            (HttpMethod.Post, "/v2/cards/charges", RequestBody.Charging().ToString()),
            (HttpMethod.Post, "/api/v2/cards/create_payment", RequestBody.Paying(payment.Token!.Id).ToString()),
            (HttpMethod.Post, "/api/v2/cards/capture_payment", uuid), (HttpMethod.Post, "/api/v2/cards/void_payment", uuid),
            (HttpMethod.Get, "/api/v2/cards/payments", null), (HttpMethod.Get, "/api/v2/cards/payments/" + payment.Uuid, null),
            (HttpMethod.Get, "/api/v2/cards/events", null), (HttpMethod.Delete, "/api/v2/cards/" + payment.Token.Id, null), (HttpMethod.Get, "/health", null),
        ];
        foreach (var (method, path, body) in calls)
        {
            using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await wire.SendAsync(method, path, content);
            Assert.Equal(
                (path, RawAnswer.Error(503, "UNAVAILABLE", "The request could not be taken. Send it again after the time in Retry-After.")),
                (path, answer.ToString()));
            Assert.Equal("2", answer.Headers["Retry-After"]);
        }

        // Who calls and what is sent is told without the store.
        using var nobody = RawWire.WithoutCredentials(own);
        Assert.Equal(401, (await nobody.PostAsync("/api/v2/cards/charges", "{}")).Status);
        Assert.Equal(422, (await wire.PostAsync("/api/v2/cards/charges", "{}")).Status);
    }

    [Fact]
    public async Task An_app_over_its_limit_is_told_to_come_again_and_others_are_not()
    {
        await using var own = gateway.Another("--Tollgate:RequestsPerSecond=3");
        await own.InitializeAsync();
        using var wire = new RawWire(own);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => wire.GetAsync("/api/v2/cards/payments")));
        var refused = answers.Where(a => a.Status != 200).ToList();
        Assert.NotEmpty(refused);
        Assert.Contains(answers, a => a.Status == 200);
        Assert.All(refused, answer =>
        {
            Assert.Equal(RawAnswer.Error(429, "RATE_LIMITED", "Too many requests. Send it again after the time in Retry-After."), answer.ToString());
            Assert.Equal("1", answer.Headers["Retry-After"]);
        });

        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal(0, (await other.ListPaymentsAsync()).Total);
    }
}
