using System.Net.Sockets;
using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Break;

/// <summary>Requests that no client sends by mistake: each is answered with what it is, and none as a bug of ours.</summary>
public abstract class OddRequests(Gateway gateway)
{
    [Fact]
    public async Task A_slash_at_the_end_does_not_make_one_call_answer_for_another_under_its_key()
    {
        using var wire = new Wire(gateway);
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        var body = $$"""{"uuid":"{{payment.Uuid}}"}""";
        var key = Guid.NewGuid().ToString();

        var captured = await wire.PostAsync(Wire.Cards + "/capture_payment/", body, key);
        Assert.Equal(PaymentStatus.Waiting, captured.Payment.Status);

        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.PostAsync(Wire.Cards + "/void_payment/", body, key)).Verdict);

        foreach (var path in new[] { "/capture_payment", "/capture_payment/", "/Capture_Payment" })
        {
            var again = await wire.PostAsync(Wire.Cards + path, body, key);
            Assert.True(again.Replayed, $"{path}: {again}");
            Assert.Equal(captured.Body, again.Body);
        }
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n12")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", "code=123456")]
    public async Task A_form_that_cannot_be_read_is_malformed_and_answers_no_challenge(string type, string form)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111"));
        using var http = gateway.Raw();
        foreach (var part in (string[])["start", "method", "challenge"])
        {
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await http.PostAsync($"{payment.PayCode!.ThreeDsUrl}/{part}", content, TestContext.Current.CancellationToken);
            Assert.Equal(400, (int)answer.StatusCode);
        }

        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task A_chunk_that_is_none_is_malformed()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var socket = new TcpClient();
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, cancel);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                "POST /api/v2/cards/charges HTTP/1.1\r\nHost: x\r\nConnection: close\r\napp-id: app-sandbox\r\nsecret-key: sk-sandbox-tollgate\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}"),
            cancel);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync(cancel));
    }

    [Fact]
    public async Task A_return_url_to_which_no_browser_can_be_sent_is_refused_before_anybody_pays()
    {
        // A label of Hebrew and Latin letters together: there is no name in DNS for it, and the way back to the shop would break after the payment.
        var (status, body) = await gateway.PostAsync(
            "/api/v2/cards/charges",
            Wire.Json(Requests.Charge("4111111111111111") with { ReturnUrl = "https://\u05D0abc.com/back" }, RequestJson.Default.ChargeRequest));
        Assert.Equal(422, status);
        Assert.Equal("""{"errors":{"return_url":"is invalid"}}""", body);

        var fine = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ReturnUrl = "https://bücher.example/zurück" });
        Assert.Equal(PaymentStatus.Pending, fine.Status);
    }
}

public sealed class OddRequestsOnSqlite(SqliteGateway gateway) : OddRequests(gateway);

public sealed class OddRequestsOnPostgres(PostgresGateway gateway) : OddRequests(gateway);
