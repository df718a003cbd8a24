using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>A sample that is sent when the merchant asks for it.</summary>
public abstract class EndpointSamples(Gateway gateway)
{
    [Fact]
    public async Task A_sample_comes_as_webhooks_do_and_its_answer_is_shown()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another(
            $"--Tollgate:Apps:0:WebhookEndpoint={receiver.Url}/default", "--Tollgate:Apps:0:WebhookAuthorization=Basic c2hvcDpzZWNyZXQ=");
        await own.InitializeAsync();
        using var client = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var test = await client.TestWebhookEndpointAsync();
        var sample = await receiver.NextAsync();
        Assert.Equal((true, 200, null, receiver.Url + "/default"), (test.Delivered, test.StatusCode, test.Error, test.EndpointUrl));
        Assert.Equal(test.Id, sample.Id);
        Assert.StartsWith("evt_test_", sample.Id, StringComparison.Ordinal);
        Assert.Equal(("/webhook/default", "Basic c2hvcDpzZWNyZXQ=", PaymentStatus.Authorised), (sample.Path, sample.Headers["authorization"], sample.Payment.Status));
        Assert.Contains("\"amount\":\"1000.0\"", Encoding.UTF8.GetString(sample.Body), StringComparison.Ordinal);
        await StandardWebhooks.AssertGenuineAsync(AppsOfTests.WebhookSecret, [sample]);

        var further = await client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url + "/further", AuthorizationHeader = "Bearer further" });
        test = await client.TestWebhookEndpointAsync(further.Id);
        sample = await receiver.NextAsync();
        Assert.Equal(("/webhook/further", "Bearer further", test.Id), (sample.Path, sample.Headers["authorization"], sample.Id));

        // Nothing is written down: it is no payment and no delivery.
        Assert.Empty((await client.ListWebhookDeliveriesAsync()).Records);
        Assert.Equal(404, (int?)(await Assert.ThrowsAsync<TollgateException>(() => client.GetPaymentAsync(sample.Payment.Uuid))).StatusCode);

        // It is another app's endpoint.
        using var wire = new Wire(own);
        Assert.Equal(
            (422, """{"errors":{"endpoint":"does not exist"}}"""), Told(await wire.PostAsync("/api/v2/webhooks/test", $$"""{"endpoint":"{{further.Id}}"}""")));
    }

    [Fact]
    public async Task What_goes_wrong_is_said()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var endpoint = new ScriptedEndpoint(async context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(new string('x', 5000));
        });
        var further = await own.Client.AddWebhookEndpointAsync(new() { EndpointUrl = endpoint.Address });
        var test = await own.Client.TestWebhookEndpointAsync(further.Id);
        Assert.Equal((false, null, null), (test.Delivered, test.StatusCode, test.Answer));
        Assert.StartsWith("could not be reached", test.Error, StringComparison.Ordinal);

        await endpoint.ListenAsync();
        test = await own.Client.TestWebhookEndpointAsync(further.Id);
        Assert.Equal((false, 302, "answered 302", 1024), (test.Delivered, test.StatusCode, test.Error, test.Answer!.Length));
        Assert.Single(endpoint.Asked);
    }

    [Theory]
    [InlineData("{}", "422 NO_DEFAULT_ENDPOINT")]
    [InlineData("""{"endpoint":null}""", "422 NO_DEFAULT_ENDPOINT")]
    [InlineData("""{"endpoint":"we_00000000000000000000"}""", """422 {"endpoint":"does not exist"}""")]
    [InlineData("""{"endpoint":{}}""", """422 {"endpoint":"is invalid"}""")]
    [InlineData("""{"endpoint":"http://127.0.0.1/"}""", """422 {"endpoint":"does not exist"}""")]
    [InlineData("[]", """400 {"message":"The body must be a JSON object."}""")]
    public async Task There_must_be_an_endpoint(string body, string verdict)
    {
        using var wire = new Wire(gateway);
        Assert.Equal(verdict, (await wire.PostAsync("/api/v2/webhooks/test", body)).Verdict);
    }

    private static (int Status, string Body) Told(WireAnswer answer) => (answer.Status, answer.Body);
}

public sealed class EndpointSamplesOnSqlite(SqliteGateway gateway) : EndpointSamples(gateway);

public sealed class EndpointSamplesOnPostgres(PostgresGateway gateway) : EndpointSamples(gateway);
