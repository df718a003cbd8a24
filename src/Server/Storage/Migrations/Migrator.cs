using Dapper;
using Tollgate.Vault;

namespace Tollgate.Server.Storage.Migrations;

/// <summary>Brings a database to the present schema at start, and gives a new one its keys, each in one transaction and one process at a time.</summary>
internal static class Migrator
{
    /// <summary>Applies what is missing.</summary>
    /// <exception cref="SettingException">The database was written by a newer version.</exception>
    public static async Task MigrateAsync(Database database)
    {
        await using var connection = await database.OpenAsync();
        if (database is SqliteDatabase)
        {
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
        }

        await using var transaction = await connection.BeginTransactionAsync();
        await database.LockForMigrationAsync(connection);
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)", transaction: transaction);
        var version = await connection.ExecuteScalarAsync<int?>("SELECT MAX(version) FROM schema_version", transaction: transaction) ?? 0;
        if (version > Schema.Steps.Count)
        {
            throw new SettingException("Tollgate:Database", $"names a database at schema version {version}, and this server knows only up to {Schema.Steps.Count}");
        }

        for (; version < Schema.Steps.Count; version++)
        {
            await connection.ExecuteAsync(Schema.Steps[version].Replace("$bytes", database.BytesType, StringComparison.Ordinal), transaction: transaction);
            await connection.ExecuteAsync("INSERT INTO schema_version (version) VALUES (@version)", new { version = version + 1 }, transaction);
        }

        if (database is SqliteDatabase)
        {
            // A file has one server: whatever a server before this one had taken, it does no more.
            await connection.ExecuteAsync("UPDATE payments SET leased_until = NULL WHERE leased_until IS NOT NULL", transaction: transaction);
        }

        await transaction.CommitAsync();
    }

    /// <summary>Requires a database at the present schema, and changes nothing: for what runs beside a server.</summary>
    /// <exception cref="SettingException">It is at another, or no server has made it yet.</exception>
    public static async Task RequireAsync(Database database)
    {
        var version = 0;
        try
        {
            await using var connection = await database.OpenAsync();
            version = await connection.ExecuteScalarAsync<int?>("SELECT MAX(version) FROM schema_version") ?? 0;
        }
        catch (System.Data.Common.DbException unmade) when (unmade is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 1 } or Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UndefinedTable })
        {
            // There are no tables at all: it is said below.
        }

        if (version != Schema.Steps.Count)
        {
            throw new SettingException("Tollgate:Database", $"names a database at schema version {version}, and this is the operator of version {Schema.Steps.Count}; start the server first");
        }
    }

    /// <summary>Reads the wrapped keys of a database; a new database gets its first ones, and with them a new key file unless there is one.</summary>
    /// <exception cref="SettingException">The key file of a database that has keys is missing.</exception>
    public static async Task<KeyRing> OpenKeysAsync(Database database, string keyPath)
    {
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await database.LockForMigrationAsync(connection);
        var rows = (await connection.QueryAsync<(long Id, string Purpose, byte[] Wrapped)>("SELECT CAST(id AS BIGINT), purpose, wrapped FROM vault_keys", transaction: transaction)).AsList();
        if (rows.Count > 0 && !KeyEncryptionKey.Exists(keyPath))
        {
            throw new SettingException(
                "Tollgate:DataDirectory", $"has no key file {keyPath}, and the database {database.Name} holds cards sealed under one; put the file back, or use an empty database");
        }

        using var keyEncryptionKey = KeyEncryptionKey.Exists(keyPath) ? KeyEncryptionKey.Load(keyPath) : KeyEncryptionKey.Create(keyPath);
        var keys = rows.Select(r => new WrappedKey((int)r.Id, Enum.Parse<KeyPurpose>(r.Purpose), r.Wrapped)).ToList();
        if (keys.Count == 0)
        {
            keys.AddRange(KeyRing.CreateKeys(keyEncryptionKey));
            foreach (var key in keys)
            {
                await connection.ExecuteAsync(
                    "INSERT INTO vault_keys (id, purpose, wrapped) VALUES (@Id, @purpose, @Wrapped)", new { key.Id, purpose = key.Purpose.ToString(), key.Wrapped }, transaction);
            }
        }

        var ring = new KeyRing(keyEncryptionKey, keys);
        await transaction.CommitAsync();
        return ring;
    }
}
