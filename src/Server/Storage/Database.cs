using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage;

/// <summary>Which of the two engines keeps the data, and how to reach it.</summary>
internal abstract class Database : IAsyncDisposable
{
    private static readonly string[] SecretsOfConnections = ["Password", "PWD", "PSW", "SSL Password", "Passfile"];

    /// <summary>What the engine calls itself, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Whether several server processes may work on it.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Opens a connection for reading.</summary>
    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancel = default);

    /// <summary>Opens several connections that all see the one state that the database has now.</summary>
    public abstract Task<Snapshot> OpenSnapshotAsync(int readers);

    /// <summary>The type for bytes in the schema.</summary>
    public abstract string BytesType { get; }

    /// <summary>Takes the lock that lets one process at a time migrate; it is released with the connection.</summary>
    public abstract Task LockForMigrationAsync(DbConnection connection);

    /// <summary>The journal's writer for this engine.</summary>
    /// <param name="chain">Links what is audited; without it, nothing that is audited can be written.</param>
    public abstract Journal.IBatchWriter OpenWriter(AuditChain? chain = null);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Whether an exception says that the store cannot be reached, or could not do what it was asked.</summary>
    public static bool IsUnavailable(Exception exception) => exception is Journal.JournalUnavailableException or DbException;

    /// <summary>A connection string as it may be shown.</summary>
    public static string WithoutSecrets(string connection)
    {
        try
        {
            var builder = new DbConnectionStringBuilder { ConnectionString = connection };
            foreach (var secret in SecretsOfConnections.Where(builder.ContainsKey))
            {
                builder[secret] = "****";
            }

            return builder.ConnectionString;
        }
        catch (ArgumentException)
        {
            return "****";
        }
    }

    /// <summary>Checks the form of a connection string; none is SQLite in the data folder.</summary>
    /// <exception cref="SettingException">It has no form that either engine knows.</exception>
    public static string? CheckConnectionString(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            var builder = new DbConnectionStringBuilder { ConnectionString = text };
            if (builder.ContainsKey("Data Source"))
            {
                return text;
            }

            _ = new NpgsqlConnectionStringBuilder(text);
            return builder.ContainsKey("Host") ? text : throw new SettingException("Tollgate:Database", "must name a Host (PostgreSQL) or a Data Source (SQLite)");
        }
        catch (ArgumentException)
        {
            throw new SettingException("Tollgate:Database", "must be a connection string such as Host=localhost;Database=tollgate;Username=tollgate");
        }
    }

    /// <summary>The file of a database that is SQLite's.</summary>
    public static string? SqliteFile(string? connectionString, string dataDirectory)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return Path.Combine(dataDirectory, "tollgate.db");
        }

        var builder = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return builder.TryGetValue("Data Source", out var file) ? (string)file : null;
    }

    /// <summary>Chooses the engine by the connection string: <c>Host=…</c> is PostgreSQL; none, or a <c>Data Source=…</c>, is SQLite.</summary>
    public static Database Create(string? connectionString, string dataDirectory)
    {
        return SqliteFile(connectionString, dataDirectory) is { } file ? new SqliteDatabase(file) : new PostgresDatabase(connectionString!);
    }
}

/// <summary>SQLite: a file, write-ahead log, every commit flushed to disk.</summary>
internal sealed class SqliteDatabase(string path) : Database
{
    private readonly string connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();

    public override string Name => "SQLite " + path;

    public override bool IsShared => false;

    /// <summary>
    /// For a process that opens no connection before, and in which each is one thread's at a time: SQLite then takes no lock at every call, and keeps no account
    /// of its memory, for which all connections would wait for each other. Once a connection has been opened it goes on with both.
    /// </summary>
    public static void LeaveLocksOut()
    {
        SQLitePCL.Batteries_V2.Init();
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    public override string BytesType => "BLOB";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancel = default)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancel);
        return connection;
    }

    public override Task<Snapshot> OpenSnapshotAsync(int readers) => Snapshot.OfSqliteAsync(path, readers);

    public override Task LockForMigrationAsync(DbConnection connection) => Task.CompletedTask;

    public override Journal.IBatchWriter OpenWriter(AuditChain? chain = null)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var pragmas = connection.CreateCommand();

        // secure_delete: what is deleted is overwritten, a sealed security code among it.
        pragmas.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 30000; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000;";
        pragmas.ExecuteNonQuery();
        return new Journal.SqliteJournalWriter(connection, chain);
    }

    public override ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }
}

/// <summary>PostgreSQL: any number of server processes on one database.</summary>
internal sealed class PostgresDatabase : Database
{
    // "toll" in ASCII: the number by which processes that migrate this database know each other.
    private const long MigrationLock = 0x746F6C6C;

    private const int MostWriters = 5;

    private readonly NpgsqlDataSource reading;
    private readonly NpgsqlDataSource writing;
    private readonly string connectionString;

    public PostgresDatabase(string connectionString)
    {
        this.connectionString = connectionString;
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "tollgate", IncludeErrorDetail = false, NoResetOnClose = true };
        if (builder.MaxAutoPrepare == 0)
        {
            builder.MaxAutoPrepare = 64;
        }

        // The journal has connections of its own, so that no number of readers keeps it waiting.
        reading = NpgsqlDataSource.Create(builder);
        writing = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(builder.ConnectionString) { MinPoolSize = 0, MaxPoolSize = MostWriters });
        Name = $"PostgreSQL {builder.Host}:{builder.Port}/{builder.Database}";
    }

    public override string Name { get; }

    public override bool IsShared => true;

    public override string BytesType => "BYTEA";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancel = default) => await reading.OpenConnectionAsync(cancel);

    public override Task<Snapshot> OpenSnapshotAsync(int readers) => Snapshot.OfPostgresAsync(connectionString, readers);

    public override async Task LockForMigrationAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT pg_advisory_xact_lock({MigrationLock})";
        await command.ExecuteNonQueryAsync();
    }

    public override Journal.IBatchWriter OpenWriter(AuditChain? chain = null) => new Journal.PostgresJournalWriter(writing, chain);

    public override async ValueTask DisposeAsync()
    {
        await reading.DisposeAsync();
        await writing.DisposeAsync();
    }
}
