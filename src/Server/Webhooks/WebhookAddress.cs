using System.Net;
using System.Net.Sockets;

namespace Tollgate.Server.Webhooks;

/// <summary>
/// Where a merchant's webhook may go: nowhere that leads into the operator's own network, however the address is written. A URL is judged when it is named; what
/// its name resolves to, on every dial.
/// </summary>
internal static class WebhookAddress
{
    // RFC 6890 and the registries that it began: what is not of the public internet, or carries an address that may not be.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    // All that is public in version 6 is here. Loopback, local, translated and embedded addresses are elsewhere, or special.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>What is wrong with a web URL as an endpoint, as the message of its field; <see langword="null"/> when nothing is.</summary>
    public static string? Problem(Uri url, Settings settings)
    {
        var host = Plain(url.IdnHost);
        if (url.UserInfo.Length > 0 || (url.Scheme != Uri.UriSchemeHttps && !settings.IsSandbox) || !(IsName(host, url.Host) || IPAddress.TryParse(host, out _)))
        {
            return "is invalid";
        }

        return Refusal(host, url.Port, settings) is null ? null : "is not allowed";
    }

    /// <summary>Dials an endpoint: the addresses that are checked are those that are connected to, so that a name that changes its mind in between leads nowhere.</summary>
    /// <exception cref="RefusedEndpointException">It must not be dialled, or its name does not resolve.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, Settings settings, CancellationToken cancel)
    {
        var addresses = await ResolveAsync(endpoint, settings, Dns.GetHostAddressesAsync, cancel);
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

    /// <summary>The addresses of an endpoint, of which every one may be dialled.</summary>
    /// <exception cref="RefusedEndpointException">It must not be dialled, or its name does not resolve.</exception>
    internal static async Task<IPAddress[]> ResolveAsync(
        DnsEndPoint endpoint, Settings settings, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancel)
    {
        var host = Plain(endpoint.Host);
        if (Refusal(host, endpoint.Port, settings) is { } refusal)
        {
            throw new RefusedEndpointException(refusal);
        }

        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancel);
        }
        catch (SocketException)
        {
            addresses = [];
        }

        if (addresses.Length == 0)
        {
            throw new RefusedEndpointException("could not be reached: its name does not resolve");
        }

        return addresses.All(a => MayDial(a, settings))
            ? addresses
            : throw new RefusedEndpointException("is not allowed: its name leads to an address that is not of the public internet");
    }

    private static string? Refusal(string host, int port, Settings settings)
    {
        if (settings.WebhookPorts is { } ports && !ports.Contains(port))
        {
            return "is not allowed: its port is not open to webhooks";
        }

        // Nobody's webhook is for this gateway itself.
        if (!settings.IsSandbox && settings.PublicUrl is { } own && host.Equals(Plain(own.IdnHost), StringComparison.OrdinalIgnoreCase))
        {
            return "is not allowed: it is this gateway";
        }

        var address = IPAddress.TryParse(host, out var literal) ? literal : IsLocalName(host) ? IPAddress.Loopback : null;
        return address is null || MayDial(address, settings) ? null : "is not allowed: its address is not of the public internet";
    }

    private static bool MayDial(IPAddress address, Settings settings)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return settings.AllowPrivateWebhooks || IsPublic(plain) || settings.WebhookNetworks.Any(n => n.Contains(plain));
    }

    private static bool IsPublic(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork || (GlobalUnicast.Contains(address) && address.ScopeId == 0)) && !Special.Any(n => n.Contains(address));

    /// <summary>A name without the dot that may end it, so that nothing has two spellings.</summary>
    private static string Plain(string host) => host.EndsWith('.') ? host[..^1] : host;

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a host is a name. What ends in a number is an address in some reader's eyes (WHATWG URL, 3.5), and digits of other scripts become ordinary ones in
    /// others'.
    /// </summary>
    private static bool IsName(string host, string written)
    {
        var last = host[(host.LastIndexOf('.') + 1)..];
        return Uri.CheckHostName(host) == UriHostNameType.Dns
            && !last.All(char.IsAsciiDigit)
            && !last.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && !written.Any(c => char.IsNumber(c) && !char.IsAscii(c));
    }
}

/// <summary>An endpoint that is not dialled. The message says why, in the words of a delivery's error.</summary>
internal sealed class RefusedEndpointException(string message) : Exception(message);
