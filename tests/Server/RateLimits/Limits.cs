using System.Diagnostics;
using System.Net;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.RateLimits;

/// <summary>What a caller sees of limits.</summary>
public abstract class Limits(Gateway gateway)
{
    [Fact]
    public async Task Every_answer_says_how_the_limit_stands_and_one_over_it_when_to_come_again()
    {
        await using var own = gateway.Another("--Tollgate:RequestsPerSecond=5", "--Tollgate:Apps:0:RequestsPerSecond=2", "--Tollgate:RateLimits:SourceRequestsPerSecond=1000");
        await own.InitializeAsync();
        using var http = own.Raw();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => http.GetAsync("/api/v2/cards/payments")));

        Assert.All(answers, a => Assert.Equal("\"source\";q=1000;w=1,\"app\";q=5;w=1", string.Join(',', a.Headers.GetValues("RateLimit-Policy")).Replace(", ", ",", StringComparison.Ordinal)));
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(a => a.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, a => Assert.Equal(("1", true), (a.Headers.RetryAfter?.ToString(), string.Join(',', a.Headers.GetValues("RateLimit")).Contains("\"app\";r=0;t=1", StringComparison.Ordinal))));

        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Equal(0, (await other.ListPaymentsAsync()).Total);
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Pages_and_whoever_has_no_credentials_have_limits_too()
    {
        await using var own = gateway.Another("--Tollgate:RateLimits:VisitorRequestsPerSecond=3", "--Tollgate:RateLimits:SourceRequestsPerSecond=4");
        await own.InitializeAsync();
        using var nobody = new HttpClient { BaseAddress = own.Address };
        foreach (var (path, usual) in new[] { ("/3ds/NOBODY/NOTHING", 404), ("/api/v2/cards/payments", 401) })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => nobody.GetAsync(path)));
            Assert.Equal([usual, 429], answers.Select(a => (int)a.StatusCode).Distinct().Order());
        }
    }

    [Fact]
    public async Task Where_nothing_is_limited_no_header_says_so()
    {
        using var http = gateway.Raw();
        using var answer = await http.GetAsync("/api/v2/cards/payments");
        Assert.False(answer.Headers.Contains("RateLimit") || answer.Headers.Contains("RateLimit-Policy"));
    }
}

public sealed class LimitsOnSqlite(SqliteGateway gateway) : Limits(gateway);

public sealed class LimitsOnPostgres : Limits
{
    private const int PerSecond = 40;

    private readonly PostgresGateway gateway;

    public LimitsOnPostgres(PostgresGateway gateway)
        : base(gateway) => this.gateway = gateway;

    [Fact]
    public async Task A_limit_holds_over_two_servers_wherever_the_requests_come_in()
    {
        await using var acquirer = await AcquirerServer.StartAsync();
        var limit = $"--Tollgate:RequestsPerSecond={PerSecond}";
        await using var first = gateway.Another(acquirer.Setting, limit);
        await first.InitializeAsync();
        await using var second = await ServerProcess.StartAsync(first, acquirer.Setting, limit);

        // To both, to one of them, to the other, and to both again. At any time: what was in the buckets, one more for each server, and what was refilled.
        foreach (var targets in new Uri[][] { [first.Address, second.Address], [first.Address], [second.Address], [first.Address, second.Address] })
        {
            var (passed, took) = await HammerAsync(targets, TimeSpan.FromSeconds(4));
            Assert.InRange(passed, PerSecond, (PerSecond * (took.TotalSeconds + 1)) + 2 + 1);
        }
    }

    private static async Task<(int Passed, TimeSpan Took)> HammerAsync(Uri[] targets, TimeSpan time)
    {
        var passed = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var http = new HttpClient { BaseAddress = targets[i % targets.Length] };
            http.DefaultRequestHeaders.Add("app-id", "app-sandbox");
            http.DefaultRequestHeaders.Add("secret-key", "sk-sandbox-tollgate");
            while (watch.Elapsed < time)
            {
                using var answer = await http.GetAsync("/api/v2/cards/payments?per_page=1");
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref passed);
                }
            }
        }));
        return (passed, watch.Elapsed);
    }
}
