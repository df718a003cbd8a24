using System.Net.Http.Headers;
using System.Text;
using Tollgate.Sandbox.ThreeDS;
using Tollgate.Server.Http;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The pretend directory server and the pretend issuer's server as HTTP: the gateway mounts them in the sandbox, and the acquirer's own process does.</summary>
internal static class SchemeEndpoints
{
    private const string Json = "application/json";

    /// <summary>Adds the endpoints.</summary>
    public static void MapScheme(this IEndpointRouteBuilder app, SimulatedScheme scheme)
    {
        var issuer = scheme.Issuer;
        app.MapPost(SchemeWire.DirectoryServer, context => AnswerAsync(context, scheme.DirectoryServer));
        app.MapPost(SchemeWire.Method, context => RunMethodAsync(context, issuer, isSilent: false));
        app.MapPost(SchemeWire.SilentMethod, context => RunMethodAsync(context, issuer, isSilent: true));
        app.MapPost(SchemeWire.Challenge, async context =>
        {
            var form = await ReadFormAsync(context.Request);
            await WriteAsync(context, await issuer.OpenAsync(Field(form, "creq"), Field(form, "threeDSSessionData")));
        });
        app.MapGet(SchemeWire.Challenge + "/{id}", async context => await WriteAsync(context, await issuer.ShowAsync(Identifier(context))));
        app.MapPost(SchemeWire.Challenge + "/{id}", async context =>
        {
            var form = await ReadFormAsync(context.Request);
            await WriteAsync(context, await issuer.AnswerAsync(Identifier(context), Field(form, "action"), Field(form, "code")));
        });
        app.MapGet(SchemeWire.Script, async context =>
        {
            var script = Encoding.UTF8.GetBytes(IssuerPage.Script);
            context.Response.ContentType = "text/javascript; charset=utf-8";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.ContentLength = script.Length;
            await context.Response.Body.WriteAsync(script);
        });
    }

    private static async Task AnswerAsync(HttpContext context, SimulatedDirectoryServer directoryServer)
    {
        var type = context.Request.ContentType;
        if (!MediaTypeHeaderValue.TryParse(type, out var parsed) || parsed.MediaType != Json || parsed.CharSet?.Trim('"').ToUpperInvariant() is not (null or "UTF-8"))
        {
            throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, $"The directory server reads {Json}; charset=utf-8.");
        }

        using var message = new MemoryStream();
        await context.Request.Body.CopyToAsync(message, context.RequestAborted);
        byte[] answer;
        try
        {
            answer = await directoryServer.AnswerAsync(message.ToArray(), context.RequestAborted);
        }
        catch (Exception silent) when (silent is TimeoutException or OperationCanceledException)
        {
            context.Abort();
            return;
        }

        if (answer.Length == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.ContentType = Json + "; charset=utf-8";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private static async Task RunMethodAsync(HttpContext context, SimulatedAccessControlServer issuer, bool isSilent) =>
        await WriteAsync(context, issuer.RunMethod(Field(await ReadFormAsync(context.Request), "threeDSMethodData"), isSilent));

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NotSupportedException || (wrong is IOException and not BadHttpRequestException))
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The form is malformed.");
        }
    }

    private static string? Field(IFormCollection form, string name) => form[name] is { Count: 1 } values ? values[0] : null;

    private static string Identifier(HttpContext context) => (string?)context.Request.RouteValues["id"] ?? string.Empty;

    private static async Task WriteAsync(HttpContext context, IssuerPage page)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        context.Response.StatusCode = page.Status;
        if (page.Location is { } location)
        {
            headers.Location = location;
            return;
        }

        headers.ContentSecurityPolicy = IssuerPage.ContentSecurityPolicy;
        var html = Encoding.UTF8.GetBytes(page.Html);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = html.Length;
        await context.Response.Body.WriteAsync(html);
    }
}
