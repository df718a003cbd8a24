using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class AnswerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_guides_payment_is_read_and_written_again_byte_for_byte()
    {
        var payment = JsonSerializer.Deserialize(Example.Payment, ResponseJson.Numbers.PaymentResponse)!;

        Assert.Equal(Example.Payment, JsonSerializer.Serialize(payment, ResponseJson.Numbers.PaymentResponse));
        Assert.Equal("https://3ds-auth.example.com/verify", payment.PayCode!.ThreeDsUrl);
        Assert.Null(payment.ExpiredAt);
        Assert.Equal(new DateTimeOffset(2025, 5, 28, 4, 22, 21, 567, TimeSpan.Zero), payment.CreatedAt);
    }

    [Theory]
    [InlineData("\"expired_at\":\"\"", "\"expired_at\":\"2025-05-28T04:37:21.567+0000\"")]
    [InlineData("{\"3ds_url\":\"https://3ds-auth.example.com/verify\"}", "{\"error_code\":\"issuer_declined\",\"error_message\":\"The issuer declined.\"}")]
    [InlineData("{\"3ds_url\":\"https://3ds-auth.example.com/verify\"}", "null")]
    [InlineData("\"card_country\":\"US\"", "\"card_country\":null")]
    [InlineData("\"refund_information\":null", "\"refund_information\":{\"total_amount\":100,\"refund_amount\":40,\"description\":\"Too small\"}")]
    [InlineData("{\"id\":\"tok_dfe1988a1ffc0d6562d3\",\"type\":\"card\"}", "null")]
    [InlineData("\"name\":\"Testing\"", "\"name\":\"Zoë O'Hara & <Söhne>\"")]
    public void Every_form_that_a_key_can_take_is_read_and_written_again_byte_for_byte(string old, string other)
    {
        var text = Example.PaymentWith(old, other);

        var payment = JsonSerializer.Deserialize(text, ResponseJson.Numbers.PaymentResponse)!;

        Assert.Equal(text, JsonSerializer.Serialize(payment, ResponseJson.Numbers.PaymentResponse));
    }

    [Theory]
    [InlineData("pending", PaymentStatus.Pending)]
    [InlineData("authorised", PaymentStatus.Authorised)]
    [InlineData("waiting", PaymentStatus.Waiting)]
    [InlineData("received", PaymentStatus.Received)]
    [InlineData("expired", PaymentStatus.Expired)]
    [InlineData("return_pending", PaymentStatus.ReturnPending)]
    [InlineData("partially_refunded", PaymentStatus.PartiallyRefunded)]
    [InlineData("return_received", PaymentStatus.ReturnReceived)]
    [InlineData("return_expired", PaymentStatus.ReturnExpired)]
    [InlineData("return_rejected", PaymentStatus.ReturnRejected)]
    [InlineData("failed", PaymentStatus.Failed)]
    [InlineData("in_dispute", PaymentStatus.InDispute)]
    [InlineData("dispute_lost", PaymentStatus.DisputeLost)]
    public async Task All_thirteen_statuses_are_read(string name, PaymentStatus status)
    {
        await using var server = ScriptedServer.Answering(200, Example.PaymentWith("\"status\":\"pending\"", $"\"status\":\"{name}\""));
        using var client = server.Client();

        Assert.Equal(status, (await client.GetPaymentAsync("7PPPMXIGH", Stop)).Status);
    }

    [Fact]
    public async Task A_declined_payment_is_not_an_exception()
    {
        var declined = Example.PaymentWith("\"status\":\"pending\"", "\"status\":\"failed\"").Replace(
            "{\"3ds_url\":\"https://3ds-auth.example.com/verify\"}",
            "{\"error_code\":\"issuer_declined\",\"error_message\":\"The issuer declined the payment.\"}",
            StringComparison.Ordinal);
        await using var server = ScriptedServer.Answering(200, declined);
        using var client = server.Client();

        var payment = await client.ChargeAsync(Example.Charge, cancellationToken: Stop);

        Assert.Equal(PaymentStatus.Failed, payment.Status);
        Assert.Equal("issuer_declined", payment.PayCode!.ErrorCode);
        Assert.Null(payment.PayCode.ThreeDsUrl);
    }

    [Fact]
    public async Task An_answer_from_before_is_marked_as_replayed()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Answer(200, Example.Payment), ScriptedServer.Answer(200, Example.Payment, "Idempotent-Replayed: true"));
        using var client = server.Client();

        var first = await client.ChargeAsync(Example.Charge, "key-1", Stop);
        var second = await client.ChargeAsync(Example.Charge, "key-1", Stop);

        Assert.False(first.Replayed);
        Assert.True(second.Replayed);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_refund_from_before_is_marked_as_replayed()
    {
        var body = $$"""{"total_amount":100,"refund_amount":40,"description":"Too small","payin_request":{{Example.Payment}}}""";
        await using var server = ScriptedServer.Answering(200, body, "Idempotent-Replayed: true");
        using var client = server.Client();

        var refund = await client.RefundPaymentAsync(new() { Uuid = "7PPPMXIGH", Reason = "Too small" }, cancellationToken: Stop);

        Assert.True(refund.Replayed);
        Assert.Equal((100, 40, "7PPPMXIGH"), (refund.TotalAmount, refund.RefundAmount, refund.PayinRequest.Uuid));
    }

    [Fact]
    public async Task A_page_of_payments_is_read()
    {
        await using var server = ScriptedServer.Answering(
            200, $$"""{"total":41,"total_page":3,"page":2,"per_page":20,"records":[{{Example.Payment}}]}""");
        using var client = server.Client();

        var page = await client.ListPaymentsAsync(new() { Page = 2 }, Stop);

        Assert.Equal((41, 3, 2, 20), (page.Total, page.TotalPage, page.Page, page.PerPage));
        Assert.Equal("7PPPMXIGH", Assert.Single(page.Records).Uuid);
    }

    [Fact]
    public async Task The_event_feed_is_read()
    {
        await using var server = ScriptedServer.Answering(
            200,
            $$"""
            {"records":[{"id":"evt_1","cursor":"17","uuid":"7PPPMXIGH","previous_status":"pending","status":"authorised",
            "created_at":"2025-05-28T04:22:21.567+0000","payment":{{Example.Payment}}}],"next_after":"17","has_more":true}
            """);
        using var client = server.Client();

        var feed = await client.ListEventsAsync(cancellationToken: Stop);

        var change = Assert.Single(feed.Records);
        Assert.Equal((PaymentStatus.Pending, PaymentStatus.Authorised), (change.PreviousStatus, change.Status));
        Assert.Equal(("17", true), (feed.NextAfter, feed.HasMore));
    }

    [Fact]
    public async Task The_books_are_read_entry_by_entry()
    {
        await using var server = ScriptedServer.Answering(
            200,
            """
            {"uuid":"7PPPMXIGH","authorised":100,"captured":60,"released":40,"refunded":10,"authorisations":1,"settled":true,
            "entries":[{"operation":"op_1","message":"authorisation","amount":100,"result":"00"}]}
            """);
        using var client = server.Client();

        var books = await client.GetBooksAsync("7PPPMXIGH", Stop);

        Assert.Equal((100, 60, 40, 10, 1, true), (books.Authorised, books.Captured, books.Released, books.Refunded, books.Authorisations, books.Settled));
        Assert.Equal(new BooksEntry { Operation = "op_1", Message = "authorisation", Amount = 100, Result = "00" }, Assert.Single(books.Entries));
    }

    [Fact]
    public async Task A_key_that_the_client_does_not_know_is_ignored()
    {
        await using var server = ScriptedServer.Answering(200, Example.PaymentWith("\"total\":100", "\"total\":100,\"later\":{\"more\":[1]}"));
        using var client = server.Client();

        Assert.Equal(100, (await client.GetPaymentAsync("7PPPMXIGH", Stop)).Total);
    }

    [Theory]
    [InlineData("\"100.0\"", 100)]
    [InlineData("\"100\"", 100)]
    [InlineData("100", 100)]
    [InlineData("100.0", 100)]
    [InlineData("99999999", 99_999_999)]
    public void Money_is_read_as_text_and_as_a_number(string written, long cents)
    {
        var text = Example.PaymentWith("\"amount\":100", $"\"amount\":{written}");

        Assert.Equal(cents, JsonSerializer.Deserialize(text, ResponseJson.Numbers.PaymentResponse)!.Amount);
    }

    [Theory]
    [InlineData("\"100.5\"")]
    [InlineData("\"1,000\"")]
    [InlineData("\"\"")]
    [InlineData("\"free\"")]
    [InlineData("10.5")]
    [InlineData("1e300")]
    [InlineData("9223372036854775808")]
    [InlineData("null")]
    [InlineData("true")]
    public void What_is_not_a_whole_number_of_cents_is_unreadable(string written)
    {
        var text = Example.PaymentWith("\"amount\":100", $"\"amount\":{written}");

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(text, ResponseJson.Numbers.PaymentResponse));
    }
}
