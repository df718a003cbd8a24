using System.Security.Cryptography;

namespace Tollgate.Server.Authentication;

/// <summary>
/// A file that the 3DS page loads: its script or its style. Its address changes with its content, so that browsers may keep it for ever, and what a browser runs
/// is what was built (PCI DSS 6.4.3): every page names its digest.
/// </summary>
internal sealed class PageAsset
{
    private readonly byte[] content;
    private readonly string type;

    private PageAsset(string name, string type)
    {
        using var stream = typeof(PageAsset).Assembly.GetManifestResourceStream("3ds.Assets." + name)!;
        content = new byte[stream.Length];
        stream.ReadExactly(content);
        this.type = type;
        var digest = SHA384.HashData(content);
        Integrity = "sha384-" + Convert.ToBase64String(digest);
        var dot = name.LastIndexOf('.');
        FileName = $"{name[..dot]}.{Convert.ToHexStringLower(digest)[..16]}{name[dot..]}";
    }

    /// <summary>The only script.</summary>
    public static PageAsset Script { get; } = new("page.js", "text/javascript; charset=utf-8");

    /// <summary>The only style.</summary>
    public static PageAsset Style { get; } = new("page.css", "text/css; charset=utf-8");

    /// <summary>Its digest, as the attribute <c>integrity</c> has it.</summary>
    public string Integrity { get; }

    /// <summary>The last part of its address.</summary>
    public string FileName { get; }

    /// <summary><c>GET /3ds/assets/{file}</c>.</summary>
    public static async Task WriteAsync(HttpContext context)
    {
        var wished = (string?)context.Request.RouteValues["file"];
        var asset = wished == Script.FileName ? Script : wished == Style.FileName ? Style : null;
        var response = context.Response;
        if (asset is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        response.ContentType = asset.type;
        response.ContentLength = asset.content.Length;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        await response.BodyWriter.WriteAsync(asset.content, context.RequestAborted);
    }
}
