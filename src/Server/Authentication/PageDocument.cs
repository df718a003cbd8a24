using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Server.Authentication;

/// <summary>One document of the 3DS page: its HTML, and the headers that hold the browser to it.</summary>
internal sealed record PageDocument
{
    /// <summary>The sentence that is its title and its heading.</summary>
    public required string Title { get; init; }

    /// <summary>What stands below the heading, as HTML.</summary>
    public required string Content { get; init; }

    /// <summary>Which of its parts the script plays; none on a page that needs no script.</summary>
    public string? Part { get; init; }

    /// <summary>What the script needs to know.</summary>
    public IReadOnlyList<(string Name, string Value)> ForScript { get; init; } = [];

    /// <summary>Where a browser without scripts is sent on to by itself, and after how many seconds.</summary>
    public (int Seconds, string Address)? SendsOn { get; init; }

    /// <summary>Whether it is shown in a frame of our own page.</summary>
    public bool IsFramed { get; init; }

    /// <summary>Whether the browser may be sent to addresses without TLS: in the sandbox, and to a shop that has none.</summary>
    public bool AllowsHttp { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Text as HTML.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>
    /// The way from where the browser is to <c>/3ds/</c>. Relative, so that it is right behind a proxy that adds a path, and with a slash at the end of the address.
    /// </summary>
    public static string RootFrom(HttpContext context) => string.Concat(Enumerable.Repeat("../", context.Request.Path.Value!.Count('/') - 2));

    /// <summary>The headers that every answer of the page has, a redirection too.</summary>
    public static void WriteHeaders(HttpResponse response, bool strictTransport)
    {
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        if (strictTransport)
        {
            headers.StrictTransportSecurity = "max-age=63072000";
        }
    }

    /// <summary>
    /// The content policy. Issuers' hosts are known to nobody beforehand, so that frames and forms may go to any; scripts are ours alone, by a nonce, beside the
    /// digest that each names.
    /// </summary>
    public string PolicyWith(string nonce)
    {
        var anywhere = AllowsHttp ? "https: http:" : "https:";
        var ancestors = IsFramed ? "'self'" : "'none'";
        return $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; frame-src {anywhere}; form-action 'self' {anywhere}; "
            + $"base-uri 'none'; frame-ancestors {ancestors}";
    }

    /// <summary>Writes it.</summary>
    public async Task WriteAsync(HttpContext context, PageLanguage language, bool strictTransport)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var response = context.Response;
        WriteHeaders(response, strictTransport);
        response.Headers.ContentSecurityPolicy = PolicyWith(nonce);
        response.Headers.Vary = "Accept-Language";
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        var page = Encoding.UTF8.GetBytes(Compose(language, RootFrom(context) + "assets/", nonce));
        response.ContentLength = page.Length;
        await response.Body.WriteAsync(page, context.RequestAborted);
    }

    /// <summary>Its HTML.</summary>
    public string Compose(PageLanguage language, string assets, string nonce)
    {
        var (script, style) = (PageAsset.Script, PageAsset.Style);
        var data = string.Concat(ForScript.Select(item => $" data-{item.Name}=\"{Encode(item.Value)}\""));
        var refresh = SendsOn is not var (seconds, address) ? string.Empty
            : $"\n<noscript><meta http-equiv=\"refresh\" content=\"{seconds};url={Encode(address)}\"></noscript>";
        var run = Part is null ? string.Empty
            : $"\n<script src=\"{assets}{script.FileName}\" integrity=\"{script.Integrity}\" nonce=\"{nonce}\" defer></script>";
        var part = Part is null ? string.Empty : $" data-page=\"{Part}\"";
        return $"""
            <!doctype html>
            <html lang="{language.Tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(Title)}</title>
            <link rel="stylesheet" href="{assets}{style.FileName}" integrity="{style.Integrity}" nonce="{nonce}">{run}{refresh}</head>
            <body{part}{data}><main><h1>{Encode(Title)}</h1>
            {Content}
            </main></body></html>
            """;
    }
}
