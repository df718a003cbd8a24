using System.Reflection;

namespace Tollgate.Server;

/// <summary>Serves the description of the API, which is part of the program.</summary>
internal static class ApiDescription
{
    private static readonly Lazy<byte[]> Text = new(() =>
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        var text = new byte[resource.Length];
        resource.ReadExactly(text);
        return text;
    });

    public static async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = Text.Value.Length;
        await context.Response.Body.WriteAsync(Text.Value, context.RequestAborted);
    }
}
