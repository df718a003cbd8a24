using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tollgate.Core;

namespace Tollgate.Server.Storage.Journal;

/// <summary>
/// A prepared statement of the journal's one connection, without what ADO.NET does around each execution. Where it fails it throws as ADO.NET does:
/// <see cref="SqliteException"/>.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int ShortText = 256;

    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly int[] places;

    /// <summary>Prepares it; its parameters will always come in the order of <paramref name="values"/>.</summary>
    public SqliteStatement(sqlite3 database, string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        this.database = database;
        Throw(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement, out var rest));
        Check.That(string.IsNullOrWhiteSpace(rest), "a statement is one");
        places = new int[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            places[i] = raw.sqlite3_bind_parameter_index(statement, values[i].Name);
            Check.That(places[i] > 0, "every parameter occurs in its statement");
        }
    }

    /// <summary>Makes it ready to run with these values.</summary>
    public void Bind(ReadOnlySpan<(string Name, object? Value)> values)
    {
        Check.That(values.Length == places.Length, "a statement always has the same parameters");
        _ = raw.sqlite3_reset(statement);
        for (var i = 0; i < values.Length; i++)
        {
            Throw(Bind(places[i], values[i].Value));
        }
    }

    /// <summary>Runs it to its end; how many rows it changed.</summary>
    public int Execute()
    {
        while (Read())
        {
        }

        return raw.sqlite3_changes(database);
    }

    /// <summary>Runs it; the number in its first row, if it has one.</summary>
    public long? ReadNumber()
    {
        if (!Read())
        {
            return null;
        }

        var number = Number(0);
        _ = raw.sqlite3_reset(statement);
        return number;
    }

    /// <summary>Goes to the next row. Whoever does not read them all leaves the statement open until it is run again, so all are read.</summary>
    public bool Read()
    {
        var outcome = raw.sqlite3_step(statement);
        if (outcome == raw.SQLITE_ROW)
        {
            return true;
        }

        if (outcome != raw.SQLITE_DONE)
        {
            // The error is told before the reset takes it away.
            try
            {
                Throw(outcome);
            }
            finally
            {
                _ = raw.sqlite3_reset(statement);
            }
        }

        _ = raw.sqlite3_reset(statement);
        return false;
    }

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    public byte[]? Bytes(int column) =>
        raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_blob(statement, column).ToArray();

    public DateTimeOffset Instant(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Number(column));

    public void Dispose() => statement.Dispose();

    private int Bind(int place, object? value)
    {
        switch (value)
        {
            case null:
                return raw.sqlite3_bind_null(statement, place);
            case long number:
                return raw.sqlite3_bind_int64(statement, place, number);
            case int number:
                return raw.sqlite3_bind_int64(statement, place, number);
            case string text:
                return BindText(place, text);
            case byte[] bytes:
                return bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(statement, place, 0) : raw.sqlite3_bind_blob(statement, place, bytes);
            default:
                throw new ArgumentException($"SQLite is given no {value.GetType().Name}.", nameof(value));
        }
    }

    private int BindText(int place, string text)
    {
        // The binding copies what it is given. An empty span would be taken for no text at all.
        if (text.Length == 0 || text.Length > ShortText)
        {
            return raw.sqlite3_bind_text(statement, place, text);
        }

        Span<byte> buffer = stackalloc byte[3 * ShortText];
        return raw.sqlite3_bind_text(statement, place, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
    }

    private void Throw(int outcome) => SqliteException.ThrowExceptionForRC(outcome, database);
}
