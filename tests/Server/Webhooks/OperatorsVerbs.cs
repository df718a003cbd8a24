using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>What an operator does about webhooks beside a running server.</summary>
public abstract class OperatorsVerbs(Gateway gateway)
{
    [Fact]
    public async Task A_dead_letter_is_found_shown_and_sent_again()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 410;
        var payment = await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url } });
        await Eventually.GetAsync(
            async () => (await own.Client.ListWebhookDeliveriesAsync()).Records.Count(d => d.State == WebhookDeliveryState.GivenUp), count => count == 1, "giving it up");
        var id = (await own.Client.ListWebhookDeliveriesAsync()).Records.Single().Id;

        Assert.Contains($"{id} authorised of", (await RunAsync(own, 0, "list", "--state", "given_up")), StringComparison.Ordinal);
        Assert.DoesNotContain(id, await RunAsync(own, 0, "list", "--state", "delivered"), StringComparison.Ordinal);
        Assert.Contains(": answered 410", await RunAsync(own, 0, "show", id), StringComparison.Ordinal);
        Assert.Contains("there is no such delivery", await RunAsync(own, 1, "show", "evt_NOBODY_1"), StringComparison.Ordinal);
        Assert.Contains("The endpoint is disabled", await RunAsync(own, 1, "resend", id), StringComparison.Ordinal);

        var listed = await RunAsync(own, 0, "endpoints");
        Assert.Contains("disabled since", listed, StringComparison.Ordinal);
        Assert.Contains("is told again", await RunAsync(own, 0, "enable", listed.Split(' ')[0]), StringComparison.Ordinal);
        Assert.Contains("there is no such endpoint", await RunAsync(own, 1, "enable", "we_nobody"), StringComparison.Ordinal);

        receiver.Answer = _ => 200;
        await Eventually.GetAsync(() => RunAsync(own, 0, "resend", id), _ => receiver.All.Count > 1, "the delivery that was asked for again");
        await DeliveredAsync();
        var from = payment.CreatedAt.AddMinutes(-1).ToString("O", CultureInfo.InvariantCulture);
        Assert.Contains("0 webhooks", await RunAsync(own, 0, "replay", "--from", from), StringComparison.Ordinal);
        Assert.Contains("1 webhooks", await RunAsync(own, 0, "replay", "--from", from, "--latest", "yes"), StringComparison.Ordinal);
        await DeliveredAsync();
        Assert.Contains("1 webhooks", await RunAsync(own, 0, "replay", "--from", from, "--state", "all", "--endpoint", receiver.Url), StringComparison.Ordinal);

        Task DeliveredAsync() => Eventually.GetAsync(
            async () => (await own.Client.GetWebhookDeliveryAsync(id)).State, state => state == WebhookDeliveryState.Delivered, "the delivery");
    }

    [Fact]
    public async Task A_new_secret_is_printed_once_and_a_running_server_signs_by_it()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var secret = (await RunAsync(own, 0, "rotate-secret", "--overlap", "P0D")).Split(' ')[0];
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        await using var receiver = await WebhookReceiver.StartAsync();
        await Eventually.GetAsync(
            async () =>
            {
                await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url } });
                var webhook = await receiver.NextAsync();
                return webhook.Headers["http-webhook-signature"] == Client.WebhookSignature.SignReference(webhook.Body, secret);
            },
            signed => signed,
            "a webhook that is signed by the new secret");
    }

    [Fact]
    public async Task Whatever_is_no_verb_is_told_how_they_go()
    {
        foreach (var wrong in (string[][])[[], ["list"], ["show", "--app", "app-sandbox"], ["list", "--app"], ["list", "--app", "a", "--app", "b"], ["replay", "--app", "app-sandbox"], ["list", "--page", "2", "--app", "app-sandbox"], ["purge", "--app", "app-sandbox"]])
        {
            Assert.Contains("webhooks replay --from", (await Assert.ThrowsAsync<SettingException>(() => WebhookVerbs.RunAsync(wrong, TextWriter.Null))).Message, StringComparison.Ordinal);
        }

        string[] settings = ["--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings];
        foreach (var (wrong, name) in new[]
        {
            (new[] { "endpoints", "--app", "nobody" }, "--app"),
            (["list", "--state", "dead", "--app", "app-sandbox"], "--state"),
            (["list", "--after", "1", "--app", "app-sandbox"], "--after"),
            (["replay", "--from", "soon", "--app", "app-sandbox"], "--from"),
            (["rotate-secret", "--overlap", "long", "--app", "app-sandbox"], "--overlap"),
        })
        {
            Assert.Equal(name, (await Assert.ThrowsAsync<SettingException>(() => WebhookVerbs.RunAsync([.. wrong, .. settings], TextWriter.Null))).Name);
        }
    }

    private static async Task<string> RunAsync(Gateway gateway, int code, params string[] words)
    {
        await using var output = new StringWriter();
        Assert.Equal(code, await WebhookVerbs.RunAsync(
            [.. words, "--app", "app-sandbox", "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings], output));
        return output.ToString();
    }
}

public sealed class OperatorsVerbsOnSqlite(SqliteGateway gateway) : OperatorsVerbs(gateway);

public sealed class OperatorsVerbsOnPostgres(PostgresGateway gateway) : OperatorsVerbs(gateway);
