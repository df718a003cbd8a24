using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Server.Tests.House;

/// <summary>The line from a gateway to the sandbox's directory server, which a test can cut.</summary>
public sealed class DirectoryServerLine : IAsyncDisposable
{
    private static readonly string[] Schemes = ["visa", "mastercard"];

    private readonly WebApplication app;
    private readonly HttpClient http = new();
    private Uri? far;

    private DirectoryServerLine(WebApplication app) => this.app = app;

    /// <summary>Whether whoever calls is cut off.</summary>
    public bool IsCut { get; set; }

    /// <summary>The settings of a gateway that goes by this line.</summary>
    public string[] Settings => [.. Schemes.Select(scheme => $"--Tollgate:ThreeDS:DirectoryServers:{scheme}={app.Urls.First()}/ds")];

    public static async Task<DirectoryServerLine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var line = new DirectoryServerLine(builder.Build());
        line.app.Run(line.PassOnAsync);
        await line.app.StartAsync();
        return line;
    }

    /// <summary>Says whose directory server it leads to, once that listens.</summary>
    public void LeadTo(Gateway gateway) => far = new(gateway.Address, "/sandbox/ds");

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task PassOnAsync(HttpContext context)
    {
        if (IsCut || far is null)
        {
            context.Abort();
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, far) { Content = new StreamContent(context.Request.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        using var answer = await http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }
}
