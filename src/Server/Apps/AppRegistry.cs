using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;

namespace Tollgate.Server.Apps;

/// <summary>A merchant's app that has proved to be who it says.</summary>
internal sealed record App(AppId Id, AppSettings Settings);

/// <summary>
/// Knows the apps, and whether a caller is one. Secrets are kept as digests under a key that lives as long as the process; an unknown app and
/// a wrong secret take the same steps.
/// </summary>
internal sealed class AppRegistry
{
    private readonly Dictionary<string, (App App, byte[] Digest)> apps = new(StringComparer.Ordinal);
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] nobody = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    public AppRegistry(Settings settings)
    {
        foreach (var app in settings.Apps)
        {
            apps.Add(app.Id, (new(new(app.Id), app), Digest(app.SecretKey.Expose())));
        }
    }

    /// <summary>The app whose credentials these are.</summary>
    public App? Find(string? appId, string? secretKey)
    {
        var known = apps.TryGetValue(appId ?? string.Empty, out var entry);
        var right = CryptographicOperations.FixedTimeEquals(Digest(secretKey ?? string.Empty), known ? entry.Digest : nobody);
        return known & right ? entry.App : null;
    }

    /// <summary>The settings of an app that was known when a payment was made.</summary>
    public AppSettings? Find(AppId app) => apps.TryGetValue(app.Value, out var entry) ? entry.App.Settings : null;

    private byte[] Digest(string secret) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(secret));
}
