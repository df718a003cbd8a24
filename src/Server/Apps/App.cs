using System.Net;
using Tollgate.Core;

namespace Tollgate.Server.Apps;

/// <summary>A merchant's app that has proved to be who it says, by one of its secrets.</summary>
internal sealed record App(AppId Id, AppSettings Settings)
{
    /// <summary>What the secret that it came with is for.</summary>
    public Scopes Scopes { get; init; } = Scopes.All;

    /// <summary>The secret's public name; <see langword="null"/> for that of the configuration.</summary>
    public string? SecretId { get; init; }

    /// <summary>Whether it may call from an address.</summary>
    public bool MayCallFrom(IPAddress? address)
    {
        var networks = Settings.AllowedNetworks;
        if (networks.Count == 0)
        {
            return true;
        }

        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        foreach (var network in networks)
        {
            if (plain is not null && network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
