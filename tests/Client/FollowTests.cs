using System.Globalization;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class FollowTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_come_once_each_and_in_order_whatever_becomes_of_the_connection()
    {
        await using var server = new ScriptedServer(
            Part("2", more: true, "1", "2"),
            ScriptedServer.HangUp,
            ScriptedServer.Answer(503, """{"errors":{"code":"UNAVAILABLE","message":"No."}}"""),
            ScriptedServer.Answer(429, """{"errors":{"code":"RATE_LIMITED","message":"No."}}""", "Retry-After: 1"),
            Part("3", more: false, "3"),
            Part("3", more: false),
            Part("4", more: false, "4"),
            ScriptedServer.Silence);
        using var client = server.Client();

        Assert.Equal(["1", "2", "3", "4"], await TakeAsync(client, null, 4));

        Assert.Equal(
            [null, "2", "2", "2", "2", "3", "3"],
            server.Requests.Select(r => r.Target).Take(7).Select(t => t.Split('?')[1].Split('&').SingleOrDefault(p => p.StartsWith("after=", StringComparison.Ordinal))?[6..]));
        Assert.All(server.Requests, r => Assert.EndsWith("limit=100&wait=30", r.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_goes_on_after_the_place_that_it_is_given()
    {
        await using var server = new ScriptedServer(Part("8", more: false, "8"), ScriptedServer.Silence);
        using var client = server.Client();

        Assert.Equal(["8"], await TakeAsync(client, "7", 1));

        Assert.Equal("/api/v2/cards/events?after=7&limit=100&wait=30", server.Requests.First().Target);
    }

    [Fact]
    public async Task The_gateway_is_asked_to_answer_before_the_http_client_gives_up()
    {
        await using var server = new ScriptedServer(Part("1", more: false, "1"), ScriptedServer.Silence);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var client = new TollgateClient(server.Address, "app-test", "sk-test-of-nobody", http);

        await TakeAsync(client, null, 1);

        Assert.Equal("/api/v2/cards/events?limit=100&wait=5", server.Requests.First().Target);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task What_another_call_would_not_change_is_thrown(int status)
    {
        await using var server = ScriptedServer.Answering(status, """{"errors":{"message":"No."}}""");
        using var client = server.Client();

        var thrown = await Assert.ThrowsAsync<TollgateException>(() => TakeAsync(client, null, 1));

        Assert.Equal(status, (int)thrown.StatusCode!);
    }

    [Fact]
    public async Task It_ends_when_it_is_cancelled_while_it_waits()
    {
        await using var server = new ScriptedServer(ScriptedServer.Silence);
        using var client = server.Client();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var next = client.FollowEventsAsync(cancellationToken: cancel.Token).GetAsyncEnumerator(Stop);
        var waiting = next.MoveNextAsync().AsTask();
        await server.ReceivedAsync(Stop);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(61)]
    public async Task A_wait_that_the_gateway_would_refuse_is_refused_here(int seconds)
    {
        using var client = new TollgateClient(new("http://127.0.0.1:9"), "app-test", "sk-test-of-nobody");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.ListEventsAsync(wait: TimeSpan.FromSeconds(seconds), cancellationToken: Stop));
    }

    private static async Task<List<string>> TakeAsync(TollgateClient client, string? after, int count)
    {
        var seen = new List<string>();
        await foreach (var change in client.FollowEventsAsync(after, Stop))
        {
            Assert.Equal(PaymentStatus.Authorised, change.Status);
            seen.Add(change.Cursor);
            if (seen.Count == count)
            {
                break;
            }
        }

        return seen;
    }

    private static string Part(string next, bool more, params IEnumerable<string> cursors)
    {
        var records = cursors.Select(cursor => string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"id":"evt_{{cursor}}","cursor":"{{cursor}}","uuid":"7PPPMXIGH","previous_status":"pending","status":"authorised",
            "created_at":"2025-05-28T04:22:21.567+0000","payment":{{Example.Payment}}}
            """));
        return ScriptedServer.Answer(200, $$"""{"records":[{{string.Join(',', records)}}],"next_after":"{{next}}","has_more":{{(more ? "true" : "false")}}}""");
    }
}
