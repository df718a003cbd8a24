using System.Runtime.Versioning;
using System.Text;

namespace Tollgate.Server.Hardening;

/// <summary>What production does not start with. Each is said in one sentence, before anything is opened.</summary>
internal static class ProductionRules
{
    /// <summary>Half of what a secret of 256 bits takes in base64: less can be guessed, or was made up by somebody.</summary>
    private const int ShortestSecret = 24;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Checks them all.</summary>
    /// <exception cref="SettingException">One is broken.</exception>
    public static void Check(Settings settings, IConfiguration configuration, IEnumerable<string> addresses)
    {
        if (settings.IsSandbox)
        {
            return;
        }

        CheckCredentials(settings);
        CheckAddresses(settings, configuration, addresses);
        if (settings.Hardening.AllowCoreDumps)
        {
            throw new SettingException("Tollgate:AllowCoreDumps", "has no place in production: a crash would write the memory with its keys and card numbers to a file");
        }

        if (ProcessGuard.DumpsIn(Environment.GetEnvironmentVariable) is var (name, problem))
        {
            throw new SettingException(name, problem);
        }

        if (!settings.Hardening.AllowSwap && ProcessGuard.MaySwap())
        {
            throw new SettingException(
                "Tollgate:AllowSwap", "is not set, and this machine may write memory with keys and card numbers to its swap; switch swap off for this service (MemorySwapMax=0), or say that it is encrypted");
        }

        if (!OperatingSystem.IsWindows())
        {
            CheckFiles(settings, configuration);
        }

        if (File.Exists(Path.Combine(settings.DataDirectory, "sandbox-acquirer.jsonl")))
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) holds the books of a sandbox's acquirer; production begins with a directory and a database of its own");
        }
    }

    private static void CheckCredentials(Settings settings)
    {
        var known = Settings.SandboxApp;
        foreach (var app in settings.Apps)
        {
            var problem = true switch
            {
                _ when app.Id == known.Id => "has the sandbox's identifier, which everybody knows",
                _ when app.SecretKey!.Expose() == known.SecretKey!.Expose() => "has the sandbox's secret, which everybody knows",
                _ when app.WebhookSecret.Expose() == known.WebhookSecret.Expose() => "has the sandbox's webhook secret, which everybody knows",
                _ when Encoding.UTF8.GetByteCount(app.SecretKey!.Expose()) < ShortestSecret => $"has a SecretKey of less than {ShortestSecret} characters, which can be guessed",
                _ when app.SecretKey!.Expose().Distinct().Count() < 10 => "has a SecretKey of a few characters again and again, which can be guessed",
                _ => null,
            };
            if (problem is not null)
            {
                throw new SettingException("Tollgate:Apps", $"are not for production: the app {app.Id} {problem}");
            }
        }
    }

    private static void CheckAddresses(Settings settings, IConfiguration configuration, IEnumerable<string> addresses)
    {
        if (settings.PublicUrl is not { Scheme: "https" })
        {
            throw new SettingException("Tollgate:PublicUrl", "must be an https URL in production: cardholders are sent there, and issuers post back to it");
        }

        if (addresses.FirstOrDefault(a => a.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && Settings.IsRemote(a)) is { } plain)
        {
            throw new SettingException("urls", $"has {plain}, where card numbers would come in clear; listen with https, or on 127.0.0.1 behind a proxy that has the certificate");
        }

        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Append(configuration.GetSection("Kestrel:EndpointDefaults"));
        foreach (var protocols in endpoints.Select(e => e.GetSection("SslProtocols")))
        {
            if (protocols.GetChildren().Select(p => p.Value).Append(protocols.Value).OfType<string>().FirstOrDefault(p => p is not ("Tls12" or "Tls13" or "")) is { } old)
            {
                throw new SettingException(protocols.Path, $"has {old}, and nothing before TLS 1.2 protects a card number");
            }
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void CheckFiles(Settings settings, IConfiguration configuration)
    {
        (string Setting, string? Path)[] secrets =
        [
            ("Tollgate:DataDirectory", settings.DataDirectory),
            ("Tollgate:DataDirectory", Path.Combine(settings.DataDirectory, "keys")),
            ("Tollgate:DataDirectory", settings.Keys.File),
            ("Tollgate:Tls:Key", settings.Hardening.Tls?.Key),
            ("Tollgate:ThreeDS:ClientCertificateKey", configuration["Tollgate:ThreeDS:ClientCertificateKey"] ?? configuration["Tollgate:ThreeDS:ClientCertificate"]),
        ];
        foreach (var (setting, path) in secrets)
        {
            if (path is { Length: > 0 } && Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new SettingException(
                    setting, $"({path}) can be read or written by others than its owner; chmod {(Directory.Exists(path) ? 700 : 600)} it, and consider what it holds known");
            }
        }
    }
}
