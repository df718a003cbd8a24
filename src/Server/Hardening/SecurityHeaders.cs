using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Server.Authentication;
using Tollgate.Server.Http;

namespace Tollgate.Server.Hardening;

/// <summary>
/// The headers that every answer has, whoever wrote it, unless it has said otherwise: nothing of ours is kept by anybody in between, shown in a frame, taken for
/// another type than it is, or named to the next site.
/// </summary>
internal static partial class SecurityHeaders
{
    private const string StrictTransport = "max-age=63072000";
    private const string Nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds them to every answer, and answers nobody while the log cannot be written.</summary>
    public static void UseHardening(this WebApplication app)
    {
        var strict = AuthenticationPage.IsStrict(app.Services.GetRequiredService<Settings>());
        var pipeline = app.Services.GetRequiredService<LogPipeline>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Tollgate.Log");
        app.Use(next => context =>
        {
            // At the last moment: whoever clears an answer does not clear these.
            context.Response.OnStarting(strict ? WriteStrict : Write, context);
            if (!pipeline.Admits(logger))
            {
                return Answer.Unavailable().WriteAsync(context);
            }

            return context.Request.Path.Equals("/docs/", StringComparison.Ordinal) ? AllowInlineAsync(context, next) : next(context);
        });
    }

    private static Task Write(object state)
    {
        var context = (HttpContext)state;
        Write(context, context.Request.IsHttps && !IsLocal(context.Request.Host.Host));
        return Task.CompletedTask;
    }

    private static Task WriteStrict(object state)
    {
        Write((HttpContext)state, true);
        return Task.CompletedTask;
    }

    private static void Write(HttpContext context, bool strict)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (headers["Referrer-Policy"].Count == 0)
        {
            headers["Referrer-Policy"] = "no-referrer";
        }

        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = Nothing;
        }

        if (strict)
        {
            headers.StrictTransportSecurity = StrictTransport;
        }
    }

    // RFC 6797, 8.1.1: a name for this machine is many servers' name, and a browser that remembered it for one would refuse the others.
    private static bool IsLocal(string host) => host is "localhost" or "127.0.0.1" or "[::1]";

    /// <summary>The readable reference begins with a script in the page: its digest is what allows it, and nothing else that stands in a page.</summary>
    private static async Task AllowInlineAsync(HttpContext context, RequestDelegate next)
    {
        var outgoing = context.Response.Body;
        using var page = new MemoryStream();
        context.Response.Body = page;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = outgoing;
        }

        var html = Encoding.UTF8.GetString(page.GetBuffer(), 0, (int)page.Length);
        var digests = Inline().Matches(html).Select(m => $" 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(m.Groups[1].Value)))}'");
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self'{string.Concat(digests)}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; "
            + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        page.Position = 0;
        await page.CopyToAsync(outgoing, context.RequestAborted);
    }

    [GeneratedRegex("""<script(?![^>]* src=)[^>]*>(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Inline();
}
