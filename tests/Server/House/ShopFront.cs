using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Server.Tests.House;

/// <summary>A merchant's shop, to which customers' browsers come back; over http, and over https with a certificate that nobody vouches for.</summary>
public sealed class ShopFront : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;

    private ShopFront(WebApplication app, X509Certificate2 certificate)
    {
        this.app = app;
        this.certificate = certificate;
    }

    /// <summary>Its return page.</summary>
    public string ReturnUrl => app.Urls.Single(u => u.StartsWith("http:", StringComparison.Ordinal)) + "/return";

    /// <summary>A return page of it that has moved to another origin.</summary>
    public string MovedReturnUrl => new Uri(new(ReturnUrl), "/moved").AbsoluteUri;

    public int SecurePort => new Uri(app.Urls.Single(u => u.StartsWith("https:", StringComparison.Ordinal))).Port;

    public static async Task<ShopFront> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
        var shop = new ShopFront(builder.Build(), certificate);
        shop.app.Run(async context =>
        {
            if (context.Request.Path == "/moved")
            {
                context.Response.Redirect("https://example.com/return" + context.Request.QueryString);
                return;
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync("<!doctype html><html lang=\"en\"><title>Shop</title><h1>Back at the shop</h1></html>");
        });
        await shop.app.StartAsync();
        return shop;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }
}
