using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>Takes known cards through every way that a card can go, those that end well and those that do not.</summary>
internal sealed class Visitor : IDisposable
{
    public const string Code = "739";
    public const string AmexCode = "7391";
    public const string Amex = "378282246310005";
    public const string Authorization = "Bearer leak-detector-authorization-value";
    public const string Marker = "Leak Detector";

    /// <summary>The cards of the sandbox whose answer comes at once.</summary>
    public static readonly string[] QuickCards =
    [
        "4111111111111111", "4242424242424242", "5555555555554444", "2223003122003222", Amex, "6011111111111117", "30569309025904", "3530111333300000",
        "6200000000000005", "4000000000003055", "4000000000003220", "4000008400001629", "4000000000000002", "4000000000009995", "4000000000000069", "4000000000000127",
        "4000000000000119", "4000000000009987", "4000000000009979", "4000000000000259", "4000000000000341",
    ];

    /// <summary>Those whose answer comes late or never.</summary>
    public static readonly string[] SlowCards = ["4000000000000101", "4000000000000044"];

    private readonly HttpClient http;
    private readonly TollgateClient client;
    private readonly string webhooks;
    private readonly List<PaymentResponse> payments = [];

    public Visitor(Uri gateway, string webhooks)
    {
        this.webhooks = webhooks;
        http = new(Recorder) { BaseAddress = gateway };
        client = new(gateway, "app-sandbox", "sk-sandbox-tollgate", Recorder);
    }

    public Recorder Recorder { get; } = new();

    /// <summary>Every payment with the security code that it was sent with.</summary>
    public IEnumerable<(string Uuid, string Code)> Payments => payments.Select(p => (p.Uuid, p.SenderDetails.Card.CardLast4 == Amex[^4..] ? AmexCode : Code));

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }

    /// <summary>A payment whose cardholder has not come yet: its security code waits, sealed.</summary>
    public async Task<string> LeaveWaitingAsync() => (await ChargeAsync("4000000000001091")).Uuid;

    public async Task TakeEveryWayAsync()
    {
        foreach (var card in QuickCards)
        {
            await ChargeAsync(card);
            await ChargeAsync(card, capture: true);
        }

        await ChallengesAsync();
        await OperationsAsync();
        await TokensAsync();
        await TwiceAsync();
        await WrongBodiesAsync();
        await WrongRequestsAsync();
        await BrokenWiresAsync();
        await DisputesAsync();

        // What is left open comes to its end by itself: sessions, holds, refunds and what nobody knew the outcome of.
        await client.AdvanceSandboxClockAsync(TimeSpan.FromDays(30));
        Assert.All(await AllAsync(), payment => Assert.NotEqual(PaymentStatus.Pending, payment.Status));
    }

    private async Task ChallengesAsync()
    {
        foreach (var card in (string[])["4111111111111111", "4000000000003220", "4000008400001629"])
        {
            await AnswerAsync(await ChargeAsync(card), "123456");
            await AnswerAsync(await ChargeAsync(card, capture: true), "000000", "123456");
            await AnswerAsync(await ChargeAsync(card), "000000", "111111", "222222", "123456");
            await AnswerAsync(await ChargeAsync(card), "cancel");
        }
    }

    private async Task OperationsAsync()
    {
        foreach (var card in (string[])["4242424242424242", Amex])
        {
            var payment = await ChargeAsync(card);
            await client.CapturePaymentAsync(new() { Uuid = payment.Uuid, Amount = 900 });
            await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
            await client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 100, Reason = "Wrong size" });
            await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.RefundCompleted });
            await client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 100, Reason = "Wrong size" });
            await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.RefundRejected });
            await RefusedAsync(() => client.VoidPaymentAsync(new() { Uuid = payment.Uuid }));
            await RefusedAsync(() => client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 100_000, Reason = "Wrong size" }));

            payment = await ChargeAsync(card);
            await client.VoidPaymentAsync(new() { Uuid = payment.Uuid });
            await client.SimulateAsync(new() { Uuid = (await ChargeAsync(card)).Uuid, Event = SimulatedEvent.Expired });
            await client.GetPaymentAsync(payment.Uuid);
            await client.GetTimelineAsync(payment.Uuid);
            await client.GetBooksAsync(payment.Uuid);
        }

        await client.ListPaymentsAsync();
        await client.ListEventsAsync();
    }

    private async Task TokensAsync()
    {
        foreach (var card in (string[])["4242424242424242", Amex, "4111111111111111", "4000000000000341"])
        {
            var first = await ChargeAsync(card);
            if (first.Status == PaymentStatus.Pending)
            {
                await AnswerAsync(first, "123456");
            }

            var token = first.Token!.Id;
            await client.CreatePaymentAsync(Requests.Token(token));
            payments.Add(await client.CreatePaymentAsync(Requests.Token(token) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = first.Uuid }));
            await client.DeleteTokenAsync(token);
            await RefusedAsync(() => client.CreatePaymentAsync(Requests.Token(token)));
        }
    }

    private async Task TwiceAsync()
    {
        foreach (var card in (string[])["4242424242424242", Amex])
        {
            var request = Charge(card, capture: false);
            var key = "key-" + card[^4..];
            await client.ChargeAsync(request, key);
            await client.ChargeAsync(request, key);
            await client.ChargeAsync(request);
            await RefusedAsync(() => client.ChargeAsync(request with { Amount = 2000 }, key));
        }
    }

    private async Task WrongBodiesAsync()
    {
        foreach (var card in QuickCards)
        {
            var right = Charge(card, capture: false);
            var grouped = string.Join(' ', card.Chunk(4).Select(four => new string(four)));
            List<ChargeRequest> wrong =
            [
                right with { CardInfo = right.CardInfo with { CardExpiryYear = 2020 } },
                right with { CardInfo = right.CardInfo with { CardHolderName = card } },
                right with { CardInfo = right.CardInfo with { CardHolderName = $"Card {grouped}" } },
                right with { CardInfo = right.CardInfo with { CardCvvNumber = card } },
                right with { CardInfo = right.CardInfo with { CardCvvNumber = card == Amex ? Code : AmexCode } },
                right with { CardInfo = right.CardInfo with { CardNumber = card + "0" } },
                right with { Amount = -1, Currency = card, Email = card },
                right with { BillingAddress = right.BillingAddress with { Country = card, PostalCode = card } },
                right with { IpAddress = card, ReturnUrl = card },
                right with { PreviousPaymentUuid = card, PaymentType = PaymentType.Unscheduled },
                right with { WebhookNotification = new() { EndpointUrl = card, AuthorizationHeader = Authorization + "\n" } },
            ];
            foreach (var request in wrong)
            {
                await RefusedAsync(() => client.ChargeAsync(request));
            }
        }
    }

    private async Task WrongRequestsAsync()
    {
        const string Charges = "/api/v2/cards/charges";
        foreach (var card in QuickCards)
        {
            var body = JsonSerializer.Serialize(new { card_info = new { card_number = card, card_cvv_number = card == Amex ? AmexCode : Code } });
            await PostAsync(Charges, body, 422);
            await PostAsync(Charges, body[..^1], 400);
            await PostAsync(Charges, body[..^2] + card, 400);
            await PostAsync(Charges, $"{{{card}:1}}", 400);
            await PostAsync(Charges, $"{{\"{card}\":1,\"{card}\":2}}", 400);
            await PostAsync(Charges, $"[{body}]", 400);
            await PostAsync(Charges, card, 400);
            await PostAsync(Charges, $"\"{card}\"", 400);
            await PostAsync(Charges, $"{{\"amount\":\"{card}\",\"capture\":\"{card}\",\"card_info\":\"{card}\",\"payment_type\":\"{card}\",\"browser_details\":{{\"time_zone\":\"{card}\"}}}}", 422);
            await PostAsync(Charges, $"{{\"amount\":{card},\"card_info\":{{\"card_number\":{card},\"card_expiry_year\":{card}}}}}", 422);
            await PostAsync(Charges, body.Replace("}}", $",\"card_holder_name\":\"\\uD800{card}\"}}}}", StringComparison.Ordinal), 422);
            await PostAsync(Charges, body + new string(' ', 70_000), 413);
            await PostAsync(Charges, body, 415, "text/plain");
            await PostAsync(Charges, $"card_number={card}&card_cvv_number={Code}", 415, "application/x-www-form-urlencoded");
            await PostAsync(Charges, body, 401, authorised: false);
            await PostAsync("/api/v2/cards/nothing_of_the_kind", body, 404, authorised: true, otherwise: 405);
            await PostAsync("/nowhere", body, 404);
            await PostAsync("/api/v2/cards/capture_payment", $"{{\"uuid\":\"{card}\"}}", 404);
            await PostAsync("/api/v2/cards/refund_payment", $"{{\"uuid\":\"{card}\",\"reason\":\"{card}\"}}", 404);
            await PostAsync("/api/v2/cards/create_payment", $"{{\"token\":{{\"id\":\"{card}\",\"type\":\"{card}\"}}}}", 422);
            await PostAsync("/api/v2/cards/simulate", $"{{\"uuid\":\"{card}\",\"event\":\"{card}\"}}", 422);
            await PostAsync("/api/v2/sandbox/clock", $"{{\"advance\":\"{card}\"}}", 422);
            using var put = await http.PutAsync(Charges, new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.Equal(405, (int)put.StatusCode);
        }
    }

    private async Task DisputesAsync()
    {
        foreach (var card in (string[])["4242424242424242", Amex])
        {
            var payment = await ChargeAsync(card, capture: true);
            await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
            await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.DisputeOpened });
            var dispute = await client.GetDisputeOfAsync(payment.Uuid);
            await client.SubmitEvidenceAsync(dispute.Id, new() { CustomerCommunication = "Thank you, it arrived.", Submit = false });
            await PostAsync($"/api/v2/cards/disputes/{dispute.Id}/evidence", $"{{\"category_of\":\"{card}\",\"files\":\"{card}\",\"submit\":false}}", 422, otherwise: 200);
            await PostAsync($"/api/v2/cards/disputes/{dispute.Id}/evidence", $"--x\r\nContent-Disposition: form-data; name=\"{card}\"; filename=\"{card}\"\r\n\r\n{card}", 400, "multipart/form-data; boundary=x", otherwise: 422);
            await client.SubmitEvidenceAsync(dispute.Id, new());
        }
    }

    private async Task BrokenWiresAsync()
    {
        // All at once, for each keeps the gateway waiting for its five seconds.
        foreach (var fault in (SandboxFault[])[SandboxFault.LostRequest, SandboxFault.LostReply, SandboxFault.LateReply, SandboxFault.Duplicate, SandboxFault.Decline])
        {
            await client.InjectFaultAsync(new() { Fault = fault, Message = SandboxMessage.Authorisation });
        }

        await Task.WhenAll(
            ChargeAsync(Amex), ChargeAsync("4242424242424242"), ChargeAsync("5555555555554444"), ChargeAsync("6011111111111117"), ChargeAsync("3530111333300000"),
            ChargeAsync(SlowCards[0]), ChargeAsync(SlowCards[1]));
    }

    private async Task<PaymentResponse> ChargeAsync(string card, bool capture = false)
    {
        var payment = await client.ChargeAsync(Charge(card, capture));
        lock (payments)
        {
            payments.Add(payment);
        }

        return payment;
    }

    private ChargeRequest Charge(string card, bool capture)
    {
        var request = Requests.Charge(card);
        return request with
        {
            CardInfo = request.CardInfo with { CardCvvNumber = card == Amex ? AmexCode : Code, CardHolderName = Marker },
            Capture = capture,
            WebhookNotification = new() { EndpointUrl = webhooks, AuthorizationHeader = Authorization },
        };
    }

    /// <summary>Answers the challenge with one code after the other, or cancels it.</summary>
    private async Task AnswerAsync(PaymentResponse payment, params string[] codes)
    {
        var answer = await PlainBrowser.WalkAsync(http, payment.PayCode!.ThreeDsUrl!, codes);
        Assert.InRange(answer.Status, 200, 303);
    }

    private async Task PostAsync(string path, string body, int status, string type = "application/json", bool authorised = true, int? otherwise = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(type)) };
        request.Headers.Add("app-id", "app-sandbox");
        request.Headers.Add("secret-key", authorised ? "sk-sandbox-tollgate" : "sk-wrong");
        using var answer = await http.SendAsync(request);
        Assert.Contains((int)answer.StatusCode, (int[])[status, otherwise ?? status]);
    }

    private async Task<IReadOnlyList<PaymentResponse>> AllAsync()
    {
        var all = new List<PaymentResponse>();
        for (var page = 1; ; page++)
        {
            var list = await client.ListPaymentsAsync(new() { Page = page, PerPage = 100 });
            all.AddRange(list.Records);
            if (page >= list.TotalPage)
            {
                return all;
            }
        }
    }

    private static async Task RefusedAsync(Func<Task> call) => await Assert.ThrowsAsync<TollgateException>(call);
}
