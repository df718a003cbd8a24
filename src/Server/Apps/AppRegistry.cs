using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Apps;

/// <summary>An app of the database with its settings read.</summary>
internal sealed record RegisteredApp(AppSettings Settings, bool IsRemoved, IReadOnlyList<StoredAppSecret> Secrets);

/// <summary>
/// Knows the apps of the configuration and of the database, and whether a caller is one. Secrets are kept as keyed digests only; an unknown app, a wrong secret
/// and one that has ended take the same steps: one digest, and as many comparisons as an app can have secrets.
/// </summary>
internal sealed class AppRegistry
{
    /// <summary>How many secrets of an app can be right at once.</summary>
    public const int MostSecrets = 10;

    private const int ShortContent = 512;

    private static readonly TimeSpan NotesUseEvery = TimeSpan.FromMinutes(1);

    private readonly Digester digest;
    private readonly TimeProvider clock;
    private readonly Settings settings;
    private readonly byte[] nobody = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly ConcurrentDictionary<string, long> uses = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> unwritten = new(StringComparer.Ordinal);
    private volatile FrozenDictionary<string, Known> apps;

    /// <summary>The apps of the configuration alone, under a key that lives as long as the process.</summary>
    public AppRegistry(Settings settings)
        : this(settings, Ephemeral(RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes)), TimeProvider.System)
    {
    }

    /// <summary>The apps of the configuration, and those of the database as soon as they are read.</summary>
    public AppRegistry(Settings settings, CardVault vault, RealTime real)
        : this(settings, content => vault.Digest(content, KeyPurpose.Access), real.Clock)
    {
    }

    private AppRegistry(Settings settings, Digester digest, TimeProvider clock)
    {
        this.settings = settings;
        this.digest = digest;
        this.clock = clock;
        apps = FrozenDictionary<string, Known>.Empty;
        Replace([]);
    }

    private delegate byte[] Digester(ReadOnlySpan<byte> content);

    /// <summary>Whether some app has a limit of its own.</summary>
    public bool LimitsSome { get; private set; }

    /// <summary>The settings of all apps, also of those that are removed and have payments still.</summary>
    public IEnumerable<AppSettings> All => apps.Values.Select(a => a.Settings);

    /// <summary>The app whose credentials these are.</summary>
    public App? Find(string? appId, string? secretKey)
    {
        var known = apps.TryGetValue(appId ?? string.Empty, out var entry);
        var given = Digest(appId ?? string.Empty, secretKey ?? string.Empty);
        var now = clock.GetUtcNow();
        App? found = null;
        for (var i = 0; i < MostSecrets; i++)
        {
            var secret = known && i < entry!.Secrets.Length ? entry.Secrets[i] : null;
            var right = CryptographicOperations.FixedTimeEquals(given, secret?.DigestBy(this) ?? nobody);
            if (right & secret is not null && !(secret!.EndsAt <= now))
            {
                found = secret.App;
            }
        }

        return found;
    }

    /// <summary>The settings of an app that was known when a payment was made.</summary>
    public AppSettings? Find(AppId app) => apps.TryGetValue(app.Value, out var entry) ? entry.Settings : null;

    /// <summary>Whether an app is one of the configuration.</summary>
    public bool IsConfigured(string appId) => settings.Apps.Any(a => a.Id == appId);

    /// <summary>The digest by which a secret is kept.</summary>
    public byte[] Digest(string appId, string secret)
    {
        // No header holds the zero between them, so that no two pairs read alike.
        var length = Encoding.UTF8.GetMaxByteCount(appId.Length + secret.Length) + 1;
        Span<byte> content = length <= ShortContent ? stackalloc byte[ShortContent] : new byte[length];
        var written = Encoding.UTF8.GetBytes(appId, content);
        content[written++] = 0;
        written += Encoding.UTF8.GetBytes(secret, content[written..]);
        var made = digest(content[..written]);
        CryptographicOperations.ZeroMemory(content);
        return made;
    }

    /// <summary>Remembers that a secret was used, to be written down at leisure.</summary>
    public void NoteUse(App app)
    {
        if (app.SecretId is not { } secret)
        {
            return;
        }

        var now = clock.GetUtcNow().UtcTicks;
        if (!uses.TryGetValue(secret, out var last) || now - last >= NotesUseEvery.Ticks)
        {
            uses[secret] = now;
            unwritten[secret] = now;
        }
    }

    /// <summary>The uses that are not written down yet.</summary>
    public IReadOnlyCollection<(string Secret, DateTimeOffset At)> TakeUses() =>
        [.. unwritten.Keys.Where(s => unwritten.TryRemove(s, out _)).Select(s => (s, new DateTimeOffset(uses[s], TimeSpan.Zero)))];

    /// <summary>Takes what the database has, from now on. What the configuration has stays as it is.</summary>
    public void Replace(IReadOnlyList<RegisteredApp> registered)
    {
        var next = new Dictionary<string, Known>(StringComparer.Ordinal);
        foreach (var app in settings.Apps)
        {
            var door = new App(new(app.Id), app);
            next.Add(app.Id, new(app, apps.TryGetValue(app.Id, out var before) ? before.Secrets : [new(door, null, null)]));
        }

        foreach (var app in registered)
        {
            var open = app.IsRemoved ? [] : app.Secrets.Where(s => s.RevokedAt is null).ToList();
            var secrets = open.OrderByDescending(s => s.CreatedAt).Take(MostSecrets).Select(s => new Secret(
                new(new(app.Settings.Id), app.Settings) { Scopes = (Scopes)s.Scopes & Scopes.All, SecretId = s.Id }, s.Digest, s.ExpiresAt));
            next.TryAdd(app.Settings.Id, new(app.Settings, [.. secrets]));
        }

        LimitsSome = next.Values.Any(a => a.Settings.RequestsPerSecond is not null);
        apps = next.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static Digester Ephemeral(byte[] key) => content => HMACSHA256.HashData(key, content);

    private sealed record Known(AppSettings Settings, Secret[] Secrets);

    /// <summary>A secret that lets an app in. That of the configuration is digested at its first use: the vault may be sealed before.</summary>
    private sealed class Secret(App app, byte[]? stored, DateTimeOffset? endsAt)
    {
        private byte[]? digest = stored;

        public App App => app;

        public DateTimeOffset? EndsAt => endsAt;

        public byte[] DigestBy(AppRegistry registry) => digest ??= registry.Digest(app.Id.Value, app.Settings.SecretKey!.Expose());

        public override string ToString() => "****";
    }
}
