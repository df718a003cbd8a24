using System.Net;

namespace Tollgate.Client.Tests;

public sealed class ErrorTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invalid_fields_are_told_one_by_one()
    {
        var error = await ErrorOfAsync(422, """{"errors":{"amount":"must be greater than 0","card_info.card_number":"is invalid"}}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, error.StatusCode);
        Assert.Null(error.Code);
        Assert.Equal(2, error.FieldErrors.Count);
        Assert.Equal("is invalid", error.FieldErrors["card_info.card_number"]);
        Assert.Equal(
            "Tollgate answered 422: amount must be greater than 0; card_info.card_number is invalid. Correct these fields and send it again.", error.Message);
    }

    [Theory]
    [InlineData(400, null, "Unreadable.", "The request could not be read")]
    [InlineData(401, "REQUIRE_LOGIN", "Not Authorised", "Check the app id and the secret key")]
    [InlineData(404, "NOT_FOUND", "Token ID not found.", "Check the id, that it belongs to this app")]
    [InlineData(409, "OPERATION_IN_PROGRESS", "In flight.", "send the same request again after a moment")]
    [InlineData(413, null, "Too large.", "The request could not be read")]
    [InlineData(415, null, "Wrong content type.", "The request could not be read")]
    [InlineData(422, "IDEMPOTENCY_KEY_REUSED", "Another body.", "Get the payment to see where it stands")]
    [InlineData(429, "RATE_LIMITED", "Slow down.", "send the same request again after a moment")]
    [InlineData(500, "BUG", "Broken.", "it is not done twice")]
    [InlineData(503, "UNAVAILABLE", "Shutting down.", "Nothing happened")]
    public async Task Each_refusal_keeps_its_code_and_says_what_to_do(int status, string? code, string message, string advice)
    {
        var codeKey = code is null ? "" : $"\"code\":\"{code}\",";

        var error = await ErrorOfAsync(status, $$$"""{"errors":{{{{codeKey}}}"message":"{{{message}}}"}}""");

        Assert.Equal(status, (int)error.StatusCode!);
        Assert.Equal(code, error.Code);
        Assert.Empty(error.FieldErrors);
        Assert.Contains(message.TrimEnd('.') + ". ", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_long_to_wait_is_told_in_seconds()
    {
        var error = await ErrorOfAsync(429, """{"errors":{"code":"RATE_LIMITED","message":"Slow down."}}""", "Retry-After: 7");

        Assert.Equal(TimeSpan.FromSeconds(7), error.RetryAfter);
        Assert.Contains("after 7 seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_long_to_wait_is_told_by_an_instant()
    {
        var error = await ErrorOfAsync(
            503,
            """{"errors":{"code":"UNAVAILABLE","message":"Back soon."}}""",
            "Date: Wed, 28 May 2025 04:22:21 GMT",
            "Retry-After: Wed, 28 May 2025 04:22:51 GMT");

        Assert.Equal(TimeSpan.FromSeconds(30), error.RetryAfter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>sk-test-of-nobody 4111111111111111</html>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"errors\":\"sk-test-of-nobody\"}")]
    [InlineData("{\"errors\":{\"amount\":")]
    public async Task A_body_that_is_not_ours_is_tolerated_and_not_repeated(string body)
    {
        var error = await ErrorOfAsync(502, body);

        Assert.Equal(HttpStatusCode.BadGateway, error.StatusCode);
        Assert.Empty(error.FieldErrors);
        Assert.Contains("not an error of Tollgate", error.Message, StringComparison.Ordinal);
        Assert.Contains("Nobody knows whether the request was done", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("4111", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_503_from_a_proxy_does_not_promise_that_nothing_happened()
    {
        var error = await ErrorOfAsync(503, "<html>upstream</html>");

        Assert.Contains("Nobody knows whether the request was done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_text_that_is_not_a_string_is_still_told()
    {
        var error = await ErrorOfAsync(422, """{"errors":{"amount":["is invalid"]}}""");

        Assert.Equal("[\"is invalid\"]", error.FieldErrors["amount"]);
    }

    [Theory]
    [InlineData("<html>Welcome</html>")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"uuid\":7}")]
    public async Task A_success_with_a_body_that_is_no_payment_is_an_exception(string body)
    {
        var error = await ErrorOfAsync(200, body);

        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.Contains("the request may have been done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_because_it_would_take_the_secret_key_along()
    {
        await using var elsewhere = ScriptedServer.Answering(200, Example.Payment);

        var error = await ErrorOfAsync(307, "", $"Location: {elsewhere.Address}");

        Assert.Contains("correct the base address", error.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_connection_that_closes_without_an_answer_leaves_the_outcome_unknown()
    {
        await using var server = new ScriptedServer(ScriptedServer.HangUp);
        using var client = server.Client();

        var error = await Assert.ThrowsAsync<TollgateException>(() => client.ChargeAsync(Example.Charge, cancellationToken: Stop));

        Assert.Null(error.StatusCode);
        Assert.IsType<HttpRequestException>(error.InnerException);
        Assert.Contains("can be sent again with the same external_id", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_leaves_the_outcome_unknown()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{\"uuid\"");
        using var client = server.Client();

        var error = await Assert.ThrowsAsync<TollgateException>(() => client.ChargeAsync(Example.Charge, cancellationToken: Stop));

        Assert.Null(error.StatusCode);
    }

    [Fact]
    public async Task Nobody_listening_is_told_as_such()
    {
        Uri address;
        await using (var server = new ScriptedServer())
        {
            address = server.Address;
        }

        using var client = new TollgateClient(address, "app-test", "sk-test");

        var error = await Assert.ThrowsAsync<TollgateException>(() => client.GetPaymentAsync("7PPPMXIGH", Stop));

        Assert.Contains("Check the base address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeout_is_not_a_cancellation()
    {
        await using var server = new ScriptedServer(ScriptedServer.Silence);
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(200) };
        using var client = new TollgateClient(server.Address, "app-test", "sk-test", http);

        var error = await Assert.ThrowsAsync<TollgateException>(() => client.ChargeAsync(Example.Charge, cancellationToken: Stop));

        Assert.Null(error.StatusCode);
        Assert.Contains("did not answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_stops_waiting()
    {
        await using var server = new ScriptedServer(ScriptedServer.Silence);
        using var client = server.Client();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var charge = client.ChargeAsync(Example.Charge, cancellationToken: cancel.Token);
        await server.ReceivedAsync(Stop);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => charge);
    }

    [Fact]
    public async Task Every_call_heeds_its_cancellation_token()
    {
        using var client = new TollgateClient(new("http://127.0.0.1:9"), "app-test", "sk-test");
        var cancelled = new CancellationToken(canceled: true);
        Func<Task>[] calls =
        [
            () => client.ChargeAsync(Example.Charge, null, cancelled),
            () => client.CreatePaymentAsync(
                new() { Amount = 1, Currency = "AUD", Token = new() { Id = "tok_1" }, ExternalId = "1", ReturnUrl = "https://example.com" }, null, cancelled),
            () => client.CapturePaymentAsync(new() { Uuid = "7PPPMXIGH" }, null, cancelled),
            () => client.VoidPaymentAsync(new() { Uuid = "7PPPMXIGH" }, null, cancelled),
            () => client.RefundPaymentAsync(new() { Uuid = "7PPPMXIGH", Reason = "Too small" }, null, cancelled),
            () => client.GetPaymentAsync("7PPPMXIGH", cancelled),
            () => client.ListPaymentsAsync(null, cancelled),
            () => client.DeleteTokenAsync("tok_1", cancelled),
            () => client.ListEventsAsync(null, null, null, cancelled),
            () => client.SimulateAsync(new() { Uuid = "7PPPMXIGH", Event = Contract.SimulatedEvent.Settled }, cancelled),
            () => client.GetSandboxClockAsync(cancelled),
            () => client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1), cancelled),
            () => client.InjectFaultAsync(new() { Fault = Contract.SandboxFault.Decline }, cancelled),
            () => client.GetBooksAsync("7PPPMXIGH", cancelled),
        ];

        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }
    }

    private static async Task<TollgateException> ErrorOfAsync(int status, string body, params IEnumerable<string> headers)
    {
        await using var server = ScriptedServer.Answering(status, body, headers);
        using var client = server.Client();
        return await Assert.ThrowsAsync<TollgateException>(() => client.ChargeAsync(Example.Charge, cancellationToken: Stop));
    }
}
