using System.Text;
using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>What is about a body as a whole: many mistakes at once, what is ignored, and JSON at its borders.</summary>
public abstract class WholeBodies(Gateway gateway)
{
    private const string Path = "/api/v2/cards/charges";

    [Fact]
    public async Task An_empty_object_is_told_everything_that_it_lacks()
    {
        using var wire = new RawWire(gateway);
        Assert.Equal(
            RawAnswer.Invalid(
                ("amount", "can't be blank"), ("currency", "can't be blank"), ("email", "can't be blank"), ("first_name", "can't be blank"),
                ("last_name", "can't be blank"), ("billing_address", "can't be blank"), ("card_info", "can't be blank"),
                ("external_id", "can't be blank"), ("return_url", "can't be blank")),
            (await wire.PostAsync(Path, "{}")).ToString());
        Assert.Equal(
            RawAnswer.Invalid(
                ("token", "can't be blank"), ("amount", "can't be blank"), ("currency", "can't be blank"), ("external_id", "can't be blank"),
                ("return_url", "can't be blank")),
            (await wire.PostAsync("/api/v2/cards/create_payment", "{}")).ToString());
    }

    [Fact]
    public async Task Every_wrong_field_is_named_in_one_answer_and_no_value_is_repeated()
    {
        // Each value carries the same mark, in digits where a number of digits is what the field wants.
        const string Text = "\"canary-7193\\u0007\"";
        string[] texts =
        [
            "currency", "email", "first_name", "last_name", "billing_address.address", "billing_address.city", "billing_address.state",
            "billing_address.postal_code", "billing_address.country", "card_info.card_number", "card_info.card_cvv_number",
            "card_info.card_holder_name", "external_id", "return_url", "description", "payment_type", "charge_reason", "ip_address",
            "capture", "browser_details.user_agent", "browser_details.language", "browser_details.accept_header", "browser_details.color_depth",
            "browser_details.screen_height", "browser_details.screen_width", "browser_details.time_zone", "browser_details.java_enabled",
            "browser_details.javascript_enabled", "webhook_notification.endpoint_url", "webhook_notification.authorization_header",
        ];
        string[] numbers = ["amount", "card_info.card_expiry_month", "card_info.card_expiry_year"];
        var body = RequestBody.Charging();
        foreach (var path in texts)
        {
            body.With(path, Text);
        }

        foreach (var path in numbers)
        {
            body.With(path, "-719371937193.7193");
        }

        using var wire = new RawWire(gateway);
        var answer = await wire.PostAsync(Path, body.ToString());
        Assert.Equal(422, answer.Status);
        Assert.DoesNotContain("7193", answer.Body, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(
            texts.Concat(numbers).Order(StringComparer.Ordinal),
            json.RootElement.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.All(json.RootElement.GetProperty("errors").EnumerateObject(), e => Assert.Equal(JsonValueKind.String, e.Value.ValueKind));
    }

    [Fact]
    public async Task A_wrong_request_stores_nothing()
    {
        using var wire = new RawWire(gateway);
        var order = NewOrder();
        foreach (var (path, raw) in new[] { ("amount", "0"), ("card_info.card_cvv_number", "\"1\""), ("webhook_notification", "1") })
        {
            var answer = await wire.PostAsync(Path, RequestBody.Charging().With("external_id", $"\"{order}\"").With(path, raw).ToString());
            Assert.Equal(422, answer.Status);
        }

        Assert.Equal(0, (await gateway.Client.ListPaymentsAsync(new() { ExternalId = order })).Total);
    }

    [Fact]
    public async Task Unknown_fields_are_ignored_wherever_they_stand()
    {
        using var wire = new RawWire(gateway);
        var answer = await wire.PostAsync(Path, RequestBody.Charging()
            .With("surcharge", "10").With("card_info.colour", "\"gold\"").With("billing_address.planet", "{\"name\":\"earth\"}").With("Amount", "\"x\"")
            .With("", "[null]").With("__proto__", "{\"amount\":1}").With("lone", "\"\\ud800\"").ToString());
        Assert.Equal(200, answer.Status);
        Assert.Contains("\"amount\":1000,", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_may_be_written_in_any_way_that_json_allows()
    {
        using var wire = new RawWire(gateway);
        var plain = RequestBody.Charging().ToString();
        var escaped = plain.Replace("\"amount\"", "\"\\u0061mount\"", StringComparison.Ordinal).Replace("\"AUD\"", "\"\\u0041UD\"", StringComparison.Ordinal);
        Assert.Equal(200, (await wire.PostAsync(Path, escaped)).Status);
        Assert.Equal(200, (await wire.PostAsync(Path, "\r\n\t " + RequestBody.Charging() + " \n")).Status);
        Assert.Equal(200, (await wire.PostAsync(Path, RequestBody.Charging().With("extra", Nested(31)).ToString())).Status);
    }

    [Fact]
    public async Task What_is_not_json_or_not_an_object_is_refused()
    {
        const string NotJson = "The body is not valid JSON, repeats a key, or is nested too deeply.";
        const string NotAnObject = "The body must be a JSON object.";
        var charge = RequestBody.Charging().ToString();
        (string Body, string Message)[] rows =
        [
            ("", NotJson), (" ", NotJson), ("amount=1000", NotJson), ("{", NotJson), ("{]", NotJson), ("{'amount':1}", NotJson), ("{amount:1}", NotJson),
            ("\ufeff" + charge, NotJson), (charge + charge, NotJson), (charge + ",", NotJson), (charge[..^1], NotJson), (charge[..^1] + ",}", NotJson),
            (charge + "//", NotJson), ("{\"amount\":01}", NotJson), ("{\"amount\":NaN}", NotJson), ("{\"amount\":+1}", NotJson), ("{\"a\":\"\u0001\"}", NotJson),
            ("{\"a\":\"\\x\"}", NotJson), ("{\"amount\":1,\"amount\":2}", NotJson), ("{\"amount\":1,\"\\u0061mount\":2}", NotJson),
            ("{\"card_info\":{\"a\":1,\"a\":1}}", NotJson), ("{\"a\":" + Nested(32) + "}", NotJson), (new string('[', 30000), NotJson),
            ("{\"a\":" + new string('[', 30000) + new string(']', 30000) + "}", NotJson), ("{\"\\ud800\":1}", NotJson),
            ("{\"\\ud800\":1,\"\\ud800\":2}", NotJson), ("{\"card_info\":{\"\\udfff\":1}}", NotJson),
            ("[]", NotAnObject), ($"[{charge}]", NotAnObject), ("\"text\"", NotAnObject), ("1000", NotAnObject), ("null", NotAnObject), ("true", NotAnObject),
        ];
        using var wire = new RawWire(gateway);
        foreach (var path in PostPaths)
        {
            foreach (var (body, message) in rows)
            {
                Assert.Equal((path, body, RawAnswer.Unreadable(400, message)), (path, body, (await wire.PostAsync(path, body)).ToString()));
            }
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_unicode_are_refused()
    {
        using var wire = new RawWire(gateway);
        var before = Encoding.UTF8.GetBytes(RequestBody.Charging().With("first_name", "\"Jo#n\"").ToString());
        before[before.AsSpan().IndexOf((byte)'#')] = 0xff;
        var answer = await wire.SendAsync(HttpMethod.Post, Path, Json(before));
        Assert.Equal(RawAnswer.Invalid(("first_name", "is invalid")), answer.ToString());

        var utf16 = Encoding.Unicode.GetBytes(RequestBody.Charging().ToString());
        Assert.Equal(400, (await wire.SendAsync(HttpMethod.Post, Path, Json(utf16))).Status);

        static ByteArrayContent Json(byte[] bytes) => new(bytes) { Headers = { ContentType = new("application/json") } };
    }

    internal static readonly string[] PostPaths =
    [
        "/api/v2/cards/charges", "/api/v2/cards/create_payment", "/api/v2/cards/capture_payment", "/api/v2/cards/void_payment",
        "/api/v2/cards/refund_payment", "/api/v2/cards/simulate", "/api/v2/sandbox/clock", "/api/v2/sandbox/faults",
    ];

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}

public sealed class WholeBodiesOnSqlite(SqliteGateway gateway) : WholeBodies(gateway);

public sealed class WholeBodiesOnPostgres(PostgresGateway gateway) : WholeBodies(gateway);
