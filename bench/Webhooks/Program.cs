using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Extensions.Configuration;
using Tollgate.Client;
using Tollgate.Server;
using Tollgate.Webhooks;

// How webhooks are delivered, beside what could be at best in the same run.
//   dotnet run -c Release --project bench/Webhooks -- rate|endpoints|backlog [--Webhooks=20000] [--Rounds=5] --Tollgate:DataDirectory=data/bench [--Tollgate:Database=…]
var configuration = new ConfigurationBuilder().AddCommandLine(args[1..]).Build();
var rounds = Number("Rounds", 5);
var body = Encoding.UTF8.GetBytes("{\"uuid\":\"BENCH\",\"status\":\"authorised\",\"description\":\"" + new string('x', 850) + "\"}");
switch (args[0])
{
    case "rate":
        await RateAsync(Number("Webhooks", 20_000));
        break;
    case "endpoints":
        await EndpointsAsync(Number("Webhooks", 10_000), Number("PerSecond", 500));
        break;
    case "backlog":
        await BacklogAsync(Number("Backlog", 1_000_000), Number("Webhooks", 5_000));
        break;
    default:
        throw new ArgumentException("rate, endpoints or backlog");
}

int Number(string name, int otherwise) => int.Parse(configuration[name] ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

// A backlog delivered as fast as it goes, and the same signed bodies posted by a bare handler, in turns.
async Task RateAsync(int count)
{
    await using var receiver = await Receiver.StartAsync();
    await using var rig = await Rig.OpenAsync(configuration);
    var ratios = new List<double>();
    for (var round = 0; round <= rounds; round++)
    {
        var (ours, cost) = await OursAsync();
        var (bare, least) = await BareAsync();
        Say($"{(round == 0 ? "warm-up" : "round " + round)}: ours {ours:F0}/s ({cost:F0} µs of CPU each), a bare handler {bare:F0}/s ({least:F0} µs), ratio {ours / bare:F2}");
        ratios.AddRange(round == 0 ? [] : [ours / bare]);
    }

    Say($"median ratio {Median(ratios):F2}");

    async Task<(double Rate, double Cost)> OursAsync()
    {
        receiver.Reset(count);
        for (var made = 0; made < count; made += 1000)
        {
            await Task.WhenAll(Enumerable.Range(made, Math.Min(1000, count - made)).Select(i => rig.CommitAsync(Rig.Make(receiver.UrlOf(i % 100), body).Webhook)));
        }

        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await rig.StartDeliveryAsync();
        await receiver.AllArrived.Task;
        var rate = count / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await rig.StopDeliveryAsync();
        return (rate, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count);
    }

    async Task<(double Rate, double Cost)> BareAsync()
    {
        receiver.Reset(count);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });
        var next = -1;
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var id = $"evt_BARE{i}_3";
                var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
                using var request = new HttpRequestMessage(HttpMethod.Post, receiver.UrlOf(i % 100)) { Content = new ByteArrayContent(body) };
                request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
                request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
                request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Sign(id, timestamp, body, Settings.SandboxApp.WebhookSecret));
                request.Headers.TryAddWithoutValidation(WebhookSignature.ReferenceHeader, WebhookSignature.SignReference(body, Settings.SandboxApp.WebhookSecret));
                using var response = await http.SendAsync(request, CancellationToken.None);
            }
        }));
        return (count / Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count);
    }
}

// A thousand endpoints at a steady rate: what the good ones have of it when a quarter of the others is bad, and when none is.
async Task EndpointsAsync(int count, int perSecond)
{
    var ratios = new List<double>();
    for (var round = 0; round <= rounds; round++)
    {
        var (good, missing) = await DelaysAsync(withBadOnes: false);
        var (beside, lost) = await DelaysAsync(withBadOnes: true);
        Say($"{(round == 0 ? "warm-up" : "round " + round)}: delay of the good ones, p50/p99 ms: without bad ones {good[good.Count / 2]:F1}/{P99(good):F1}, beside them {beside[beside.Count / 2]:F1}/{P99(beside):F1}, ratio of p99 {P99(beside) / P99(good):F2}; not arrived {missing} and {lost}");
        ratios.AddRange(round == 0 ? [] : [P99(beside) / P99(good)]);
    }

    Say($"median ratio of p99 {Median(ratios):F2}");

    static double P99(List<double> delays) => delays[(int)(delays.Count * 0.99)];

    async Task<(List<double> Delays, int Missing)> DelaysAsync(bool withBadOnes)
    {
        await using var receiver = await Receiver.StartAsync(withBadOnes);
        await using var rig = await Rig.OpenAsync(configuration);
        await rig.StartDeliveryAsync();
        var committed = new Dictionary<string, long>();
        var commits = new List<Task>();
        receiver.Reset(Enumerable.Range(0, count).Count(i => Receiver.KindOf(i % 1000) == EndpointKind.Good || !withBadOnes));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var made = 0; made < count && await timer.WaitForNextTickAsync();)
        {
            for (var i = 0; i < perSecond / 100; i++, made++)
            {
                var number = made % 1000;
                var (webhook, id) = Rig.Make(receiver.UrlOf(number), body);
                if (Receiver.KindOf(number) == EndpointKind.Good)
                {
                    committed.Add(id, Stopwatch.GetTimestamp());
                }

                commits.Add(rig.CommitAsync(webhook));
            }
        }

        await Task.WhenAll(commits);
        await Task.WhenAny(receiver.AllArrived.Task, Task.Delay(TimeSpan.FromSeconds(20)));
        var delays = committed.Where(c => receiver.Arrived.ContainsKey(c.Key))
            .Select(c => Stopwatch.GetElapsedTime(c.Value, receiver.Arrived[c.Key]).TotalMilliseconds).Order().ToList();
        return (delays, committed.Count - delays.Count);
    }
}

// Fresh webhooks with and without a great many that nobody takes in the same table.
async Task BacklogAsync(int backlog, int count)
{
    await using var receiver = await Receiver.StartAsync();
    await using var rig = await Rig.OpenAsync(configuration);
    var (rates, starts) = (new List<double>[2] { [], [] }, new List<double>[2] { [], [] });
    for (var phase = 0; phase < 2; phase++)
    {
        if (phase == 1)
        {
            await FillAsync(rig, backlog);
        }

        for (var round = 0; round <= rounds; round++)
        {
            receiver.Reset(count);
            var began = Stopwatch.GetTimestamp();
            await rig.StartDeliveryAsync();
            var first = Rig.Make(receiver.UrlOf(0), body);
            await rig.CommitAsync(first.Webhook);
            while (!receiver.Arrived.ContainsKey(first.Event))
            {
                await Task.Yield();
            }

            var start = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            began = Stopwatch.GetTimestamp();
            for (var made = 1; made < count; made += 200)
            {
                await Task.WhenAll(Enumerable.Range(made, Math.Min(200, count - made)).Select(i => rig.CommitAsync(Rig.Make(receiver.UrlOf(i % 100), body).Webhook)));
            }

            await receiver.AllArrived.Task;
            var rate = count / Stopwatch.GetElapsedTime(began).TotalSeconds;
            await rig.StopDeliveryAsync();
            Say($"{(phase == 0 ? "empty" : "backlog")} {(round == 0 ? "warm-up" : "round " + round)}: first after {start:F0} ms, fresh ones {rate:F0}/s, {Environment.WorkingSet / 1048576} MB");
            if (round > 0)
            {
                rates[phase].Add(rate);
                starts[phase].Add(start);
            }
        }
    }

    Say($"with {backlog} undelivered against none: rate of fresh ones {Median(rates[1]) / Median(rates[0]):F2}, time to the first {Median(starts[1]) / Median(starts[0]):F2}");
}

// Half are due, half wait for a later try; a hundred endpoints, at a port where nobody listens.
static async Task FillAsync(Rig rig, int backlog)
{
    await using var connection = await rig.Database.OpenAsync();
    var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    for (var made = 0; made < backlog; made += 50_000)
    {
        await connection.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT CAST(@made AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @end)
            INSERT INTO webhooks (payment_uuid, version, endpoint, app_id, lane, endpoint_url, state, attempts, round, next_at, created_at, round_at)
            SELECT 'BACKLOG' || i, 3, '', @app, 1000 + i % 100, 'http://127.0.0.1:1/' || (i % 100), 0, 1, 1, CASE WHEN i % 2 = 0 THEN @now ELSE @later END, @now, @now FROM n
            """,
            Range());
        await connection.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT CAST(@made AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @end)
            INSERT INTO webhook_bodies (payment_uuid, version, body) SELECT 'BACKLOG' || i, 3, @body FROM n
            """,
            Range());

        object Range() => new { made = (long)made, end = (long)Math.Min(made + 50_000, backlog), app = Rig.App.Value, body = new byte[900], now, later = now + 3_600_000 };
    }
}
