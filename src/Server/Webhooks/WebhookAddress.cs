using System.Net;
using System.Net.Sockets;

namespace Tollgate.Server.Webhooks;

/// <summary>Which addresses lead into a network of the operator's own, where a merchant's webhook has no business.</summary>
internal static class WebhookAddress
{
    // RFC 6890 and its registries: what is not of the public internet.
    private static readonly IPNetwork[] Private =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "64:ff9b::/96",
            "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>Whether an address is not of the public internet.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Private.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>Whether a URL names such an address outright. What a name resolves to is checked when it is dialled.</summary>
    public static bool IsPrivateName(Uri url) =>
        url.IsLoopback || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IsPrivate(address));

    /// <summary>Dials an endpoint: the address that is checked is the address that is connected to.</summary>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, bool allowPrivate, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancel);
        if (!allowPrivate && addresses.Any(IsPrivate))
        {
            throw new HttpRequestException("The endpoint's name leads to an address that is not of the public internet.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endpoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
