using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tollgate.Server.Authentication;

namespace Tollgate.Server.Hardening;

/// <summary>Puts the server's defences in place.</summary>
internal static class HardeningSetup
{
    // RFC 9325, 4.2: ephemeral keys, authenticated encryption, and nothing else.
    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];

    /// <summary>Limits, TLS and the log's net, for every server of the executable.</summary>
    /// <exception cref="SettingException">The certificate cannot be used.</exception>
    public static void Harden(this WebApplicationBuilder builder, Settings settings)
    {
        ProcessGuard.Close(settings);
        RedactedLog.AddTo(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel.Limits, settings.Hardening.Limits));
        var certificate = settings.Hardening.Tls is { } files ? ServerCertificate.Load(files) : null;
        if (certificate is not null)
        {
            builder.Services.AddHostedService(s =>
            {
                certificate.Logger = s.GetRequiredService<ILoggerFactory>().CreateLogger("Tollgate.Certificates");
                return certificate;
            });
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            AuthenticationSetup.AskForCertificates(https, settings);
            if (certificate is not null)
            {
                https.ServerCertificateSelector = (_, _) => certificate.Context.TargetCertificate;
            }

            https.OnAuthenticate = (_, options) =>
            {
                if (OperatingSystem.IsLinux())
                {
                    options.CipherSuitesPolicy = new(Suites);
                }

                options.AllowRenegotiation = false;
                if (certificate is not null)
                {
                    // Beside the certificate itself, those that lead to its root.
                    options.ServerCertificateSelectionCallback = null;
                    options.ServerCertificateContext = certificate.Context;
                }
            };
        }));
    }

    private static void Limit(KestrelServerLimits limits, LimitSettings settings)
    {
        limits.MaxConcurrentConnections = settings.Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = settings.HeaderTime;
        limits.KeepAliveTimeout = settings.IdleTime;
        limits.MinRequestBodyDataRate = new(settings.BodyRate, settings.BodyGrace);
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;
    }
}
