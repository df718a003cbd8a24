using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Tollgate.Core;

namespace Tollgate.Server.Apps;

/// <summary>A merchant's app that has proved to be who it says.</summary>
internal sealed record App(AppId Id, AppSettings Settings, RateLimiter? Limiter)
{
    /// <summary>Counts a request; false when the app is over its limit.</summary>
    public bool TryEnter()
    {
        if (Limiter is null)
        {
            return true;
        }

        using var lease = Limiter.AttemptAcquire();
        return lease.IsAcquired;
    }
}

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
            apps.Add(app.Id, (new(new(app.Id), app, LimiterFor(settings.RequestsPerSecond)), Digest(app.SecretKey.Expose())));
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

    private static TokenBucketRateLimiter? LimiterFor(int? requestsPerSecond) => requestsPerSecond is not { } limit ? null : new(new()
    {
        TokenLimit = limit,
        TokensPerPeriod = limit,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    });

    private byte[] Digest(string secret) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(secret));
}
