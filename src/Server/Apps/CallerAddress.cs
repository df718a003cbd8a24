using System.Collections.Concurrent;
using Microsoft.AspNetCore.HttpOverrides;

namespace Tollgate.Server.Apps;

/// <summary>
/// Whose address a connection counts as: its own, or, when that is a trusted proxy's, the last one in <c>X-Forwarded-For</c> that is not. From here on it is the
/// connection's remote address, for whoever asks.
/// </summary>
internal static class CallerAddress
{
    private const int MostWarnings = 100;

    /// <summary>Puts it before whatever looks at the address.</summary>
    public static void UseCallerAddress(this WebApplication app, AccessSettings settings)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Tollgate.Access");
        if (settings.TrustedProxies.Count > 0)
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in settings.TrustedProxies)
            {
                options.KnownIPNetworks.Add(network);
            }

            app.UseForwardedHeaders(options);
            return;
        }

        var warned = new ConcurrentDictionary<System.Net.IPAddress, bool>();
        app.Use(next => context =>
        {
            // Anybody can send the header; a proxy does on each call.
            if (context.Request.Headers.ContainsKey("X-Forwarded-For") && context.Connection.RemoteIpAddress is { } proxy
                && warned.Count < MostWarnings && warned.TryAdd(proxy, true))
            {
                Log.ProxyNotTrusted(logger, proxy.ToString());
            }

            return next(context);
        });
    }
}
