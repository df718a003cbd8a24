using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Attacks;

/// <summary>A merchant who tries what belongs to another: it looks as if it did not exist, to the byte.</summary>
public abstract class OtherMerchants(Gateway gateway)
{
    [Fact]
    public async Task What_belongs_to_another_app_looks_as_if_it_did_not_exist()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        var dispute = await gateway.Client.OpenDisputeAsync();
        const string NoPayment = "ZZZZZZZZZ";
        using var thief = new HttpClient { BaseAddress = gateway.Address };
        thief.DefaultRequestHeaders.Add("app-id", AppsOfTests.Other.Id);
        thief.DefaultRequestHeaders.Add("secret-key", AppsOfTests.Other.Key);
        (HttpMethod Method, string Path, string? Body)[] tries =
        [
            (HttpMethod.Get, "/api/v2/cards/payments/{p}", null),
            (HttpMethod.Get, "/api/v2/cards/payments/{p}/timeline", null),
            (HttpMethod.Post, "/api/v2/cards/capture_payment", """{"uuid":"{p}"}"""),
            (HttpMethod.Post, "/api/v2/cards/void_payment", """{"uuid":"{p}"}"""),
            (HttpMethod.Post, "/api/v2/cards/refund_payment", """{"uuid":"{p}","reason":"Wrong size"}"""),
            (HttpMethod.Post, "/api/v2/cards/simulate", """{"uuid":"{p}","event":"settled"}"""),
            (HttpMethod.Get, "/api/v2/sandbox/books/{p}", null),
            (HttpMethod.Get, "/api/v2/cards/payments?external_id={o}", null),
            (HttpMethod.Delete, "/api/v2/cards/{t}", null),
            (HttpMethod.Post, "/api/v2/cards/create_payment", """{"amount":100,"currency":"AUD","token":{"id":"{t}"},"external_id":"x","return_url":"https://example.com"}"""),
            (HttpMethod.Post, "/api/v2/cards/create_payment", """{"amount":100,"currency":"AUD","token":{"id":"{t}"},"external_id":"x","return_url":"https://example.com","payment_type":"unscheduled","previous_payment_uuid":"{p}"}"""),
            (HttpMethod.Get, "/api/v2/cards/disputes/{d}", null),
            (HttpMethod.Get, "/api/v2/cards/disputes?payment_uuid={dp}", null),
            (HttpMethod.Post, "/api/v2/cards/disputes/{d}/accept", "{}"),
            (HttpMethod.Post, "/api/v2/cards/disputes/{d}/evidence", """{"receipt":"Mine now."}"""),
        ];
        foreach (var (method, path, body) in tries)
        {
            string Real(string text) => text.Replace("{p}", payment.Uuid, StringComparison.Ordinal).Replace("{o}", payment.ExternalId, StringComparison.Ordinal)
                .Replace("{t}", payment.Token!.Id, StringComparison.Ordinal).Replace("{dp}", dispute.PaymentUuid, StringComparison.Ordinal).Replace("{d}", dispute.Id, StringComparison.Ordinal);
            string Unreal(string text) => text.Replace("{p}", NoPayment, StringComparison.Ordinal).Replace("{o}", "no-such-order", StringComparison.Ordinal)
                .Replace("{t}", "tok_00000000000000000000", StringComparison.Ordinal).Replace("{dp}", NoPayment, StringComparison.Ordinal).Replace("{d}", "dp_00000000000000000000", StringComparison.Ordinal);
            var stolen = await AskAsync(thief, method, Real(path), body is null ? null : Real(body));
            var nothing = await AskAsync(thief, method, Unreal(path), body is null ? null : Unreal(body));
            Assert.Equal((path, nothing), (path, stolen));
            Assert.DoesNotContain(payment.Uuid, stolen, StringComparison.Ordinal);
        }

        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
        Assert.Empty((await gateway.Client.GetDisputeOfAsync(dispute.PaymentUuid)).Evidence);
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.CreatePaymentAsync(Requests.Token(payment.Token!.Id))).Status);
    }

    [Fact]
    public async Task The_events_of_another_app_are_not_told()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        using var thief = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.DoesNotContain(payment.Uuid, JsonSerializer.Serialize(await thief.ListEventsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idempotency_key_of_another_app_opens_nothing()
    {
        var key = Guid.NewGuid().ToString();
        var charge = Requests.Charge();
        var payment = await gateway.Client.ChargeAsync(charge, key);
        using var thief = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.NotEqual(payment.Uuid, (await thief.ChargeAsync(charge, key)).Uuid);
    }

    private static async Task<string> AskAsync(HttpClient http, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
    }
}

public sealed class OtherMerchantsOnSqlite(SqliteGateway gateway) : OtherMerchants(gateway);

public sealed class OtherMerchantsOnPostgres(PostgresGateway gateway) : OtherMerchants(gateway);
