using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tollgate.Server.Apps;

namespace Tollgate.Server.Authentication;

/// <summary>Puts the 3DS server together, but for the work that a server does by itself.</summary>
internal static class AuthenticationSetup
{
    /// <summary>What speaks to directory servers, and hears them.</summary>
    public static void AddThreeDS(this IServiceCollection services)
    {
        services.AddSingleton<DirectoryServers>();
        services.AddSingleton<IDirectoryServer, DirectoryServerOverHttp>();
        services.AddSingleton<DirectoryServerClient>();
        services.AddSingleton<CardRanges>();
        services.AddSingleton<ICardholderAuthentication, CardholderAuthentication>();
        services.AddSingleton<ReceiveResults>();
    }

    /// <summary>Where results are brought.</summary>
    public static void MapThreeDS(this WebApplication app) => app.MapPost("/3ds/results", app.Services.GetRequiredService<ReceiveResults>().HandleAsync)
        .IsOpenToAnybody("an issuer's results, which are told by their transaction and, where it is set, by a certificate");

    /// <summary>
    /// Has TLS ask for a certificate, where results are taken from those only who have the right one. It is looked at when a result comes, not before: whoever has
    /// none may be a browser. An endpoint that says something else about it in Kestrel's own settings keeps to that.
    /// </summary>
    public static void AskForCertificates(HttpsConnectionAdapterOptions https, Settings settings)
    {
        if (settings.ThreeDS.ResultsCertificate is not null)
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }
    }
}
