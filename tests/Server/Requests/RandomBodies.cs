using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>
/// Thousands of random and mutated bodies over every call that takes one: whatever is sent, the server answers in its own words, and what it refuses
/// leaves no trace. It is a gateway of its own, since such bodies move the clock and break wires.
/// </summary>
public abstract class RandomBodies(Gateway shared, int count)
{
    private const int Workers = 4;

    private static readonly string[] NeverSaid = ["Exception", "   at ", "System.", "Microsoft.", "Npgsql", "SQLite", "Tollgate.Server", "StackTrace", "INTERNAL_ERROR"];

    [Fact]
    public async Task Whatever_is_sent_is_answered_and_what_is_refused_leaves_no_trace()
    {
        var seed = Random.Shared.Next();
        await using var gateway = shared.Another("--Tollgate:Sandbox:LateReplyDelay=00:00:00");
        await gateway.InitializeAsync();
        var token = (await gateway.Client.ChargeAsync(Charge())).Token!.Id;
        var refundable = (await gateway.Client.ChargeAsync(Charge() with { Capture = true })).Uuid;
        var made = new ConcurrentDictionary<string, bool>();
        var answered = new ConcurrentDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(worker))));

        // All kinds are there, or this test has stopped testing (the rarest is about one in a hundred): bodies that got through, and bodies that were refused in each way.
        Assert.All([200, 400, 404, 422], status => Assert.True(answered.GetValueOrDefault(status) > (status == 404 ? count / 1000 : count / 200), $"seed {seed}: {answered.GetValueOrDefault(status)} answers were {status}"));
        Assert.Equal((seed, made.Count + 2), (seed, (await gateway.Client.ListPaymentsAsync(new() { PerPage = 1 })).Total));

        async Task WorkAsync(int worker)
        {
            var random = new Random(unchecked(seed + worker));
            using var wire = new RawWire(gateway);
            for (var i = 0; i < count / Workers; i++)
            {
                var (call, body) = Draw(random, token, refundable);
                var story = $"seed {seed}, worker {worker}, body {i}: POST {call} {Encoding.UTF8.GetString(body)}";
                RawAnswer answer;
                try
                {
                    answer = await wire.SendAsync(HttpMethod.Post, "/api/v2/" + call, new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } });
                }
                catch (HttpRequestException broken)
                {
                    throw new InvalidOperationException(story, broken);
                }

                answered.AddOrUpdate(answer.Status, 1, (_, n) => n + 1);
                if (answer.Status is not (200 or 400 or 404 or 409 or 413 or 422))
                {
                    var causes = gateway.Log.Split('\n').Where(line => line.Contains("Exception", StringComparison.Ordinal)).TakeLast(3);
                    Assert.Fail($"{story}\nwas {answer}\n{string.Join('\n', causes)}");
                }

                Assert.All(NeverSaid, text => Assert.False(answer.Status != 200 && answer.Body.Contains(text, StringComparison.OrdinalIgnoreCase), $"{story}\nwas {answer}"));
                using var json = JsonDocument.Parse(answer.Body);
                Assert.True(answer.Status == 200 || json.RootElement.GetProperty("errors").EnumerateObject().Any(), $"{story}\nwas {answer}");
                if (answer.Status == 200 && call is "cards/charges" or "cards/create_payment" && json.RootElement.TryGetProperty("uuid", out var uuid))
                {
                    made[uuid.GetString()!] = true;
                }
            }
        }
    }

    private static (string Call, byte[] Body) Draw(Random random, string token, string refundable)
    {
        var (call, good) = random.Next(10) switch
        {
            < 4 => ("cards/charges", FullCharge(random, token)),
            < 6 => ("cards/create_payment", JsonSerializer.SerializeToNode(Token(token), RequestJson.Default.CreatePaymentRequest)!),
            6 => (random.Next(3) switch { 0 => "cards/capture_payment", 1 => "cards/void_payment", _ => "cards/refund_payment" },
                JsonNode.Parse($$"""{"uuid":"{{refundable}}","refund_amount":1,"amount":5,"reason":"Wrong size"}""")!),
            7 => ("cards/simulate", JsonNode.Parse($$"""{"uuid":"{{refundable}}","event":"refund_completed"}""")!),
            8 => ("sandbox/clock", JsonNode.Parse("""{"advance":"PT1S"}""")!),
            _ => ("sandbox/faults", JsonNode.Parse($$"""{"fault":"duplicate","message":"capture","uuid":"{{refundable}}","times":1}""")!),
        };
        switch (random.Next(10))
        {
            case 0:
                var noise = new byte[random.Next(200)];
                random.NextBytes(noise);
                return (call, noise);
            case 1:
                return (call, Encoding.UTF8.GetBytes(RandomJson(random, 0)));
            case < 5:
                return (call, TurnBytes(random, Encoding.UTF8.GetBytes(good.ToJsonString())));
            default:
                return (call, Encoding.UTF8.GetBytes(MutateValues(random, good)));
        }
    }

    /// <summary>Bytes of a right body are turned, lost or doubled; most of these are no JSON any more.</summary>
    internal static byte[] TurnBytes(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var n = random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                default: bytes.Insert(at, bytes[random.Next(bytes.Count)]); break;
            }
        }

        return [.. bytes];
    }

    // The tree of a right body, of which up to three values anywhere become something else.
    internal static string MutateValues(Random random, JsonNode good)
    {
        List<(JsonObject Parent, string Name)> places = [];
        Gather(good.AsObject());
        List<string> raws = [];
        for (var n = random.Next(0, 4); n > 0; n--)
        {
            var (parent, name) = places[random.Next(places.Count)];
            switch (random.Next(5))
            {
                case 0:
                    parent.Remove(name);
                    break;
                default:
                    parent[name] = $"@@{raws.Count}@@";
                    raws.Add(RandomJson(random, 2));
                    break;
            }
        }

        var json = good.ToJsonString();
        for (var i = 0; i < raws.Count; i++)
        {
            json = json.Replace(string.Create(CultureInfo.InvariantCulture, $"\"@@{i}@@\""), raws[i], StringComparison.Ordinal);
        }

        return json;

        void Gather(JsonObject at)
        {
            foreach (var (name, value) in at)
            {
                places.Add((at, name));
                if (value is JsonObject inner)
                {
                    Gather(inner);
                }
            }
        }
    }

    internal static string RandomJson(Random random, int depth) => random.Next(depth > 4 ? 7 : 9) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => random.Next(-5, 5000).ToString(CultureInfo.InvariantCulture),
        3 => Pick(random, "1e400", "-1e-400", "9223372036854775808", "0.1", "-0", "1E+2", "99999999", "1e99999999999999999999", new string('9', 400), "0." + new string('0', 400) + "1"),
        4 => Pick(random, "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u202e\"", "\"%s%n\"", "\"'; --\"", "\"{{7*7}}\"", "\"\\n\\r\"", "\"AUD\"", "\"card\""),
        5 => $"\"{new string('x', random.Next(random.Next(3000)))}\"",
        6 => Pick(random, "\"https://example.com\"", "\"http://[::1\"", "\"https://\\u0131.example\"", "\"PT0.0000000001S\"", "\"-P1D\"", "\"P99999Y\"", "\"a@b.c\"", "\"4242424242424242\""),
        7 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth + 1))) + "]",
        _ => "{" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Pick(random, "\"amount\"", "\"id\"", "\"\"", "\"\\ud800\"", "\"uuid\"") + ":" + RandomJson(random, depth + 1))) + "}",
    };

    internal static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];

    internal static JsonNode FullCharge(Random random, string token)
    {
        var charge = Charge() with
        {
            PaymentType = PaymentType.Unscheduled,
            ChargeReason = ChargeReason.NoShow,
            PreviousPaymentUuid = token,
            BrowserDetails = new() { UserAgent = "Mozilla/5.0", Language = "en", ColorDepth = 24, ScreenHeight = 864, ScreenWidth = 1536, JavaEnabled = false, TimeZone = -600 },
            IpAddress = "203.0.113.9",
            Capture = false,
            Description = "Invoice 1234",
        };
        var node = JsonSerializer.SerializeToNode(charge, RequestJson.Default.ChargeRequest)!;

        // Regular three times in four: then nothing of the previous payment is looked for.
        if (random.Next(4) > 0)
        {
            node["payment_type"] = "regular";
        }

        return node;
    }
}

public sealed class RandomBodiesOnSqlite(SqliteGateway gateway) : RandomBodies(gateway, 10_000);

public sealed class RandomBodiesOnPostgres(PostgresGateway gateway) : RandomBodies(gateway, 2_000);
