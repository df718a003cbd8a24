using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tollgate.Server.Hardening;

/// <summary>
/// The server's own certificate. Its files are looked at twice a second, and on SIGHUP at once: what is right in them is what the next handshake shows, and what is
/// wrong leaves the old one in its place and is said.
/// </summary>
internal sealed class ServerCertificate : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

    private readonly TlsSettings settings;
    private readonly Alarm alarm = new();
    private byte[] loaded;
    private byte[] refused = [];
    private bool refusedBefore;
    private ILogger? logger;

    private ServerCertificate(TlsSettings settings, byte[] digest, SslStreamCertificateContext context)
    {
        this.settings = settings;
        loaded = digest;
        Context = context;
    }

    /// <summary>The certificate, its key and those that lead to its root.</summary>
    public SslStreamCertificateContext Context { get; private set; }

    /// <summary>Who is told what is wrong, once somebody can be.</summary>
    public ILogger Logger
    {
        set => logger = value;
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="SettingException">It cannot be shown.</exception>
    public static ServerCertificate Load(TlsSettings settings)
    {
        try
        {
            var (digest, certificate, key) = Read(settings);
            return new(settings, digest, Parse(certificate, key));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingException("Tollgate:Tls:Certificate", $"({settings.Certificate}) cannot be used: {wrong.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Looks at the files once.</summary>
    internal void Look()
    {
        // Files that cannot be read have no digest of their own.
        byte[] digest = [0];
        string problem;
        try
        {
            (digest, var certificate, var key) = Read(settings);
            if (digest.AsSpan().SequenceEqual(loaded))
            {
                refused = [];
                return;
            }

            Context = Parse(certificate, key);
            loaded = digest;
            refused = [];
            if (logger is not null)
            {
                Log.CertificateReplaced(logger, Context.TargetCertificate.NotAfter.ToUniversalTime());
            }

            return;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problem = wrong.Message;
        }

        // Two files are not replaced in one moment: what is still wrong at the second look is wrong, and is said once.
        if (digest.AsSpan().SequenceEqual(refused))
        {
            if (!refusedBefore && logger is not null)
            {
                Log.CertificateRefused(logger, problem, Context.TargetCertificate.NotAfter.ToUniversalTime());
            }

            refusedBefore = true;
        }
        else
        {
            refused = digest;
            refusedBefore = false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hup = OperatingSystem.IsWindows() ? null : System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGHUP,
            signal =>
            {
                signal.Cancel = true;
                alarm.Ring();
            });
        while (!stoppingToken.IsCancellationRequested)
        {
            await alarm.RestAsync(Rest, stoppingToken);
            Look();
        }
    }

    public override void Dispose()
    {
        alarm.Dispose();
        base.Dispose();
    }

    private static (byte[] Digest, byte[] Certificate, byte[] Key) Read(TlsSettings settings)
    {
        var certificate = File.ReadAllBytes(settings.Certificate);
        var key = File.ReadAllBytes(settings.Key);
        return (SHA256.HashData([.. SHA256.HashData(certificate), .. SHA256.HashData(key)]), certificate, key);
    }

    private static SslStreamCertificateContext Parse(byte[] certificate, byte[] key)
    {
        var pem = System.Text.Encoding.UTF8.GetString(certificate);
        var leaf = X509Certificate2.CreateFromPem(pem, System.Text.Encoding.UTF8.GetString(key));
        CryptographicOperations.ZeroMemory(key);
        var now = TimeProvider.System.GetUtcNow();
        if (now < leaf.NotBefore.ToUniversalTime() || now > leaf.NotAfter.ToUniversalTime())
        {
            throw new CryptographicException("It is not valid yet, or no more.");
        }

        var further = new X509Certificate2Collection();
        further.ImportFromPem(pem);
        return SslStreamCertificateContext.Create(leaf, further, offline: true);
    }
}
