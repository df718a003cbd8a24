using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Apps;

/// <summary>Why nothing was arranged.</summary>
internal enum AppRefusal
{
    /// <summary>The id is no id.</summary>
    IdInvalid,

    /// <summary>There is, or was, an app of this id.</summary>
    Exists,

    /// <summary>There are as many apps as there can be.</summary>
    TooMany,

    /// <summary>There is no such app, or it was removed.</summary>
    NoApp,

    /// <summary>It is an app of the configuration, and is changed there.</summary>
    Configured,

    /// <summary>The app has as many secrets as it can have.</summary>
    TooManySecrets,

    /// <summary>The app has no such secret that is not revoked.</summary>
    NoSecret,

    /// <summary>Somebody else changed it at the same moment.</summary>
    Moved,

    /// <summary>The app's secrets are not all for the same, and nobody has said what the one is for that takes over from them.</summary>
    SeveralScopes,
}

/// <summary>Nothing was arranged.</summary>
internal sealed class AppRefusedException(AppRefusal refusal) : Exception(refusal.ToString())
{
    /// <summary>Why.</summary>
    public AppRefusal Refusal => refusal;
}

/// <summary>A secret that was just made: the only time that it is there to be shown.</summary>
internal sealed record MadeSecret(AppId App, string Id, SecretText Secret, Scopes Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset? OthersEndAt);

/// <summary>Who asks, and from where.</summary>
internal readonly record struct Asker(AuditActor Actor, IPAddress? From)
{
    /// <summary>An app that calls.</summary>
    public static Asker Of(HttpContext context, App app) => new(AuditActor.Of(app.Id), context.Connection.RemoteIpAddress);
}

/// <summary>Registers apps, and gives and takes their secrets. Each act is in the audit log, in the same commit.</summary>
internal sealed partial class AppDesk(
    Journal journal, AppReader reader, AppDirectory directory, AppRegistry registry, StoredSettings stored, Settings settings, Identifiers identifiers, RealTime real)
{
    /// <summary>How many apps there can be in a database, removed ones among them.</summary>
    public const int Most = 10_000;

    private const int SecretLength = 32;

    /// <summary>Registers an app; its first secret, and its webhook secret when that was made here.</summary>
    /// <exception cref="AppRefusedException">Not done.</exception>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public async Task<(MadeSecret Secret, SecretText WebhookSecret)> AddAsync(
        Asker asker, string? id, IReadOnlyDictionary<string, string> given, Scopes scopes, TimeSpan? validFor)
    {
        var app = new AppId(id ?? identifiers.NewApp());
        if (!IdPattern().IsMatch(app.Value))
        {
            throw new AppRefusedException(AppRefusal.IdInvalid);
        }

        if (registry.IsConfigured(app.Value))
        {
            throw new AppRefusedException(AppRefusal.Exists);
        }

        var values = new Dictionary<string, string>(given, StringComparer.OrdinalIgnoreCase);
        values.TryAdd("WebhookSecret", "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretLength)));
        var read = stored.Check(app, values);
        var (secret, row) = Make(app, scopes, validFor);
        var (plain, box) = stored.Write(app, values);
        var now = Now;
        if (!await journal.AddAppAsync(
            new(app, plain, box, now),
            row,
            Most,
            Entry(asker, AuditAct.AppAdded, $"app {app}", null, Shown(values)),
            Entry(asker, AuditAct.SecretCreated, $"secret {secret.Id} of app {app}", null, Shown(secret))))
        {
            throw new AppRefusedException((await reader.ReadAsync()).Apps.Any(a => a.Id == app) ? AppRefusal.Exists : AppRefusal.TooMany);
        }

        await directory.RefreshAsync();
        return (secret, read.WebhookSecret);
    }

    /// <summary>
    /// Gives an app a further secret; those before go on for the overlap, or as they are when there is none. Unless told otherwise it is for what the last one is for;
    /// when those before end and are not all for the same, it has to be told, for the app might lose a scope by it.
    /// </summary>
    /// <exception cref="AppRefusedException">Not done.</exception>
    public async Task<MadeSecret> AddSecretAsync(Asker asker, AppId app, Scopes? scopes, TimeSpan? validFor, TimeSpan? overlap)
    {
        var (_, secrets) = await FindAsync(app);
        var live = secrets.Where(IsLive).Select(s => (Scopes)s.Scopes).ToList();
        if (scopes is null && overlap is not null && live.Distinct().Skip(1).Any())
        {
            throw new AppRefusedException(AppRefusal.SeveralScopes);
        }

        var (secret, row) = Make(app, scopes ?? live.LastOrDefault(Scopes.All), validFor);
        var end = overlap is { } span ? row.At + span : (DateTimeOffset?)null;
        var entries = new List<AuditEntry> { Entry(asker, AuditAct.SecretCreated, $"secret {secret.Id} of app {app}", null, Shown(secret)) };
        entries.AddRange(secrets.Where(s => IsLive(s) && end is not null && !(s.ExpiresAt <= end)).Select(
            s => Entry(asker, AuditAct.SecretRevoked, $"secret {s.Id} of app {app}", Until(s.ExpiresAt), Until(end))));
        if (!await journal.AddAppSecretAsync(row, end, AppRegistry.MostSecrets, entries))
        {
            throw new AppRefusedException(AppRefusal.TooManySecrets);
        }

        await directory.RefreshAsync();
        return secret with { OthersEndAt = end };
    }

    /// <summary>Revokes a secret at once.</summary>
    /// <exception cref="AppRefusedException">Not done.</exception>
    public async Task RevokeAsync(Asker asker, AppId app, string secret)
    {
        await FindAsync(app);
        if (!await journal.RevokeAppSecretAsync(app, secret, Now, Entry(asker, AuditAct.SecretRevoked, $"secret {secret} of app {app}", null, "revoked")))
        {
            throw new AppRefusedException(AppRefusal.NoSecret);
        }

        await directory.RefreshAsync();
    }

    /// <summary>Removes an app: nobody gets in by it any more. Its payments go on to their ends, and are told and paid out.</summary>
    /// <exception cref="AppRefusedException">Not done.</exception>
    public async Task RemoveAsync(Asker asker, AppId app)
    {
        await FindAsync(app);
        if (!await journal.RemoveAppAsync(app, Now, Entry(asker, AuditAct.AppRemoved, $"app {app}", null, null)))
        {
            throw new AppRefusedException(AppRefusal.NoApp);
        }

        await directory.RefreshAsync();
    }

    /// <summary>Changes settings; one that is empty goes back to what it is when it is left out.</summary>
    /// <exception cref="AppRefusedException">Not done.</exception>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public async Task ChangeAsync(Asker asker, AppId app, IReadOnlyDictionary<string, string> changes)
    {
        var (current, _) = await FindAsync(app);
        var before = stored.Read(current);
        var after = new Dictionary<string, string>(before, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in changes)
        {
            if (value.Length == 0)
            {
                after.Remove(name);
            }
            else
            {
                after[name] = value;
            }
        }

        stored.Check(app, after);
        var (plain, box) = stored.Write(app, after);
        var changed = changes.Keys.ToList();
        if (!await journal.ChangeAppAsync(
            new(app, plain, box, Now),
            current.Settings,
            Entry(asker, AuditAct.AppChanged, $"app {app}", Shown(before.Where(v => changed.Contains(v.Key, StringComparer.OrdinalIgnoreCase))), Shown(changes))))
        {
            throw new AppRefusedException(AppRefusal.Moved);
        }

        await directory.RefreshAsync();
    }

    /// <summary>All apps of the database, with their secrets.</summary>
    public async Task<(IReadOnlyList<StoredApp> Apps, IReadOnlyList<StoredAppSecret> Secrets)> ListAsync() => await reader.ReadAsync();

    /// <summary>Whether a secret lets its app in.</summary>
    public bool IsLive(StoredAppSecret secret) => secret.RevokedAt is null && !(secret.ExpiresAt <= Now);

    private DateTimeOffset Now => real.Clock.GetUtcNow();

    private async Task<(StoredApp App, IReadOnlyList<StoredAppSecret> Secrets)> FindAsync(AppId app)
    {
        if (registry.IsConfigured(app.Value))
        {
            throw new AppRefusedException(AppRefusal.Configured);
        }

        var (apps, secrets) = await reader.ReadAsync();
        return apps.FirstOrDefault(a => a.Id == app && a.RemovedAt is null) is { } found
            ? (found, [.. secrets.Where(s => s.App == app)])
            : throw new AppRefusedException(AppRefusal.NoApp);
    }

    private (MadeSecret Secret, NewAppSecret Row) Make(AppId app, Scopes scopes, TimeSpan? validFor)
    {
        var now = Now;
        var text = (settings.IsSandbox ? "sk_test_" : "sk_live_") + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
        var id = identifiers.NewSecret(now);
        var end = validFor is { } span ? now + span : (DateTimeOffset?)null;
        return (new(app, id, text, scopes, end, null), new(id, app, registry.Digest(app.Value, text), (int)scopes, now, end));
    }

    private AuditEntry Entry(Asker asker, AuditAct act, string what, string? before, string? after) => new(Now, act, asker.Actor, asker.From, what, Before: before, After: after);

    private static string Shown(IEnumerable<KeyValuePair<string, string>> values) => string.Join(
        "; ", values.OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase).Select(v => $"{v.Key}={(StoredSettings.IsSecret(v.Key) && v.Value.Length > 0 ? "****" : v.Value)}"));

    private static string Shown(MadeSecret secret) => $"scopes {string.Join(", ", ScopeNames.Of(secret.Scopes))}; {Until(secret.ExpiresAt)}";

    private static string Until(DateTimeOffset? end) => end is { } at ? string.Create(CultureInfo.InvariantCulture, $"valid until {at:u}") : "valid without end";

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{2,63}\z")]
    private static partial Regex IdPattern();
}
