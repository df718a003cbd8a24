using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Webhooks;

/// <summary>The merchants' endpoints, all on one port: some hang, some fail, some reset the connection, the others answer at once.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, long> arrived = new();
    private int count;

    private Receiver(WebApplication app, bool withBadOnes)
    {
        this.app = app;
        app.Run(async context =>
        {
            var number = int.Parse(context.Request.Path.Value.AsSpan(1), null);
            switch (withBadOnes ? KindOf(number) : EndpointKind.Good)
            {
                case EndpointKind.Hangs:
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    break;
                case EndpointKind.Fails:
                    context.Response.StatusCode = 500;
                    break;
                case EndpointKind.Resets:
                    context.Abort();
                    break;
                default:
                    await context.Request.Body.CopyToAsync(Stream.Null);
                    arrived.TryAdd(context.Request.Headers["webhook-id"].ToString(), Stopwatch.GetTimestamp());
                    if (Interlocked.Increment(ref count) == Expected)
                    {
                        AllArrived.TrySetResult();
                    }

                    break;
            }
        });
    }

    /// <summary>After so many arrivals <see cref="AllArrived"/> is done.</summary>
    public int Expected { get; set; } = int.MaxValue;

    public TaskCompletionSource AllArrived { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What arrived, and when.</summary>
    public IReadOnlyDictionary<string, long> Arrived => arrived;

    public string Address { get; private set; } = string.Empty;

    /// <summary>Of twenty endpoints two hang, two fail and one resets.</summary>
    public static EndpointKind KindOf(int number) => (number % 20) switch
    {
        < 2 => EndpointKind.Hangs,
        < 4 => EndpointKind.Fails,
        4 => EndpointKind.Resets,
        _ => EndpointKind.Good,
    };

    public static async Task<Receiver> StartAsync(bool withBadOnes = false)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new Receiver(app, withBadOnes);
        await app.StartAsync();
        receiver.Address = app.Urls.First();
        return receiver;
    }

    public string UrlOf(int number) => $"{Address}/{number}";

    /// <summary>Begins to count anew.</summary>
    public void Reset(int expected)
    {
        arrived.Clear();
        (count, Expected) = (0, expected);
        AllArrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

internal enum EndpointKind
{
    Good,
    Hangs,
    Fails,
    Resets,
}
