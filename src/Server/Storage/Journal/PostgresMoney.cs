using Npgsql;
using NpgsqlTypes;
using Tollgate.Core.Ledger;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The ledger, disputes and clearing on PostgreSQL.</summary>
internal sealed partial class PostgresBatch
{
    /// <summary>Posts a payout and writes its record.</summary>
    public static void Post(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PayoutOrder payout, PayoutGround ground, IReadOnlyList<Transfer> transfers)
    {
        var batch = new PostgresBatch([]);
        batch.Add("UPDATE feed SET ledger = ledger + $1 WHERE id = 1", Value(transfers.Count));
        batch.AddLedger([.. LedgerRow.Of(payout, transfers)]);
        batch.Add(
            """
            INSERT INTO payouts (id, app_id, currency, amount, carried, recovered, after_position, last_position, closed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            Value(payout.Id.Value),
            Value(payout.App.Value),
            Value(payout.Currency.Code),
            Value(PayoutGround.Sum(transfers, TransferKind.Payout)),
            Value(PayoutGround.Sum(transfers, TransferKind.DebtCarried)),
            Value(PayoutGround.Sum(transfers, TransferKind.DebtRecovered)),
            Value(ground.AfterPosition),
            Value(ground.LastPosition + transfers.Count),
            Value(JournalRows.Millis(payout.At)));
        batch.Run(connection, transaction);
    }

    private void AddLedger(List<LedgerRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        AddDependent(
            """
            INSERT INTO ledger (source, version, line, app_id, position, kind, debit, credit, amount, currency, at)
            SELECT source, version, line, app_id, (SELECT ledger FROM feed WHERE id = 1) - $11 + place, kind, debit, credit, amount, currency, at
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY
                AS u (source, version, line, app_id, kind, debit, credit, amount, currency, at, place)
            ON CONFLICT DO NOTHING
            """,
            rows.Count,
            Array(rows.Select(r => r.Source), NpgsqlDbType.Text),
            Array(rows.Select(r => r.Version), NpgsqlDbType.Integer),
            Array(rows.Select(r => (short)r.Line), NpgsqlDbType.Smallint),
            Array(rows.Select(r => r.App), NpgsqlDbType.Text),
            Array(rows.Select(r => (short)r.Transfer.Kind), NpgsqlDbType.Smallint),
            Array(rows.Select(r => (short)r.Transfer.Debit), NpgsqlDbType.Smallint),
            Array(rows.Select(r => (short)r.Transfer.Credit), NpgsqlDbType.Smallint),
            Array(rows.Select(r => r.Transfer.Amount.Minor), NpgsqlDbType.Bigint),
            Array(rows.Select(r => r.Transfer.Amount.Currency.Code), NpgsqlDbType.Text),
            Array(rows.Select(r => r.At), NpgsqlDbType.Bigint),
            Value((long)rows.Count));

        var deltas = new BalanceDeltas();
        foreach (var row in rows)
        {
            deltas.Add(row);
        }

        var sums = deltas.Sums.ToList();
        Add(
            """
            INSERT INTO balances (app_id, account, currency, debits, credits) SELECT * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT (app_id, account, currency) DO UPDATE SET debits = balances.debits + excluded.debits, credits = balances.credits + excluded.credits
            """,
            Array(sums.Select(s => s.Key.App), NpgsqlDbType.Text),
            Array(sums.Select(s => (short)s.Key.Account), NpgsqlDbType.Smallint),
            Array(sums.Select(s => s.Key.Currency), NpgsqlDbType.Text),
            Array(sums.Select(s => s.Value.Debits), NpgsqlDbType.Bigint),
            Array(sums.Select(s => s.Value.Credits), NpgsqlDbType.Bigint));
    }

    private void AddDisputes()
    {
        // An identifier that another payment's dispute has is drawn again.
        var disputes = Of(c => c.Dispute);
        AddChecked(
            """
            INSERT INTO disputes (id, payment_uuid, app_id, stage, opened_at, body) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, body = excluded.body WHERE disputes.payment_uuid = excluded.payment_uuid
            RETURNING id
            """,
            disputes,
            reader => reader.GetString(0),
            row => row.Item.Id.Value,
            _ => new(Conflict.IdentifierTaken),
            Array(disputes.Select(r => r.Item.Id.Value), NpgsqlDbType.Text),
            Array(disputes.Select(r => r.Change.Payment!.Id.Value), NpgsqlDbType.Text),
            Array(disputes.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(disputes.Select(r => (short)r.Item.Stage), NpgsqlDbType.Smallint),
            Array(disputes.Select(r => JournalRows.Millis(r.Item.OpenedAt)), NpgsqlDbType.Bigint),
            Array(disputes.Select(r => JournalRows.Dispute(r.Item)), NpgsqlDbType.Bytea));

        var evidence = Rows(c => c.Evidence);
        if (evidence.Count > 0)
        {
            AddDependent(
                """
                INSERT INTO evidence (dispute_id, number, category, file_name, content_type, bytes, sealed, at)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
                """,
                evidence.Count,
                Array(evidence.Select(r => r.Item.Dispute.Value), NpgsqlDbType.Text),
                Array(evidence.Select(r => r.Item.Number), NpgsqlDbType.Integer),
                Array(evidence.Select(r => r.Item.Category), NpgsqlDbType.Text),
                Array(evidence.Select(r => r.Item.FileName), NpgsqlDbType.Text),
                Array(evidence.Select(r => r.Item.ContentType), NpgsqlDbType.Text),
                Array(evidence.Select(r => r.Item.Bytes), NpgsqlDbType.Integer),
                Array(evidence.Select(r => r.Item.Sealed), NpgsqlDbType.Bytea),
                Array(evidence.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));
        }
    }

    private void AddClearing()
    {
        var files = Of(c => c.ClearingFile);
        AddChecked(
            """
            INSERT INTO clearing_files (id, digest, records, total, imported_at) SELECT * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO NOTHING RETURNING id
            """,
            files,
            reader => reader.GetString(0),
            row => row.Item.Id,
            _ => new(Conflict.ClearedBefore),
            Array(files.Select(r => r.Item.Id), NpgsqlDbType.Text),
            Array(files.Select(r => r.Item.Digest), NpgsqlDbType.Bytea),
            Array(files.Select(r => r.Item.Records), NpgsqlDbType.Integer),
            Array(files.Select(r => r.Item.Total), NpgsqlDbType.Bigint),
            Array(files.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));

        var records = Of(c => c.ClearingRecord);
        AddChecked(
            """
            INSERT INTO clearing_records (file_id, line, payment_uuid, operation, amount, cost, currency, matched, at)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (file_id, line) DO UPDATE SET matched = 1 WHERE clearing_records.matched = 0 AND excluded.matched = 1 RETURNING file_id, line
            """,
            records,
            reader => (reader.GetString(0), reader.GetInt32(1)),
            row => (row.Item.FileId, row.Item.Line),
            _ => new(Conflict.ClearedBefore),
            Array(records.Select(r => r.Item.FileId), NpgsqlDbType.Text),
            Array(records.Select(r => r.Item.Line), NpgsqlDbType.Integer),
            Array(records.Select(r => r.Item.PaymentUuid), NpgsqlDbType.Text),
            Array(records.Select(r => r.Item.Operation), NpgsqlDbType.Text),
            Array(records.Select(r => r.Item.Amount), NpgsqlDbType.Bigint),
            Array(records.Select(r => r.Item.Cost), NpgsqlDbType.Bigint),
            Array(records.Select(r => r.Item.Currency), NpgsqlDbType.Text),
            Array(records.Select(r => (short)(r.Item.Matched ? 1 : 0)), NpgsqlDbType.Smallint),
            Array(records.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));

        var found = Of(c => c.Discrepancy);
        if (found.Count > 0)
        {
            Add(
                """
                INSERT INTO discrepancies (id, kind, file_id, line, payment_uuid, operation, ours, theirs, currency, found_at)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING
                """,
                Array(found.Select(r => r.Item.Id), NpgsqlDbType.Text),
                Array(found.Select(r => (short)r.Item.Kind), NpgsqlDbType.Smallint),
                Array(found.Select(r => r.Item.FileId), NpgsqlDbType.Text),
                Array(found.Select(r => r.Item.Line), NpgsqlDbType.Integer),
                Array(found.Select(r => r.Item.PaymentUuid), NpgsqlDbType.Text),
                Array(found.Select(r => r.Item.Operation), NpgsqlDbType.Text),
                Array(found.Select(r => r.Item.Ours), NpgsqlDbType.Bigint),
                Array(found.Select(r => r.Item.Theirs), NpgsqlDbType.Bigint),
                Array(found.Select(r => r.Item.Currency), NpgsqlDbType.Text),
                Array(found.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));
        }

        var resolved = Of(c => c.Resolution);
        AddChecked(
            """
            UPDATE discrepancies d SET resolved_at = u.at, resolution = u.how, note = u.note FROM unnest($1, $2, $3, $4) AS u (id, how, note, at)
            WHERE d.id = u.id AND d.resolved_at IS NULL RETURNING d.id
            """,
            resolved,
            reader => reader.GetString(0),
            row => row.Item.Id,
            _ => new(Conflict.DiscrepancyClosed),
            Array(resolved.Select(r => r.Item.Id), NpgsqlDbType.Text),
            Array(resolved.Select(r => r.Item.How), NpgsqlDbType.Text),
            Array(resolved.Select(r => r.Item.Note), NpgsqlDbType.Text),
            Array(resolved.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));
    }
}
