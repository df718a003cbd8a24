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
        if (await ReadVersionAsync(database) is var version && version != Schema.Steps.Count)
        {
            throw new SettingException("Tollgate:Database", $"names a database at schema version {version}, and this is the operator of version {Schema.Steps.Count}; start the server first");
        }
    }

    /// <summary>Whether a database is at the present schema.</summary>
    public static async Task<bool> IsPresentAsync(Database database) => await ReadVersionAsync(database) == Schema.Steps.Count;

    private static async Task<int> ReadVersionAsync(Database database)
    {
        try
        {
            await using var connection = await database.OpenAsync();
            return await connection.ExecuteScalarAsync<int?>("SELECT MAX(version) FROM schema_version") ?? 0;
        }
        catch (System.Data.Common.DbException unmade) when (unmade is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 1 } or Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UndefinedTable })
        {
            // There are no tables at all.
            return 0;
        }
    }

    /// <summary>
    /// The register of keys of a database. A new database gets one, and one from before there was a register is taken over, each by one process.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="takeKey">Gives the key encryption key, for a new database when it is told so; <see langword="null"/> when nobody has brought it yet.</param>
    /// <param name="periods">How long new keys are used.</param>
    /// <param name="custody">Of whom custodians' shares are, for a new database.</param>
    /// <exception cref="SettingException">There is no key encryption key, and there has to be.</exception>
    /// <exception cref="VaultException">A key does not open.</exception>
    public static async Task<KeyRegister> OpenRegisterAsync(Database database, Func<bool, IKeyEncryptionKey?> takeKey, Cryptoperiods periods, string custody = "")
    {
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await database.LockForMigrationAsync(connection);
        if (await KeyReader.ReadAsync(connection) is { } register)
        {
            takeKey(false);
            return register;
        }

        var rows = (await connection.QueryAsync<(long Id, string Purpose, byte[] Wrapped)>("SELECT CAST(id AS BIGINT), purpose, wrapped FROM vault_keys", transaction: transaction)).AsList();
        var now = DateTimeOffset.UtcNow;
        var wrapping = takeKey(rows.Count == 0) ?? throw new SettingException(
            "Tollgate:Keys:Provider", "is shares, and the keys of this database are in a key file: start it with that once, and then move it (keys move --to shares)");
        register = rows.Count == 0
            ? KeyRegister.Create(wrapping, periods, now, custody)
            : KeyRegister.Adopt(wrapping, rows.Select(r => ((int)r.Id, Enum.Parse<KeyPurpose>(r.Purpose), r.Wrapped)), periods, now);
        await Journal.KeyRows.WriteAsync(connection, register);
        await transaction.CommitAsync();
        return register;
    }
}
