using System.Buffers;
using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Server.Http;

namespace Tollgate.Server.Ledger;

/// <summary>The statement as CSV (RFC 4180), safe to open in a spreadsheet.</summary>
internal static class StatementCsv
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create("\",\r\n");

    /// <summary>The first line: the fields of an entry as JSON calls them.</summary>
    public const string Heading = "cursor,created_at,kind,account,amount,currency,payment_uuid,external_id,payout_id\r\n";

    /// <summary>One entry.</summary>
    public static string Line(BalanceEntry entry) => string.Join(
        ',',
        entry.Cursor,
        WireInstant.Write(entry.CreatedAt),
        WireNames.Of(entry.Kind),
        WireNames.Of(entry.Account),
        entry.Amount.ToString(CultureInfo.InvariantCulture),
        entry.Currency,
        Cell(entry.PaymentUuid),
        Cell(entry.ExternalId),
        Cell(entry.PayoutId)) + "\r\n";

    /// <summary>
    /// A text that somebody else chose. A spreadsheet takes what begins with one of these characters for a formula and runs it; behind an apostrophe it is
    /// a text (OWASP, CSV injection).
    /// </summary>
    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
