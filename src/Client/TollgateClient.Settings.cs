using Tollgate.Client.Contract;

namespace Tollgate.Client;

public sealed partial class TollgateClient
{
    /// <summary>How the gateway treats the app, and the figures behind its authentication policy: <c>GET /api/v2/settings</c>.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<SettingsResponse> GetSettingsAsync(CancellationToken cancellationToken = default) =>
        GetAsync($"{Root}/settings", ResponseJson.Numbers.SettingsResponse, cancellationToken);
}
