using System.Globalization;
using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>Whoever takes more of the server than a request needs is sent away, and nobody else notices.</summary>
public abstract class Limits(Gateway gateway)
{
    private const string Credentials = "app-id: app-sandbox\r\nsecret-key: sk-sandbox-tollgate\r\n";

    [Fact]
    public async Task P26_two_hundred_slow_clients_are_dropped_while_ordinary_charges_go_on()
    {
        await using var own = gateway.Another("--Tollgate:Limits:HeaderTime=00:00:02", "--Tollgate:Limits:BodyGrace=00:00:02");
        await own.InitializeAsync();
        var slow = Enumerable.Range(0, 200).Select(async i =>
        {
            using var client = await RawSocket.OpenAsync(own);
            await client.SendAsync(i % 2 == 0
                ? "POST /api/v2/cards/charges HTTP/1.1\r\nHost: x\r\nX-Slow: "
                : $"POST /api/v2/cards/charges HTTP/1.1\r\nHost: x\r\n{Credentials}Content-Type: application/json\r\nContent-Length: 6000\r\n\r\n{{");
            return await client.ReadToEndAsync();
        }).ToList();
        var dropped = Task.WhenAll(slow);
        var charged = 0;
        do
        {
            // Each one is answered as on any other day, while they stand in the door.
            Assert.Equal(PaymentStatus.Authorised, (await own.Client.ChargeAsync(Requests.Charge())).Status);
            charged++;
        }
        while (!dropped.IsCompleted);

        Assert.True(charged > 5, $"Only {charged} charges went through beside them.");
        var heard = await dropped;
        Assert.All(heard, answer => Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer));
        Assert.Contains(heard, answer => answer.Length > 0);
    }

    [Fact]
    public async Task A_request_has_so_many_headers_of_such_a_length_and_one_line()
    {
        string Request(string path, string headers) => $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n";
        var many = string.Concat(Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-{i}: 1\r\n")));
        Assert.StartsWith("HTTP/1.1 431 ", await RawSocket.AskAsync(gateway, Request("/health", many)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await RawSocket.AskAsync(gateway, Request("/health", $"X-Long: {new string('a', 40_000)}\r\n")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await RawSocket.AskAsync(gateway, Request("/" + new string('a', 9000), string.Empty)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await RawSocket.AskAsync(gateway, Request("/health", string.Empty)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31, 422)]
    [InlineData(33, 400)]
    [InlineData(20_000, 400)]
    public async Task A_body_is_so_deep(int depth, int status) =>
        Assert.Equal(status, (await gateway.PostAsync("/api/v2/cards/charges", $"{{\"description\":{new string('[', depth - 1)}{new string(']', depth - 1)}}}")).Status);

    [Fact]
    public async Task A_body_is_so_long_whether_it_says_so_or_not()
    {
        var body = "{\"description\":\"" + new string('x', 70_000) + "\"}";
        Assert.Equal(413, (await gateway.PostAsync("/api/v2/cards/charges", body)).Status);
        using var http = gateway.Raw();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/cards/charges") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task So_many_connections_are_open_at_once_and_one_that_closes_makes_room()
    {
        await using var own = gateway.Another("--Tollgate:Limits:Connections=20");
        await own.InitializeAsync();
        List<RawSocket> open = [];
        for (var i = 0; i < 20; i++)
        {
            open.Add(await RawSocket.OpenAsync(own));
            await open[^1].SendAsync("GET /health HTTP/1.1\r\n");
        }

        // The next are closed without a word, until there is room again.
        Assert.Equal(string.Empty, await RawSocket.AskAsync(own, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        open.ForEach(o => o.Dispose());
        await Eventually.GetAsync(
            () => RawSocket.AskAsync(own, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), a => a.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), "Room");
    }
}

public sealed class LimitsOnSqlite(SqliteGateway gateway) : Limits(gateway);

public sealed class LimitsOnPostgres(PostgresGateway gateway) : Limits(gateway);
