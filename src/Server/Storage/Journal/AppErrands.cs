using Tollgate.Core;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>An app that is registered.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Settings">Its settings but for the secret ones, as they are stored.</param>
/// <param name="Sealed">The secret ones, sealed.</param>
/// <param name="At">Since when.</param>
internal sealed record NewApp(AppId Id, string Settings, byte[] Sealed, DateTimeOffset At)
{
    /// <summary>Whose it is, and nothing else.</summary>
    public override string ToString() => $"app {Id}";
}

/// <summary>A secret by which an app proves to be itself.</summary>
/// <param name="Id">Its public name.</param>
/// <param name="App">Whose.</param>
/// <param name="Digest">The keyed digest of app and secret.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="At">Since when.</param>
/// <param name="ExpiresAt">Until when; <see langword="null"/> for no end.</param>
internal sealed record NewAppSecret(string Id, AppId App, byte[] Digest, int Scopes, DateTimeOffset At, DateTimeOffset? ExpiresAt)
{
    /// <summary>Which it is, and nothing else.</summary>
    public override string ToString() => $"secret {Id} of {App}";
}

/// <content>What operators arrange about apps, each with its entry of the audit log. Whoever changes one counts it, so that every process hears of it.</content>
internal sealed partial class Journal
{
    private const string Live = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @At)";

    /// <summary>Registers an app with its first secret; false when there is or was one of this id, or so many.</summary>
    public Task<bool> AddAppAsync(NewApp app, NewAppSecret secret, int most, params IReadOnlyList<AuditEntry> audit) => AdministerAsync(
        rows => rows.Run(
            """
            INSERT INTO apps (id, settings, sealed, created_at)
            SELECT @Id, @Settings, @Sealed, @At WHERE (SELECT COUNT(*) FROM apps) < @most ON CONFLICT (id) DO NOTHING
            """,
            new { Id = app.Id.Value, app.Settings, app.Sealed, At = JournalRows.Millis(app.At), most }) == 1 && Insert(rows, secret),
        audit);

    /// <summary>Changes an app's settings; false when there is none that they are the settings of.</summary>
    public Task<bool> ChangeAppAsync(NewApp app, string before, params IReadOnlyList<AuditEntry> audit) => AdministerAsync(
        rows => rows.Run(
            "UPDATE apps SET settings = @Settings, sealed = @Sealed WHERE id = @Id AND settings = @before AND removed_at IS NULL",
            new { Id = app.Id.Value, app.Settings, app.Sealed, before }) == 1,
        audit);

    /// <summary>Gives an app a further secret, and lets those before end; false when there is no such app, or it has so many.</summary>
    public Task<bool> AddAppSecretAsync(NewAppSecret secret, DateTimeOffset? othersEndAt, int most, params IReadOnlyList<AuditEntry> audit) => AdministerAsync(
        rows =>
        {
            var at = JournalRows.Millis(secret.At);
            if (othersEndAt is { } end)
            {
                rows.Run(
                    "UPDATE app_secrets SET expires_at = @End WHERE app_id = @App AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @End)",
                    new { App = secret.App.Value, End = JournalRows.Millis(end) });
            }

            return rows.Number("SELECT COUNT(*) FROM apps WHERE id = @App AND removed_at IS NULL", new { App = secret.App.Value }) == 1
                && rows.Number($"SELECT COUNT(*) FROM app_secrets WHERE app_id = @App AND {Live}", new { App = secret.App.Value, At = at }) < most
                && Insert(rows, secret);
        },
        audit);

    /// <summary>Revokes a secret at once; false when there is none that is not revoked.</summary>
    public Task<bool> RevokeAppSecretAsync(AppId app, string secret, DateTimeOffset at, params IReadOnlyList<AuditEntry> audit) => AdministerAsync(
        rows => rows.Run(
            "UPDATE app_secrets SET revoked_at = @At WHERE id = @secret AND app_id = @App AND revoked_at IS NULL",
            new { secret, App = app.Value, At = JournalRows.Millis(at) }) == 1,
        audit);

    /// <summary>Removes an app: its secrets are revoked, its payments stay; false when there is none.</summary>
    public Task<bool> RemoveAppAsync(AppId app, DateTimeOffset at, params IReadOnlyList<AuditEntry> audit) => AdministerAsync(
        rows =>
        {
            rows.Run("UPDATE app_secrets SET revoked_at = @At WHERE app_id = @App AND revoked_at IS NULL", new { App = app.Value, At = JournalRows.Millis(at) });
            return rows.Run("UPDATE apps SET removed_at = @At WHERE id = @App AND removed_at IS NULL", new { App = app.Value, At = JournalRows.Millis(at) }) == 1;
        },
        audit);

    /// <summary>Remembers when secrets were last used.</summary>
    public Task NoteUsesAsync(IReadOnlyCollection<(string Secret, DateTimeOffset At)> uses) => RunAsync(new Errand<bool>(() => writer.AdministerAsync(
        rows =>
        {
            foreach (var (secret, at) in uses.OrderBy(u => u.Secret, StringComparer.Ordinal))
            {
                rows.Run(
                    "UPDATE app_secrets SET last_used_at = @At WHERE id = @secret AND (last_used_at IS NULL OR last_used_at < @At)",
                    new { secret, At = JournalRows.Millis(at) });
            }

            return true;
        },
        [])));

    /// <summary>Remembers the configuration that a server is started with, and tells the audit log how it differs from the one before.</summary>
    public Task RecordSettingsAsync(string node, IReadOnlyDictionary<string, string> settings, IReadOnlyList<AuditEntry> audit) => RunAsync(new Errand<bool>(() => writer.AdministerAsync(
        rows =>
        {
            rows.Run("DELETE FROM settings_seen WHERE node = @node", new { node });
            foreach (var (name, value) in settings)
            {
                rows.Run("INSERT INTO settings_seen (node, name, value) VALUES (@node, @name, @value)", new { node, name, value });
            }

            return true;
        },
        audit)));

    private static bool Insert(AdministrativeRows rows, NewAppSecret secret) => rows.Run(
        "INSERT INTO app_secrets (id, app_id, digest, scopes, created_at, expires_at) VALUES (@Id, @App, @Digest, @Scopes, @At, @ExpiresAt)",
        new
        {
            secret.Id,
            App = secret.App.Value,
            secret.Digest,
            Scopes = (short)secret.Scopes,
            At = JournalRows.Millis(secret.At),
            ExpiresAt = secret.ExpiresAt is { } end ? JournalRows.Millis(end) : (long?)null,
        }) == 1;

    /// <summary>The counter comes first: its lock makes one process after another, so that none decides by what another is changing.</summary>
    private Task<bool> AdministerAsync(Func<AdministrativeRows, bool> work, IReadOnlyList<AuditEntry> audit) => RunAsync(new Errand<bool>(() => writer.AdministerAsync(
        rows => rows.Run("UPDATE app_versions SET version = version + 1 WHERE id = 1") == 1 && work(rows),
        audit)));
}
