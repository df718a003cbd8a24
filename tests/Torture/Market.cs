using System.Collections.Concurrent;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Torture;

/// <summary>Something that a merchant asks for, under a key of its own.</summary>
/// <param name="Key">The idempotency key; also the refund's reason, so that the refund can be told from others.</param>
/// <param name="What">Such as <c>refund</c>.</param>
/// <param name="Send">Asks; the answer is the payment.</param>
internal sealed record Call(string Key, string What, Func<TollgateClient, Task<PaymentResponse>> Send);

/// <summary>What a merchant was told: this payment stood so.</summary>
internal sealed record Receipt(string Uuid, PaymentStatus Status, Call? For);

/// <summary>
/// Merchants that trade with one gateway at once. They write down every answer that they get, and when none came they ask again under the same key once
/// the gateway is back, as a careful merchant does.
/// </summary>
internal sealed class Market(int seed)
{
    private const int Size = 8;

    // What may be said of a payment at which another merchant, or another call, was faster.
    private static readonly string[] Refusals =
    [
        "OPERATION_IN_FLIGHT", "IDEMPOTENCY_KEY_IN_USE", "PAYMENT_NOT_CAPTURABLE", "PAYMENT_NOT_VOIDABLE", "PAYMENT_NOT_REFUNDABLE", "AMOUNT_ABOVE_REFUNDABLE",
    ];

    private readonly Merchant[] merchants = [.. Enumerable.Range(0, Size).Select(number => new Merchant(new Random((seed * Size) + number)))];
    private readonly ConcurrentQueue<Call> unanswered = new();
    private readonly ConcurrentQueue<string> surprises = new();
    private readonly ConcurrentQueue<Receipt> receipts = new();
    private readonly ConcurrentBag<string> contested = [];
    private readonly SemaphoreSlim answered = new(0);
    private volatile bool closed;

    /// <summary>Whether another server may take what this one leaves undone, and have it undone at the acquirer.</summary>
    public bool IsShared { get; set; }

    /// <summary>How many answers there were.</summary>
    public int Answers { get; private set; }

    /// <summary>What was told since the last time that somebody asked.</summary>
    public IReadOnlyList<Receipt> TakeReceipts()
    {
        Assert.True(surprises.IsEmpty, "The gateway gave answers that nobody expects: " + string.Join("; ", surprises.Take(10)));
        var taken = new List<Receipt>();
        while (receipts.TryDequeue(out var receipt))
        {
            taken.Add(receipt);
        }

        return taken;
    }

    /// <summary>Trades until the market closes; a merchant that gets no answer stops by itself.</summary>
    public async Task TradeAsync(TollgateClient gateway)
    {
        closed = false;
        await Task.WhenAll(merchants.Select(merchant => Task.Run(async () =>
        {
            while (!closed && await AskAsync(gateway, merchant))
            {
            }
        })));
    }

    /// <summary>Waits until so many more answers have come.</summary>
    public async Task AnswersAsync(int count)
    {
        for (; count > 0; count--)
        {
            Assert.True(await answered.WaitAsync(TimeSpan.FromSeconds(60)), "The gateway answers no more.");
        }
    }

    /// <summary>Has every merchant stop after the call that it is at.</summary>
    public void Close() => closed = true;

    /// <summary>Asks again for everything that was not answered, twice: the second answer is the first.</summary>
    public async Task AskAgainAsync(TollgateClient gateway)
    {
        var again = new List<Call>();
        while (unanswered.TryDequeue(out var call))
        {
            again.Add(call);
        }

        await Parallel.ForEachAsync(again, new ParallelOptions { MaxDegreeOfParallelism = Size }, async (call, _) =>
        {
            var first = await VerdictAsync(gateway, call);
            var second = await VerdictAsync(gateway, call);
            if (first != second && first is not ("OPERATION_IN_FLIGHT" or "IDEMPOTENCY_KEY_IN_USE"))
            {
                surprises.Enqueue($"{call.What} {call.Key}: first {first}, then {second}");
            }
        });
    }

    private async Task<string> VerdictAsync(TollgateClient gateway, Call call)
    {
        try
        {
            var payment = await call.Send(gateway);
            receipts.Enqueue(new(payment.Uuid, payment.Status, call));
            return $"{payment.Uuid} {payment.Status}";
        }
        catch (TollgateException refused) when (refused.Code is { } code && (Refusals.Contains(code) || code.EndsWith("_DECLINED", StringComparison.Ordinal)))
        {
            // What died before it reached the acquirer was not done, and its key says so from now on.
            return code;
        }
    }

    private async Task<bool> AskAsync(TollgateClient gateway, Merchant merchant)
    {
        var call = Next(merchant);
        try
        {
            if (merchant.Chance(5))
            {
                // The same request twice at once, as an impatient client's retry would be.
                var (one, other) = (SendAsync(gateway, call, merchant), SendAsync(gateway, call, merchant));
                await Task.WhenAll(one, other);
            }
            else
            {
                await SendAsync(gateway, call, merchant);
            }

            Answers++;
            answered.Release();
            return true;
        }
        catch (TollgateException silent) when (silent.StatusCode is null or System.Net.HttpStatusCode.ServiceUnavailable)
        {
            if (call.What != "look")
            {
                unanswered.Enqueue(call);
            }

            return false;
        }
    }

    private async Task SendAsync(TollgateClient gateway, Call call, Merchant merchant)
    {
        try
        {
            var payment = await call.Send(gateway);
            receipts.Enqueue(new(payment.Uuid, payment.Status, call.What == "look" ? null : call));
            merchant.Keep(payment);
            if (call.What is "charge" && merchant.Chance(20))
            {
                contested.Add(payment.Uuid);
            }
        }
        catch (TollgateException refused) when (refused.Code is { } code && Refusals.Contains(code))
        {
            // Another was faster.
        }
        catch (TollgateException undone) when (IsShared && undone.Code is "CAPTURE_DECLINED" or "VOID_DECLINED")
        {
            // The server that took it stood still, and the other one had it undone.
        }
        catch (TollgateException wrong) when (wrong.StatusCode is not (null or System.Net.HttpStatusCode.ServiceUnavailable))
        {
            surprises.Enqueue($"{call.What} {call.Key}: {wrong.StatusCode} {wrong.Code} {wrong.Message}");
        }
    }

    private Call Next(Merchant merchant)
    {
        var key = Guid.NewGuid().ToString("N");
        var roll = merchant.Roll(100);
        if (roll < 12 && contested.TryPeek(out var rival))
        {
            return roll switch
            {
                < 3 => Capture(key, rival, 600),
                < 5 => Void(key, rival),
                < 11 => Refund(key, rival, 250),
                _ => Look(key, rival),
            };
        }

        return roll switch
        {
            < 45 when merchant.TakeAuthorised() is { } uuid => roll < 38 ? Capture(key, uuid, roll < 25 ? null : 500 + roll) : Void(key, uuid),
            < 62 when merchant.AnyCaptured() is { } uuid => Refund(key, uuid, 100 + roll),
            < 68 when merchant.AnyKnown() is { } uuid => Look(key, uuid),
            < 72 => List(key),
            < 80 when merchant.AnyToken() is { } token => Token(key, token),
            < 88 => Charge(key, capture: true),
            _ => Charge(key, capture: false),
        };
    }

    private static Call Charge(string key, bool capture)
    {
        var charge = Requests.Charge() with { ExternalId = "order-" + key, Capture = capture };
        return new(key, "charge", gateway => gateway.ChargeAsync(charge, key));
    }

    private static Call Token(string key, string token)
    {
        var charge = Requests.Token(token) with { ExternalId = "order-" + key };
        return new(key, "token charge", gateway => gateway.CreatePaymentAsync(charge, key));
    }

    private static Call Capture(string key, string uuid, long? amount) =>
        new(key, "capture", gateway => gateway.CapturePaymentAsync(new() { Uuid = uuid, Amount = amount }, key));

    private static Call Void(string key, string uuid) => new(key, "void", gateway => gateway.VoidPaymentAsync(new() { Uuid = uuid }, key));

    private static Call Refund(string key, string uuid, long amount) => new(
        key, "refund", async gateway => (await gateway.RefundPaymentAsync(new() { Uuid = uuid, RefundAmount = amount, Reason = key }, key)).PayinRequest);

    private static Call Look(string key, string uuid) => new(key, "look", gateway => gateway.GetPaymentAsync(uuid));

    private static Call List(string key) => new(key, "look", async gateway => (await gateway.ListPaymentsAsync(new() { PerPage = 10 })).Records switch
    {
        [var newest, ..] => newest,
        _ => await gateway.ChargeAsync(Requests.Charge()),
    });

    /// <summary>One merchant, and what it has to trade with. Only one call of a merchant is on its way at a time.</summary>
    private sealed class Merchant(Random random)
    {
        private readonly Lock gate = new();
        private readonly List<string> authorised = [];
        private readonly List<string> captured = [];
        private readonly List<string> known = [];
        private readonly List<string> tokens = [];

        public int Roll(int sides) => random.Next(sides);

        public bool Chance(int percent)
        {
            lock (gate)
            {
                return random.Next(100) < percent;
            }
        }

        public void Keep(PaymentResponse payment)
        {
            lock (gate)
            {
                Remember(known, payment.Uuid);
                switch (payment.Status)
                {
                    case PaymentStatus.Authorised:
                        Remember(authorised, payment.Uuid);
                        break;
                    case PaymentStatus.Waiting or PaymentStatus.Received:
                        Remember(captured, payment.Uuid);
                        break;
                    default:
                        break;
                }

                // A card whose first payment is not authorised in the end is not kept.
                if (payment is { Status: PaymentStatus.Authorised or PaymentStatus.Waiting, Token: { } token })
                {
                    Remember(tokens, token.Id);
                }
            }
        }

        public string? TakeAuthorised()
        {
            if (authorised.Count == 0)
            {
                return null;
            }

            var taken = authorised[^1];
            authorised.RemoveAt(authorised.Count - 1);
            return taken;
        }

        public string? AnyCaptured() => Any(captured);

        public string? AnyKnown() => Any(known);

        public string? AnyToken() => Any(tokens);

        // The newest are the ones that a kill may have caught.
        private static void Remember(List<string> list, string item)
        {
            list.Remove(item);
            list.Add(item);
            if (list.Count > 20)
            {
                list.RemoveAt(0);
            }
        }

        private string? Any(List<string> list) => list.Count == 0 ? null : list[random.Next(list.Count)];
    }
}
