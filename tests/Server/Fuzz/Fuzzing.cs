using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Leaks;

namespace Tollgate.Server.Tests.Fuzz;

/// <summary>
/// Requests by the thousand over the whole public surface, and by the million with <c>dev.cs fuzz</c>: no answer is a bug of ours, no card comes back or gets into a
/// log, and the memory at the end is that of the beginning. The acquirer is a process of its own, since its books grow, as books do.
/// </summary>
public abstract partial class Fuzzing(Gateway shared, int count)
{
    private const int Workers = 8;

    private static readonly string[] NeverSaid = ["   at ", "System.", "Microsoft.", "Npgsql", "SQLite Error", "Tollgate.Server", "StackTrace", "INTERNAL_ERROR"];

    [Fact]
    public async Task P25_whatever_comes_no_answer_breaks_nothing_leaks_and_memory_stays_flat()
    {
        var total = Setting("TOLLGATE_FUZZ_REQUESTS") ?? count;
        var seed = Setting("TOLLGATE_FUZZ_SEED") ?? Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var acquirer = await AcquirerServer.StartAsync();
        await using var gateway = shared.Another(acquirer.Setting);
        gateway.ForgetsLog = true;
        await gateway.InitializeAsync();
        var scanner = new LeakScanner();
        scanner.AddCode(FuzzedRequest.AmexCode);
        foreach (var card in FuzzedRequest.Cards)
        {
            scanner.AddCard(card);
        }

        var harvest = new Harvest();
        await PlantAsync(gateway, harvest);
        var answered = new ConcurrentDictionary<int, int>();
        List<long> memory = [];
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var part = tenth;
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(part, worker, total / 10 / Workers))));
            memory.Add(Memory());
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", answered.OrderBy(a => a.Key).Select(a => $"{a.Key}: {a.Value}")) + "; memory in MB: " + string.Join(", ", memory.Select(m => m >> 20)));

        // All kinds of answers are there, or this test has stopped testing. A conflict needs luck: a short run may do without.
        int[] kinds = [200, 400, 404, 405, 415, 422];
        Assert.All(total < 100_000 ? kinds : [.. kinds, 409], status => Assert.True(answered.GetValueOrDefault(status) > 0, $"seed {seed}: no answer was {status}"));
        Assert.True(answered.GetValueOrDefault(200) > total / 10, $"seed {seed}: {answered.GetValueOrDefault(200)} of {total} were answered with 200");
        Assert.True(answered.GetValueOrDefault(503) <= total / 1000, $"seed {seed}: {answered.GetValueOrDefault(503)} of {total} were answered with 503");
        Assert.Empty(scanner.Scan("the log", gateway.Log));
        Assert.DoesNotContain("A POST request broke", gateway.Log, StringComparison.Ordinal);

        // The first tenth fills what is filled once: connections, caches, compiled code. After it, nothing may stay.
        Assert.True(memory[^1] < (memory[0] * 5 / 4) + (16 << 20), $"seed {seed}: memory in MB, tenth by tenth: {string.Join(", ", memory.Select(m => m >> 20))}");

        async Task WorkAsync(int part, int worker, int requests)
        {
            var random = new Random(unchecked((seed * 31) + (part * Workers) + worker));
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
            {
                BaseAddress = gateway.Address,
                Timeout = TimeSpan.FromSeconds(60),
                DefaultRequestHeaders = { { "app-id", "app-sandbox" }, { "secret-key", "sk-sandbox-tollgate" } },
            };
            for (var i = 0; i < requests; i++)
            {
                var request = FuzzedRequest.Draw(random, harvest);
                var story = new Lazy<string>(() => $"seed {seed}, tenth {part}, worker {worker}, request {i}: {request}");
                using var message = request.ToMessage();
                HttpResponseMessage answer;
                try
                {
                    answer = await http.SendAsync(message, TestContext.Current.CancellationToken);
                }
                catch (HttpRequestException broken)
                {
                    throw new InvalidOperationException(story.Value, broken);
                }

                using (answer)
                {
                    var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    var status = (int)answer.StatusCode;
                    answered.AddOrUpdate(status, 1, (_, n) => n + 1);
                    Assert.True(status < 500 || status == 503, $"{story.Value}\nwas {status} {body}\n{string.Join('\n', gateway.Log.Split('\n').TakeLast(30))}");
                    Assert.True(status == 200 || !NeverSaid.Any(text => body.Contains(text, StringComparison.Ordinal)), $"{story.Value}\nwas {status} {body}");
                    var whole = $"{answer.Headers}{answer.Content.Headers}{body}";
                    Assert.True(request.IsDocumentation || !scanner.Scan("an answer", whole).Any(), $"{story.Value}\nleaked in {whole}");
                    Gather(body, status);
                }
            }
        }

        void Gather(string body, int status)
        {
            if (status != 200 || body.Length > 100_000)
            {
                return;
            }

            harvest.Keep("uuid", Uuid().Match(body) is { Success: true } uuid ? uuid.Groups[1].Value : null);
            harvest.Keep("token", Token().Match(body) is { Success: true } token ? token.Value : null);
            harvest.Keep("dispute", Dispute().Match(body) is { Success: true } dispute ? dispute.Value : null);
            harvest.Keep("page", Page().Match(body) is { Success: true } page ? page.Value : null);
            harvest.Keep("attempt", Attempt().Match(body) is { Success: true } attempt ? attempt.Groups[1].Value : null);
        }
    }

    /// <summary>Something of each kind to begin with.</summary>
    private static async Task PlantAsync(Gateway gateway, Harvest harvest)
    {
        for (var i = 0; i < 5; i++)
        {
            var payment = await gateway.Client.ChargeAsync(Requests.Charge("5555555555554444") with { Capture = i % 2 == 0 });
            harvest.Keep("uuid", payment.Uuid);
            harvest.Keep("token", payment.Token!.Id);
            harvest.Keep("dispute", (await gateway.Client.OpenDisputeAsync()).Id);
            harvest.Keep("page", new Uri((await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"))).PayCode!.ThreeDsUrl!).AbsolutePath);
        }
    }

    private static int? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static long Memory()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    [GeneratedRegex("\"uuid\":\"([0-9A-Z]{8,20})\"")]
    private static partial Regex Uuid();

    [GeneratedRegex("tok_[0-9a-f]{20}")]
    private static partial Regex Token();

    [GeneratedRegex("dp_[0-9a-zA-Z]{8,40}")]
    private static partial Regex Dispute();

    [GeneratedRegex("/3ds/[0-9A-Z]{8,20}/[0-9A-Za-z_-]{10,}")]
    private static partial Regex Page();

    [GeneratedRegex("name=\"attempt\" value=\"([^\"]+)\"")]
    private static partial Regex Attempt();
}

public sealed class FuzzingOnSqlite(SqliteGateway gateway) : Fuzzing(gateway, 4_000);

public sealed class FuzzingOnPostgres(PostgresGateway gateway) : Fuzzing(gateway, 2_000);
