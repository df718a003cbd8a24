using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests.Fuzz;

/// <summary>What earlier answers have told, and later requests name again. Each kind holds so much and forgets the oldest.</summary>
internal sealed class Harvest
{
    private const int Most = 200;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> kinds = new(StringComparer.Ordinal);

    public void Keep(string kind, string? value)
    {
        if (value is null)
        {
            return;
        }

        var queue = kinds.GetOrAdd(kind, _ => new());
        queue.Enqueue(value);
        while (queue.Count > Most)
        {
            queue.TryDequeue(out _);
        }
    }

    /// <summary>Something of a kind; now and then something that is none.</summary>
    public string Draw(Random random, string kind)
    {
        if (random.Next(12) == 0 || !kinds.TryGetValue(kind, out var queue) || queue.ToArray() is not { Length: > 0 } known)
        {
            return RandomBodies.Pick(random, "ZZZZZZZZZ", "a", "..", "%00", "%2e%2e%2f", "tok_00000000000000000000", "'--", "ü", "0", new string('9', 300), "%F0%9F%92%A9", "null");
        }

        return known[random.Next(known.Length)];
    }
}

/// <summary>One request to any part of the public surface: right in most of what it says, and wrong in some.</summary>
internal sealed record FuzzedRequest(HttpMethod Method, string Path, byte[]? Body, string? ContentType, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>The cards that are sent where cards belong, and nowhere else: where they come back is a leak.</summary>
    public static readonly string[] Cards = ["5555555555554444", "378282246310005", "4000000000001091", "4000000000000002", "6011111111111117"];

    public const string Code = "739";
    public const string AmexCode = "7391";

    /// <summary>Whether it is for what describes the API, with its published test numbers.</summary>
    public bool IsDocumentation => Path.StartsWith("/openapi/", StringComparison.Ordinal) || Path.StartsWith("/docs", StringComparison.Ordinal);

    public override string ToString() => $"{Method} {Path} ({ContentType}) {(Body is null ? string.Empty : Encoding.UTF8.GetString(Body))}";

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, new Uri(Path, UriKind.Relative));
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            if (ContentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }
        }

        foreach (var (name, value) in Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    public static FuzzedRequest Draw(Random random, Harvest harvest) => random.Next(100) switch
    {
        < 22 => Charge(random, harvest),
        < 30 => Json(random, "cards/create_payment", JsonSerializer.SerializeToNode(Token(harvest.Draw(random, "token")), RequestJson.Default.CreatePaymentRequest)!),
        < 42 => Json(
            random,
            RandomBodies.Pick(random, "cards/capture_payment", "cards/void_payment", "cards/refund_payment"),
            new JsonObject { ["uuid"] = harvest.Draw(random, "uuid"), ["amount"] = 5, ["refund_amount"] = 1, ["reason"] = "Wrong size" }),
        < 46 => Json(
            random,
            "cards/simulate",
            new JsonObject { ["uuid"] = harvest.Draw(random, "uuid"), ["event"] = RandomBodies.Pick(random, "settled", "dispute_opened", "refund_completed", "refund_rejected", "expired", "dispute_won", "dispute_lost") }),
        < 60 => Query(random, harvest),
        < 66 => Evidence(random, harvest),
        < 68 => Json(random, $"cards/disputes/{Escape(harvest.Draw(random, "dispute"))}/accept", new JsonObject()),
        < 70 => new(HttpMethod.Delete, "/api/v2/cards/" + Escape(harvest.Draw(random, "token")), null, null, []),
        < 74 => Desk(random, harvest),
        < 88 => Page(random, harvest),
        < 95 => Result(random, harvest),
        _ => Odd(random, harvest),
    };

    private static FuzzedRequest Charge(Random random, Harvest harvest)
    {
        var card = Cards[random.Next(Cards.Length)];
        var charge = RandomBodies.FullCharge(random, harvest.Draw(random, "uuid")).AsObject();
        var info = charge["card_info"]!.AsObject();
        info["card_number"] = random.Next(4) == 0 ? string.Join(RandomBodies.Pick(random, " ", "-"), card.Chunk(4).Select(c => new string(c))) : card;
        info["card_cvv_number"] = card == Cards[1] ? AmexCode : Code;
        charge["capture"] = random.Next(2) == 0;
        return Json(random, "cards/charges", charge);
    }

    private static FuzzedRequest Json(Random random, string call, JsonNode good)
    {
        var body = random.Next(10) switch
        {
            0 => RandomBodies.TurnBytes(random, Encoding.UTF8.GetBytes(good.ToJsonString())),
            1 => Encoding.UTF8.GetBytes(RandomBodies.RandomJson(random, 0)),
            < 6 when good.AsObject().Count > 0 => Encoding.UTF8.GetBytes(RandomBodies.MutateValues(random, good)),
            _ => Encoding.UTF8.GetBytes(good.ToJsonString()),
        };
        List<(string, string)> headers = [];
        if (random.Next(5) == 0)
        {
            headers.Add(("Idempotency-Key", RandomBodies.Pick(random, "a", "b", "\"c\"", string.Empty, new string('k', random.Next(300)), random.Next().ToString(CultureInfo.InvariantCulture))));
        }

        var type = random.Next(40) == 0 ? RandomBodies.Pick(random, "text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", ";", string.Empty) : "application/json";
        return new(HttpMethod.Post, RandomBodies.Pick(random, "/api/v2/", "/v2/") + call, body, type, headers);
    }

    private static FuzzedRequest Query(Random random, Harvest harvest)
    {
        var uuid = Escape(harvest.Draw(random, "uuid"));
        var path = random.Next(10) switch
        {
            0 => "cards/payments/" + uuid,
            1 => $"cards/payments/{uuid}/timeline",
            2 => "cards/disputes/" + Escape(harvest.Draw(random, "dispute")),
            3 => "cards/disputes",
            4 => "cards/events",
            5 => "balances",
            6 => "balances/entries",
            7 => RandomBodies.Pick(random, "payouts", "settings", "sandbox/clock", "sandbox/books/" + uuid),
            _ => "cards/payments",
        };
        string[] names = ["page", "per_page", "status", "start_date", "end_date", "external_id", "payment_uuid", "after", "limit", "types", "currency", "token_id"];
        var query = string.Join('&', Enumerable.Range(0, random.Next(4)).Select(_ => RandomBodies.Pick(random, names) + "=" + RandomBodies.Pick(
            random, "1", "0", "-1", "100", "99999999999", "authorised", "2026-01-01", "2026-01-01T00:00:00Z", "9999-12-31", "0001-01-01", "%00", "%FF", "%27%20OR%201=1", "", "1e3", "%F0%9F%92%A9", uuid)));
        return new(HttpMethod.Get, "/api/v2/" + path + (query.Length > 0 ? "?" + query : string.Empty), null, null, []);
    }

    private static FuzzedRequest Evidence(Random random, Harvest harvest)
    {
        var call = $"cards/disputes/{Escape(harvest.Draw(random, "dispute"))}/evidence";
        if (random.Next(2) == 0)
        {
            return Json(random, call, new JsonObject { ["receipt"] = "Paid", ["customer_communication"] = "Thanks", ["submit"] = random.Next(3) == 0 });
        }

        var boundary = "frontier";
        var name = RandomBodies.Pick(random, "receipt", "delivery", "submit", "", "../x", new string('n', 500));
        var file = RandomBodies.Pick(random, "a.pdf", "../../etc/passwd", "a\\b.png", new string('f', 400), "\u0001", "x\"; filename=\"y");
        var content = RandomBodies.Pick(random, "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n", "MZ", "", "<svg onload=alert(1)>", new string('z', 3000));
        var form = $"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {RandomBodies.Pick(random, "application/pdf", "image/png", "x", "text/html")}\r\n\r\n{content}\r\n"
            + $"--{boundary}\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nfalse\r\n--{boundary}--\r\n";
        var body = Encoding.UTF8.GetBytes(form);
        return new(HttpMethod.Post, "/api/v2/" + call, random.Next(3) == 0 ? RandomBodies.TurnBytes(random, body) : body, "multipart/form-data; boundary=" + boundary, []);
    }

    private static FuzzedRequest Desk(Random random, Harvest harvest) => random.Next(4) switch
    {
        0 => new(HttpMethod.Get, "/api/v2/webhooks/" + RandomBodies.Pick(random, "endpoints", "deliveries", "deliveries/" + Escape(harvest.Draw(random, "uuid")), "deliveries?status=x"), null, null, []),
        1 => Json(random, "webhooks/endpoints", new JsonObject { ["endpoint_url"] = RandomBodies.Pick(random, "ftp://x", "http://", "http://127.0.0.1:9/" + new string('a', 3000), "//x"), ["authorization_header"] = "x\r\ny" }),
        2 => Json(random, "webhooks/replay", new JsonObject { ["from"] = "2026-01-01T00:00:00Z", ["to"] = RandomBodies.Pick(random, "2025-01-01T00:00:00Z", "x", "9999-12-31") }),
        _ => Json(random, $"webhooks/deliveries/{Escape(harvest.Draw(random, "uuid"))}/resend", new JsonObject()),
    };

    private static FuzzedRequest Page(Random random, Harvest harvest)
    {
        var page = harvest.Draw(random, "page");
        page = page.StartsWith("/3ds/", StringComparison.Ordinal) ? page : $"/3ds/{Escape(page)}/{Escape(page)}";
        var part = RandomBodies.Pick(random, string.Empty, string.Empty, "/state", "/start", "/method", "/challenge");
        if (random.Next(2) == 0)
        {
            var language = RandomBodies.Pick(random, "en", "de;q=x", "*", new string('a', 2000), "zh-Hans-CN-x-y,ar;q=0.1");
            return new(HttpMethod.Get, page + part + RandomBodies.Pick(random, string.Empty, "?back", "?back=1&back=2", "?%00"), null, null, [("Accept-Language", language), ("Accept", RandomBodies.Pick(random, "text/html", "\u0001", "*/*;q=9"))]);
        }

        string[] names = ["attempt", "method", "threeDSMethodData", "cres", "threeDSSessionData", "language", "color_depth", "screen_height", "screen_width", "time_zone", "java_enabled", "javascript_enabled", "x"];
        var form = string.Join('&', Enumerable.Range(0, random.Next(8)).Select(_ => RandomBodies.Pick(random, names) + "=" + RandomBodies.Pick(
            random, "Y", "N", "U", "e30", "eyJ0aHJlZURTU2VydmVyVHJhbnNJRCI6NX0", "%00", "%FF%FE", "-600", "99999999999999999999", "en", "true", new string('A', 3000), "W10", "bnVsbA", Guid.Empty.ToString())));
        var body = Encoding.UTF8.GetBytes(form);
        return new(
            HttpMethod.Post, page + RandomBodies.Pick(random, "/start", "/method", "/challenge"), random.Next(8) == 0 && body.Length > 0 ? RandomBodies.TurnBytes(random, body) : body,
            RandomBodies.Pick(random, "application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data; boundary=x", "text/plain"), []);
    }

    private static FuzzedRequest Result(Random random, Harvest harvest)
    {
        var attempt = harvest.Draw(random, "attempt");
        var good = new JsonObject
        {
            ["messageType"] = RandomBodies.Pick(random, "RReq", "RReq", "RReq", "AReq", "Erro", "CRes"),
            ["messageVersion"] = RandomBodies.Pick(random, "2.2.0", "2.1.0", "2.3.1", "9.9.9"),
            ["messageCategory"] = "01",
            ["threeDSServerTransID"] = attempt,
            ["acsTransID"] = Guid.Empty.ToString(),
            ["dsTransID"] = Guid.Empty.ToString(),
            ["transStatus"] = RandomBodies.Pick(random, "Y", "N", "U", "A", "R", "C"),
            ["eci"] = "05",
            ["authenticationValue"] = "AAABBZEEBgAAAAAAAAQGAAAAAAA=",
            ["authenticationType"] = "02",
            ["interactionCounter"] = "01",
        };
        var body = random.Next(6) switch
        {
            0 => RandomBodies.TurnBytes(random, Encoding.UTF8.GetBytes(good.ToJsonString())),
            < 4 => Encoding.UTF8.GetBytes(RandomBodies.MutateValues(random, good)),
            _ => Encoding.UTF8.GetBytes(good.ToJsonString()),
        };
        return new(HttpMethod.Post, "/3ds/results", body, RandomBodies.Pick(random, "application/json; charset=utf-8", "application/json", "text/plain", "x"), []);
    }

    private static FuzzedRequest Odd(Random random, Harvest harvest)
    {
        var path = RandomBodies.Pick(
            random, "/", "/docs/", "/openapi/v2.json", "/health", "/3ds/specimen", "/3ds/assets/..%2f..", "/api/v2/cards//charges", "/api/v2/cards/charges/..", "/API/V2/CARDS/PAYMENTS", "/%2e%2e/%2e%2e/etc/passwd",
            "/api/v2/cards/payments/" + Escape(harvest.Draw(random, "uuid")) + "/", "/api/v2/cards/%00", "/nowhere?" + new string('q', 2000), "/sandbox/acs/challenge/x", "/sandbox/ds");
        (string, string)[] headers = random.Next(3) switch
        {
            // From somewhere else each time: who guesses is locked out, and the rest of the requests would be with it.
            0 => [("secret-key", RandomBodies.Pick(random, "x", string.Empty, new string('s', 5000))), ("X-Forwarded-For", $"2001:db8:{random.Next(0x10000):x}:{random.Next(0x10000):x}::1")],
            1 => [("Range", "bytes=0-0,1-1,2-2"), ("If-None-Match", "*"), ("Accept-Encoding", "gzip, br;q=x")],
            _ => [("X-Odd", RandomBodies.Pick(random, "\u00ff", new string('h', 4000), "%0d%0a")), ("Cookie", new string('c', 1000))],
        };
        return new(new(RandomBodies.Pick(random, "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW")), path, null, null, headers);
    }

    private static string Escape(string text) => text.Contains('%', StringComparison.Ordinal) ? text : Uri.EscapeDataString(text);
}
