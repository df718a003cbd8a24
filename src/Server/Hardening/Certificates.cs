using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tollgate.Server.Hardening;

/// <summary>One certificate that the server shows, or trusts.</summary>
/// <param name="Use">What it is for.</param>
/// <param name="Certificate">The certificate.</param>
internal sealed record CertificateInUse(string Use, X509Certificate2 Certificate)
{
    public DateTimeOffset Until => Certificate.NotAfter.ToUniversalTime();
}

/// <summary>The inventory of certificates (PCI DSS 4.2.1.1): the verb <c>certificates</c> lists it, and the server says in time which of them end.</summary>
internal static class Certificates
{
    /// <summary>How long before its end a certificate is to be replaced.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(21);

    /// <summary>All of them. The server's own is read from its file, as it is there now.</summary>
    public static IReadOnlyList<CertificateInUse> In(Settings settings)
    {
        List<CertificateInUse> all = [];
        if (settings.Hardening.Tls is { } tls)
        {
            all.Add(new("server", ServerCertificate.Load(tls).Context.TargetCertificate));
        }

        if (settings.ThreeDS.ClientCertificate is { } client)
        {
            all.Add(new("directory servers' client", client.Context.TargetCertificate));
        }

        all.AddRange((settings.ThreeDS.TrustedCertificates ?? []).Select(c => new CertificateInUse("directory servers' root", c)));
        all.AddRange((settings.ThreeDS.ResultsCertificate?.Authorities ?? []).Select(c => new CertificateInUse("results' authority", c)));
        return all;
    }

    /// <summary>Lists them; 1 when one ends soon, or has.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var settings = Settings.Read(TollgateServer.CreateBuilder(arguments).Configuration);
        var now = TimeProvider.System.GetUtcNow();
        var ends = false;
        var all = In(settings);
        foreach (var (use, certificate) in all)
        {
            var until = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
            var soon = until - now < Notice;
            ends |= soon;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{use}: {certificate.Subject}, given by {certificate.Issuer}, {KeyOf(certificate)}, valid from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} until {until:yyyy-MM-dd} ({(until - now).Days} days{(soon ? ": replace it" : string.Empty)}), SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256)}"));
        }

        if (all.Count == 0)
        {
            await output.WriteLineAsync("No setting of Tollgate's names a certificate.");
        }

        return ends ? 1 : 0;
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        using var rsa = certificate.GetRSAPublicKey();
        return (ecdsa, rsa) switch
        {
            ({ } key, _) => string.Create(CultureInfo.InvariantCulture, $"ECDSA {key.KeySize} bits"),
            (_, { } key) => string.Create(CultureInfo.InvariantCulture, $"RSA {key.KeySize} bits"),
            _ => certificate.PublicKey.Oid.FriendlyName ?? "a key of another kind",
        };
    }
}

/// <summary>Looks at the certificates once a day, and says which of them end soon.</summary>
internal sealed class CertificateWatch(Settings settings, ILogger<CertificateWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromDays(1), TimeProvider.System);
        do
        {
            try
            {
                foreach (var ending in Certificates.In(settings).Where(c => c.Until - TimeProvider.System.GetUtcNow() < Certificates.Notice))
                {
                    Log.CertificateEnds(logger, ending.Use, ending.Until.UtcDateTime);
                }
            }
            catch (SettingException unreadable)
            {
                // The file is being replaced, or is broken, of which whoever shows it has more to say.
                Log.BackgroundBroke(logger, "certificates", unreadable);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
