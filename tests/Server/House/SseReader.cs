using System.Net.Http.Headers;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>One event of a stream, as it was on the wire.</summary>
public sealed record SseEvent(string? Id, string? Name, string Data)
{
    public PaymentStatusChange Change => System.Text.Json.JsonSerializer.Deserialize(Data, ResponseJson.Numbers.PaymentStatusChange)!;
}

/// <summary>Reads a stream of Server-Sent Events line by line, as a browser does.</summary>
public sealed class SseReader : IDisposable
{
    private readonly HttpClient http;
    private readonly StreamReader lines;

    private SseReader(HttpClient http, HttpResponseMessage response, Stream body)
    {
        this.http = http;
        Response = response;
        lines = new(body);
    }

    public HttpResponseMessage Response { get; }

    /// <summary>What the stream said about coming back, once it has.</summary>
    public string? Retry { get; private set; }

    /// <summary>Asks for the stream of an app, the sandbox's own unless told otherwise; it must begin.</summary>
    public static async Task<SseReader> OpenAsync(Uri address, string query = "", string? lastEventId = null, (string Id, string Key)? app = null)
    {
        var (id, key) = app ?? ("app-sandbox", "sk-sandbox-tollgate");
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Wire.Cards}/events{query}");
        request.Headers.Add("app-id", id);
        request.Headers.Add("secret-key", key);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var patience = Patience();
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal(200, (int)response.StatusCode);
        return new(http, response, await response.Content.ReadAsStreamAsync(patience.Token));
    }

    /// <summary>Waits for the next event; none when the stream has ended as it should. One that breaks off throws.</summary>
    public async Task<SseEvent?> NextAsync()
    {
        using var patience = Patience();
        string? id = null;
        string? name = null;
        string? data = null;
        while (await lines.ReadLineAsync(patience.Token) is { } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            switch (colon < 0 ? line : line[..colon])
            {
                case "id":
                    id = line[4..];
                    break;
                case "event":
                    name = line[7..];
                    break;
                case "data":
                    Assert.Null(data);
                    data = line[6..];
                    break;
                case "retry":
                    Retry = line[7..];
                    break;
                case "" when data is not null:
                    return new(id, name, data);
                case "" or ":":
                    break;
                default:
                    Assert.Fail($"No line of a stream of events: {line}");
                    break;
            }
        }

        Assert.Null(data);
        return null;
    }

    public async Task<IReadOnlyList<SseEvent>> TakeAsync(int count)
    {
        var events = new List<SseEvent>();
        while (events.Count < count)
        {
            events.Add(await NextAsync() ?? throw new InvalidOperationException($"The stream ended after {events.Count} events."));
        }

        return events;
    }

    public void Dispose()
    {
        Response.Dispose();
        http.Dispose();
    }

    private static CancellationTokenSource Patience()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        return patience;
    }
}
