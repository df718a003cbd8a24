using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tollgate.Server.Storage;

/// <summary>One state of the database, seen by several connections at once while others write on. It never writes.</summary>
internal sealed class Snapshot : IAsyncDisposable
{
    private readonly List<DbConnection> connections = [];
    private readonly NpgsqlDataSource? dataSource;

    private Snapshot(NpgsqlDataSource? dataSource) => this.dataSource = dataSource;

    /// <summary>Its connections: each is one thread's at a time.</summary>
    public IReadOnlyList<DbConnection> Connections => connections;

    /// <summary>SQLite: while one connection holds the write lock nothing changes, so that what the others begin to read is the same state.</summary>
    public static async Task<Snapshot> OfSqliteAsync(string path, int readers)
    {
        // A file that is not there must not be made. A pool would hand a connection on with the transaction in it.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 30 }.ToString();
        var snapshot = new Snapshot(null);
        try
        {
            await using var gate = new SqliteConnection(text);
            await gate.OpenAsync();
            var locked = await TryLockAsync(gate);
            for (var i = 0; i < readers; i++)
            {
                var reader = new SqliteConnection(text);
                snapshot.connections.Add(reader);
                await reader.OpenAsync();

                // What is read once is not kept: a small cache, and the file as the operating system has it.
                await RunAsync(reader, "PRAGMA query_only = ON; PRAGMA mmap_size = 1099511627776; PRAGMA cache_size = -8192; BEGIN; SELECT COUNT(*) FROM sqlite_schema;");
            }

            if (locked)
            {
                await RunAsync(gate, "ROLLBACK");
            }

            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }

    /// <summary>PostgreSQL: the first connection exports its snapshot, and the others take it on.</summary>
    public static async Task<Snapshot> OfPostgresAsync(string connectionString, int readers)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "tollgate verify", MaxAutoPrepare = 64, CommandTimeout = 0, IncludeErrorDetail = false };
        var snapshot = new Snapshot(NpgsqlDataSource.Create(builder));
        try
        {
            string? exported = null;
            for (var i = 0; i < readers; i++)
            {
                var reader = await snapshot.dataSource!.OpenConnectionAsync();
                snapshot.connections.Add(reader);
                await RunAsync(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                if (exported is not null)
                {
                    await RunAsync(reader, $"SET TRANSACTION SNAPSHOT '{exported}'");
                    continue;
                }

                await using var export = reader.CreateCommand();
                export.CommandText = "SELECT pg_export_snapshot()";
                exported = (string)(await export.ExecuteScalarAsync())!;
            }

            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        if (dataSource is not null)
        {
            await dataSource.DisposeAsync();
        }
    }

    private static async Task<bool> TryLockAsync(SqliteConnection gate)
    {
        try
        {
            await RunAsync(gate, "BEGIN IMMEDIATE");
            return true;
        }
        catch (SqliteException readOnly) when (readOnly.SqliteErrorCode == 8)
        {
            // Who may not write here shares the file with nobody who does, or with one whose commits may fall between two of its readers.
            return false;
        }
    }

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
