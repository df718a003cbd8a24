using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Authentication;

/// <summary>The certificate that this server shows to directory servers.</summary>
internal sealed class ClientCertificate
{
    private ClientCertificate(X509Certificate2 own, X509Certificate2Collection further) => Context = SslStreamCertificateContext.Create(own, further, offline: true);

    /// <summary>The certificate, its private key and those that lead to its root.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Reads a PKCS #12 file, or a PEM file whose key is in it or in a file beside it.</summary>
    /// <exception cref="CryptographicException">It is neither, or the password is wrong.</exception>
    public static ClientCertificate Read(string path, string? keyPath, SecretText? password)
    {
        var further = new X509Certificate2Collection();
        if (X509Certificate2.GetCertContentType(path) is X509ContentType.Pkcs12)
        {
            further = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password?.Expose());
            var own = further.FirstOrDefault(c => c.HasPrivateKey)
                ?? throw new CryptographicException("It holds no private key.");
            further.Remove(own);
            return new(own, further);
        }

        var leaf = password is null
            ? X509Certificate2.CreateFromPemFile(path, keyPath is { Length: > 0 } ? keyPath : null)
            : X509Certificate2.CreateFromEncryptedPemFile(path, password.Expose(), keyPath is { Length: > 0 } ? keyPath : null);
        further.ImportFromPemFile(path);
        return new(leaf, further);
    }
}

/// <summary>Who may bring results: those who show one of some certificates, or one that an authority of the schemes gave out.</summary>
internal sealed class ResultsCertificate
{
    private readonly HashSet<string> thumbprints = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509Certificate2Collection authorities = [];

    /// <summary>Those with a certificate of these authorities.</summary>
    public ResultsCertificate(X509Certificate2Collection authorities) => this.authorities = authorities;

    /// <summary>The authorities; none where thumbprints say who may.</summary>
    public X509Certificate2Collection Authorities => authorities;

    private ResultsCertificate(IEnumerable<string> thumbprints) => this.thumbprints.UnionWith(thumbprints);

    /// <summary>Reads SHA-256 thumbprints: 64 hexadecimal digits each, with commas between them.</summary>
    public static bool TryReadThumbprints(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResultsCertificate? read)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => p.Replace(":", string.Empty, StringComparison.Ordinal)).ToList();
        read = parts.Count > 0 && parts.All(p => p.Length == 64 && p.All(char.IsAsciiHexDigit)) ? new(parts) : null;
        return read is not null;
    }

    /// <summary>Whether who shows a certificate may bring results. Certificates live by real time, whatever the sandbox's clock says.</summary>
    public bool Admits(X509Certificate2? shown)
    {
        if (shown is null)
        {
            return false;
        }

        if (thumbprints.Count > 0)
        {
            return thumbprints.Contains(shown.GetCertHashString(HashAlgorithmName.SHA256));
        }

        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(authorities);

        // RFC 5280, 4.2.1.12: a certificate that names its uses is for no other.
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.2"));
        return chain.Build(shown);
    }
}
