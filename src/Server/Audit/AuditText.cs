using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Server.Ledger;

namespace Tollgate.Server.Audit;

/// <summary>Entries of the audit log as text: for people, for a spreadsheet, for a program.</summary>
internal static class AuditText
{
    /// <summary>The first line of a table.</summary>
    public const string CsvHeader = "position,at,act,actor_kind,actor,from,object,outcome,before,after,hash";

    /// <summary>A line for people.</summary>
    public static string Line(AuditRow row)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{row.Position} {At(row)} {row.Act} by {row.ActorKind} {row.Actor}");
        Append(" from ", row.From);
        line.Append(CultureInfo.InvariantCulture, $" on {row.Object}: {Outcome(row)}");
        Append("; before: ", row.Before);
        Append("; after: ", row.After);
        return line.ToString();

        void Append(string word, string? text)
        {
            if (text is not null)
            {
                line.Append(word).Append(text);
            }
        }
    }

    /// <summary>A row of a table.</summary>
    public static string Csv(AuditRow row) => string.Join(',', new[]
    {
        row.Position.ToString(CultureInfo.InvariantCulture), At(row), row.Act, row.ActorKind, row.Actor, row.From, row.Object, Outcome(row), row.Before, row.After,
        Convert.ToHexStringLower(row.Hash),
    }.Select(StatementCsv.Cell));

    /// <summary>An object in one line.</summary>
    public static string Json(AuditRow row)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("position", row.Position);
            json.WriteString("at", At(row));
            json.WriteString("act", row.Act);
            json.WriteString("actor_kind", row.ActorKind);
            json.WriteString("actor", row.Actor);
            json.WriteString("from", row.From);
            json.WriteString("object", row.Object);
            json.WriteString("outcome", Outcome(row));
            json.WriteString("before", row.Before);
            json.WriteString("after", row.After);
            json.WriteString("hash", Convert.ToHexStringLower(row.Hash));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Outcome(AuditRow row) => row.Succeeded ? "succeeded" : "failed";

    private static string At(AuditRow row) => DateTimeOffset.FromUnixTimeMilliseconds(row.At).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
