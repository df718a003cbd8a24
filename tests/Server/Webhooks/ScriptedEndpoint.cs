using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>An endpoint whose every answer is the test's, on an address that can be known before anybody listens there.</summary>
internal sealed class ScriptedEndpoint(Func<HttpContext, Task> answer) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> asked = new();
    private WebApplication? app;

    public string Address { get; } = $"http://127.0.0.1:{FreePort()}";

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyList<string> Asked => [.. asked];

    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=" + Address]);
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(async context =>
        {
            await answer(context);
            asked.Enqueue(context.Request.Path);
        });
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
