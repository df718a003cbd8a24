using Dapper;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>A new secret, and those before it while they overlap.</summary>
public abstract class SecretRotations(Gateway gateway)
{
    private const string First = "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==";

    [Fact]
    public async Task Whoever_has_any_secret_that_is_still_valid_can_tell_a_webhook()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var second = (await own.Client.RotateWebhookSecretAsync()).Secret;
        var both = await NextAsync(own, receiver);
        await AssertSignedAsync([both], valid: [second, First], reference: First);

        // Several rotations in a row.
        var third = await own.Client.RotateWebhookSecretAsync(TimeSpan.FromDays(2));
        var three = await NextAsync(own, receiver);
        await AssertSignedAsync([three], valid: [third.Secret, second, First], reference: First);

        // The settings' secret was to end after a day, and does; the second after two.
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1.5));
        await AssertSignedAsync([await NextAsync(own, receiver)], valid: [third.Secret, second], reference: second, gone: First);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1));
        await AssertSignedAsync([await NextAsync(own, receiver)], valid: [third.Secret], reference: third.Secret, gone: second);

        // It is stored: a server that starts anew signs by it.
        await own.StopAsync();
        await own.StartAsync();
        await AssertSignedAsync([await NextAsync(own, receiver)], valid: [third.Secret], reference: third.Secret, gone: First);
        Assert.DoesNotContain(third.Secret.Expose(), own.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_whose_row_was_changed_by_somebody_keeps_no_other_app_from_its_own_nor_the_server_from_starting()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        await other.RotateWebhookSecretAsync();
        var ours = (await own.Client.RotateWebhookSecretAsync()).Secret;
        await using (var connection = await Proof.OpenAsync(own))
        {
            await connection.ExecuteAsync(
                "UPDATE webhook_secrets SET sealed = (SELECT m.sealed FROM webhook_secrets m WHERE m.app_id = 'app-sandbox' ORDER BY m.number DESC LIMIT 1) WHERE app_id = @id", new { id = AppsOfTests.Other.Id });
        }

        await own.StopAsync();
        await own.StartAsync();
        await AssertSignedAsync([await NextAsync(own, receiver)], valid: [ours, First], reference: First);
        Assert.Contains($"A webhook secret of app {AppsOfTests.Other.Id} does not open, and signs nothing", own.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_overlap_only_the_new_one_signs()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var second = (await own.Client.RotateWebhookSecretAsync(TimeSpan.FromDays(30))).Secret;
        var third = await own.Client.RotateWebhookSecretAsync(TimeSpan.Zero);
        var webhook = await NextAsync(own, receiver);
        await AssertSignedAsync([webhook], valid: [third.Secret], reference: third.Secret, gone: second);
        await AssertSignedAsync([webhook], valid: [third.Secret], reference: third.Secret, gone: First);

        // Another app's is what it was.
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        await other.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url } });
        await AssertSignedAsync([await receiver.NextAsync()], valid: [AppsOfTests.WebhookSecret], reference: AppsOfTests.WebhookSecret, gone: third.Secret);
    }

    [Fact]
    public async Task A_secret_is_of_32_bytes_and_shown_once()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var answer = await wire.PostAsync("/v2/webhooks/secret/rotate", """{"overlap":"PT1H"}""", "a-key");
        var secret = System.Text.Json.JsonSerializer.Deserialize(answer.Body, ResponseJson.Numbers.WebhookSecretRotationResponse)!;
        Assert.Equal(32, Convert.FromBase64String(secret.Secret.Expose()["whsec_".Length..]).Length);
        Assert.Equal("****", secret.Secret.ToString());
        Assert.InRange(secret.PreviousEndsAt - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(61));

        // The same key makes another one: nothing keeps the answer.
        var again = await wire.PostAsync("/v2/webhooks/secret/rotate", """{"overlap":"PT1H"}""", "a-key");
        Assert.NotEqual(answer.Body, again.Body);
        Assert.False(again.Replayed);
        Assert.DoesNotContain("whsec_", (await wire.GetAsync("/api/v2/webhooks/endpoints")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(secret.Secret.Expose(), own.Log, StringComparison.Ordinal);

        // It is stored sealed, and nowhere else.
        await using var connection = await Proof.OpenAsync(own);
        var stored = (await connection.QueryAsync<byte[]>("SELECT sealed FROM webhook_secrets")).AsList();
        Assert.Equal(3, stored.Count);
        Assert.All(stored, box => Assert.DoesNotContain("whsec_", System.Text.Encoding.Latin1.GetString(box), StringComparison.Ordinal));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM idempotency"));
    }

    [Fact]
    public async Task Five_may_sign_at_once()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        for (var i = 0; i < 4; i++)
        {
            await own.Client.RotateWebhookSecretAsync();
        }

        Assert.Equal("TOO_MANY_SECRETS", (await Assert.ThrowsAsync<TollgateException>(() => own.Client.RotateWebhookSecretAsync())).Code);
        await own.Client.RotateWebhookSecretAsync(TimeSpan.Zero);
        await AtOnce.DoAsync(3, _ => own.Client.RotateWebhookSecretAsync());
    }

    [Theory]
    [InlineData("""{"overlap":"P31D"}""")]
    [InlineData("""{"overlap":"-P1D"}""")]
    [InlineData("""{"overlap":"1 day"}""")]
    [InlineData("""{"overlap":86400}""")]
    [InlineData("""{"overlap":"P999999999999Y"}""")]
    public async Task An_overlap_is_from_none_to_thirty_days(string body)
    {
        using var wire = new Wire(gateway);
        var answer = await wire.PostAsync("/api/v2/webhooks/secret/rotate", body);
        Assert.Equal((422, """{"errors":{"overlap":"is invalid"}}"""), (answer.Status, answer.Body));
    }

    private static async Task<ReceivedWebhook> NextAsync(Gateway gateway, WebhookReceiver receiver)
    {
        await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url } });
        return await receiver.NextAsync();
    }

    private static async Task AssertSignedAsync(IReadOnlyList<ReceivedWebhook> webhooks, SecretText[] valid, SecretText reference, SecretText? gone = null)
    {
        foreach (var secret in valid)
        {
            await StandardWebhooks.AssertSignedAsync(secret, webhooks);
        }

        foreach (var webhook in webhooks)
        {
            Assert.Equal(valid.Length, webhook.Headers["webhook-signature"].Split(' ').Length);
            Webhook.VerifyReference(webhook.Body, webhook.Headers["http-webhook-signature"], reference);
            if (gone is not null)
            {
                Assert.Throws<WebhookVerificationException>(() => Webhook.Verify(
                    webhook.Body, WebhookHeaders.From(name => webhook.Headers.GetValueOrDefault(name)), gone, DateTimeOffset.UtcNow));
            }
        }
    }
}

public sealed class SecretRotationsOnSqlite(SqliteGateway gateway) : SecretRotations(gateway);

public sealed class SecretRotationsOnPostgres(PostgresGateway gateway) : SecretRotations(gateway);
