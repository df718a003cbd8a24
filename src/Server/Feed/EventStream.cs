using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Feed;

/// <summary>
/// An app's feed as Server-Sent Events (WHATWG HTML, 9.2): what is there and what comes, until somebody hangs up. It is read from the store a page at a time,
/// and the next page only when the caller has taken the one before, so that a slow reader costs no memory.
/// </summary>
internal sealed class EventStream(PaymentReader reader, PaymentRenderer renderer, FeedWatch watch, RealTime real, IHostApplicationLifetime lifetime)
{
    public const string MediaType = "text/event-stream";

    /// <summary>How many changes are read at a time.</summary>
    public const int Page = 50;

    /// <summary>How often a quiet stream shows that it is alive.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How long a caller may take nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Answer NoPlace = Answer.Error(
        StatusCodes.Status429TooManyRequests, "RATE_LIMITED", "Too many calls of this app wait for events. Close one, or send it again after the time in Retry-After.");

    public async Task WriteAsync(HttpContext context, AppId app, long after)
    {
        using var place = watch.TryEnter(app);
        if (place is null)
        {
            await NoPlace.WriteAsync(context);
            return;
        }

        // What goes wrong up to here is an ordinary answer: the stream begins with what was read.
        var growth = place.Growth;
        var entries = await reader.ReadFeedAsync(app, after, Page);
        Begin(context);
        using var stalled = new CancellationTokenSource(Timeout.InfiniteTimeSpan, real.Clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, stalled.Token);
        try
        {
            await SendAsync("retry: 2000\n\n");
            while (!enough.IsCancellationRequested)
            {
                foreach (var entry in entries)
                {
                    await SendAsync(Text(entry));
                    after = entry.Position;
                }

                if (entries.Count < Page)
                {
                    await growth.WaitAsync(Heartbeat, real.Clock, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (!growth.IsCompleted && !enough.IsCancellationRequested)
                    {
                        await SendAsync(":\n\n");
                    }
                }

                growth = place.Growth;
                entries = await reader.ReadFeedAsync(app, after, Page);
            }
        }
        catch (OperationCanceledException)
        {
            // In the middle of writing, the caller went, took nothing for too long, or the server shuts down: the rest comes when it asks again.
            context.Abort();
        }

        // Writes, and waits until the caller has made room for more.
        async Task SendAsync(string text)
        {
            stalled.CancelAfter(Patience);
            await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), enough.Token);
            stalled.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private static void Begin(HttpContext context)
    {
        // Kestrel's own limit cuts off who is slow; ours cuts off who takes nothing.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var response = context.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private string Text(FeedEntry entry)
    {
        var change = renderer.Render(entry);
        return $"id: {change.Cursor}\nevent: payment_status_changed\ndata: {JsonSerializer.Serialize(change, ResponseJson.Numbers.PaymentStatusChange)}\n\n";
    }
}
