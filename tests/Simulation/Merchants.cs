using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;

namespace Tollgate.Simulation;

/// <summary>What merchants, and their customers, ask.</summary>
internal enum CallKind
{
    ChargeCard,
    ChargeToken,
    Capture,
    Void,
    Refund,
    Read,
    DeleteToken,
    Challenge,
    ListDisputes,
    BringEvidence,
    AcceptDispute,
}

/// <summary>A request. The same object is sent again when it is repeated.</summary>
internal sealed record Call(CallKind Kind, App App)
{
    public byte[]? Body { get; init; }

    public string? Key { get; init; }

    public string? Form { get; init; }

    public string? Query { get; init; }

    public (string Name, string Value)[] Route { get; init; } = [];

    /// <summary>Whether it sends nothing on to the acquirer.</summary>
    public bool OnlyKeeps { get; init; }

    /// <summary>For a charge, everything that makes two of them the same order.</summary>
    public string? Order { get; init; }
}

/// <summary>One sending of a request and what was heard of it, with the turns in which they were.</summary>
internal sealed record Exchange(Call Call, long SentAt, DateTimeOffset At)
{
    public long HeardAt { get; set; } = long.MaxValue;

    public Heard? Heard { get; set; }

    public string? Payment { get; set; }

    public string? Status { get; set; }

    /// <summary>Whether its answer shows a dispute, and not the payment.</summary>
    public bool IsOfDispute => Call.Kind is CallKind.ListDisputes or CallKind.BringEvidence or CallKind.AcceptDispute;

    /// <summary>The payment or the dispute as the answer shows it, byte for byte.</summary>
    public byte[] Shown { get; set; } = [];
}

/// <summary>The merchants of a history: they charge, capture, void, refund and read, all at once, and repeat what they heard nothing of.</summary>
internal sealed class Merchants(World world, Place place, Func<ServerProcess?> anyProcess)
{
    private sealed class Known
    {
        public required App App { get; init; }

        public required string Uuid { get; init; }

        public required long Amount { get; init; }

        public string? Token { get; set; }

        public string? Status { get; set; }

        public (string Uuid, string Key)? Challenge { get; set; }

        public string? Dispute { get; set; }
    }

    private static readonly string[] Cards =
    [
        "4242424242424242", "4242424242424242", "4242424242424242", "5555555555554444", "4111111111111111", "4111111111111111", "4000000000003055", "4000000000000002",
        "4000000000009995", "4000000000000341", "4000000000003055", "4000002500003155",
    ];

    private const string Receipt = "\"receipt\":\"Paid in full\",";

    private static readonly string Everything =
        string.Concat(Enum.GetValues<EvidenceCategory>().Select(c => $"\"{JsonNamingPolicy.SnakeCaseLower.ConvertName(c.ToString())}\":\"x\","));

    private readonly List<Known> payments = [];
    private readonly Dictionary<string, Known> byUuid = new(StringComparer.Ordinal);
    private readonly List<Call> charges = [];
    private readonly List<Call> keyed = [];
    private int orders;
    private int keys;
    private int living;

    public List<Exchange> Exchanges { get; } = [];

    public bool AreDone => living == 0;

    /// <summary>Begins to live: so many merchants, each with so many wishes.</summary>
    public void Begin(int merchants, int wishes, bool inHaste)
    {
        living = merchants;
        for (var i = 0; i < merchants; i++)
        {
            world.Soon(place, async void () =>
            {
                for (var wish = 0; wish < wishes; wish++)
                {
                    await world.RestAsync(place, Rest(inHaste));
                    await WishAsync();
                }

                living--;
            });
        }
    }

    /// <summary>A webhook says how a payment stands. A dispute is mostly answered, sooner or later.</summary>
    public void Hear(string uuid, string status)
    {
        if (!byUuid.TryGetValue(uuid, out var payment))
        {
            return;
        }

        payment.Status = status;
        if (status == "in_dispute" && !world.IsHealed && world.Chance.Below(4) != 0)
        {
            living++;
            world.Soon(place, async void () =>
            {
                await AnswerAsync(payment);
                living--;
            });
        }
    }

    private async Task AnswerAsync(Known payment)
    {
        var atOnce = world.Chance.Below(2) == 0;
        await AskAsync(ListDisputes(payment));
        foreach (var answer in Answers(payment))
        {
            await world.RestAsync(place, atOnce ? TimeSpan.Zero : world.Chance.Between(TimeSpan.Zero, TimeSpan.FromDays(2)));
            await AskAsync(answer);
        }
    }

    private IEnumerable<Call> Answers(Known payment) => world.Chance.Below(30) switch
    {
        < 6 => [AcceptDispute(payment)],
        < 7 => Enumerable.Range(0, 13).Select(_ => Evidence(payment, Everything, submits: false)),
        < 12 => [Evidence(payment, Receipt, submits: true)],
        _ => [Evidence(payment, Receipt, submits: false), Evidence(payment, string.Empty, submits: true), Evidence(payment, string.Empty, submits: true)],
    };

    private TimeSpan Rest(bool inHaste) => world.Chance.Below(inHaste ? 12 : 40) switch
    {
        < 8 => TimeSpan.Zero,
        < 26 => world.Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(1)),
        < 33 => world.Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(20)),
        < 36 => world.Chance.Between(TimeSpan.Zero, TimeSpan.FromMinutes(20)),
        < 38 => world.Chance.Between(TimeSpan.Zero, TimeSpan.FromDays(1)),
        _ => world.Chance.Between(TimeSpan.Zero, TimeSpan.FromDays(9)),
    };

    private Task WishAsync() => AskAsync(Choose());

    private async Task AskAsync(Call call)
    {
        if (call.Key is not null)
        {
            keyed.Add(call);
        }

        for (var tries = 0; ; tries++)
        {
            var exchange = await SendAsync(call);
            Learn(exchange);

            // Whoever hears nothing, or that it is not the time, asks again: for as long as his patience lasts.
            if (exchange.Heard is { StatusCode: not (503 or 409) } || tries == 4 || world.Chance.Below(3) == 0)
            {
                return;
            }

            await world.RestAsync(place, world.Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(6)));
        }
    }

    private Call Choose()
    {
        var choice = world.Chance.Below(100);
        if (payments.Count == 0)
        {
            return charges.Count == 0 || choice < 60 ? NewCharge() : Again();
        }

        return choice switch
        {
            < 20 => NewCharge(),
            < 30 => TokenCharge(),
            < 36 => Again(),
            < 42 => keyed.Count > 0 ? world.Chance.Pick(keyed) : NewCharge(),
            < 44 => keyed.Count > 0 ? world.Chance.Pick(keyed) with { Body = Json($"{{\"uuid\":\"{Pay().Uuid}\",\"other\":true}}"), Order = null } : NewCharge(),
            < 60 => Operate(CallKind.Capture, Pay("authorised"), p => Amount(p, "amount")),
            < 67 => Operate(CallKind.Void, Pay("authorised"), _ => string.Empty),
            < 83 => Operate(CallKind.Refund, Pay("waiting", "received", "partially_refunded", "return_rejected", "return_expired"), p => $"{Amount(p, "refund_amount")},\"reason\":\"Wrong size\""),
            < 87 => Read(Pay()),
            < 91 => Dispute(),
            < 98 => Challenge(),
            _ => Forget(),
        };
    }

    private Call NewCharge()
    {
        var app = world.Chance.Pick(House.Merchants);
        var card = world.Chance.Pick(Cards);
        var amount = world.Chance.Pick([1L, 100, 1000, 1000, 99_999]);
        var order = $"order-{++orders}";
        var capture = world.Chance.Below(10) < 4;
        var webhook = world.Chance.Below(4) == 0 ? ",\"webhook_notification\":{\"endpoint_url\":\"https://merchant.example/own\",\"authorization_header\":\"Bearer x\"}" : string.Empty;
        var browser = world.Chance.Below(2) == 0 ? ",\"browser_details\":{\"user_agent\":\"Browser\",\"language\":\"en\",\"accept_header\":\"*/*\"}" : string.Empty;
        var call = new Call(CallKind.ChargeCard, app)
        {
            Key = Key(),
            Order = $"{app.Id}|{order}|{card}|{amount}",
            Body = Json(string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"amount":{{amount}},"currency":"AUD","email":"jo@example.com","first_name":"Jo","last_name":"Do","billing_address":{"address":"1 Main St","city":"Perth",
                "state":"WA","country":"AU","postal_code":"6000"},"card_info":{"card_number":"{{card}}","card_expiry_month":12,"card_expiry_year":2030,
                "card_cvv_number":"123","card_holder_name":"Jo Do"},"capture":{{(capture ? "true" : "false")}},"external_id":"{{order}}",
                "return_url":"https://shop.example/back"{{webhook}}{{browser}}}
                """)),
        };
        charges.Add(call);
        return call;
    }

    /// <summary>The same order once more: as it was, under a key of its own, or by another card.</summary>
    private Call Again()
    {
        var call = world.Chance.Pick(charges);
        return world.Chance.Below(3) == 0 ? call : call with { Key = Key() };
    }

    private Call TokenCharge()
    {
        var from = Pay();
        if (from.Token is not { } token)
        {
            return NewCharge();
        }

        var unscheduled = world.Chance.Below(2) == 0;
        var order = $"order-{++orders}";
        var purpose = unscheduled ? $",\"payment_type\":\"unscheduled\",\"charge_reason\":\"delayed_charge\",\"previous_payment_uuid\":\"{from.Uuid}\"" : string.Empty;
        var call = new Call(CallKind.ChargeToken, from.App)
        {
            Key = Key(),
            Order = $"{from.App.Id}|{order}|{token}",
            Body = Json(
                $"{{\"amount\":500,\"currency\":\"AUD\",\"token\":{{\"id\":\"{token}\"}},\"capture\":{(world.Chance.Below(2) == 0 ? "true" : "false")},\"external_id\":\"{order}\",\"return_url\":\"https://shop.example/back\"{purpose}}}"),
        };
        charges.Add(call);
        return call;
    }

    private Call Operate(CallKind kind, Known payment, Func<Known, string> fields) => new(kind, payment.App)
    {
        Key = Key(),
        Body = Json($"{{\"uuid\":\"{payment.Uuid}\"{fields(payment)}}}"),
    };

    private string Amount(Known payment, string name) => world.Chance.Below(10) switch
    {
        < 4 => string.Empty,
        < 7 => $",\"{name}\":{Math.Max(1, payment.Amount * 6 / 10)}",
        < 8 => $",\"{name}\":{payment.Amount + 1}",
        _ => $",\"{name}\":{Math.Max(1, payment.Amount / 3)}",
    };

    private static Call Read(Known payment) => new(CallKind.Read, payment.App) { Route = [("uuid", payment.Uuid)] };

    private Call Challenge()
    {
        var open = payments.FindAll(p => p is { Challenge: not null, Status: "pending" });
        if (open.Count == 0)
        {
            return Read(Pay());
        }

        var payment = world.Chance.Pick(open);
        return new(CallKind.Challenge, payment.App)
        {
            Form = world.Chance.Below(10) switch
            {
                < 7 => "123456",
                < 8 => "000000",
                < 9 => "999999",
                _ => "cancel",
            },
            Route = [("uuid", payment.Challenge!.Value.Uuid), ("key", payment.Challenge.Value.Key)],
        };
    }

    private Call Dispute()
    {
        var disputed = payments.FindAll(p => p.Status == "in_dispute");
        var payment = disputed.Count > 0 && world.Chance.Below(8) != 0 ? world.Chance.Pick(disputed) : Pay();
        return world.Chance.Below(10) switch
        {
            _ when payment.Dispute is null => ListDisputes(payment),
            < 3 => Evidence(payment, Receipt, submits: false),
            < 4 => Evidence(payment, string.Empty, submits: false),
            < 6 => Evidence(payment, Receipt, submits: true),
            < 8 => Evidence(payment, string.Empty, submits: true),
            < 9 => ListDisputes(payment),
            _ => AcceptDispute(payment),
        };
    }

    private static Call ListDisputes(Known payment) => new(CallKind.ListDisputes, payment.App) { Query = $"?payment_uuid={payment.Uuid}" };

    /// <summary>The call is to send what there is unless it says otherwise.</summary>
    private Call Evidence(Known payment, string texts, bool submits) => new(CallKind.BringEvidence, payment.App)
    {
        Key = Key(),
        Body = submits && texts.Length == 0 && world.Chance.Below(2) == 0 ? null : Json($"{{{texts}\"submit\":{(submits ? "true" : "false")}}}"),
        OnlyKeeps = !submits,
        Route = [("id", payment.Dispute ?? "none")],
    };

    private Call AcceptDispute(Known payment) => new(CallKind.AcceptDispute, payment.App)
    {
        Key = Key(),
        Body = world.Chance.Below(2) == 0 ? null : Json("{}"),
        Route = [("id", payment.Dispute ?? "none")],
    };

    private Call Forget() => Pay() is { Token: { } token } payment
        ? new(CallKind.DeleteToken, payment.App) { Route = [("token_id", token)] }
        : Read(Pay());

    /// <summary>One of the payments that are known, mostly of the last ones, and mostly one that stands so that the wish makes sense.</summary>
    private Known Pay(params string[] statuses)
    {
        if (statuses.Length > 0 && world.Chance.Below(5) != 0 && payments.FindAll(p => statuses.Contains(p.Status)) is { Count: > 0 } fitting)
        {
            return world.Chance.Pick(fitting);
        }

        return world.Chance.Below(3) == 0 ? world.Chance.Pick(payments) : payments[Math.Max(0, payments.Count - 1 - world.Chance.Below(3))];
    }

    private string? Key() => world.Chance.Below(4) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"key-{++keys}");

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    private Task<Exchange> SendAsync(Call call)
    {
        var exchange = new Exchange(call, world.Turns, world.Now);
        Exchanges.Add(exchange);
        world.Counts.Add("commands");
        world.Counts.Add($"call: {call.Kind}");
        world.Tell("asks " + call.Kind, call.Key);
        var done = new TaskCompletionSource<Exchange>();
        var over = false;
        if (anyProcess() is not { } process)
        {
            world.After(TimeSpan.FromMilliseconds(20), place, () => done.SetResult(exchange));
            return done.Task;
        }

        // A caller waits for half a minute; a connection to a process that died breaks.
        world.After(TimeSpan.FromSeconds(30), place, () => Finish(null));
        process.Answer(call, heard => world.Soon(place, () => Finish(heard)));
        return done.Task;

        void Finish(Heard? heard)
        {
            if (over)
            {
                return;
            }

            over = true;
            (exchange.Heard, exchange.HeardAt) = (heard, world.Turns);
            world.Counts.Add($"answer: {(heard is null ? "none" : heard.StatusCode.ToString(CultureInfo.InvariantCulture))}");
            world.Tell(heard is { Replayed: true } ? "hears again" : "hears", heard is null ? "nothing" : call.Key, heard?.StatusCode ?? 0);
            done.SetResult(exchange);
        }
    }

    private void Learn(Exchange exchange)
    {
        if (exchange.Heard is not { } heard || exchange.Call.Kind is CallKind.Challenge or CallKind.DeleteToken)
        {
            return;
        }

        using var json = JsonDocument.Parse(heard.Body);
        if (heard.StatusCode != 200)
        {
            if (json.RootElement.TryGetProperty("errors", out var errors) && errors.TryGetProperty("code", out var code))
            {
                world.Counts.Add("refused: " + code.GetString());
            }

            return;
        }

        if (exchange.IsOfDispute)
        {
            LearnDispute(exchange, json.RootElement);
            return;
        }

        var payment = exchange.Call.Kind == CallKind.Refund ? json.RootElement.GetProperty("payin_request") : json.RootElement;
        exchange.Shown = exchange.Call.Kind == CallKind.Refund ? Encoding.UTF8.GetBytes(payment.GetRawText()) : heard.Body;
        var uuid = payment.GetProperty("uuid").GetString()!;
        (exchange.Payment, exchange.Status) = (uuid, payment.GetProperty("status").GetString());
        if (!byUuid.TryGetValue(uuid, out var known))
        {
            known = new() { App = exchange.Call.App, Uuid = uuid, Amount = payment.GetProperty("amount").GetInt64() };
            byUuid.Add(uuid, known);
            payments.Add(known);
        }

        known.Status = exchange.Status;
        known.Token = payment.GetProperty("token") is { ValueKind: JsonValueKind.Object } token ? token.GetProperty("id").GetString() : null;
        if (payment.GetProperty("pay_code") is { ValueKind: JsonValueKind.Object } code2 && code2.TryGetProperty("3ds_url", out var url))
        {
            var parts = url.GetString()!.Split('/');
            known.Challenge = (parts[^2], parts[^1]);
        }
    }

    private void LearnDispute(Exchange exchange, JsonElement answer)
    {
        var dispute = answer;
        if (exchange.Call.Kind == CallKind.ListDisputes)
        {
            if (answer.GetProperty("total").GetInt32() == 0)
            {
                return;
            }

            dispute = answer.GetProperty("records")[0];
        }

        exchange.Shown = Encoding.UTF8.GetBytes(dispute.GetRawText());
        (exchange.Payment, exchange.Status) = (dispute.GetProperty("payment_uuid").GetString(), dispute.GetProperty("status").GetString());
        byUuid[exchange.Payment!].Dispute = dispute.GetProperty("id").GetString();
    }
}
