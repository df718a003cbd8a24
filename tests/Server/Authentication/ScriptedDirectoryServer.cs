using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>A directory server on a real socket whose every answer is the test's.</summary>
internal sealed class ScriptedDirectoryServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<JsonElement> received = new();
    private readonly WebApplication app;

    private ScriptedDirectoryServer(Func<JsonElement, HttpContext, Task> answer, Action<HttpsConnectionAdapterOptions>? tls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            if (tls is not null)
            {
                listen.UseHttps(tls);
            }
        }));
        app = builder.Build();
        app.Run(async context =>
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            var message = document.RootElement.Clone();
            ContentTypes.Enqueue(context.Request.ContentType);
            received.Enqueue(message);
            if (TypeOf(message) != "Erro")
            {
                await answer(message, context);
            }
        });
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What it has received, in order.</summary>
    public IReadOnlyList<JsonElement> Received => [.. received];

    /// <summary>As what it came.</summary>
    public ConcurrentQueue<string?> ContentTypes { get; } = new();

    public static async Task<ScriptedDirectoryServer> StartAsync(Func<JsonElement, HttpContext, Task> answer, Action<HttpsConnectionAdapterOptions>? tls = null)
    {
        var server = new ScriptedDirectoryServer(answer, tls);
        await server.app.StartAsync();
        server.Address = new Uri(server.app.Urls.First().Replace("127.0.0.1", tls is null ? "127.0.0.1" : "localhost", StringComparison.Ordinal) + "/ds");
        return server;
    }

    /// <summary>One that answers a text to everything.</summary>
    public static Task<ScriptedDirectoryServer> SayingAsync(Func<JsonElement, string> answer) => StartAsync((message, context) => context.Response.WriteAsync(answer(message)));

    /// <summary>Waits for an error message.</summary>
    public async Task<JsonElement> ErrorAsync()
    {
        var all = await Eventually.GetAsync(() => Task.FromResult(Received), r => r.Any(m => TypeOf(m) == "Erro"), "an error message");
        return all.First(m => TypeOf(m) == "Erro");
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private static string? TypeOf(JsonElement message) => message.GetProperty("messageType").GetString();
}
