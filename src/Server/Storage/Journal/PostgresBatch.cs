using Npgsql;
using NpgsqlTypes;
using Tollgate.Core;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The statements of one batch of changes.</summary>
internal sealed partial class PostgresBatch
{
    /// <summary>A process that stands still before its commit would keep what it has locked, and every other process waiting, for as long as it stands.</summary>
    public const string EndWhenIdle = "SET LOCAL idle_in_transaction_session_timeout = '5s'";

    /// <summary>Takes the counter's lock without counting.</summary>
    public const string LockFeed = "SELECT 1 FROM feed WHERE id = 1 FOR UPDATE";

    private readonly IReadOnlyList<Change> changes;
    private readonly List<(NpgsqlBatchCommand Command, Action<NpgsqlDataReader>? Read, Action? Finish)> statements = [];
    private readonly List<(NpgsqlBatchCommand Command, int Rows)> mustWriteAll = [];
    private readonly Dictionary<int, CommitResult> conflicts = [];

    public PostgresBatch(IReadOnlyList<Change> changes)
    {
        this.changes = changes;

        // The counter's row lock comes first: it makes the order of positions the order of commits, across all server processes.
        var positions = changes.Sum(c => c.Events.Count(e => e.ChangesStatus));
        List<LedgerRow> ledger = [.. changes.SelectMany(LedgerRow.Of)];
        if (positions > 0 || ledger.Count > 0)
        {
            Add("UPDATE feed SET last = last + $1, ledger = ledger + $2 WHERE id = 1", Value(positions), Value(ledger.Count));
        }
        else if (changes.Any(c => c.Deliveries.Any(d => d.State != DeliveryState.Waiting)))
        {
            // Whoever ends a webhook releases the next one, and must see it: no other process may be about to write it.
            Add(LockFeed, _ => { }, () => { });
        }

        if (changes.All(c => c.Deliveries.Count > 0))
        {
            // That a webhook was delivered may be forgotten when PostgreSQL dies, as it may be delivered once more: so it need not wait for the disk.
            Add("SET LOCAL synchronous_commit = off");
        }

        AddIdempotency();
        AddClaims();
        AddPayments();
        AddCards();
        AddCodes();
        AddEvents(positions);
        AddRiskMarks();
        AddAnswers();
        AddDeliveries();
        AddForgetting();
        AddClearing();
        AddDisputes();
        AddLedger(ledger);
        LockAudit();
    }

    /// <summary>Runs them in one round trip, and says which changes have a conflict, by their place in the batch.</summary>
    public IReadOnlyDictionary<int, CommitResult> Run(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        using var batch = new NpgsqlBatch(connection, transaction);

        batch.BatchCommands.Add(new(EndWhenIdle));
        foreach (var (command, _, _) in statements)
        {
            batch.BatchCommands.Add(command);
        }

        using (var reader = batch.ExecuteReader())
        {
            var withRows = statements.Where(s => s.Read is not null).ToList();
            for (var i = 0; i < withRows.Count; i++)
            {
                while (reader.Read())
                {
                    withRows[i].Read!(reader);
                }

                withRows[i].Finish!();
                reader.NextResult();
            }
        }

        Check.That(conflicts.Count > 0 || mustWriteAll.All(w => w.Command.RecordsAffected == w.Rows), "what belongs to a payment is new when its version is");
        return conflicts;
    }

    private void AddIdempotency()
    {
        var rows = Of(c => c.Idempotency);
        AddChecked(
            """
            INSERT INTO idempotency (app_id, key_digest, request_digest, payment_uuid, created_at) SELECT * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT (app_id, key_digest) DO UPDATE SET request_digest = excluded.request_digest, payment_uuid = excluded.payment_uuid,
                status_code = NULL, body = NULL, created_at = excluded.created_at
            WHERE idempotency.created_at <= excluded.created_at - 86400000
            RETURNING app_id, key_digest
            """,
            rows,
            reader => (reader.GetString(0), Convert.ToHexString(reader.GetFieldValue<byte[]>(1))),
            row => (row.Change.App.Value, Convert.ToHexString(row.Item.KeyDigest)),
            _ => new(Conflict.IdempotencyKeyTaken),
            Array(rows.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(rows.Select(r => r.Item.KeyDigest), NpgsqlDbType.Bytea),
            Array(rows.Select(r => r.Item.RequestDigest), NpgsqlDbType.Bytea),
            Array(rows.Select(r => r.Item.Payment?.Value), NpgsqlDbType.Text),
            Array(rows.Select(r => JournalRows.Millis(r.Item.At)), NpgsqlDbType.Bigint));
    }

    private void AddClaims()
    {
        // A statement sees no change of its own, so the two kinds never meet: a claim that takes over updates, any other inserts.
        var fresh = Rows(c => c.Claims.Where(claim => claim.Replaces is null));
        AddChecked(
            """
            INSERT INTO orders (app_id, digest, payment_uuid, expires_at) SELECT app_id, digest, payment, expires
            FROM unnest($1, $2, $3, $4) AS u (app_id, digest, payment, expires)
            ON CONFLICT (app_id, digest) DO UPDATE SET payment_uuid = excluded.payment_uuid, expires_at = excluded.expires_at
            WHERE orders.expires_at <= $5
            RETURNING app_id, digest
            """,
            fresh,
            reader => (reader.GetString(0), Convert.ToHexString(reader.GetFieldValue<byte[]>(1))),
            row => (row.Change.App.Value, Convert.ToHexString(row.Item.Digest)),
            row => new(Conflict.OrderTaken, row.Item),
            Array(fresh.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(fresh.Select(r => r.Item.Digest), NpgsqlDbType.Bytea),
            Array(fresh.Select(r => r.Item.Payment.Value), NpgsqlDbType.Text),
            Array(fresh.Select(r => JournalRows.Millis(r.Item.ExpiresAt)), NpgsqlDbType.Bigint),
            Value(fresh.Count == 0 ? 0L : fresh.Min(r => JournalRows.Millis(r.Change.At))));

        var takeovers = Rows(c => c.Claims.Where(claim => claim.Replaces is not null));
        AddChecked(
            """
            UPDATE orders o SET payment_uuid = u.payment, expires_at = u.expires
            FROM unnest($1, $2, $3, $4, $5) AS u (app_id, digest, payment, expires, replaces)
            WHERE o.app_id = u.app_id AND o.digest = u.digest AND o.payment_uuid = u.replaces
            RETURNING o.app_id, o.digest
            """,
            takeovers,
            reader => (reader.GetString(0), Convert.ToHexString(reader.GetFieldValue<byte[]>(1))),
            row => (row.Change.App.Value, Convert.ToHexString(row.Item.Digest)),
            row => new(Conflict.OrderTaken, row.Item),
            Array(takeovers.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(takeovers.Select(r => r.Item.Digest), NpgsqlDbType.Bytea),
            Array(takeovers.Select(r => r.Item.Payment.Value), NpgsqlDbType.Text),
            Array(takeovers.Select(r => JournalRows.Millis(r.Item.ExpiresAt)), NpgsqlDbType.Bigint),
            Array(takeovers.Select(r => r.Item.Replaces!.Value.Value), NpgsqlDbType.Text));
    }

    private void AddPayments()
    {
        var created = Of(c => c.ExpectedVersion == 0 ? c.Payment : null);
        AddChecked(
            """
            INSERT INTO payments (uuid, app_id, version, status, token_id, external_id, email, created_at, due_at, facts, state, unsettled_since)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (uuid) DO NOTHING RETURNING uuid
            """,
            created,
            reader => reader.GetString(0),
            row => row.Item.Id.Value,
            _ => new(Conflict.IdentifierTaken),
            Array(created.Select(r => r.Item.Id.Value), NpgsqlDbType.Text),
            Array(created.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(created.Select(r => r.Item.Version), NpgsqlDbType.Integer),
            Array(created.Select(r => (short)r.Item.Status), NpgsqlDbType.Smallint),
            Array(created.Select(r => r.Item.Facts.Token.Value), NpgsqlDbType.Text),
            Array(created.Select(r => r.Item.Facts.ExternalId), NpgsqlDbType.Text),
            Array(created.Select(r => r.Item.Facts.Cardholder.Email), NpgsqlDbType.Text),
            Array(created.Select(r => JournalRows.Millis(r.Item.Facts.CreatedAt)), NpgsqlDbType.Bigint),
            Array(created.Select(r => JournalRows.DueAt(r.Item)), NpgsqlDbType.Bigint),
            Array(created.Select(r => r.Change.StoredFacts), NpgsqlDbType.Bytea),
            Array(created.Select(r => r.Change.StoredState), NpgsqlDbType.Bytea),
            Array(created.Select(r => JournalRows.UnsettledSince(r.Item)), NpgsqlDbType.Bigint));

        // Should one of them not be written, nothing of this transaction is.
        if (created.Count > 0)
        {
            var apps = created.CountBy(r => r.Change.App.Value).OrderBy(a => a.Key, StringComparer.Ordinal).ToList();
            Add(
                """
                INSERT INTO payment_counts (app_id, share, payments) SELECT app_id, $3, payments FROM unnest($1, $2) AS u (app_id, payments)
                ON CONFLICT (app_id, share) DO UPDATE SET payments = payment_counts.payments + excluded.payments
                """,
                Array(apps.Select(a => a.Key), NpgsqlDbType.Text),
                Array(apps.Select(a => (long)a.Value), NpgsqlDbType.Bigint),
                Value(JournalRows.Share));
        }

        var moved = Of(c => c.ExpectedVersion > 0 ? c.Payment : null);
        AddChecked(
            """
            UPDATE payments p SET version = u.version, status = u.status, due_at = u.due_at, leased_until = NULL, state = u.state,
                unsettled_since = u.unsettled
            FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (uuid, expected, version, status, due_at, state, unsettled)
            WHERE p.uuid = u.uuid AND p.version = u.expected RETURNING p.uuid
            """,
            moved,
            reader => reader.GetString(0),
            row => row.Item.Id.Value,
            _ => new(Conflict.VersionMoved),
            Array(moved.Select(r => r.Item.Id.Value), NpgsqlDbType.Text),
            Array(moved.Select(r => r.Change.ExpectedVersion), NpgsqlDbType.Integer),
            Array(moved.Select(r => r.Item.Version), NpgsqlDbType.Integer),
            Array(moved.Select(r => (short)r.Item.Status), NpgsqlDbType.Smallint),
            Array(moved.Select(r => JournalRows.DueAt(r.Item)), NpgsqlDbType.Bigint),
            Array(moved.Select(r => r.Change.StoredState), NpgsqlDbType.Bytea),
            Array(moved.Select(r => JournalRows.UnsettledSince(r.Item)), NpgsqlDbType.Bigint));
    }

    private void AddEvents(int positions)
    {
        var events = Rows(c => c.Events);
        if (events.Count > 0)
        {
            var next = 0L;
            AddDependent(
                """
                INSERT INTO events (payment_uuid, version, app_id, position, type, at, status_before, status_after, body)
                SELECT payment, version, app_id, (SELECT last FROM feed WHERE id = 1) - $10 + place, type, at, before, after, body
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS u (payment, version, app_id, place, type, at, before, after, body)
                ON CONFLICT DO NOTHING
                """,
                events.Count,
                Array(events.Select(r => r.Change.Payment!.Id.Value), NpgsqlDbType.Text),
                Array(events.Select(r => r.Item.Version), NpgsqlDbType.Integer),
                Array(events.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
                Array(events.Select(r => r.Item.ChangesStatus ? ++next : (long?)null), NpgsqlDbType.Bigint),
                Array(events.Select(r => r.Item.Event.GetType().Name), NpgsqlDbType.Text),
                Array(events.Select(r => JournalRows.Millis(r.Item.Event.At)), NpgsqlDbType.Bigint),
                Array(events.Select(r => (short)r.Item.Before), NpgsqlDbType.Smallint),
                Array(events.Select(r => (short)r.Item.After), NpgsqlDbType.Smallint),
                Array(changes.SelectMany(c => c.StoredEvents), NpgsqlDbType.Bytea),
                Value((long)positions));
        }

        AddWebhooks();
    }

    private void AddAnswers()
    {
        var answers = Of(c => c.Answer);
        if (answers.Count > 0)
        {
            Add(
                """
                UPDATE idempotency i SET status_code = u.status, body = u.body FROM unnest($1, $2, $3, $4) AS u (app_id, key_digest, status, body)
                WHERE i.app_id = u.app_id AND i.key_digest = u.key_digest AND i.status_code IS NULL
                """,
                Array(answers.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
                Array(answers.Select(r => r.Item.KeyDigest), NpgsqlDbType.Bytea),
                Array(answers.Select(r => r.Item.StatusCode), NpgsqlDbType.Integer),
                Array(answers.Select(r => r.Item.Body), NpgsqlDbType.Bytea));
        }
    }

    private sealed record Row<T>(int Index, Change Change, T Item);

    private List<Row<T>> Rows<T>(Func<Change, IEnumerable<T>> items) =>
        [.. changes.SelectMany((change, index) => items(change).Select(item => new Row<T>(index, change, item)))];

    private List<Row<T>> Of<T>(Func<Change, T?> item)
        where T : class => Rows(change => item(change) is { } one ? [one] : Enumerable.Empty<T>());

    private List<Row<T>> OfValue<T>(Func<Change, T?> item)
        where T : struct => Rows(change => item(change) is { } one ? [one] : Enumerable.Empty<T>());

    /// <summary>A statement that returns a key for each row that it could write; a row without one has a conflict.</summary>
    private void AddChecked<TRow, TKey>(
        string sql,
        List<Row<TRow>> rows,
        Func<NpgsqlDataReader, TKey> returned,
        Func<Row<TRow>, TKey> keyOf,
        Func<Row<TRow>, CommitResult> conflict,
        params NpgsqlParameter[] parameters)
        where TKey : notnull
    {
        if (rows.Count == 0)
        {
            return;
        }

        var written = new HashSet<TKey>();
        Add(
            sql,
            reader => written.Add(returned(reader)),
            () =>
            {
                foreach (var row in rows.Where(row => !written.Contains(keyOf(row))))
                {
                    conflicts.TryAdd(row.Index, conflict(row));
                }
            },
            parameters);
    }

    /// <summary>
    /// What belongs to a payment, under keys that begin with its own. A change whose payment has moved meets what the other wrote there; an error would
    /// end the whole batch, so it writes nothing, and the payment's own statement says what the conflict is.
    /// </summary>
    private void AddDependent(string sql, int rows, params NpgsqlParameter[] parameters)
    {
        Add(sql, parameters);
        mustWriteAll.Add((statements[^1].Command, rows));
    }

    private void Add(string sql, params NpgsqlParameter[] parameters) => Add(sql, read: null, finish: null, parameters);

    private void Add(string sql, Action<NpgsqlDataReader>? read, Action? finish, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        statements.Add((command, read, finish));
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
