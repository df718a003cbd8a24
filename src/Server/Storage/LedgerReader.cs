using System.Text;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Ledger;

namespace Tollgate.Server.Storage;

/// <summary>What one account of an app adds up to.</summary>
internal sealed record StoredBalance(string Currency, Account Account, long Debits, long Credits);

/// <summary>A movement of the ledger that touches one of an app's own accounts.</summary>
/// <param name="Position">Its place in the ledger.</param>
/// <param name="Source">The payment or the payout that posted it.</param>
/// <param name="ExternalId">The payment's order.</param>
/// <param name="Transfer">What moved.</param>
/// <param name="At">When.</param>
internal sealed record StatementEntry(long Position, string Source, string? ExternalId, Transfer Transfer, DateTimeOffset At);

/// <summary>Which movements to read, and of which accounts.</summary>
internal sealed record StatementQuery(
    AppId App, IReadOnlyList<Account> Accounts, long After, long? Until = null, string? Currency = null, DateTimeOffset? From = null, DateTimeOffset? Before = null);

/// <summary>A payout as it is stored. Its entries stand after <paramref name="AfterPosition"/>, up to <paramref name="LastPosition"/>.</summary>
internal sealed record StoredPayout(
    string Id, AppId App, string Currency, long Amount, long Carried, long Recovered, long AfterPosition, long LastPosition, DateTimeOffset ClosedAt);

/// <summary>Reads balances, statements and payouts: one hand-written SQL for both engines.</summary>
internal sealed class LedgerReader(Database database)
{
    private const string PayoutColumns = """
        id AS Id, app_id AS AppId, currency AS Currency, amount AS Amount, carried AS Carried, recovered AS Recovered, after_position AS AfterPosition,
        last_position AS LastPosition, closed_at AS ClosedAt
        """;

    private sealed class BalanceRow
    {
        public string Currency { get; init; } = string.Empty;

        public long Account { get; init; }

        public long Debits { get; init; }

        public long Credits { get; init; }
    }

    private sealed class EntryRow
    {
        public long Position { get; init; }

        public string Source { get; init; } = string.Empty;

        public string? ExternalId { get; init; }

        public long Kind { get; init; }

        public long Debit { get; init; }

        public long Credit { get; init; }

        public long Amount { get; init; }

        public string Currency { get; init; } = string.Empty;

        public long At { get; init; }
    }

    private sealed class PayoutRow
    {
        public string Id { get; init; } = string.Empty;

        public string AppId { get; init; } = string.Empty;

        public string Currency { get; init; } = string.Empty;

        public long Amount { get; init; }

        public long Carried { get; init; }

        public long Recovered { get; init; }

        public long AfterPosition { get; init; }

        public long LastPosition { get; init; }

        public long ClosedAt { get; init; }
    }

    /// <summary>The balances of an app's accounts, as they were at one moment.</summary>
    public async Task<IReadOnlyList<StoredBalance>> ReadBalancesAsync(AppId app)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<BalanceRow>(
            "SELECT currency AS Currency, CAST(account AS BIGINT) AS Account, debits AS Debits, credits AS Credits FROM balances WHERE app_id = @app ORDER BY currency, account",
            new { app = app.Value });
        return [.. rows.Select(r => new StoredBalance(r.Currency, (Account)r.Account, r.Debits, r.Credits))];
    }

    /// <summary>Movements in their order, so many at most.</summary>
    public async Task<IReadOnlyList<StatementEntry>> ReadStatementAsync(StatementQuery query, int limit)
    {
        // The accounts are numbers of ours, never a caller's text.
        var accounts = string.Join(", ", query.Accounts.Select(a => (int)a));
        var where = new StringBuilder($"l.app_id = @app AND l.position > @after AND (l.debit IN ({accounts}) OR l.credit IN ({accounts}))");
        Condition(query.Until, "l.position <= @until");
        Condition(query.Currency, "l.currency = @currency");
        Condition(query.From, "l.at >= @from");
        Condition(query.Before, "l.at < @before");
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<EntryRow>(
            $"""
            SELECT l.position AS Position, l.source AS Source, p.external_id AS ExternalId, CAST(l.kind AS BIGINT) AS Kind,
                CAST(l.debit AS BIGINT) AS Debit, CAST(l.credit AS BIGINT) AS Credit, l.amount AS Amount, l.currency AS Currency, l.at AS At
            FROM ledger l LEFT JOIN payments p ON p.uuid = l.source
            WHERE {where} ORDER BY l.position LIMIT @limit
            """,
            new
            {
                app = query.App.Value,
                after = query.After,
                until = query.Until,
                currency = query.Currency,
                from = query.From?.ToUnixTimeMilliseconds(),
                before = query.Before?.ToUnixTimeMilliseconds(),
                limit,
            });
        return [.. rows.Select(ToEntry)];

        void Condition(object? value, string sql)
        {
            if (value is not null)
            {
                where.Append(" AND ").Append(sql);
            }
        }
    }

    /// <summary>A payout of an app.</summary>
    public async Task<StoredPayout?> FindPayoutAsync(AppId app, string id)
    {
        await using var connection = await database.OpenAsync();
        var row = await connection.QuerySingleOrDefaultAsync<PayoutRow>($"SELECT {PayoutColumns} FROM payouts WHERE id = @id AND app_id = @app", new { id, app = app.Value });
        return row is null ? null : ToPayout(row);
    }

    /// <summary>A page of an app's payouts, newest first, and how many there are.</summary>
    public async Task<(int Total, IReadOnlyList<StoredPayout> Page)> ListPayoutsAsync(AppId app, int page, int perPage)
    {
        await using var connection = await database.OpenAsync();
        var total = await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM payouts WHERE app_id = @app", new { app = app.Value });
        var rows = await connection.QueryAsync<PayoutRow>(
            $"SELECT {PayoutColumns} FROM payouts WHERE app_id = @app ORDER BY last_position DESC, id LIMIT @limit OFFSET @offset",
            new { app = app.Value, limit = perPage, offset = (page - 1L) * perPage });
        return (total, [.. rows.Select(ToPayout)]);
    }

    private static StatementEntry ToEntry(EntryRow row) => new(
        row.Position,
        row.Source,
        row.ExternalId,
        new((TransferKind)row.Kind, (Account)row.Debit, (Account)row.Credit, new(row.Amount, ToCurrency(row.Currency))),
        DateTimeOffset.FromUnixTimeMilliseconds(row.At));

    private static StoredPayout ToPayout(PayoutRow row) => new(
        row.Id,
        new(row.AppId),
        row.Currency,
        row.Amount,
        row.Carried,
        row.Recovered,
        row.AfterPosition,
        row.LastPosition,
        DateTimeOffset.FromUnixTimeMilliseconds(row.ClosedAt));

    private static Currency ToCurrency(string code) =>
        Currency.TryParse(code, out var currency) ? currency : throw new InvalidDataException($"The ledger holds {code}, a currency that is not switched on.");
}
