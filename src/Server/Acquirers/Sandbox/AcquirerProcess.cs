using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Tollgate.Sandbox;
using Tollgate.Sandbox.ThreeDS;
using Tollgate.Server.Hardening;
using Tollgate.Server.Http;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The simulated acquirer as a process of its own: the verb <c>sandbox-acquirer</c>. What it answers is in its books before the answer leaves.</summary>
internal static class AcquirerProcess
{
    private const string DefaultAddress = "http://127.0.0.1:9090";

    /// <summary>The texts of a dispute's evidence come in one message.</summary>
    private const long LargestMessage = 16 * 1024 * 1024;

    /// <summary>Serves gateways until it is told to stop.</summary>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = TollgateServer.CreateBuilder(args);
        var settings = Settings.Read(builder.Configuration);
        if (!settings.IsSandbox)
        {
            throw new SettingException("Tollgate:Mode", "is production, which has no use for a simulated acquirer");
        }

        if (settings.Acquirer is not null)
        {
            throw new SettingException("Tollgate:Sandbox:Acquirer", "is for gateways; the acquirer itself has none");
        }

        TollgateServer.ChooseAddresses(builder, settings, DefaultAddress);
        builder.Harden(settings);
        TollgateServer.CreateDataDirectory(settings.DataDirectory);
        using var acquirer = SandboxSetup.Open(settings);

        // Exchanges whose answer never comes would hold the shutdown up.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        await using var app = builder.Build();
        var address = string.Empty;
        var gateways = new Gateways(settings.AllowRemoteSandbox);
        using var scheme = new SimulatedScheme(acquirer.Clock, () => address, gateways.Reach);
        app.Use(next => context =>
        {
            gateways.Hear(context.Request.Headers[HostWire.GatewayHeader]);
            return next(context);
        });
        Map(app, acquirer, scheme);
        await TollgateServer.ListenAsync(app);
        address = settings.PublicUrl?.AbsoluteUri.TrimEnd('/') ?? TollgateServer.ListeningAddress(app);
        Console.Out.WriteLine($"The sandbox's acquirer listens on {TollgateServer.ListeningAddress(app)} and keeps its books in {SandboxSetup.BooksPath(settings)}");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static void Map(WebApplication app, SimulatedAcquirer acquirer, SimulatedScheme scheme)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Tollgate.Sandbox");
        app.Use(next => context => GuardAsync(context, next, acquirer, logger));
        app.MapScheme(scheme);
        app.MapPost(HostWire.Exchange, async context =>
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestMessage;
            await WriteAsync(context, await acquirer.ExchangeAsync(await ReadAsync(context, HostJson.Default.SimulatedMessage)), HostJson.Default.SimulatedReply);
        });
        app.MapPost(HostWire.Faults, async context =>
        {
            var order = await ReadAsync(context, HostJson.Default.ArmOrder);
            acquirer.Arm(order.Fault, order.Kind, order.Payment, order.Times);
            await WriteAsync(context, new(true), HostJson.Default.Done);
        });
        app.MapGet(HostWire.Books + "{payment}", context => WriteAsync(
            context, acquirer.Read<IReadOnlyList<BookLine>>((string)context.Request.RouteValues["payment"]!, booked => [.. booked.Lines]) ?? [], HostJson.Default.IReadOnlyListBookLine));
        app.MapGet(HostWire.ClearingFiles + "{name}", context => WriteAsync(
            context, new(acquirer.ReadClearingFile((string)context.Request.RouteValues["name"]!)), HostJson.Default.WireFile));
        app.MapGet(HostWire.Due, async context =>
        {
            await scheme.Issuer.RunDueAsync();
            await WriteAsync(context, acquirer.ListDue(HostWire.MostDue), HostJson.Default.IReadOnlyListDueNotice);
        });
        app.MapPost(HostWire.Now, async context =>
        {
            var order = await ReadAsync(context, HostJson.Default.NowOrder);
            await WriteAsync(context, new(acquirer.Choose(order.Kind, order.Payment)), HostJson.Default.Chosen);
        });
        app.MapPost(HostWire.Heard, async context =>
        {
            var hearing = await ReadAsync(context, HostJson.Default.Hearing);
            await WriteAsync(context, new(acquirer.Confirm(hearing.Told, hearing.Heard)), HostJson.Default.Done);
        });
        app.MapGet(HostWire.Clock, context => WriteAsync(context, new(AcquirerInProcess.Earlier(acquirer.NextDue, scheme.Issuer.NextDue)), HostJson.Default.WireTime));
        app.MapPost(HostWire.Clock, async context =>
        {
            acquirer.MoveClock((await ReadAsync(context, HostJson.Default.WireTime)).At ?? throw new JsonException("There is no instant."));
            await WriteAsync(context, new(true), HostJson.Default.Done);
        });
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, SimulatedAcquirer acquirer, ILogger logger)
    {
        // The offset is that of the moment at which the answer starts: a clock that was moved meanwhile is told of.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[HostWire.OffsetHeader] = acquirer.Clock.Offset.Ticks.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        catch (BadRequestException bad)
        {
            context.Response.StatusCode = bad.StatusCode;
        }
        catch (JsonException)
        {
            // What is wrong with it is not said: it may hold a card number.
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        catch (Exception silent) when (silent is TimeoutException or OperationCanceledException)
        {
            context.Abort();
        }
        catch (Exception broken) when (!context.Response.HasStarted)
        {
            Log.AcquirerBroke(logger, broken);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> shape) =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, shape, context.RequestAborted) ?? throw new JsonException("The body is null.");

    private static async Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> shape)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, shape);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>
    /// The gateways that this acquirer serves, by the address that their customers know. They are on this machine, as their acquirer is, unless the operator
    /// says otherwise; so that whoever writes another address into a message does not make this process call it.
    /// </summary>
    private sealed class Gateways(bool mayBeRemote)
    {
        private const int Most = 1000;

        private readonly ConcurrentDictionary<string, string> locals = new(StringComparer.Ordinal);

        public void Hear(string? header)
        {
            if (header?.Split(' ') is [var known, var local] && locals.Count < Most && Uri.TryCreate(local, UriKind.Absolute, out var url) && IsNear(url))
            {
                locals[known] = local;
            }
        }

        public Uri? Reach(Uri url)
        {
            foreach (var (known, local) in locals)
            {
                if (url.AbsoluteUri.StartsWith(known + "/", StringComparison.Ordinal))
                {
                    return new(local + url.AbsoluteUri[known.Length..]);
                }
            }

            return IsNear(url) ? url : null;
        }

        private bool IsNear(Uri url) => url.Scheme is "http" or "https" && (url.IsLoopback || mayBeRemote);
    }
}
