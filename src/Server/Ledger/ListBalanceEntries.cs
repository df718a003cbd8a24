using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Ledger;

/// <summary><c>GET /api/v2/balances/entries</c>: the statement behind the balances, a part at a time as JSON, or all of it as CSV.</summary>
internal sealed class ListBalanceEntries(LedgerReader reader)
{
    /// <summary>How many movements the CSV reads at a time: a slow reader holds no connection to the store.</summary>
    private const int Chunk = 1000;

    private enum Format
    {
        Json,
        Csv,
    }

    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var format = fields.Choice<Format>("format") ?? (Accepts.Prefers(context.Request, "text/csv") ? Format.Csv : Format.Json);
        var limit = fields.Integer("limit", 100, 1, 1000);
        var query = new StatementQuery(app.Id, Statement.Accounts, fields.Cursor("after"), From: fields.Instant("from"), Before: fields.Instant("to"));
        if (fields.Text("payout", 64) is { } id)
        {
            if (await reader.FindPayoutAsync(app.Id, id) is { } payout)
            {
                query = query with { After = Math.Max(query.After, payout.AfterPosition), Until = payout.LastPosition, Currency = payout.Currency };
            }
            else
            {
                errors.Add("payout", "does not exist");
            }
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
        }
        else if (format == Format.Csv)
        {
            await WriteCsvAsync(context, query);
        }
        else
        {
            await WritePartAsync(context, query, limit);
        }
    }

    private async Task WritePartAsync(HttpContext context, StatementQuery query, int limit)
    {
        // Each movement has an entry at least, so that so many movements fill the part, and one more tells whether there is more.
        var movements = await reader.ReadStatementAsync(query, limit + 1);
        var records = new List<BalanceEntry>(limit + 1);
        var taken = 0;
        while (taken < movements.Count && records.Count < limit)
        {
            records.AddRange(Statement.Entries(movements[taken++]));
        }

        var list = new BalanceEntryList
        {
            Records = records,
            NextAfter = records.Count > 0 ? records[^1].Cursor : query.After.ToString(System.Globalization.CultureInfo.InvariantCulture),
            HasMore = taken < movements.Count,
        };
        await Answer.Ok(list, ResponseJson.Numbers.BalanceEntryList).WriteAsync(context);
    }

    private async Task WriteCsvAsync(HttpContext context, StatementQuery query)
    {
        var response = context.Response;
        var movements = await reader.ReadStatementAsync(query, Chunk);
        response.ContentType = "text/csv; charset=utf-8; header=present";
        response.Headers.ContentDisposition = "attachment; filename=\"statement.csv\"";
        await response.WriteAsync(StatementCsv.Heading, context.RequestAborted);
        while (movements.Count > 0)
        {
            await response.WriteAsync(string.Concat(movements.SelectMany(Statement.Entries).Select(StatementCsv.Line)), context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
            movements = movements.Count < Chunk ? [] : await reader.ReadStatementAsync(query with { After = movements[^1].Position }, Chunk);
        }
    }
}
