using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tollgate.Client.Contract;
using Tollgate.Core.Cards;

namespace Tollgate.Server.Authentication;

/// <summary>A scheme's directory server: where it is, and as whom it knows us.</summary>
internal sealed record DirectoryServer
{
    /// <summary>The scheme as on the wire, such as <c>visa</c>; <c>sandbox</c> for the sandbox's own, which serves every scheme.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is; <see langword="null"/> for the sandbox's own, whose address is known once something listens there.</summary>
    public required Uri? Url { get; init; }

    /// <summary>The scheme's identifier of who requests authentications, at most 35 characters.</summary>
    public required string RequestorId { get; init; }

    /// <summary>Our name with the scheme, at most 40 characters.</summary>
    public required string RequestorName { get; init; }

    /// <summary>The scheme's identifier of who operates this server, at most 32 characters.</summary>
    public required string? ServerOperatorId { get; init; }

    /// <summary>The acquirer's identification number with the scheme, at most 11 digits.</summary>
    public required string AcquirerBin { get; init; }

    /// <summary>What of a card range's <c>acsInfoInd</c> says that the issuer asks for authentication when the customer pays.</summary>
    public required string AskedIndicator { get; init; }

    /// <summary>What says that it asks for it also when the merchant pays with a raw card.</summary>
    public required string AskedAlwaysIndicator { get; init; }

    /// <summary>What says that it offers authentication and does not insist.</summary>
    public required string OfferedIndicator { get; init; }
}

/// <summary>The settings of the 3DS server: <c>Tollgate:ThreeDS:…</c>.</summary>
internal sealed record ThreeDSSettings
{
    private const string Section = "Tollgate:ThreeDS";

    private static readonly string[] Known =
    [
        "DirectoryServers", "ClientCertificate", "ClientCertificateKey", "ClientCertificatePassword", "TrustedCertificates", "ResultsUrl", "ResultsCertificate",
        "RequestorUrl", "ServerReferenceNumber", .. KnownServer.Where(name => name != "Url"),
    ];

    private static string[] KnownServer =>
        ["Url", "RequestorId", "RequestorName", "ServerOperatorId", "AcquirerBin", "AskedIndicator", "AskedAlwaysIndicator", "OfferedIndicator"];

    /// <summary>The directory servers by scheme.</summary>
    public required IReadOnlyDictionary<Brand, DirectoryServer> DirectoryServers { get; init; }

    /// <summary>Our web site, at most 2048 characters.</summary>
    public required string RequestorUrl { get; init; }

    /// <summary>The reference number of this server's approval by EMVCo, at most 32 characters.</summary>
    public required string ServerReferenceNumber { get; init; }

    /// <summary>Where directory servers bring results; <see langword="null"/> for <c>/3ds/results</c> at the public address.</summary>
    public required Uri? ResultsUrl { get; init; }

    /// <summary>The certificate that we show to directory servers, with its private key and those that lead to its root.</summary>
    public required ClientCertificate? ClientCertificate { get; init; }

    /// <summary>The roots that directory servers' certificates lead to; <see langword="null"/> for the machine's.</summary>
    public required X509Certificate2Collection? TrustedCertificates { get; init; }

    /// <summary>Who may bring results; <see langword="null"/> for anybody, which only the sandbox allows.</summary>
    public required ResultsCertificate? ResultsCertificate { get; init; }

    /// <summary>Reads and checks.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static ThreeDSSettings Read(IConfigurationSection section, bool isSandbox)
    {
        Settings.RefuseUnknown(section, Known);
        var servers = section.GetSection("DirectoryServers").GetChildren().ToDictionary(BrandOf, server => ReadServer(section, server, isSandbox));
        if (isSandbox)
        {
            var own = ReadServer(section, null, isSandbox);
            foreach (var brand in Enum.GetValues<Brand>())
            {
                servers.TryAdd(brand, own);
            }
        }

        var results = ReadResultsCertificate(section);
        var client = ReadClientCertificate(section);
        if (!isSandbox && servers.Count > 0 && (client is null || results is null))
        {
            throw new SettingException(
                $"{Section}:{(client is null ? "ClientCertificate" : "ResultsCertificate")}", "must be set where Tollgate:Mode is production and there are directory servers");
        }

        return new()
        {
            DirectoryServers = servers,
            RequestorUrl = Text(section, null, "RequestorUrl", 2048, isSandbox || servers.Count == 0 ? "https://tollgate.example" : null),
            ServerReferenceNumber = Text(section, null, "ServerReferenceNumber", 32, isSandbox || servers.Count == 0 ? "TOLLGATE_SANDBOX_3DSS" : null),
            ResultsUrl = Settings.ReadUrl(section, "ResultsUrl"),
            ClientCertificate = client,
            TrustedCertificates = section["TrustedCertificates"] is { Length: > 0 } path ? ReadCertificates(Section + ":TrustedCertificates", path) : null,
            ResultsCertificate = results,
        };
    }

    private static Brand BrandOf(IConfigurationSection server)
    {
        foreach (var brand in Enum.GetValues<Brand>())
        {
            if (brand.WireName().Equals(server.Key, StringComparison.OrdinalIgnoreCase))
            {
                return brand;
            }
        }

        throw new SettingException(server.Path, $"is not a scheme; the schemes are {string.Join(", ", Enum.GetValues<Brand>().Select(b => b.WireName()))}");
    }

    private static DirectoryServer ReadServer(IConfigurationSection section, IConfigurationSection? server, bool isSandbox)
    {
        Uri? url = null;
        if (server is not null)
        {
            // An address may stand by itself, or beside what is particular to the scheme.
            Settings.RefuseUnknown(server, KnownServer);
            url = server.Value is { Length: > 0 } ? Settings.ReadUrl(section.GetSection("DirectoryServers"), server.Key) : Settings.ReadUrl(server, "Url");
            if (url is null)
            {
                throw new SettingException(server.Path, "must be the directory server's URL");
            }

            if (url.Scheme != Uri.UriSchemeHttps && !(isSandbox && url.IsLoopback))
            {
                throw new SettingException(server.Path, "must be an https URL: card numbers go there");
            }
        }

        return new()
        {
            Name = server?.Key.ToLowerInvariant() ?? "sandbox",
            Url = url,
            RequestorId = Text(section, server, "RequestorId", 35, isSandbox ? "TOLLGATE-SANDBOX" : null),
            RequestorName = Text(section, server, "RequestorName", 40, isSandbox ? "Tollgate sandbox" : null),
            ServerOperatorId = Text(section, server, "ServerOperatorId", 32, isSandbox ? "TOLLGATE-SANDBOX" : null),
            AcquirerBin = Text(section, server, "AcquirerBin", 11, isSandbox ? "999999" : null, digits: true),
            AskedIndicator = Indicator(section, server, "AskedIndicator", "80"),
            AskedAlwaysIndicator = Indicator(section, server, "AskedAlwaysIndicator", "82"),
            OfferedIndicator = Indicator(section, server, "OfferedIndicator", "81"),
        };
    }

    /// <summary>What a scheme's section says, or else the one for all of them.</summary>
    private static string Text(IConfigurationSection section, IConfigurationSection? server, string name, int longest, string? otherwise, bool digits = false)
    {
        var text = server?[name] is { Length: > 0 } particular ? particular : section[name] is { Length: > 0 } general ? general : otherwise;
        return text is not null && text.Length <= longest && (digits ? text.All(char.IsAsciiDigit) : text.All(c => c is >= ' ' and <= '~'))
            ? text
            : throw new SettingException($"{Section}:{name}", $"must be set to at most {longest} {(digits ? "digits" : "characters of ASCII")}");
    }

    private static string Indicator(IConfigurationSection section, IConfigurationSection? server, string name, string otherwise) =>
        Text(section, server, name, 2, otherwise, digits: true) is { Length: 2 } indicator ? indicator : throw new SettingException($"{Section}:{name}", "must be two digits");

    private static ClientCertificate? ReadClientCertificate(IConfigurationSection section)
    {
        if (section["ClientCertificate"] is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            return ClientCertificate.Read(path, section["ClientCertificateKey"], section["ClientCertificatePassword"] is { } password ? new SecretText(password) : null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingException(Section + ":ClientCertificate", $"({path}) cannot be read: {unreadable.Message.TrimEnd('.')}");
        }
    }

    private static X509Certificate2Collection ReadCertificates(string setting, string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates.Count > 0 ? certificates : throw new SettingException(setting, $"({path}) holds no certificate in PEM");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingException(setting, $"({path}) cannot be read: {unreadable.Message.TrimEnd('.')}");
        }
    }

    private static ResultsCertificate? ReadResultsCertificate(IConfigurationSection section) => section["ResultsCertificate"] switch
    {
        null or "" => null,
        var text when ResultsCertificate.TryReadThumbprints(text, out var some) => some,
        var path => new(ReadCertificates(Section + ":ResultsCertificate", path)),
    };
}
