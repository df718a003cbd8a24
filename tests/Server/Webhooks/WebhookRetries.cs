using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>What becomes of webhooks that nobody takes. Each test moves the clock, and so has a gateway of its own.</summary>
public abstract class WebhookRetries(Gateway gateway)
{
    private static readonly SecretText SandboxSecret = "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==";

    [Fact]
    public async Task A_refused_webhook_is_tried_again_ever_more_slowly_and_given_up_after_three_days()
    {
        await using var own = await StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 500;
        var payment = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        var waits = new List<TimeSpan>();
        var tries = 0;
        while (true)
        {
            await receiver.NextAsync();
            var webhook = await Outbox.AfterTriesAsync(own, payment, ++tries);
            Assert.Equal("answered 500", webhook.LastError);
            if (webhook.IsGivenUp)
            {
                break;
            }

            waits.Add(await Outbox.AdvanceToNextTryAsync(own, webhook));
        }

        // Of the growing delays only the random tenth and the time that the test itself took are not known.
        TimeSpan[] planned =
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
            TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6),
        ];
        Assert.True(waits.Count > planned.Length + 3, string.Join(", ", waits));
        for (var i = 1; i < planned.Length; i++)
        {
            Assert.InRange(waits[i], (planned[i] * 0.9) - TimeSpan.FromSeconds(15), planned[i] * 1.06);
            Assert.True(waits[i] > waits[i - 1], string.Join(", ", waits));
        }

        var passed = (await own.Client.GetSandboxClockAsync()).Now - payment.CreatedAt;
        Assert.InRange(passed, TimeSpan.FromDays(2.4), TimeSpan.FromDays(3));
        Assert.Equal(waits.Count + 1, receiver.All.Count);
        await AssertSameOnEachTryAsync(receiver.All);

        // Three days more bring nothing more: what comes next is another payment's.
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(3));
        var other = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        Assert.Equal(other.Uuid, (await receiver.NextAsync()).Payment.Uuid);
    }

    [Fact]
    public async Task A_webhook_reaches_an_endpoint_that_was_down()
    {
        await using var own = await StartAsync();
        await using var endpoint = new ScriptedEndpoint(_ => Task.CompletedTask);
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        for (var tries = 1; tries <= 2; tries++)
        {
            var webhook = await Outbox.AfterTriesAsync(own, payment, tries);
            Assert.StartsWith("could not be reached", webhook.LastError, StringComparison.Ordinal);
            if (tries == 2)
            {
                await endpoint.ListenAsync();
            }

            await Outbox.AdvanceToNextTryAsync(own, webhook);
        }

        Assert.True((await Outbox.AfterTriesAsync(own, payment, 3)).IsDelivered);
        Assert.Equal(["/hook"], endpoint.Asked);
    }

    [Fact]
    public async Task A_clock_that_jumps_over_the_days_does_not_jump_over_the_tries()
    {
        await using var own = await StartAsync();
        await using var endpoint = new ScriptedEndpoint(_ => Task.CompletedTask);
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        await Outbox.AfterTriesAsync(own, payment, 1);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(6));
        var webhook = await Outbox.AfterTriesAsync(own, payment, 2);
        await endpoint.ListenAsync();
        await Outbox.AdvanceToNextTryAsync(own, webhook);

        Assert.True((await Outbox.AfterTriesAsync(own, payment, 3)).IsDelivered);
    }

    [Fact]
    public async Task A_payments_webhooks_keep_their_order_while_the_first_fails_and_other_payments_are_told()
    {
        await using var own = await StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var broken = true;
        receiver.Answer = webhook => broken && webhook.Path.EndsWith("/first", StringComparison.Ordinal) ? 503 : 200;
        var payment = await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url + "/first" } });
        await own.Client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        await own.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
        await Outbox.AfterTriesAsync(own, payment, 1);

        var others = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            others.Add((await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url + "/others" } })).Uuid);
        }

        await Eventually.GetAsync(
            () => Task.FromResult(receiver.All), all => others.All(uuid => all.Any(w => w.Payment.Uuid == uuid)), "the webhooks of other payments");
        var waiting = await Outbox.ReadAsync(own, payment);
        Assert.Equal([1, 0, 0], waiting.Select(w => w.Attempts));

        broken = false;
        await Outbox.AdvanceToNextTryAsync(own, waiting[0]);
        await Eventually.GetAsync(() => Outbox.ReadAsync(own, payment), rows => rows.All(r => r.IsDelivered), "all three webhooks");
        var told = receiver.All.Where(w => w.Payment.Uuid == payment.Uuid).ToList();
        Assert.Equal(
            [PaymentStatus.Authorised, PaymentStatus.Authorised, PaymentStatus.Waiting, PaymentStatus.Received], told.Select(w => w.Payment.Status));
    }

    [Fact]
    public async Task A_restart_forgets_no_webhook()
    {
        await using var own = await StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 500;
        var payment = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await receiver.NextAsync();
        await Outbox.AfterTriesAsync(own, payment, 1);
        await own.StopAsync();

        await own.StartAsync();
        receiver.Answer = _ => 200;
        await Outbox.AdvanceToNextTryAsync(own, await Outbox.AfterTriesAsync(own, payment, 1));
        await receiver.NextAsync();
        Assert.True((await Outbox.AfterTriesAsync(own, payment, 2)).IsDelivered);
        await AssertSameOnEachTryAsync(receiver.All);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_delivery_forgets_no_webhook()
    {
        await using var own = await StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endpoint = new ScriptedEndpoint(async context =>
        {
            // The first delivery is never answered: the gateway stops while it waits.
            if (arrived.TrySetResult())
            {
                var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
                await gone.Task;
            }
        });
        await endpoint.ListenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await own.StopAsync();

        await own.StartAsync();
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        await Eventually.GetAsync(() => Outbox.ReadAsync(own, payment), rows => rows[0].IsDelivered, "the webhook after the restart");

        // Only a second delivery was answered.
        Assert.Equal(2, endpoint.Asked.Count(path => path == "/hook"));
    }

    [Fact]
    public async Task A_clock_that_jumps_while_webhooks_are_delivered_sends_none_twice()
    {
        await using var own = await StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();

        // Each jump ends the leases of what is being delivered at that moment.
        for (var round = 0; round < 20; round++)
        {
            var payments = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => own.Client.ChargeAsync(ToldAt(receiver.Url))));
            await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(61));
            await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(61));
            foreach (var payment in payments)
            {
                await Eventually.GetAsync(() => Outbox.ReadAsync(own, payment), rows => rows[0].IsDelivered, "the webhook");
            }
        }

        Assert.Equal(160, receiver.All.Count);
        Assert.Equal(160, receiver.All.Select(w => w.Id).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>A charge with one change of status, so that it has one webhook.</summary>
    private static ChargeRequest ToldAt(string url) => Requests.Charge("4000000000000002") with { WebhookNotification = new() { EndpointUrl = url } };

    private static async Task AssertSameOnEachTryAsync(IReadOnlyList<ReceivedWebhook> tries)
    {
        Assert.All(tries, t => Assert.Equal((tries[0].Id, Convert.ToHexString(tries[0].Body)), (t.Id, Convert.ToHexString(t.Body))));

        // The timestamp is fresh, whatever the sandbox's clock says: receivers compare it with their own.
        var stamps = tries.Select(t => long.Parse(t.Headers["webhook-timestamp"], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(stamps.Order(), stamps);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - stamps[^1], 0, 60);
        await StandardWebhooks.AssertGenuineAsync(SandboxSecret, tries);
    }

    private async Task<Gateway> StartAsync()
    {
        var own = gateway.Another();
        await own.InitializeAsync();
        return own;
    }
}

public sealed class WebhookRetriesOnSqlite(SqliteGateway gateway) : WebhookRetries(gateway);

public sealed class WebhookRetriesOnPostgres(PostgresGateway gateway) : WebhookRetries(gateway);
