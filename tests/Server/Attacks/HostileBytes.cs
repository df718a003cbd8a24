using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Attacks;

/// <summary>Requests whose bytes are meant to be read in two ways, to cost more than they weigh, or to reach what is behind.</summary>
public abstract class HostileBytes(Gateway gateway)
{
    private const string Credentials = "app-id: app-sandbox\r\nsecret-key: sk-sandbox-tollgate\r\nContent-Type: application/json\r\n";

    public static TheoryData<string> Bombs =>
    [
        new string('[', 60_000), "{\"a\":" + new string('[', 60_000), string.Concat(Enumerable.Repeat("{\"a\":", 10_000)), "{\"amount\":1e" + new string('9', 60_000) + "}",
        "{\"amount\":" + new string('9', 60_000) + "}", "{\"amount\":0." + new string('0', 60_000) + "1}", "{" + string.Join(',', Enumerable.Repeat("\"a\":1", 10_000)) + "}",
        "{\"description\":\"" + string.Concat(Enumerable.Repeat("\\u202e", 10_000)) + "\"}", "{\"a\":\"" + new string('\\', 60_000), "{" + string.Join(',', Enumerable.Range(0, 6000).Select(i => $"\"k{i}\":{{}}")) + "}",
    ];

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_of_JSON_is_refused_in_no_time(string body)
    {
        var watch = Stopwatch.StartNew();
        foreach (var call in new[] { "charges", "create_payment", "refund_payment" })
        {
            var (status, answer) = await gateway.PostAsync("/api/v2/cards/" + call, body);
            Assert.True(status is 400 or 413 or 422, $"{status} {answer}");
            Assert.True(answer.Length < 4000, answer);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), watch.Elapsed.ToString());
    }

    [Fact]
    public async Task What_is_compressed_is_not_unpacked()
    {
        using var http = gateway.Raw();
        using var packed = new MemoryStream();
        using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(new byte[10_000_000]);
        }

        using var content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentType = new("application/json"), ContentEncoding = { "gzip" } } };
        using var answer = await http.PostAsync("/api/v2/cards/charges", content, TestContext.Current.CancellationToken);
        Assert.Contains((int)answer.StatusCode, (int[])[400, 413, 415]);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding : chunked\r\n")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked, identity\r\n")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding:\u000bchunked\r\n")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Content-Length: 4\r\n Transfer-Encoding: chunked\r\n")]
    [InlineData("Content-Length: 4\r\nContent-Length: 0\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: 4\r\n")]
    [InlineData("Content-Length: 4, 0\r\n")]
    [InlineData("Content-Length: 0x4\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Content-Length : 4\r\n")]
    [InlineData("Transfer-Encoding: chunked\nContent-Length: 4\r\n")]
    public async Task A_request_with_two_lengths_does_not_smuggle_a_second_one_in(string lengths)
    {
        var victim = await gateway.Client.ChargeAsync(Requests.Charge());
        var inner = $"{{\"uuid\":\"{victim.Uuid}\"}}";
        var smuggled = $"POST /api/v2/cards/void_payment HTTP/1.1\r\nHost: x\r\n{Credentials}Content-Length: {inner.Length}\r\n\r\n{inner}";
        using var socket = await RawSocket.OpenAsync(gateway);
        await socket.SendAsync($"POST /api/v2/cards/refund_payment HTTP/1.1\r\nHost: x\r\n{Credentials}{lengths}\r\n0\r\n\r\n{smuggled}");
        await socket.SendAsync("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var heard = await socket.ReadToEndAsync();

        // Whoever could be read in two ways is answered once, and hung up on: what comes behind is nobody's request (RFC 9112, 6.3).
        Assert.True(heard.Split("HTTP/1.1 ").Length - 1 <= 1, heard);
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(victim.Uuid)).Status);
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("TRACK")]
    [InlineData("CONNECT")]
    [InlineData("DEBUG")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("PROPFIND")]
    [InlineData("OPTIONS")]
    public async Task A_method_that_nobody_offers_is_refused_and_repeats_nothing(string method)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        foreach (var path in new[] { "/api/v2/cards/charges", "/api/v2/cards/payments/" + payment.Uuid, "/health", "/3ds/specimen", "/docs/" })
        {
            var target = method == "CONNECT" ? "example.com:443" : path;
            var answer = await RawSocket.AskAsync(gateway, $"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{Credentials}Cookie: canary=1\r\nX-HTTP-Method-Override: DELETE\r\n\r\n");
            Assert.Matches("^HTTP/1.1 (400|404|405|501) ", answer);
            Assert.DoesNotContain("canary", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("sk-sandbox", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Access-Control-Allow", answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Theory]
    [InlineData("Host: evil.example\r\n")]
    [InlineData("Host: x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n")]
    [InlineData("Host: x\r\nForwarded: host=evil.example;proto=https\r\n")]
    [InlineData("Host: x\r\nX-Original-URL: //evil.example\r\nX-Rewrite-URL: //evil.example\r\n")]
    public async Task No_link_is_made_from_what_a_caller_says_the_host_is(string headers)
    {
        var body = Wire.Json(Requests.Charge("4000000000001091"), RequestJson.Default.ChargeRequest);
        var charged = await RawSocket.AskAsync(
            gateway, $"POST /api/v2/cards/charges HTTP/1.1\r\nConnection: close\r\n{headers}{Credentials}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 200 ", charged, StringComparison.Ordinal);
        Assert.Contains(gateway.Address + "3ds/", charged.Replace("\\/", "/", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", charged, StringComparison.Ordinal);
        foreach (var path in new[] { "/", "/docs", "//evil.example", "//evil.example/docs", "/docs//evil.example", "/\\evil.example", "/3ds//evil.example/start" })
        {
            var answer = await RawSocket.AskAsync(gateway, $"GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
            Assert.DoesNotMatch(@"(?im)^Location: *(https?:)?[\\/]{2}", answer);
            Assert.DoesNotMatch("(?im)^Location:.*evil", answer);
        }
    }

    [Theory]
    [InlineData("Bearer a\r\nX-Evil: 1")]
    [InlineData("Bearer a\nX-Evil: 1")]
    [InlineData("Bearer a\rX-Evil: 1")]
    [InlineData("Bearer a\0X-Evil: 1")]
    [InlineData("Bearer a\u0085X-Evil: 1")]
    [InlineData("Bearer a\u007fX-Evil: 1")]
    [InlineData("a\r\n\r\nGET / HTTP/1.1")]
    public async Task P25_a_header_with_a_line_of_its_own_is_refused(string header)
    {
        var body = RequestBody.Charging().With("webhook_notification", System.Text.Json.JsonSerializer.Serialize(new { endpoint_url = "http://127.0.0.1:9/hook", authorization_header = header })).ToString();
        var (status, answer) = await gateway.PostAsync("/api/v2/cards/charges", body);
        Assert.Equal((422, """{"errors":{"webhook_notification.authorization_header":"is invalid"}}"""), (status, answer));
    }

    [Theory]
    [InlineData("Bearer a\u560a\u560dX-Evil: 1")] // whose low bytes are a line's end
    [InlineData("Bearer a\u2028X-Evil: 1")]
    [InlineData("Bearer a%0d%0aX-Evil: 1")]
    [InlineData("Bearer a\\r\\nX-Evil: 1")]
    public async Task A_header_that_only_looks_as_if_it_had_arrives_as_one(string header)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url, AuthorizationHeader = header } });
        var arrived = await receiver.NextAsync();
        Assert.DoesNotContain("x-evil", arrived.Headers.Keys);
        Assert.StartsWith("Bearer a", arrived.Headers["authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../../../etc/cron.d/evil")]
    [InlineData("..\\..\\..\\windows\\evil")]
    [InlineData("/etc/passwd")]
    [InlineData("C:evil")]
    [InlineData("a\0.pdf")]
    [InlineData("%2e%2e%2f%2e%2e%2fevil")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("....//....//evil")]
    [InlineData("evil\r\nSet-Cookie: a=b")]
    [InlineData("invoice\u202efdp.exe")]
    [InlineData("\u2025\u2215evil")]
    [InlineData("<img src=x onerror=alert(1)>.pdf")]
    public async Task The_name_of_a_file_of_evidence_is_a_name_and_no_path(string name)
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        var before = Directory.GetFileSystemEntries(gateway.DataDirectory, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order().ToList();
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"u8.ToArray()) { Headers = { ContentType = new("application/pdf") } };
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "receipt", FileNameStar = name };
        form.Add(file);
        using var http = gateway.Raw();
        using var answer = await http.PostAsync($"/api/v2/cards/disputes/{dispute.Id}/evidence", form, TestContext.Current.CancellationToken);
        Assert.Contains((int)answer.StatusCode, (int[])[200, 422]);
        foreach (var piece in (await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence.Where(e => e.FileName is not null))
        {
            Assert.DoesNotMatch("[/\\\\\\p{C}]", piece.FileName!);
            Assert.NotEqual("..", piece.FileName);
            Assert.EndsWith(".pdf", piece.FileName, StringComparison.Ordinal);
        }

        // What is in it stands sealed in the database: no file is made at all.
        Assert.Equal(before, Directory.GetFileSystemEntries(gateway.DataDirectory, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order().ToList());
    }

    [Fact]
    public async Task A_webhook_follows_no_redirection_into_the_operators_network()
    {
        await using var inside = await WebhookReceiver.StartAsync();
        await using var outside = await ScriptedRedirect.StartAsync(inside.Url);
        await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = outside.Url } });
        await outside.Asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var payment = await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = inside.Url } });
        Assert.Equal(payment.Uuid, (await inside.NextAsync()).Payment.Uuid);
        Assert.Single(inside.All);
    }

    // RFC 6890 and the registries that it began: the first and the last address of each range.
    [Theory]
    [InlineData("0.0.0.0/8")]
    [InlineData("10.0.0.0/8")]
    [InlineData("100.64.0.0/10")]
    [InlineData("127.0.0.0/8")]
    [InlineData("169.254.0.0/16")]
    [InlineData("172.16.0.0/12")]
    [InlineData("192.0.0.0/24")]
    [InlineData("192.0.2.0/24")]
    [InlineData("192.88.99.0/24")]
    [InlineData("192.168.0.0/16")]
    [InlineData("198.18.0.0/15")]
    [InlineData("198.51.100.0/24")]
    [InlineData("203.0.113.0/24")]
    [InlineData("224.0.0.0/4")]
    [InlineData("240.0.0.0/4")]
    [InlineData("::/128")]
    [InlineData("::1/128")]
    [InlineData("64:ff9b::/96")]
    [InlineData("64:ff9b:1::/48")]
    [InlineData("100::/64")]
    [InlineData("2001::/23")]
    [InlineData("2001:db8::/32")]
    [InlineData("2002::/16")]
    [InlineData("3fff::/20")]
    [InlineData("5f00::/16")]
    [InlineData("fc00::/7")]
    [InlineData("fe80::/10")]
    [InlineData("fec0::/10")]
    [InlineData("ff00::/8")]
    public async Task P25_a_name_that_leads_into_a_special_range_is_not_dialled_however_often_it_changes_its_mind(string range)
    {
        var network = IPNetwork.Parse(range);
        var first = network.BaseAddress;
        var bytes = first.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(1 << (7 - (bit % 8)));
        }

        var production = (Settings)gateway.Services.GetService(typeof(Settings))! with { IsSandbox = false, AllowPrivateWebhooks = false, WebhookNetworks = [], WebhookPorts = [443] };
        foreach (var address in new[] { first, new IPAddress(bytes) })
        {
            IPAddress[] answers = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? [address, address.MapToIPv6()] : [address];
            foreach (var answer in answers)
            {
                // Public at the first question and private at the second, and both at once.
                foreach (var told in new[] { new[] { answer }, [IPAddress.Parse("8.8.8.8"), answer], [answer, IPAddress.Parse("8.8.8.8")] })
                {
                    await Assert.ThrowsAsync<Server.Webhooks.RefusedEndpointException>(
                        () => Server.Webhooks.WebhookAddress.ResolveAsync(new("shop.example.com", 443), production, (_, _) => Task.FromResult(told), TestContext.Current.CancellationToken));
                }
            }
        }
    }

    private sealed class ScriptedRedirect : IAsyncDisposable
    {
        private readonly Microsoft.AspNetCore.Builder.WebApplication app;
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private ScriptedRedirect(Microsoft.AspNetCore.Builder.WebApplication app) => this.app = app;

        public string Url => app.Urls.First() + "/hook";

        public Task Asked => asked.Task;

        public static async Task<ScriptedRedirect> StartAsync(string to)
        {
            var redirect = new ScriptedRedirect(Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build());
            redirect.app.Use(_ => context =>
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = to;
                redirect.asked.TrySetResult();
                return Task.CompletedTask;
            });
            await redirect.app.StartAsync();
            return redirect;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}

public sealed class HostileBytesOnSqlite(SqliteGateway gateway) : HostileBytes(gateway);

public sealed class HostileBytesOnPostgres(PostgresGateway gateway) : HostileBytes(gateway);
