using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>One webhook as it arrived.</summary>
public sealed record ReceivedWebhook(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public PaymentResponse Payment => JsonSerializer.Deserialize(Body, ResponseJson.Numbers.PaymentResponse)!;

    public string Id => Headers["webhook-id"];
}

/// <summary>A merchant's endpoint on a real socket. What it answers is the test's to say; unless told, it answers 200.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<ReceivedWebhook> arrivals = Channel.CreateUnbounded<ReceivedWebhook>();
    private readonly ConcurrentQueue<ReceivedWebhook> all = new();

    private WebhookReceiver(WebApplication app) => this.app = app;

    /// <summary>Decides the status of an answer.</summary>
    public Func<ReceivedWebhook, int> Answer { get; set; } = _ => 200;

    public string Url => app.Urls.First() + "/webhook";

    /// <summary>Everything that arrived, in order.</summary>
    public IReadOnlyList<ReceivedWebhook> All => [.. all];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
        receiver.app.Run(receiver.ReceiveAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for the next webhook that nobody has waited for yet.</summary>
    public async Task<ReceivedWebhook> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        return await arrivals.Reader.ReadAsync(patience.Token);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal);
        var received = new ReceivedWebhook(context.Request.Path, headers, body.ToArray());
        context.Response.StatusCode = Answer(received);
        all.Enqueue(received);
        arrivals.Writer.TryWrite(received);
    }
}
