using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tollgate.Server.Storage;

/// <summary>
/// Reads columns of many rows without making an object of each: on SQLite as the bytes that the engine has, which are good until the next row; elsewhere as
/// the driver gives them.
/// </summary>
internal sealed class RowBytes
{
    private readonly string[] texts = new string[256];

    /// <summary>The bytes of a column that is not null.</summary>
    public static ReadOnlySpan<byte> Of(DbDataReader rows, int column) =>
        rows is SqliteDataReader { Handle: { } row } ? raw.sqlite3_column_blob(row, column) : rows.GetFieldValue<byte[]>(column);

    /// <summary>Whether a column has this text, of letters and digits.</summary>
    public static bool Is(DbDataReader rows, int column, string text) =>
        rows is SqliteDataReader { Handle: { } row } ? Ascii.Equals(raw.sqlite3_column_blob(row, column), text) : rows.GetString(column) == text;

    /// <summary>A text of a kind of which there are few, made once.</summary>
    public string Text(DbDataReader rows, int column)
    {
        if (rows is not SqliteDataReader { Handle: { } row } || raw.sqlite3_column_blob(row, column) is not { Length: > 0 } bytes)
        {
            return rows.GetString(column);
        }

        ref var known = ref texts[((bytes.Length * 31) + (bytes[0] * 7) + (bytes[^1] * 13) + bytes[bytes.Length / 2]) & 255];
        return known is not null && Ascii.Equals(bytes, known) ? known : known = rows.GetString(column);
    }
}
