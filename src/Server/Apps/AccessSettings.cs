using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tollgate.Server.Apps;

/// <summary>How callers are told apart, and how many wrong credentials are too many.</summary>
internal sealed record AccessSettings
{
    /// <summary>The settings, which stand in the server's section beside its others.</summary>
    public static readonly string[] Known = ["TrustedProxies", "LogInFailures"];

    /// <summary>PCI DSS 8.3.4: at most ten.</summary>
    private const int MostFailures = 10;

    /// <summary>The networks whose <c>X-Forwarded-For</c> is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>After how many failed log-ins an app is locked out from where they came.</summary>
    public int LogInFailures { get; init; } = MostFailures;

    /// <summary>Reads and checks.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static AccessSettings Read(IConfigurationSection section) => new()
    {
        TrustedProxies = ReadNetworks(section, "TrustedProxies"),
        LogInFailures = section["LogInFailures"] switch
        {
            null or "" => MostFailures,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var failures) && failures is > 0 and <= MostFailures => failures,
            _ => throw new SettingException(section.Path + ":LogInFailures", "must be a whole number from 1 to 10"),
        },
    };

    /// <summary>Networks with commas between them.</summary>
    /// <param name="section">The section.</param>
    /// <param name="name">The setting.</param>
    /// <param name="orAddresses">Whether an address by itself is a network of one.</param>
    /// <exception cref="SettingException">One of them is none.</exception>
    public static List<IPNetwork> ReadNetworks(IConfigurationSection section, string name, bool orAddresses = true) => [.. Settings.List(section, name).Select(text =>
        (orAddresses || text.Contains('/', StringComparison.Ordinal) ? TryParseNetwork(text) : null) ?? throw new SettingException($"{section.Path}:{name}", "must be networks such as 10.20.0.0/16 or fd12:3456::/32, with commas between them"))];

    /// <summary>A network, or an address as a network of its own. An IPv4 address is written in full: 203.0.113 does not mean 203.0.0.113.</summary>
    public static IPNetwork? TryParseNetwork(string text)
    {
        var (read, network) = IPNetwork.TryParse(text, out var range) ? (true, range)
            : IPAddress.TryParse(text, out var address) && !text.Contains('%', StringComparison.Ordinal) ? (true, new(address, address.GetAddressBytes().Length * 8))
            : (false, default);
        return read && (network.BaseAddress.AddressFamily != AddressFamily.InterNetwork || network.BaseAddress.ToString() == text.Split('/')[0]) ? network : null;
    }
}
