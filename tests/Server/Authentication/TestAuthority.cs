using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>An authority that gives out certificates, as a scheme's does, and forgets everything when it is gone.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tollgate-authority-");

    public TestAuthority(string name = "Scheme")
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        RootFile = WriteFile("root.pem", certificate.ExportCertificatePem());
    }

    /// <summary>Its own certificate, in PEM.</summary>
    public string RootFile { get; }

    /// <summary>A certificate for a server at this machine.</summary>
    public X509Certificate2 ForServer(string name = "localhost") => Issue("CN=" + name, "1.3.6.1.5.5.7.3.1", names =>
    {
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
    });

    /// <summary>A certificate for a client.</summary>
    public X509Certificate2 ForClient(string name = "Tollgate") => Issue("CN=" + name, "1.3.6.1.5.5.7.3.2");

    /// <summary>A client's certificate and its key in one PEM file.</summary>
    public string WritePem(X509Certificate2 client) =>
        WriteFile(Guid.NewGuid().ToString("N") + ".pem", client.ExportCertificatePem() + "\n" + client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

    /// <summary>A client's certificate and its key in a PKCS #12 file.</summary>
    public string WritePfx(X509Certificate2 client, string password)
    {
        var path = Path.Combine(folder.FullName, Guid.NewGuid().ToString("N") + ".pfx");
        File.WriteAllBytes(path, client.Export(X509ContentType.Pkcs12, password));
        return path;
    }

    /// <summary>Whether it gave a certificate out.</summary>
    public bool GaveOut(X509Certificate? shown)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        using var leaf = shown is null ? null : X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        return leaf is not null && chain.Build(leaf);
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
        folder.Delete(recursive: true);
    }

    private string WriteFile(string name, string content)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private X509Certificate2 Issue(string subject, string use, Action<SubjectAlternativeNameBuilder>? names = null)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        if (names is not null)
        {
            var alternative = new SubjectAlternativeNameBuilder();
            names(alternative);
            request.CertificateExtensions.Add(alternative.Build());
        }

        using var issued = request.Create(certificate, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(own);

        // A key that was only ever in memory is not one that every platform's TLS can use.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
