using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Apps;

/// <summary>Apps that are registered in the database, and their secrets.</summary>
public abstract class RegisteredApps(Gateway gateway)
{
    [Fact]
    public async Task An_app_registered_by_one_call_charges_is_told_and_is_kept_apart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var registered = await gateway.Client.RegisterAppAsync(new() { WebhookEndpoint = receiver.Url });
        Assert.Matches("^app-[0-9a-f]{16}$", registered.AppId);
        Assert.Equal([AppScope.Charge, AppScope.Refund, AppScope.Read], registered.Scopes);
        using var own = gateway.ClientFor(registered.AppId, registered.SecretKey);
        var payment = await own.ChargeAsync(Requests.Charge());
        Assert.Equal(PaymentStatus.Authorised, payment.Status);
        var webhook = await receiver.NextAsync();
        Assert.Equal(WebhookSignature.SignReference(webhook.Body, registered.WebhookSecret), webhook.Headers["http-webhook-signature"]);
        Assert.Equal(404, (int)(await Assert.ThrowsAsync<TollgateException>(() => gateway.Client.GetPaymentAsync(payment.Uuid))).StatusCode!);
        Assert.Equal(receiver.Url, (await own.GetSettingsAsync()).Webhooks.EndpointUrl);

        var twice = await Assert.ThrowsAsync<TollgateException>(() => gateway.Client.RegisterAppAsync(new() { AppId = registered.AppId }));
        Assert.Equal((409, "APP_EXISTS"), ((int)twice.StatusCode!, twice.Code));
        foreach (var id in new[] { "app-sandbox", "no", "App", "a b c", "../x", "app:one", new string('a', 65) })
        {
            var refused = await Assert.ThrowsAsync<TollgateException>(() => gateway.Client.RegisterAppAsync(new() { AppId = id }));
            Assert.Equal((id, id == "app-sandbox" ? 409 : 422), (id, (int)refused.StatusCode!));
        }
    }

    [Fact]
    public async Task P18_a_secret_is_shown_once_and_kept_as_a_keyed_digest_only()
    {
        var registered = await gateway.Client.RegisterAppAsync();
        var secret = registered.SecretKey.Expose();
        var (apps, secrets) = await gateway.Services.GetRequiredService<AppReader>().ReadAsync();
        var app = Assert.Single(apps, a => a.Id.Value == registered.AppId);
        var row = Assert.Single(secrets, s => s.App.Value == registered.AppId);
        Assert.Equal(32, row.Digest.Length);
        Assert.Equal(gateway.Services.GetRequiredService<AppRegistry>().Digest(registered.AppId, secret), row.Digest);
        Assert.NotEqual(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)), row.Digest);
        Assert.DoesNotContain(registered.WebhookSecret.Expose(), app.Settings, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec", System.Text.Encoding.UTF8.GetString(app.Sealed), StringComparison.Ordinal);
        foreach (var format in new[] { "text", "csv", "json" })
        {
            var log = await Verbs.AuditAsync(gateway, "list", "--object", registered.AppId, "--format", format);
            Assert.Contains(registered.SecretId, log, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
            Assert.DoesNotContain("whsec", log, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(secret, await Verbs.AppsAsync(gateway, 0, "list"), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P18_two_secrets_are_right_while_they_overlap_and_one_is_revoked_at_once()
    {
        var desk = gateway.Services.GetRequiredService<AppDesk>();
        var registered = await gateway.Client.RegisterAppAsync();
        var app = new Core.AppId(registered.AppId);
        var asker = new Asker(AuditActor.Operator, null);
        var second = await desk.AddSecretAsync(asker, app, null, null, TimeSpan.FromDays(1));
        Assert.Equal((true, true), (await IsRightAsync(registered.AppId, registered.SecretKey), await IsRightAsync(registered.AppId, second.Secret)));

        await desk.RevokeAsync(asker, app, registered.SecretId);
        Assert.Equal((false, true), (await IsRightAsync(registered.AppId, registered.SecretKey), await IsRightAsync(registered.AppId, second.Secret)));
        Assert.Equal(AppRefusal.NoSecret, (await Assert.ThrowsAsync<AppRefusedException>(() => desk.RevokeAsync(asker, app, registered.SecretId))).Refusal);
        Assert.Equal(AppRefusal.NoSecret, (await Assert.ThrowsAsync<AppRefusedException>(() => desk.RevokeAsync(asker, app, "sec_nobody"))).Refusal);

        // Without an overlap the ones before end with the change.
        var third = await desk.AddSecretAsync(asker, app, Scopes.Read, null, TimeSpan.Zero);
        Assert.Equal((false, true), (await IsRightAsync(registered.AppId, second.Secret), await IsRightAsync(registered.AppId, third.Secret)));

        // One with an end ends by itself.
        var brief = await desk.AddSecretAsync(asker, app, null, TimeSpan.FromMilliseconds(1), null);
        await Eventually.GetAsync(() => IsRightAsync(registered.AppId, brief.Secret), right => !right, "the end of the secret");
        for (var i = 1; i < AppRegistry.MostSecrets; i++)
        {
            await desk.AddSecretAsync(asker, app, null, null, null);
        }

        Assert.Equal(AppRefusal.TooManySecrets, (await Assert.ThrowsAsync<AppRefusedException>(() => desk.AddSecretAsync(asker, app, null, null, null))).Refusal);
        await desk.RemoveAsync(asker, app);
        Assert.False(await IsRightAsync(registered.AppId, third.Secret));
        Assert.Equal(AppRefusal.NoApp, (await Assert.ThrowsAsync<AppRefusedException>(() => desk.AddSecretAsync(asker, app, null, null, null))).Refusal);
        Assert.Equal(
            AppRefusal.Configured, (await Assert.ThrowsAsync<AppRefusedException>(() => desk.RemoveAsync(asker, new("app-sandbox")))).Refusal);
    }

    [Fact]
    public async Task A_secret_that_was_used_says_when()
    {
        var registered = await gateway.Client.RegisterAppAsync();
        Assert.True(await IsRightAsync(registered.AppId, registered.SecretKey));
        await Eventually.GetAsync(
            async () => (await gateway.Services.GetRequiredService<AppReader>().ReadAsync()).Secrets.Single(s => s.Id == registered.SecretId).LastUsedAt,
            used => DateTimeOffset.UtcNow - used < TimeSpan.FromMinutes(1),
            "the note of its use");
    }

    [Fact]
    public async Task Operators_register_set_rotate_revoke_and_remove_beside_a_running_server()
    {
        using var added = JsonDocument.Parse(await Verbs.AppsAsync(
            gateway, 0, "add", "--app", "shop-" + Guid.NewGuid().ToString("N"), "--scopes", "charge,read", "--valid-for", "P90D", "WebhookMoney=numbers", "Fees:Fixed=30", "--json"));
        var (app, secret) = (Text(added, "app_id"), Text(added, "secret_key"));
        Assert.StartsWith("sk_test_", secret, StringComparison.Ordinal);
        await BecomesAsync(app, secret, true);
        using var own = gateway.ClientFor(app, secret);
        var settings = await own.GetSettingsAsync();
        Assert.Equal((WebhookMoney.Numbers, 30), (settings.Webhooks.Money, settings.Fees!.Fixed));
        var refused = await Assert.ThrowsAsync<TollgateException>(() => own.RefundPaymentAsync(new() { Uuid = "ZZZZZZZZZ", Reason = "Wrong size" }));
        Assert.Equal((403, "SCOPE_MISSING"), ((int)refused.StatusCode!, refused.Code));

        Assert.Equal(app + " is set.", (await Verbs.AppsAsync(gateway, 0, "set", "--app", app, "WebhookMoney=", "OneLivePaymentPerOrder=true")).Trim());
        await Eventually.GetAsync(async () => await own.GetSettingsAsync(), s => s.OneLivePaymentPerOrder && s.Webhooks.Money == WebhookMoney.Strings, "the new settings");
        Assert.Contains(
            "must be strings or numbers", (await Assert.ThrowsAsync<SettingException>(() => Verbs.AppsAsync(gateway, 0, "set", "--app", app, "WebhookMoney=coins"))).Message, StringComparison.Ordinal);
        Assert.Contains("is not a setting", (await Assert.ThrowsAsync<SettingException>(() => Verbs.AppsAsync(gateway, 0, "set", "--app", app, "SecretKey=mine"))).Message, StringComparison.Ordinal);

        // Two addresses that are not written in full: as somebody means them, and as they would be read.
        foreach (var network in new[] { "203.0.113", "010.0.0.0/8" })
        {
            Assert.Contains(
                "must be networks", (await Assert.ThrowsAsync<SettingException>(() => Verbs.AppsAsync(gateway, 0, "set", "--app", app, "AllowedNetworks=" + network))).Message, StringComparison.Ordinal);
        }

        // The last one reads only; the one that takes over from both must not do less than they did before somebody says so.
        using var reads = JsonDocument.Parse(await Verbs.AppsAsync(gateway, 0, "add-secret", "--app", app, "--scopes", "read", "--json"));
        Assert.Contains("say with --scopes", await Verbs.AppsAsync(gateway, 1, "rotate", "--app", app), StringComparison.Ordinal);
        await Verbs.AppsAsync(gateway, 0, "revoke", "--app", app, "--secret", Text(reads, "secret_id"));
        using var rotated = JsonDocument.Parse(await Verbs.AppsAsync(gateway, 0, "rotate", "--app", app, "--overlap", "P0D", "--json"));
        await BecomesAsync(app, Text(rotated, "secret_key"), true);
        await BecomesAsync(app, secret, false);
        Assert.Contains("last used", await Verbs.AppsAsync(gateway, 0, "list"), StringComparison.Ordinal);
        await Verbs.AppsAsync(gateway, 0, "revoke", "--app", app, "--secret", Text(rotated, "secret_id"));
        await BecomesAsync(app, Text(rotated, "secret_key"), false);
        using var another = JsonDocument.Parse(await Verbs.AppsAsync(gateway, 0, "add-secret", "--app", app, "--json"));
        await BecomesAsync(app, Text(another, "secret_key"), true);
        await Verbs.AppsAsync(gateway, 0, "remove", "--app", app);
        await BecomesAsync(app, Text(another, "secret_key"), false);
        Assert.Contains("There is no such app.", await Verbs.AppsAsync(gateway, 1, "remove", "--app", app), StringComparison.Ordinal);
        Assert.Contains("There is, or was, an app of this id.", await Verbs.AppsAsync(gateway, 1, "add", "--app", app), StringComparison.Ordinal);
        Assert.Contains("of the configuration", await Verbs.AppsAsync(gateway, 1, "rotate", "--app", "app-sandbox"), StringComparison.Ordinal);
        foreach (var wrong in (string[][])[[], ["list", "--app", "a"], ["add", "x"], ["revoke", "--app", "a"], ["rotate"], ["set", "--app", "a"], ["remove", "--app"]])
        {
            Assert.Contains("apps add [--app ID]", (await Assert.ThrowsAsync<SettingException>(() => AppVerbs.RunAsync(wrong, TextWriter.Null))).Message, StringComparison.Ordinal);
        }

        var log = await Verbs.AuditAsync(gateway, "list", "--object", app);
        foreach (var act in new[] { "app_added", "secret_created", "app_changed", "secret_revoked", "app_removed" })
        {
            Assert.Matches($" {act} by operator .+@.+ on ", log);
        }

        Assert.Contains("before: WebhookMoney=numbers; after: OneLivePaymentPerOrder=true; WebhookMoney=", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_is_let_in_from_where_it_may_call_and_from_nowhere_else()
    {
        using var added = JsonDocument.Parse(await Verbs.AppsAsync(gateway, 0, "add", "AllowedNetworks=10.20.0.0/16, 2001:db8::/32, 192.0.2.7", "--json"));
        var (app, secret) = (Text(added, "app_id"), Text(added, "secret_key"));
        await gateway.Services.GetRequiredService<AppDirectory>().RefreshAsync();
        foreach (var (from, status) in new[]
        {
            ("10.20.255.255", 200), ("192.0.2.7", 200), ("2001:db8:1::1", 200), ("::ffff:10.20.1.1", 200), ("10.21.0.1", 401), ("192.0.2.8", 401), ("2001:db9::1", 401), (null, 401),

            // What is not a trusted proxy's word counts for nothing: of a list the last that is none of them.
            ("10.20.3.4, 8.8.8.8", 401), ("8.8.8.8, 10.20.3.4", 200), ("10.20.3.4, 127.0.0.1", 200), ("nonsense", 401),
        })
        {
            var answer = await CallAsync(app, secret, from);
            Assert.Equal((from, status), (from, answer.Status));
            if (status == 401)
            {
                Assert.Equal("""401 {"errors":{"code":"REQUIRE_LOGIN","message":"Not Authorised"}}""", answer.ToString());
            }
        }

        async Task<RawAnswer> CallAsync(string id, string key, string? from)
        {
            using var wire = RawWire.WithoutCredentials(gateway);
            (string, string)[] headers = [("app-id", id), ("secret-key", key)];
            return await wire.SendAsync(HttpMethod.Get, "/api/v2/settings", null, from is null ? headers : [.. headers, ("X-Forwarded-For", from)]);
        }
    }

    private static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;

    private Task<bool> BecomesAsync(string app, string secret, bool right) => Eventually.GetAsync(
        () => IsRightAsync(app, secret), is_ => is_ == right, right ? "the secret" : "the end of the secret");

    /// <summary>From an address that nobody else has, so that nothing is locked out.</summary>
    private async Task<bool> IsRightAsync(string app, SecretText secret)
    {
        using var wire = RawWire.WithoutCredentials(gateway);
        var answer = await wire.SendAsync(
            HttpMethod.Get, "/api/v2/cards/payments", null, ("app-id", app), ("secret-key", secret.Expose()), ("X-Forwarded-For", $"2001:db8:{Random.Shared.Next(0xffff):x}:{Random.Shared.Next(0xffff):x}::1"));
        Assert.True(answer.Status is 200 or 401, answer.ToString());
        return answer.Status == 200;
    }
}

public sealed class RegisteredAppsOnSqlite(SqliteGateway gateway) : RegisteredApps(gateway);

public sealed class RegisteredAppsOnPostgres(PostgresGateway gateway) : RegisteredApps(gateway);
