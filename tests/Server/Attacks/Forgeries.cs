using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Attacks;

/// <summary>Messages that somebody made up, or had from somewhere else: answers of issuers, webhooks, and secrets that are guessed.</summary>
public abstract partial class Forgeries(Gateway gateway)
{
    [Fact]
    public async Task A_made_up_answer_of_the_issuer_in_the_browser_authorises_nothing()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var (payment, page, attempt, acs, session) = await ChallengeAsync(own);
        using var http = own.Raw();
        var cres = Encode($$"""{"messageType":"CRes","messageVersion":"2.2.0","threeDSServerTransID":"{{attempt}}","acsTransID":"{{acs}}","transStatus":"Y","challengeCompletionInd":"Y"}""");
        foreach (var (said, along) in new[] { (cres, string.Empty), (cres, "e30"), (cres, session[..^2]), (cres, session + "A"), (cres, session) })
        {
            using var form = new FormUrlEncodedContent([new("cres", said), new("threeDSSessionData", along)]);
            using var answer = await http.PostAsync(page + "/challenge", form, TestContext.Current.CancellationToken);
            Assert.Equal(along == session ? 200 : 400, (int)answer.StatusCode);
            Assert.Equal(PaymentStatus.Pending, (await own.Client.GetPaymentAsync(payment.Uuid)).Status);
        }

        // The issuer never says anything: what comes of it is a failure, and nobody was asked to authorise it.
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromHours(1));
        var ended = await Eventually.GetAsync(() => own.Client.GetPaymentAsync(payment.Uuid), p => p.Status != PaymentStatus.Pending, "The end");
        Assert.Contains(ended.Status, (PaymentStatus[])[PaymentStatus.Failed, PaymentStatus.Expired]);
        Assert.DoesNotContain((await own.Client.GetBooksAsync(payment.Uuid)).Entries, e => e.Message == "authorisation");
    }

    [Fact]
    public async Task The_session_of_another_payment_is_none()
    {
        var (payment, page, _, _, _) = await ChallengeAsync(gateway);
        var (_, _, _, _, foreign) = await ChallengeAsync(gateway);
        using var http = gateway.Raw();
        using var form = new FormUrlEncodedContent([new("cres", "e30"), new("threeDSSessionData", foreign)]);
        using var answer = await http.PostAsync(page + "/challenge", form, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task A_made_up_result_by_somebody_who_has_seen_all_that_the_browser_sees_authorises_nothing()
    {
        var (payment, _, attempt, acs, _) = await ChallengeAsync(gateway);
        var (_, _, otherAttempt, otherAcs, _) = await ChallengeAsync(gateway);
        using var http = new HttpClient { BaseAddress = gateway.Address };
        foreach (var (server, issuer) in new[] { (attempt, acs), (attempt, otherAcs), (otherAttempt, acs), (attempt.ToUpperInvariant(), acs), (Guid.NewGuid().ToString(), acs) })
        {
            // The directory server's identifier is between it, the issuer and us: it can only be guessed.
            foreach (var directory in new[] { Guid.NewGuid().ToString(), acs, attempt, Guid.Empty.ToString() })
            {
                var result = $$"""
                    {"messageType":"RReq","messageVersion":"2.2.0","messageCategory":"01","threeDSServerTransID":"{{server}}","acsTransID":"{{issuer}}","dsTransID":"{{directory}}",
                    "transStatus":"Y","eci":"05","authenticationValue":"AAABBZEEBgAAAAAAAAQGAAAAAAA=","authenticationType":"02","interactionCounter":"01"}
                    """;
                using var answer = await http.PostAsync("/3ds/results", new StringContent(result, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
                using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                Assert.Equal("Erro", json.RootElement.GetProperty("messageType").GetString());
            }
        }

        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task A_webhook_that_is_replayed_or_changed_is_refused_by_the_standards_library_and_by_ours()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url } });
        var genuine = await receiver.NextAsync();
        SecretText secret = Settings.SandboxApp.WebhookSecret;
        var later = DateTimeOffset.UtcNow.AddMinutes(6);
        Assert.Equal(["genuine"], await StandardWebhooks.JudgeAsync(secret, [genuine]));
        Assert.Equal(["Message timestamp too old"], await StandardWebhooks.JudgeAsync(secret, [genuine], later));
        Assert.Throws<WebhookVerificationException>(() => Verify(genuine, secret, later));

        ReceivedWebhook[] forged =
        [
            genuine with { Headers = With(genuine, "webhook-timestamp", later.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)) },
            genuine with { Headers = With(genuine, "webhook-id", "msg_another") },
            genuine with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(genuine.Body).Replace("authorised", "received", StringComparison.Ordinal)) },
        ];
        Assert.Equal(Enumerable.Repeat("No matching signature found", forged.Length), await StandardWebhooks.JudgeAsync(secret, forged, later.AddMinutes(-3)));
        Assert.All(forged, f => Assert.Throws<WebhookVerificationException>(() => Verify(f, secret, later.AddMinutes(-3))));
    }

    [Fact]
    public async Task How_long_a_refusal_takes_does_not_tell_how_much_of_a_secret_is_right()
    {
        const string Right = "sk-sandbox-tollgate";
        (string App, string Secret)[] guesses =
        [
            ("app-sandbox", "X" + Right[1..]), ("app-sandbox", Right[..^1] + "X"), ("app-sandbox", Right[..4]), ("app-nobody", Right), ("app-sandbox", new('x', 4000)),
        ];
        using var http = new HttpClient { BaseAddress = gateway.Address };
        var times = guesses.Select(_ => new List<long>()).ToArray();
        string? first = null;
        for (var round = 0; round < 300; round++)
        {
            for (var g = 0; g < guesses.Length; g++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/cards/payments/ZZZZZZZZZ");
                request.Headers.Add("app-id", guesses[g].App);
                request.Headers.Add("secret-key", guesses[g].Secret);

                // From somewhere else each time, or the guesser is locked out before the times tell anything.
                request.Headers.Add("X-Forwarded-For", $"2001:db8:{Random.Shared.Next(0x10000):x}:{Random.Shared.Next(0x10000):x}::1");
                var started = Stopwatch.GetTimestamp();
                using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
                times[g].Add(Stopwatch.GetTimestamp() - started);
                var heard = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)} {string.Join(',', answer.Headers.Select(h => h.Key).Where(k => !k.StartsWith("Rate", StringComparison.Ordinal)))}";
                Assert.Equal(first ??= heard, heard);
            }
        }

        // No proof, but a sign: the quickest quarter of each is alike, whatever else the machine does.
        var quick = times[..4].Select(t => t.Order().Take(t.Count / 4).Average()).ToList();
        Assert.True(quick.Max() < 2 * quick.Min(), string.Join(", ", quick));
    }

    private static PaymentResponse Verify(ReceivedWebhook webhook, SecretText secret, DateTimeOffset now) =>
        Webhook.Verify(webhook.Body, WebhookHeaders.From(name => webhook.Headers.GetValueOrDefault(name)), secret, now);

    private static Dictionary<string, string> With(ReceivedWebhook webhook, string name, string value) => new(webhook.Headers, StringComparer.Ordinal) { [name] = value };

    /// <summary>A payment before whose cardholder stands the bank's question, and everything that the cardholder can see of it.</summary>
    private static async Task<(PaymentResponse Payment, string Page, string Attempt, string Acs, string Session)> ChallengeAsync(Gateway at)
    {
        using var http = at.Raw();
        var payment = await at.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        var page = payment.PayCode!.ThreeDsUrl!;
        await PlainBrowser.WalkAsync(http, page);
        var html = await http.GetStringAsync(page, TestContext.Current.CancellationToken);
        using var request = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(Creq().Match(html).Groups[1].Value));
        return (
            payment, page, request.RootElement.GetProperty("threeDSServerTransID").GetString()!, request.RootElement.GetProperty("acsTransID").GetString()!, Session().Match(html).Groups[1].Value);
    }

    private static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    [GeneratedRegex("name=\"creq\" value=\"([^\"]+)\"")]
    private static partial Regex Creq();

    [GeneratedRegex("name=\"threeDSSessionData\" value=\"([^\"]+)\"")]
    private static partial Regex Session();
}

public sealed class ForgeriesOnSqlite(SqliteGateway gateway) : Forgeries(gateway);

public sealed class ForgeriesOnPostgres(PostgresGateway gateway) : Forgeries(gateway);
