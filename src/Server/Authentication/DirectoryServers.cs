using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tollgate.Core.Cards;

namespace Tollgate.Server.Authentication;

/// <summary>Which directory server is asked about a card, and where it is.</summary>
internal sealed class DirectoryServers(Settings settings, IServiceProvider services)
{
    private const string OwnPath = "/sandbox/ds";

    private Uri? own;

    /// <summary>All of them.</summary>
    public IReadOnlyList<DirectoryServer> All { get; } = [.. settings.ThreeDS.DirectoryServers.Values.Distinct()];

    /// <summary>The directory server of a scheme; nothing when there is none.</summary>
    public DirectoryServer? For(Brand brand) => settings.ThreeDS.DirectoryServers.GetValueOrDefault(brand);

    /// <summary>Where a directory server is; nothing as long as the sandbox's own listens nowhere.</summary>
    public Uri? AddressOf(DirectoryServer server) => server.Url ?? (own ??= FindOwn());

    private Uri? FindOwn()
    {
        if (settings.Acquirer is { } acquirer)
        {
            return new(acquirer, OwnPath);
        }

        // Asked when it is needed: the server listens nowhere while it is put together.
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses;
        var listening = addresses?.FirstOrDefault(a => a.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? addresses?.FirstOrDefault();
        return listening is not null && Uri.TryCreate(TollgateServer.Reachable(listening) + OwnPath, UriKind.Absolute, out var url) ? url : null;
    }
}
