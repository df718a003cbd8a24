using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Client.Contract;
using Tollgate.Server.Http;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>
/// Every example of a request in the description is sent, and answered as the example of the same name says: with its status and its keys, and errors to
/// the letter. What an example cannot know, an identifier that is alive, is put in its place first.
/// </summary>
public abstract class DescribedExamples(Gateway shared)
{
    private const string LivePayment = "7PPPMXIGH";
    private const string LiveDispute = "dp_0c8f1a2b3c4d5e6f7081";
    private const string LiveToken = "tok_dfe1988a1ffc0d6562d3";
    private const string LivePayout = "po_0f2a3b4c5d6e7f8091a2";
    private const string LiveDelivery = "evt_7PPPMXIGH_3";
    private const string LiveEndpoint = "we_0c8f1a2b3c4d5e6f7081";
    private const string Receiver = "https://merchant.com/webhook";

    private sealed record Example(string Method, string Path, string Name, string? LiveStatus, JsonNode? Body, IReadOnlyList<(string Name, string In, string Value)> Parameters, JsonNode Operation);

    [Fact]
    public async Task Every_example_of_a_request_is_answered_as_described()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var description = JsonNode.Parse(ApiReference.Description)!;
        var examples = Read(description);

        // Those of the guide, of each call its own, and no fewer than there were when this was written.
        Assert.True(examples.Count >= 84, $"{examples.Count} examples");
        using var wire = new RawWire(gateway);
        var wrong = new StringBuilder();

        // Ten days later, the cards and holds of the other examples have lapsed.
        foreach (var example in examples.OrderBy(e => e.Name == "ten_days"))
        {
            var problem = await SendAsync(gateway, wire, receiver, description, example);
            if (problem is not null)
            {
                wrong.AppendLine(CultureInfo.InvariantCulture, $"{example.Method} {example.Path}, {example.Name}: {problem}");
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [Fact]
    public async Task What_an_example_of_an_error_says_is_what_the_server_says()
    {
        var described = Coded(JsonNode.Parse(ApiReference.Description)!).ToLookup(e => e.Code, e => e.Message, StringComparer.Ordinal);
        var said = Enum.GetValues<Core.Payments.Refusal>().Select(Answer.Refused).Append(Answer.Unavailable())
            .SelectMany(answer => Coded(JsonNode.Parse(answer.Body)!)).DistinctBy(e => e.Code).ToList();
        Assert.Contains(said, e => described.Contains(e.Code));
        Assert.All(said, e => Assert.All(described[e.Code], message => Assert.Equal(e.Message, message)));

        // Those that are no refusals of the payment, by asking for them.
        using var wire = new RawWire(shared);
        using var nobody = RawWire.WithoutCredentials(shared);
        var charges = "/api/v2/cards/charges";
        var key = NewOrder();
        Assert.Equal(200, (await wire.PostAsync(charges, RequestBody.Charging().ToString(), ("Idempotency-Key", key))).Status);
        var responses = JsonNode.Parse(ApiReference.Description)!["components"]!["responses"]!;
        AssertSays(Example("BadRequest", "not_json"), await wire.PostAsync(charges, "{"));
        AssertSays(Example("BadRequest", "not_an_object"), await wire.PostAsync(charges, "[]"));
        AssertSays(Example("Unauthorised", "require_login"), await nobody.PostAsync(charges, "{}"));
        AssertSays(Example("TooLarge", "too_large"), await wire.PostAsync(charges, new string(' ', 70_000)));
        AssertSays(Example("UnsupportedMediaType", "wrong_content_type"), await wire.SendAsync(HttpMethod.Post, charges, new StringContent("{}")));
        var reused = await wire.PostAsync(charges, RequestBody.Charging().ToString(), ("Idempotency-Key", key));
        Assert.All(described["IDEMPOTENCY_KEY_REUSED"], message => Assert.Contains($"\"{message}\"", reused.Body, StringComparison.Ordinal));

        JsonNode Example(string response, string name) => responses[response]!["content"]!["application/json"]!["examples"]![name]!["value"]!;

        static void AssertSays(JsonNode example, RawAnswer answer) =>
            Assert.True(JsonNode.DeepEquals(example, JsonNode.Parse(answer.Body)), $"{answer} is described as {example.ToJsonString()}");
    }

    private static IEnumerable<(string Code, string Message)> Coded(JsonNode? node) => node switch
    {
        JsonObject o when o["code"] is JsonValue code && o["message"] is JsonValue message => [((string)code!, (string)message!)],
        JsonObject o => o.SelectMany(p => Coded(p.Value)),
        JsonArray a => a.SelectMany(Coded),
        _ => [],
    };

    private static List<Example> Read(JsonNode description)
    {
        List<Example> examples = [];
        foreach (var (path, item) in description["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                if (operation!["requestBody"] is { } body)
                {
                    // One that names something in its path has that name under the same key.
                    var named = Named(operation).ToLookup(e => e.Name);
                    examples.AddRange(body["content"]!["application/json"]!["examples"]!.AsObject().Select(e => new Example(
                        method.ToUpperInvariant(), path, e.Key, LiveStatus(named[e.Key]) ?? (string?)e.Value!["x-live-payment"], e.Value!["value"], Values(named[e.Key]), operation)));
                    continue;
                }

                // A call without a body is made of the examples that its parameters have under one name.
                var groups = Named(operation).GroupBy(e => e.Name).ToList();
                examples.AddRange(groups.Select(group => new Example(method.ToUpperInvariant(), path, group.Key, LiveStatus(group), null, Values(group), operation)));
                if (groups.Count == 0)
                {
                    var only = operation["responses"]!["200"]!["content"]!["application/json"]!["examples"]!.AsObject().Single().Key;
                    examples.Add(new(method.ToUpperInvariant(), path, only, null, null, [], operation));
                }
            }
        }

        return examples;

        static IEnumerable<(string Name, JsonNode Parameter, JsonNode Example)> Named(JsonNode operation) =>
            from parameter in operation["parameters"]?.AsArray() ?? []
            where parameter["examples"] is not null
            from example in parameter["examples"]!.AsObject()
            select (example.Key, parameter, example.Value);

        static string? LiveStatus(IEnumerable<(string Name, JsonNode Parameter, JsonNode Example)> named) =>
            named.Select(e => (string?)e.Example["x-live-payment"]).FirstOrDefault(s => s is not null);

        static List<(string Name, string In, string Value)> Values(IEnumerable<(string Name, JsonNode Parameter, JsonNode Example)> named) =>
            [.. named.Select(e => ((string)e.Parameter["name"]!, (string)e.Parameter["in"]!, e.Example["value"]!.ToString()))];
    }

    private static async Task<string?> SendAsync(Gateway gateway, RawWire wire, WebhookReceiver receiver, JsonNode description, Example example)
    {
        var expected = Responses(description, example.Operation).Where(r => r.Name == example.Name).ToList();
        if (expected.Count != 1)
        {
            return $"has {expected.Count} responses of that name";
        }

        var (status, _, described) = expected[0];
        var card = (string?)example.Body?["card_info"]?["card_number"] ?? "4111111111111111";
        var live = await PaymentAsync(gateway, receiver, example.LiveStatus ?? "authorised", card == "4111111111111111" ? card : "4242424242424242");
        var path = example.Path;
        var payout = example.Parameters.Any(p => p.Value == LivePayout) || example.Path.EndsWith("/payouts", StringComparison.Ordinal) ? await PayoutAsync(gateway, receiver) : LivePayout;
        var dispute = example.LiveStatus == "in_dispute" ? (await gateway.Client.GetDisputeOfAsync(live.Uuid)).Id : LiveDispute;
        var delivery = example.Parameters.Any(p => p.Value == LiveDelivery) ? await DeliveryAsync(gateway, live) : LiveDelivery;
        var endpoint = example.Parameters.Any(p => p.Value == LiveEndpoint) || example.Body?.ToJsonString().Contains(LiveEndpoint, StringComparison.Ordinal) == true
            ? await EndpointAsync(gateway, receiver) : LiveEndpoint;
        List<string> query = [];
        foreach (var (name, where, value) in example.Parameters)
        {
            if (where == "path")
            {
                path = path.Replace($"{{{name}}}", Alive(value), StringComparison.Ordinal);
            }
            else
            {
                query.Add($"{name}={Uri.EscapeDataString(Alive(value))}");
            }
        }

        var body = example.Body is null ? null : Alive(example.Body.ToJsonString());

        // One order in the guide stands for many: without an order of its own, an example would be another one's retry.
        if (body is not null && JsonNode.Parse(body) is JsonObject parsed && (string?)parsed["external_id"] is { Length: > 0 })
        {
            parsed["external_id"] = NewOrder();
            body = parsed.ToJsonString();
        }

        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await wire.SendAsync(new(example.Method), path + (query.Count > 0 ? "?" + string.Join('&', query) : string.Empty), content);
        if (answer.Status != status)
        {
            return $"was {answer} instead of {status}";
        }

        var seen = JsonNode.Parse(answer.Body);
        if (status >= 400)
        {
            return JsonNode.DeepEquals(seen, described) ? null : $"was {answer} instead of {described.ToJsonString()}";
        }

        var difference = Difference(described, seen, string.Empty);
        return difference is null ? null : $"{difference}: was {answer}";

        string Alive(string text) => text.Replace(LiveDelivery, delivery, StringComparison.Ordinal).Replace(LiveEndpoint, endpoint, StringComparison.Ordinal).Replace(LivePayment, live.Uuid, StringComparison.Ordinal).Replace(LiveDispute, dispute, StringComparison.Ordinal)
            .Replace(LivePayout, payout, StringComparison.Ordinal).Replace(LiveToken, live.Token!.Id, StringComparison.Ordinal).Replace(Receiver, receiver.Url, StringComparison.Ordinal);
    }

    private static IEnumerable<(int Status, string Name, JsonNode Value)> Responses(JsonNode description, JsonNode operation)
    {
        foreach (var (status, written) in operation["responses"]!.AsObject())
        {
            var response = (string?)written!["$ref"] is { } reference
                ? description["components"]!["responses"]![reference.Split('/')[^1]]!
                : written;
            foreach (var (name, example) in response["content"]!["application/json"]!["examples"]!.AsObject())
            {
                yield return (int.Parse(status, CultureInfo.InvariantCulture), name, example!["value"]!);
            }
        }
    }

    // Keys and kinds of values; of an array, those of its first element, when there is one. Which payment comes first in a list is not the example's to
    // say, so that there null may stand against an object.
    private static string? Difference(JsonNode? described, JsonNode? seen, string path)
    {
        switch (described, seen)
        {
            case (JsonObject left, JsonObject right):
                var (keys, others) = (string.Join(' ', left.Select(p => p.Key)), string.Join(' ', right.Select(p => p.Key)));
                return keys != others
                    ? $"{path} has the keys {others} instead of {keys}"
                    : left.Select(p => Difference(p.Value, right[p.Key], $"{path}.{p.Key}")).FirstOrDefault(d => d is not null);
            case (JsonArray left, JsonArray right):
                return left.Count > 0 && right.Count > 0 ? Difference(left[0], right[0], path + "[0]") : null;
            case (null, null):
                return null;
            case (JsonValue left, JsonValue right):
                return left.GetValueKind() == right.GetValueKind() ? null : $"{path} is of another kind";
            case (null, JsonObject) or (JsonObject, null) when path.Contains("records[0]", StringComparison.Ordinal):
                return null;
            case (null, JsonValue) or (JsonValue, null) when path.EndsWith(".next_try_at", StringComparison.Ordinal):
                return null;
            default:
                return $"{path} is {(seen is null ? "null" : "there")}, and should not be";
        }
    }

    private static async Task<string> EndpointAsync(Gateway gateway, WebhookReceiver receiver)
    {
        var known = (await gateway.Client.ListWebhookEndpointsAsync()).Records.FirstOrDefault(e => e.Kind == WebhookEndpointKind.Further);
        return (known ?? await gateway.Client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url + "/further" })).Id;
    }

    private static async Task<string> DeliveryAsync(Gateway gateway, PaymentResponse payment) => (await Eventually.GetAsync(
        async () => (await gateway.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid, Endpoint = payment.WebhookNotification!.EndpointUrl })).Records,
        records => records is [{ State: WebhookDeliveryState.Delivered }],
        "the delivery of a payment's webhook"))[0].Id;

    private static async Task<string> PayoutAsync(Gateway gateway, WebhookReceiver receiver)
    {
        await PaymentAsync(gateway, receiver, "received", "4242424242424242");
        var closed = await gateway.Client.ClosePayoutsAsync();
        await PaymentAsync(gateway, receiver, "received", "4242424242424242");
        return closed.Records[0].Id;
    }

    private static async Task<PaymentResponse> PaymentAsync(Gateway gateway, WebhookReceiver receiver, string status, string card)
    {
        var payment = await gateway.Client.ChargeAsync(Charge(card, amount: 2000) with
        {
            WebhookNotification = new() { EndpointUrl = receiver.Url },
        });
        if (payment.PayCode?.ThreeDsUrl is { } challenge)
        {
            using var browser = gateway.Raw();
            Assert.Equal(303, (await PlainBrowser.WalkAsync(browser, challenge, "123456")).Status);
        }

        if (status != "authorised")
        {
            await gateway.Client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        }

        if (status is "received" or "return_pending" or "in_dispute")
        {
            await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
        }

        if (status == "in_dispute")
        {
            await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.DisputeOpened });
        }

        if (status == "return_pending")
        {
            await gateway.Client.RefundPaymentAsync(new() { Uuid = payment.Uuid, Reason = "Wrong size" });
        }

        payment = await gateway.Client.GetPaymentAsync(payment.Uuid);
        Assert.Equal(status, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(payment.Status.ToString()));
        return payment;
    }
}

public sealed class DescribedExamplesOnSqlite(SqliteGateway gateway) : DescribedExamples(gateway);

public sealed class DescribedExamplesOnPostgres(PostgresGateway gateway) : DescribedExamples(gateway);
