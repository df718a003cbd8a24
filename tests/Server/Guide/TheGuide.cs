using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Guide;

/// <summary>
/// The guide's requests as they stand. They all name one order, so each test has a gateway of its own; and those of them that charge the same card the
/// same amount for it are one payment.
/// </summary>
public abstract class TheGuide(Gateway gateway, Chromium chromium)
{
    private static readonly SecretText SandboxSecret = "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==";

    [Fact]
    public async Task Its_requests_in_order_take_payments_from_charge_to_refund()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another();
        await own.InitializeAsync();

        // Step 3: a card, which the bank wants confirmed.
        var charge = await SendAsync(own, 0, receiver);
        Assert.Equal(PaymentStatus.Pending, charge.Status);
        Assert.Equal(1000, charge.Amount);
        Assert.NotNull(charge.Token);
        Assert.Equal(("visa", "1111", "US"), (charge.SenderDetails.Card.CardBrand, charge.SenderDetails.Card.CardLast4, charge.SenderDetails.Card.CardCountry));

        // The full example and the one under "Regular" are the same order, card and amount.
        Assert.Equal(charge.Uuid, (await SendAsync(own, 2, receiver)).Uuid);
        Assert.Equal(charge.Uuid, (await SendAsync(own, 4, receiver)).Uuid);
        await PassAsync(charge);
        Assert.Equal(PaymentStatus.Authorised, (await own.Client.GetPaymentAsync(charge.Uuid)).Status);

        // Step 4: the token that it left. A customer who is there may be asked again.
        var again = await SendAsync(own, 1, receiver, charge);
        Assert.Equal(PaymentStatus.Pending, again.Status);
        await PassAsync(again);
        var replayed = await SendAsync(own, 3, receiver, charge);
        Assert.Equal((again.Uuid, PaymentStatus.Authorised), (replayed.Uuid, replayed.Status));
        Assert.Equal(charge.Token, replayed.Token);

        // A customer who is not there is not asked.
        var unscheduled = await SendAsync(own, 5, receiver, charge);
        Assert.Equal((PaymentStatus.Authorised, PaymentType.Unscheduled), (unscheduled.Status, unscheduled.PaymentType));
        Assert.Null(unscheduled.PayCode);
        var byCard = await SendAsync(own, 6, receiver, charge);
        Assert.Equal((PaymentStatus.Authorised, PaymentType.Unscheduled), (byCard.Status, byCard.PaymentType));
        Assert.Equal(4, new[] { charge.Uuid, again.Uuid, unscheduled.Uuid, byCard.Uuid }.Distinct().Count());

        await own.Client.CapturePaymentAsync(new() { Uuid = charge.Uuid });
        await own.Client.SimulateAsync(new() { Uuid = charge.Uuid, Event = SimulatedEvent.Settled });
        await own.Client.RefundPaymentAsync(new() { Uuid = charge.Uuid, RefundAmount = 400, Reason = "One of two came broken" });
        await own.Client.SimulateAsync(new() { Uuid = charge.Uuid, Event = SimulatedEvent.RefundCompleted });
        await own.Client.RefundPaymentAsync(new() { Uuid = charge.Uuid, Reason = "The other one too" });
        var refunded = await own.Client.SimulateAsync(new() { Uuid = charge.Uuid, Event = SimulatedEvent.RefundCompleted });
        Assert.Equal(PaymentStatus.ReturnReceived, refunded.Status);
        Assert.Equal(new() { TotalAmount = 1000, RefundAmount = 1000, Description = "The other one too" }, refunded.RefundInformation);

        var deliveries = await ReceiveAllAsync(own, receiver);
        AssertTold(
            deliveries, charge, PaymentStatus.Authorised, PaymentStatus.Waiting, PaymentStatus.Received, PaymentStatus.ReturnPending,
            PaymentStatus.PartiallyRefunded, PaymentStatus.ReturnPending, PaymentStatus.ReturnReceived);
        AssertTold(deliveries, again, PaymentStatus.Authorised);
        AssertTold(deliveries, unscheduled, PaymentStatus.Authorised);
        AssertTold(deliveries, byCard, PaymentStatus.Authorised);
        await StandardWebhooks.AssertGenuineAsync(SandboxSecret, deliveries);
    }

    [Fact]
    public async Task A_payment_of_the_guide_settles_and_is_refunded_by_the_clock()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var charge = await SendAsync(own, 0, receiver);
        await PassAsync(charge);

        var waiting = await own.Client.CapturePaymentAsync(new() { Uuid = charge.Uuid });
        Assert.Equal((PaymentStatus.Waiting, 0), (waiting.Status, waiting.PaidAmount));
        var received = await AdvanceAsync(own, charge, TimeSpan.FromMinutes(1));
        Assert.Equal((PaymentStatus.Received, 1000), (received.Status, received.PaidAmount));

        var refund = await own.Client.RefundPaymentAsync(new() { Uuid = charge.Uuid, RefundAmount = 400, Reason = "One of two came broken" });
        Assert.Equal((PaymentStatus.ReturnPending, 400), (refund.PayinRequest.Status, refund.RefundAmount));
        Assert.Equal(PaymentStatus.PartiallyRefunded, (await AdvanceAsync(own, charge, TimeSpan.FromSeconds(30))).Status);

        refund = await own.Client.RefundPaymentAsync(new() { Uuid = charge.Uuid, RefundAmount = 600, Reason = "The other one too" });
        Assert.Equal((PaymentStatus.ReturnPending, 600), (refund.PayinRequest.Status, refund.RefundAmount));
        Assert.Equal(PaymentStatus.ReturnReceived, (await AdvanceAsync(own, charge, TimeSpan.FromSeconds(30))).Status);

        var deliveries = await ReceiveAllAsync(own, receiver);
        AssertTold(
            deliveries, charge, PaymentStatus.Authorised, PaymentStatus.Waiting, PaymentStatus.Received, PaymentStatus.ReturnPending,
            PaymentStatus.PartiallyRefunded, PaymentStatus.ReturnPending, PaymentStatus.ReturnReceived);
        await StandardWebhooks.AssertGenuineAsync(SandboxSecret, deliveries);
    }

    /// <summary>Sends a request of the guide: live are only the e-mail, which the guide's copy lost, the webhook's address, the token and the payment before.</summary>
    private static async Task<PaymentResponse> SendAsync(Gateway own, int number, WebhookReceiver receiver, PaymentResponse? earlier = null)
    {
        var request = GuideRequests.All[number];
        var body = request.Body
            .Replace("[email protected]", "john.doe@example.com", StringComparison.Ordinal)
            .Replace("https://merchant.com/webhook", receiver.Url, StringComparison.Ordinal);
        if (earlier is not null)
        {
            body = body.Replace("tok_dfe1988a1ffc0d6562d3", earlier.Token!.Id, StringComparison.Ordinal).Replace("7PPPMXIGH", earlier.Uuid, StringComparison.Ordinal);
        }

        var (status, answer) = await own.PostAsync(request.Path, body);
        Assert.True(status == 200, answer);
        var payment = JsonSerializer.Deserialize(answer, ResponseJson.Numbers.PaymentResponse)!;
        Assert.Equal("order_test_xxx", payment.ExternalId);
        Assert.Equal(new() { EndpointUrl = receiver.Url }, payment.WebhookNotification);
        return payment;
    }

    private static async Task<PaymentResponse> AdvanceAsync(Gateway own, PaymentResponse payment, TimeSpan by)
    {
        await own.Client.AdvanceSandboxClockAsync(by);
        return await own.Client.GetPaymentAsync(payment.Uuid);
    }

    private static void AssertTold(IReadOnlyList<ReceivedWebhook> deliveries, PaymentResponse payment, params PaymentStatus[] statuses) =>
        Assert.Equal(statuses, deliveries.Select(d => d.Payment).Where(p => p.Uuid == payment.Uuid).Select(p => p.Status));

    /// <summary>Waits for a webhook for every change of status that the gateway knows of; a webhook for anything else fails.</summary>
    private static async Task<IReadOnlyList<ReceivedWebhook>> ReceiveAllAsync(Gateway own, WebhookReceiver receiver)
    {
        var changes = (await own.Client.ListEventsAsync(limit: 100)).Records;
        foreach (var _ in changes)
        {
            await receiver.NextAsync();
        }

        var deliveries = receiver.All;
        Assert.Equal(changes.Select(c => c.Id).Order(StringComparer.Ordinal), deliveries.Select(d => d.Id).Order(StringComparer.Ordinal));
        Assert.All(deliveries, d => Assert.Equal("Bearer xxxxxx", d.Headers["authorization"]));
        return deliveries;
    }

    private async Task PassAsync(PaymentResponse payment)
    {
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.EnterAsync("123456");
        var returned = await page.ComeBackAsync();
        Assert.StartsWith("https://example.com/", page.Url, StringComparison.Ordinal);
        Assert.Equal((payment.Uuid, "order_test_xxx", "authorised"), (returned["uuid"], returned["external_id"], returned["status"]));
        await page.Context.CloseAsync();
    }
}

public sealed class TheGuideOnSqlite(SqliteGateway gateway, Chromium chromium) : TheGuide(gateway, chromium);

public sealed class TheGuideOnPostgres(PostgresGateway gateway, Chromium chromium) : TheGuide(gateway, chromium);
