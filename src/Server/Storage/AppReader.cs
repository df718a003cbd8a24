using Dapper;
using Tollgate.Core;

namespace Tollgate.Server.Storage;

/// <summary>An app as it is stored.</summary>
internal sealed record StoredApp(AppId Id, string Settings, byte[] Sealed, DateTimeOffset CreatedAt, DateTimeOffset? RemovedAt)
{
    /// <summary>Which it is, and nothing else.</summary>
    public override string ToString() => $"app {Id}";
}

/// <summary>A secret of an app as it is stored: its digest.</summary>
internal sealed record StoredAppSecret(
    string Id, AppId App, byte[] Digest, int Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>Which it is, and nothing else.</summary>
    public override string ToString() => $"secret {Id} of {App}";
}

/// <summary>Reads the apps that are registered in the database, and what the server was last started with.</summary>
internal sealed class AppReader(Database database)
{
    private sealed class AppRow
    {
        public string Id { get; init; } = string.Empty;

        public string Settings { get; init; } = string.Empty;

        public byte[] Sealed { get; init; } = [];

        public long CreatedAt { get; init; }

        public long? RemovedAt { get; init; }
    }

    private sealed class SecretRow
    {
        public string Id { get; init; } = string.Empty;

        public string AppId { get; init; } = string.Empty;

        public byte[] Digest { get; init; } = [];

        public long Scopes { get; init; }

        public long CreatedAt { get; init; }

        public long? ExpiresAt { get; init; }

        public long? RevokedAt { get; init; }

        public long? LastUsedAt { get; init; }

        public override string ToString() => Id;
    }

    /// <summary>How often something was changed.</summary>
    public async Task<long> ReadVersionAsync()
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long>("SELECT version FROM app_versions WHERE id = 1");
    }

    /// <summary>All apps and their secrets, also those that are removed, revoked or have ended, each in the order in which they were made.</summary>
    public async Task<(IReadOnlyList<StoredApp> Apps, IReadOnlyList<StoredAppSecret> Secrets)> ReadAsync()
    {
        await using var connection = await database.OpenAsync();
        var apps = await connection.QueryAsync<AppRow>(
            "SELECT id AS Id, settings AS Settings, sealed AS Sealed, created_at AS CreatedAt, removed_at AS RemovedAt FROM apps ORDER BY created_at, id");
        var secrets = await connection.QueryAsync<SecretRow>(
            """
            SELECT id AS Id, app_id AS AppId, digest AS Digest, CAST(scopes AS BIGINT) AS Scopes, created_at AS CreatedAt, expires_at AS ExpiresAt,
                revoked_at AS RevokedAt, last_used_at AS LastUsedAt
            FROM app_secrets ORDER BY created_at, id
            """);
        return (
            [.. apps.Select(a => new StoredApp(new(a.Id), a.Settings, a.Sealed, Instant(a.CreatedAt), Instant(a.RemovedAt)))],
            [.. secrets.Select(s => new StoredAppSecret(
                s.Id, new(s.AppId), s.Digest, (int)s.Scopes, Instant(s.CreatedAt), Instant(s.ExpiresAt), Instant(s.RevokedAt), Instant(s.LastUsedAt)))]);
    }

    /// <summary>The configuration that a server was last started with.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadSettingsSeenAsync(string node)
    {
        await using var connection = await database.OpenAsync();
        return (await connection.QueryAsync<(string Name, string Value)>("SELECT name, value FROM settings_seen WHERE node = @node", new { node }))
            .ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal);
    }

    private static DateTimeOffset Instant(long millis) => DateTimeOffset.FromUnixTimeMilliseconds(millis);

    private static DateTimeOffset? Instant(long? millis) => millis is { } instant ? Instant(instant) : null;
}
