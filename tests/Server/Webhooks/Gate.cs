using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>An endpoint that answers each webhook when the test lets it, in the order in which they arrive.</summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly Channel<TaskCompletionSource<(int Status, int? RetryAfter)>> waiting = Channel.CreateUnbounded<TaskCompletionSource<(int, int?)>>();
    private readonly ConcurrentQueue<PaymentStatus> statuses = new();
    private readonly WebApplication app;
    private TaskCompletionSource<(int Status, int? RetryAfter)>? first;

    private Gate(WebApplication app) => this.app = app;

    public static async Task<Gate> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var gate = new Gate(builder.Build());
        gate.app.Run(gate.HandleAsync);
        await gate.app.StartAsync();
        return gate;
    }

    public string Url => app.Urls.First() + "/gate";

    /// <summary>How many have arrived.</summary>
    public int Arrived => statuses.Count;

    /// <summary>The statuses that were told, in the order of arrival.</summary>
    public IReadOnlyList<PaymentStatus> Statuses => [.. statuses];

    /// <summary>Waits until a webhook has arrived.</summary>
    public async Task WaitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        first ??= await waiting.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Answers the next one, once it is here.</summary>
    public async Task LetThroughAsync(int status, int? retryAfter = null)
    {
        await WaitAsync();
        first!.SetResult((status, retryAfter));
        first = null;
    }

    public async ValueTask DisposeAsync()
    {
        first?.TrySetResult((200, null));
        waiting.Writer.Complete();
        while (waiting.Reader.TryRead(out var left))
        {
            left.TrySetResult((200, null));
        }

        await app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var turn = new TaskCompletionSource<(int Status, int? RetryAfter)>(TaskCreationOptions.RunContinuationsAsynchronously);
        statuses.Enqueue(JsonSerializer.Deserialize(body.ToArray(), ResponseJson.Numbers.PaymentResponse)!.Status);
        var (status, retryAfter) = waiting.Writer.TryWrite(turn) ? await turn.Task : (200, null);
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
