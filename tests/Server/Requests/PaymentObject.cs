using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>The payment object byte for byte: which keys, in which order, and how each value is written in each status.</summary>
public abstract class PaymentObject(Gateway gateway)
{
    // What a run cannot know beforehand; everything else in an expectation is meant to the letter.
    private static readonly (string Mark, string Pattern)[] Marks =
    [
        ("{uuid}", "(?<uuid>[2-9A-HJKMNP-Z]{9,})"),
        ("{instant}", @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"),
        ("{token}", "tok_[0-9a-f]{20}"),
        ("{link}", @"http://127\.0\.0\.1:\d+/3ds/\k<uuid>/[2-9A-HJKMNP-Z]{20,}"),
    ];

    [Fact]
    public async Task Pending_with_a_challenge()
    {
        var body = RequestBody.Charging("4111111111111111").With("external_id", $"\"{NewOrder()}\"")
            .With("webhook_notification.endpoint_url", "\"http://127.0.0.1:9/hook?a=1&b=2\"").With("webhook_notification.authorization_header", "\"Bearer 12345\"");
        var (answer, order) = await ChargeAsync(body);
        AssertIs(
            $$$"""
            {"uuid":"{uuid}","name":"John Doe","email":"john.doe@example.com","external_id":"{{{order}}}","status":"pending","pay_code":{"3ds_url":"{link}"},
            "currency":"AUD","amount":1000,"total":1000,"paid_amount":0,"is_refundable":true,"payment_method":"card","expired_at":"{instant}",
            "webhook_notification":{"endpoint_url":"http://127.0.0.1:9/hook?a=1&b=2","authorization_header":"****"},"refund_information":null,
            "sender_details":{"card":{"card_type":"card","card_brand":"visa","card_last_4":"1111","card_country":"US"}},"capture":false,
            "payment_type":"regular","token":{"id":"{token}","type":"card"},"created_at":"{instant}"}
            """,
            answer);

        // The session is a quarter of an hour long.
        var payment = await gateway.Client.GetPaymentAsync(Uuid(answer));
        Assert.Equal(payment.CreatedAt + TimeSpan.FromMinutes(15), payment.ExpiredAt);
    }

    [Fact]
    public async Task Authorised_with_a_card_of_an_unknown_country_and_names_of_any_script()
    {
        const string Number = "4012888888881881";
        var (answer, order) = await ChargeAsync(RequestBody.Charging(Number).With("amount", "99999999.0").With("first_name", "\"Zo\\u00eb \\\"Z\\\" 山田\"")
            .With("last_name", "\"O'Brien <b>&+/ \\ud83d\\ude00\"").With("payment_type", "\"unscheduled\"").With("charge_reason", "\"no_show\""));
        AssertIs(
            $$$"""
            {"uuid":"{uuid}","name":"Zoë \"Z\" 山田 O'Brien <b>&+/ \uD83D\uDE00","email":"john.doe@example.com","external_id":"{{{order}}}","status":"authorised","pay_code":null,
            "currency":"AUD","amount":99999999,"total":99999999,"paid_amount":0,"is_refundable":true,"payment_method":"card","expired_at":"",
            "webhook_notification":null,"refund_information":null,
            "sender_details":{"card":{"card_type":"card","card_brand":"visa","card_last_4":"1881","card_country":null}},"capture":false,
            "payment_type":"unscheduled","token":{"id":"{token}","type":"card"},"created_at":"{instant}"}
            """,
            answer);
    }

    [Fact]
    public async Task Failed_without_a_token()
    {
        var (answer, order) = await ChargeAsync(RequestBody.Charging("4000000000000002").With("capture", "true"));
        AssertIs(
            $$$"""
            {"uuid":"{uuid}","name":"John Doe","email":"john.doe@example.com","external_id":"{{{order}}}","status":"failed",
            "pay_code":{"error_code":"issuer_declined","error_message":"The issuer declined the payment."},
            "currency":"AUD","amount":1000,"total":1000,"paid_amount":0,"is_refundable":false,"payment_method":"card","expired_at":"",
            "webhook_notification":null,"refund_information":null,
            "sender_details":{"card":{"card_type":"card","card_brand":"visa","card_last_4":"0002","card_country":"US"}},"capture":true,
            "payment_type":"regular","token":null,"created_at":"{instant}"}
            """,
            answer);
    }

    [Fact]
    public async Task Expired_without_a_token()
    {
        var (pending, order) = await ChargeAsync(RequestBody.Charging("4111111111111111"));
        using var wire = new RawWire(gateway);
        var answer = await wire.PostAsync("/api/v2/cards/simulate", $$"""{"uuid":"{{Uuid(pending)}}","event":"expired"}""");
        AssertIs(
            $$$"""
            {"uuid":"{uuid}","name":"John Doe","email":"john.doe@example.com","external_id":"{{{order}}}","status":"expired",
            "pay_code":{"error_code":"session_expired","error_message":"The payment was not finished within its session."},
            "currency":"AUD","amount":1000,"total":1000,"paid_amount":0,"is_refundable":false,"payment_method":"card","expired_at":"",
            "webhook_notification":null,"refund_information":null,
            "sender_details":{"card":{"card_type":"card","card_brand":"visa","card_last_4":"1111","card_country":"US"}},"capture":false,
            "payment_type":"regular","token":null,"created_at":"{instant}"}
            """,
            answer);
    }

    [Fact]
    public async Task Refunded_in_part_and_then_wholly()
    {
        var (charged, order) = await ChargeAsync(RequestBody.Charging("378282246310005").With("capture", "true"));
        var uuid = Uuid(charged);
        using var wire = new RawWire(gateway);
        await SimulateAsync("settled");
        var answer = await wire.PostAsync("/api/v2/cards/refund_payment", $$"""{"uuid":"{{uuid}}","refund_amount":400,"reason":"Wrong size"}""");
        AssertIs(
            """{"total_amount":1000,"refund_amount":400,"description":"Wrong size","payin_request":"""
            + Payment("return_pending", "true", 400, "Wrong size") + "}", answer);
        AssertIs(Payment("partially_refunded", "true", 400, "Wrong size"), await SimulateAsync("refund_completed"));
        answer = await wire.PostAsync("/api/v2/cards/refund_payment", $$"""{"uuid":"{{uuid}}","reason":"Never arrived"}""");
        AssertIs(
            """{"total_amount":1000,"refund_amount":600,"description":"Never arrived","payin_request":"""
            + Payment("return_pending", "true", 1000, "Never arrived") + "}", answer);
        AssertIs(Payment("return_received", "false", 1000, "Never arrived"), await SimulateAsync("refund_completed"));

        // The list has the same object.
        var list = await wire.GetAsync("/api/v2/cards/payments?external_id=" + order);
        AssertIs("""{"total":1,"total_page":1,"page":1,"per_page":20,"records":[""" + Payment("return_received", "false", 1000, "Never arrived") + "]}", list);

        Task<RawAnswer> SimulateAsync(string what) => wire.PostAsync("/api/v2/cards/simulate", $$"""{"uuid":"{{uuid}}","event":"{{what}}"}""");

        string Payment(string status, string refundable, long refunded, string reason) =>
            $$$$"""
            {"uuid":"{uuid}","name":"John Doe","email":"john.doe@example.com","external_id":"{{{{order}}}}","status":"{{{{status}}}}","pay_code":null,
            "currency":"AUD","amount":1000,"total":1000,"paid_amount":1000,"is_refundable":{{{{refundable}}}},"payment_method":"card","expired_at":"",
            "webhook_notification":null,"refund_information":{"total_amount":1000,"refund_amount":{{{{refunded}}}},"description":"{{{{reason}}}}"},
            "sender_details":{"card":{"card_type":"card","card_brand":"amex","card_last_4":"0005","card_country":"US"}},"capture":true,
            "payment_type":"regular","token":{"id":"{token}","type":"card"},"created_at":"{instant}"}
            """;
    }

    [Fact]
    public async Task In_webhooks_money_is_text_unless_the_app_wants_numbers()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await SendAsync("app-sandbox", "sk-sandbox-tollgate");
        AssertIs(Payment("\"1000.0\"", "\"0.0\""), await ReceiveAsync());
        await SendAsync(AppsOfTests.Strict.Id, AppsOfTests.Strict.Key);
        AssertIs(Payment("1000", "0"), await ReceiveAsync());

        async Task SendAsync(string id, string key)
        {
            using var wire = new RawWire(gateway);
            var body = RequestBody.Charging().With("external_id", "\"WEBHOOK-" + Guid.NewGuid().ToString("N") + "\"")
                .With("webhook_notification.endpoint_url", $"\"{receiver.Url}\"").ToString();
            Assert.Equal(200, (await wire.PostAsync("/api/v2/cards/charges", body, ("app-id", id), ("secret-key", key))).Status);
        }

        async Task<RawAnswer> ReceiveAsync()
        {
            var body = Encoding.UTF8.GetString((await receiver.NextAsync()).Body);
            return new(200, Regex.Replace(body, "WEBHOOK-[0-9a-f]{32}", "the-order"), "application/json; charset=utf-8", new Dictionary<string, string>());
        }

        string Payment(string amount, string paid) =>
            $$$"""
            {"uuid":"{uuid}","name":"John Doe","email":"john.doe@example.com","external_id":"the-order","status":"authorised","pay_code":null,
            "currency":"AUD","amount":{{{amount}}},"total":{{{amount}}},"paid_amount":{{{paid}}},"is_refundable":true,"payment_method":"card","expired_at":"",
            "webhook_notification":{"endpoint_url":"{{{receiver.Url}}}","authorization_header":"****"},"refund_information":null,
            "sender_details":{"card":{"card_type":"card","card_brand":"visa","card_last_4":"4242","card_country":"US"}},"capture":false,
            "payment_type":"regular","token":{"id":"{token}","type":"card"},"created_at":"{instant}"}
            """;
    }

    [Fact]
    public async Task In_webhooks_the_money_of_a_refund_is_text_too()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var payment = await gateway.Client.ChargeAsync(Charge() with { Capture = true, WebhookNotification = new() { EndpointUrl = receiver.Url } });
        await gateway.Client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 400, Reason = "Wrong size" });
        string body;
        do
        {
            body = Encoding.UTF8.GetString((await receiver.NextAsync()).Body);
        }
        while (!body.Contains("return_pending", StringComparison.Ordinal));

        Assert.Contains(
            "\"refund_information\":{\"total_amount\":\"1000.0\",\"refund_amount\":\"400.0\",\"description\":\"Wrong size\"}", body, StringComparison.Ordinal);
    }

    private static string Uuid(RawAnswer answer) => Regex.Match(answer.Body, "\"uuid\":\"([^\"]+)\"").Groups[1].Value;

    private static void AssertIs(string expected, RawAnswer answer)
    {
        var pattern = Regex.Escape(expected.ReplaceLineEndings(string.Empty));
        foreach (var (mark, with) in Marks)
        {
            pattern = pattern.Replace(Regex.Escape(mark), with, StringComparison.Ordinal);
        }

        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.ContentType));
        Assert.Matches("^" + pattern + "$", answer.Body);
    }

    private async Task<(RawAnswer Answer, string Order)> ChargeAsync(RequestBody body)
    {
        using var wire = new RawWire(gateway);
        var order = NewOrder();
        return (await wire.PostAsync("/api/v2/cards/charges", body.With("external_id", $"\"{order}\"").ToString()), order);
    }
}

public sealed class PaymentObjectOnSqlite(SqliteGateway gateway) : PaymentObject(gateway);

public sealed class PaymentObjectOnPostgres(PostgresGateway gateway) : PaymentObject(gateway);
