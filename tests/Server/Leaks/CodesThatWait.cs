using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>A security code lives until the issuer has answered, sealed, and no longer than a session (PCI DSS 3.3.1 and 3.3.2).</summary>
public abstract class CodesThatWait(Gateway gateway)
{
    [Theory]
    [InlineData("123456", PaymentStatus.Authorised)]
    [InlineData("cancel", PaymentStatus.Failed)]
    public async Task P2_a_code_waits_sealed_and_is_gone_with_the_answer(string answer, PaymentStatus end)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        var box = await gateway.Reader.FindSealedCodeAsync(new(payment.Uuid));

        // A key's number, a nonce, three digits and a tag: nothing of it is the code.
        Assert.NotNull(box);
        Assert.Equal(4 + 12 + 16 + 3, box.Length);
        using var http = gateway.Raw();
        await PlainBrowser.WalkAsync(http, payment.PayCode!.ThreeDsUrl!, answer);
        await Eventually.GetAsync(() => gateway.Client.GetPaymentAsync(payment.Uuid), p => p.Status == end, "The end");
        Assert.Null(await gateway.Reader.FindSealedCodeAsync(new(payment.Uuid)));
    }

    [Fact]
    public async Task P2_a_code_is_gone_with_its_session()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        Assert.NotNull(await own.Reader.FindSealedCodeAsync(new(payment.Uuid)));
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(16));
        await Eventually.GetAsync(() => own.Client.GetPaymentAsync(payment.Uuid), p => p.Status == PaymentStatus.Expired, "The end of the session");
        Assert.Null(await own.Reader.FindSealedCodeAsync(new(payment.Uuid)));
    }

    [Fact]
    public async Task P3_a_payment_by_token_or_by_the_merchant_asks_for_no_code_and_keeps_none()
    {
        var first = await gateway.Client.ChargeAsync(Requests.Charge());
        Assert.Null(await gateway.Reader.FindSealedCodeAsync(new(first.Uuid)));
        var byMerchant = await gateway.Client.CreatePaymentAsync(Requests.Token(first.Token!.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = first.Uuid });
        Assert.Equal(PaymentStatus.Authorised, byMerchant.Status);

        // One that somebody sends all the same is not read, and where the cardholder is asked, none waits.
        using var http = gateway.Raw();
        var challenged = await gateway.Client.ChargeAsync(Requests.Charge("4000000000003220"));
        await PlainBrowser.WalkAsync(http, challenged.PayCode!.ThreeDsUrl!, "123456");
        var body = Wire.Json(Requests.Token(challenged.Token!.Id), RequestJson.Default.CreatePaymentRequest);
        var (status, answer) = await gateway.PostAsync("/api/v2/cards/create_payment", body[..^1] + ",\"card_cvv_number\":\"739\",\"card_info\":{\"card_cvv_number\":\"739\"}}");
        Assert.Equal(200, status);
        var uuid = answer.Split("\"uuid\":\"")[1].Split('"')[0];
        Assert.Null(await gateway.Reader.FindSealedCodeAsync(new(uuid)));
    }

    [Fact]
    public async Task P4_what_is_told_of_a_card_is_its_last_four_digits()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("5555555555554444") with { Capture = true });
        using var wire = new RawWire(gateway);
        foreach (var path in new[] { $"cards/payments/{payment.Uuid}", $"cards/payments/{payment.Uuid}/timeline", $"cards/payments?external_id={payment.ExternalId}", "cards/events", $"sandbox/books/{payment.Uuid}", "balances/entries" })
        {
            var answer = await wire.GetAsync("/api/v2/" + path);
            Assert.Equal(200, answer.Status);

            // Not even the first six, which the standard would allow.
            Assert.DoesNotContain("555555", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("5555 55", answer.Body, StringComparison.Ordinal);
        }

        Assert.Equal("4444", payment.SenderDetails.Card.CardLast4);
    }
}

public sealed class CodesThatWaitOnSqlite(SqliteGateway gateway) : CodesThatWait(gateway);

public sealed class CodesThatWaitOnPostgres(PostgresGateway gateway) : CodesThatWait(gateway);
