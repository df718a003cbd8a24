using Tollgate.Core;
using Tollgate.Core.Ledger;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The ledger, disputes and clearing on SQLite; and what the server's own work takes by lease.</summary>
internal sealed partial class SqliteJournalWriter
{
    private readonly BalanceDeltas balances = new();

    public Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit)
    {
        const string Sql = """
            UPDATE payments SET leased_until = @until
            WHERE uuid IN (
                SELECT uuid FROM payments
                WHERE due_at IS NOT NULL AND due_at <= @now AND (leased_until IS NULL OR leased_until <= @from) ORDER BY due_at LIMIT @limit)
            RETURNING uuid
            """;
        var rows = Prepare(
            Sql, ("@until", JournalRows.Millis(leaseUntil)), ("@now", JournalRows.Millis(now)), ("@from", JournalRows.Millis(leaseFrom)), ("@limit", limit));
        var taken = new List<PaymentId>();
        while (rows.Read())
        {
            taken.Add(new(rows.Text(0)));
        }

        return Task.FromResult<IReadOnlyList<PaymentId>>(taken);
    }

    public Task<bool> ClosePayoutAsync(PayoutOrder payout) => Task.FromResult(InTransaction(() =>
    {
        var (app, currency) = (payout.App.Value, payout.Currency.Code);
        if (Number("SELECT COUNT(*) FROM payouts WHERE id = @id", ("@id", payout.Id.Value)) > 0)
        {
            return false;
        }

        var ground = new PayoutGround(
            Balance(Account.MerchantPayable, "credits - debits"),
            Balance(Account.MerchantNegative, "debits - credits"),
            Number("SELECT ledger FROM feed WHERE id = 1"),
            Number("SELECT COALESCE(MAX(last_position), 0) FROM payouts WHERE app_id = @app AND currency = @currency", ("@app", app), ("@currency", currency)));
        var transfers = ground.Transfers(payout.Currency);
        if (transfers.Count == 0)
        {
            return false;
        }

        balances.Clear();
        WriteLedger([.. LedgerRow.Of(payout, transfers)]);
        WriteBalances();
        Run(
            """
            INSERT INTO payouts (id, app_id, currency, amount, carried, recovered, after_position, last_position, closed_at)
            VALUES (@id, @app, @currency, @amount, @carried, @recovered, @after, @last, @at)
            """,
            ("@id", payout.Id.Value),
            ("@app", app),
            ("@currency", currency),
            ("@amount", PayoutGround.Sum(transfers, TransferKind.Payout)),
            ("@carried", PayoutGround.Sum(transfers, TransferKind.DebtCarried)),
            ("@recovered", PayoutGround.Sum(transfers, TransferKind.DebtRecovered)),
            ("@after", ground.AfterPosition),
            ("@last", ground.LastPosition + transfers.Count),
            ("@at", JournalRows.Millis(payout.At)));
        return true;

        long Balance(Account account, string side) => Number(
            $"SELECT COALESCE(SUM({side}), 0) FROM balances WHERE app_id = @app AND account = @account AND currency = @currency",
            ("@app", app), ("@account", (int)account), ("@currency", currency));
    }));

    private Conflict WriteMoney(Change change)
    {
        if (WriteClearing(change) is var conflict && conflict != Conflict.None)
        {
            return conflict;
        }

        // An identifier that another payment's dispute has is drawn again.
        if (change.Dispute is { } dispute && Run(
            """
            INSERT INTO disputes (id, payment_uuid, app_id, stage, opened_at, body) VALUES (@id, @payment, @app, @stage, @opened, @body)
            ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, body = excluded.body WHERE disputes.payment_uuid = excluded.payment_uuid
            """,
            ("@id", dispute.Id.Value),
            ("@payment", change.Payment!.Id.Value),
            ("@app", change.App.Value),
            ("@stage", (int)dispute.Stage),
            ("@opened", JournalRows.Millis(dispute.OpenedAt)),
            ("@body", JournalRows.Dispute(dispute))) == 0)
        {
            return Conflict.IdentifierTaken;
        }

        // After this point nothing of the change is refused, so that the balances take it in.
        WriteLedger([.. LedgerRow.Of(change)]);
        foreach (var evidence in change.Evidence)
        {
            Run(
                """
                INSERT INTO evidence (dispute_id, number, category, file_name, content_type, bytes, sealed, at)
                VALUES (@dispute, @number, @category, @name, @type, @bytes, @sealed, @at)
                """,
                ("@dispute", evidence.Dispute.Value),
                ("@number", evidence.Number),
                ("@category", evidence.Category),
                ("@name", evidence.FileName),
                ("@type", evidence.ContentType),
                ("@bytes", evidence.Bytes),
                ("@sealed", evidence.Sealed),
                ("@at", JournalRows.Millis(change.At)));
        }

        return Conflict.None;
    }

    private Conflict WriteClearing(Change change)
    {
        var at = ("@at", (object?)JournalRows.Millis(change.At));
        if (change.ClearingFile is { } file && Run(
            "INSERT INTO clearing_files (id, digest, records, total, imported_at) VALUES (@id, @digest, @records, @total, @at) ON CONFLICT (id) DO NOTHING",
            ("@id", file.Id), ("@digest", file.Digest), ("@records", file.Records), ("@total", file.Total), at) == 0)
        {
            return Conflict.ClearedBefore;
        }

        if (change.ClearingRecord is { } record && Run(
            """
            INSERT INTO clearing_records (file_id, line, payment_uuid, operation, amount, cost, currency, matched, at)
            VALUES (@file, @line, @payment, @operation, @amount, @cost, @currency, @matched, @at)
            ON CONFLICT (file_id, line) DO UPDATE SET matched = 1 WHERE clearing_records.matched = 0 AND excluded.matched = 1
            """,
            ("@file", record.FileId),
            ("@line", record.Line),
            ("@payment", record.PaymentUuid),
            ("@operation", record.Operation),
            ("@amount", record.Amount),
            ("@cost", record.Cost),
            ("@currency", record.Currency),
            ("@matched", record.Matched ? 1 : 0),
            at) == 0)
        {
            return Conflict.ClearedBefore;
        }

        if (change.Discrepancy is { } found)
        {
            Run(
                """
                INSERT INTO discrepancies (id, kind, file_id, line, payment_uuid, operation, ours, theirs, currency, found_at)
                VALUES (@id, @kind, @file, @line, @payment, @operation, @ours, @theirs, @currency, @at) ON CONFLICT (id) DO NOTHING
                """,
                ("@id", found.Id),
                ("@kind", (int)found.Kind),
                ("@file", found.FileId),
                ("@line", found.Line),
                ("@payment", found.PaymentUuid),
                ("@operation", found.Operation),
                ("@ours", found.Ours),
                ("@theirs", found.Theirs),
                ("@currency", found.Currency),
                at);
        }

        return change.Resolution is { } resolution && Run(
            "UPDATE discrepancies SET resolved_at = @at, resolution = @how, note = @note WHERE id = @id AND resolved_at IS NULL",
            ("@id", resolution.Id), ("@how", resolution.How), ("@note", resolution.Note), at) == 0
            ? Conflict.DiscrepancyClosed
            : Conflict.None;
    }

    private void WriteLedger(IReadOnlyList<LedgerRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var position = Number("UPDATE feed SET ledger = ledger + @rows WHERE id = 1 RETURNING ledger", ("@rows", rows.Count)) - rows.Count;
        foreach (var row in rows)
        {
            Run(
                """
                INSERT INTO ledger (source, version, line, app_id, position, kind, debit, credit, amount, currency, at)
                VALUES (@source, @version, @line, @app, @position, @kind, @debit, @credit, @amount, @currency, @at)
                """,
                ("@source", row.Source),
                ("@version", row.Version),
                ("@line", row.Line),
                ("@app", row.App),
                ("@position", ++position),
                ("@kind", (int)row.Transfer.Kind),
                ("@debit", (int)row.Transfer.Debit),
                ("@credit", (int)row.Transfer.Credit),
                ("@amount", row.Transfer.Amount.Minor),
                ("@currency", row.Transfer.Amount.Currency.Code),
                ("@at", row.At));
            balances.Add(row);
        }
    }

    private void WriteBalances()
    {
        foreach (var (key, sum) in balances.Sums)
        {
            Run(
                """
                INSERT INTO balances (app_id, account, currency, debits, credits) VALUES (@app, @account, @currency, @debits, @credits)
                ON CONFLICT (app_id, account, currency) DO UPDATE SET debits = debits + excluded.debits, credits = credits + excluded.credits
                """,
                ("@app", key.App), ("@account", key.Account), ("@currency", key.Currency), ("@debits", sum.Debits), ("@credits", sum.Credits));
        }
    }

    private long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ReadNumber()!.Value;
}
