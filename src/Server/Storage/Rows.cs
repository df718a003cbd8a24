using System.Data.Common;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Tollgate.Server.Storage;

/// <summary>
/// Reads the columns of many rows without making an object of each: on SQLite from the engine itself, a call for a column; elsewhere as the driver gives
/// them. What it gives as bytes is good until it is asked for the next ones.
/// </summary>
internal sealed class Rows
{
    private readonly string[] texts = new string[256];
    private byte[] buffer = new byte[4096];
    private DbDataReader rows = null!;

    // SQLite's statement; 0 for another engine.
    private nint statement;

    /// <summary>Reads a query's rows from now on, as long as that is open.</summary>
    public void Start(DbDataReader query)
    {
        rows = query;
        statement = query is SqliteDataReader { Handle: { } handle } ? handle.DangerousGetHandle() : 0;
    }

    /// <summary>Goes to the next row.</summary>
    public bool Next() => rows.Read();

    public bool IsNull(int column) => statement != 0 ? Sqlite.Type(statement, column) == Sqlite.Null : rows.IsDBNull(column);

    public int Int32(int column) => statement != 0 ? checked((int)Sqlite.Int64(statement, column)) : rows.GetInt32(column);

    public long Int64(int column) => statement != 0 ? Sqlite.Int64(statement, column) : rows.GetInt64(column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public string String(int column) => statement != 0 ? Encoding.UTF8.GetString(Bytes(column)) : rows.GetString(column);

    /// <summary>Bytes, or a text in UTF-8, that is not null.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        if (statement == 0)
        {
            return rows.GetFieldValue<byte[]>(column);
        }

        var from = Sqlite.Blob(statement, column);
        var length = Sqlite.Length(statement, column);
        if (length == 0)
        {
            return [];
        }

        if (length > buffer.Length)
        {
            buffer = new byte[length * 2];
        }

        Marshal.Copy(from, buffer, 0, length);
        return buffer.AsSpan(0, length);
    }

    /// <summary>Whether a column has this text, of letters and digits.</summary>
    public bool Is(int column, string text) => statement != 0 ? Ascii.Equals(Bytes(column), text) : rows.GetString(column) == text;

    /// <summary>A text of a kind of which there are few, made once.</summary>
    public string Shared(int column)
    {
        if (statement == 0 || Bytes(column) is not { Length: > 0 } bytes)
        {
            return rows.GetString(column);
        }

        ref var known = ref texts[((bytes.Length * 31) + (bytes[0] * 7) + (bytes[^1] * 13) + bytes[bytes.Length / 2]) & 255];
        return known is not null && Ascii.Equals(bytes, known) ? known : known = Encoding.UTF8.GetString(bytes);
    }

    // The same calls by way of the driver count the uses of the statement and stop for the collector: that takes several times as long as the column does.
    private static class Sqlite
    {
        public const int Null = 5;
        private const string Library = "e_sqlite3";

        [DllImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
        public static extern int Type(nint statement, int column);

        [DllImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
        public static extern long Int64(nint statement, int column);

        [DllImport(Library, EntryPoint = "sqlite3_column_blob"), SuppressGCTransition]
        public static extern nint Blob(nint statement, int column);

        [DllImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
        public static extern int Length(nint statement, int column);
    }
}
