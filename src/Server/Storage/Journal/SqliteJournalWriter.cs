using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tollgate.Core.Payments;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>SQLite: one connection, prepared statements, a savepoint for each change so that a conflict takes back that change alone.</summary>
internal sealed partial class SqliteJournalWriter : IBatchWriter
{
    private readonly SqliteConnection connection;
    private readonly AuditChain? chain;
    private readonly Dictionary<string, int> created = new(StringComparer.Ordinal);
    private bool flushes = true;
    private readonly Dictionary<string, SqliteStatement> prepared = new(new SqlComparer());

    public SqliteJournalWriter(SqliteConnection connection, AuditChain? chain)
    {
        this.connection = connection;
        this.chain = chain;
    }

    public Task<WrittenBatch> WriteAsync(IReadOnlyList<Change> batch)
    {
        var results = new CommitResult[batch.Count];
        released.Clear();
        var flushed = batch.Any(MustLast);
        InTransaction(flushed, () =>
        {
            balances.Clear();
            created.Clear();
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i].Deliveries is { Count: > 0 } deliveries)
                {
                    // Nothing can be in their way, and nothing has to be taken back.
                    foreach (var delivery in deliveries)
                    {
                        WriteDelivery(delivery, batch[i].At);
                    }

                    continue;
                }

                Run("SAVEPOINT change");
                results[i] = Write(batch[i]);
                if (results[i].Conflict != Conflict.None)
                {
                    Run("ROLLBACK TO change");
                }

                else if (batch[i] is { ExpectedVersion: 0, Payment: not null })
                {
                    created[batch[i].App.Value] = created.GetValueOrDefault(batch[i].App.Value) + 1;
                }

                Run("RELEASE change");
            }

            WriteCounts();
            WriteBalances();
            return true;
        });
        leases.End(batch);
        return Task.FromResult(new WrittenBatch(results, released.Count > 0 ? [.. released] : []));
    }

    /// <summary>That a webhook was delivered may be forgotten in a power cut, as it may be delivered once more.</summary>
    private static bool MustLast(Change change) => change.Deliveries.Count == 0;

    /// <inheritdoc/>
    public bool IsStoreFailure(Exception failure)
    {
        // https://www.sqlite.org/rescode.html: too big, constraint, mismatch and range are the fault of a row; anything else is the file's or the disk's.
        return failure is SqliteException { SqliteErrorCode: not (18 or 19 or 20 or 25) };
    }

    public Task SweepAsync(DateTimeOffset now)
    {
        leases.Forget(JournalRows.Millis(now));
        Run("DELETE FROM orders WHERE expires_at <= @now", ("@now", JournalRows.Millis(now)));
        Run("DELETE FROM idempotency WHERE created_at <= @before", ("@before", JournalRows.Millis(now) - JournalRows.Day));
        Run("""
            UPDATE cards SET sealed = NULL
            WHERE deleted_at IS NOT NULL AND sealed IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.token_id = cards.token_id AND p.status = 0)
            """);
        return Task.CompletedTask;
    }

    public Task<T> InTransactionAsync<T>(Func<System.Data.Common.DbConnection, Task<T>> work, Func<T, IReadOnlyList<AuditEntry>> audit) =>
        Task.FromResult(InTransaction(() =>
        {
            var result = work(connection).GetAwaiter().GetResult();
            AppendAudit(audit(result));
            return result;
        }));

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private CommitResult Write(Change change)
    {
        var app = ("@app", (object?)change.App.Value);
        if (change.Idempotency is { } key)
        {
            var taken = Run(
                """
                INSERT INTO idempotency (app_id, key_digest, request_digest, payment_uuid, created_at) VALUES (@app, @key, @request, @payment, @at)
                ON CONFLICT (app_id, key_digest) DO UPDATE SET request_digest = excluded.request_digest, payment_uuid = excluded.payment_uuid,
                    status_code = NULL, body = NULL, created_at = excluded.created_at
                WHERE idempotency.created_at <= excluded.created_at - 86400000
                """,
                app, ("@key", key.KeyDigest), ("@request", key.RequestDigest), ("@payment", key.Payment?.Value), ("@at", JournalRows.Millis(key.At))) == 0;
            if (taken)
            {
                return new(Conflict.IdempotencyKeyTaken);
            }
        }

        foreach (var claim in change.Claims)
        {
            var taken = Run(
                """
                INSERT INTO orders (app_id, digest, payment_uuid, expires_at) VALUES (@app, @digest, @payment, @expires)
                ON CONFLICT (app_id, digest) DO UPDATE SET payment_uuid = excluded.payment_uuid, expires_at = excluded.expires_at
                WHERE orders.expires_at <= @at OR orders.payment_uuid = @replaces
                """,
                app,
                ("@digest", claim.Digest),
                ("@payment", claim.Payment.Value),
                ("@expires", JournalRows.Millis(claim.ExpiresAt)),
                ("@at", JournalRows.Millis(change.At)),
                ("@replaces", claim.Replaces?.Value)) == 0;
            if (taken)
            {
                return new(Conflict.OrderTaken, claim);
            }
        }

        if (change.Payment is { } payment && WritePayment(change, payment) is var conflict && conflict != Conflict.None)
        {
            return new(conflict);
        }

        var rest = WriteRest(change, app);
        rest = rest == Conflict.None ? WriteMoney(change) : rest;
        if (rest == Conflict.None && change.Audit.Count > 0)
        {
            AppendAudit(change.Audit);
        }

        return new(rest);
    }

    private Conflict WritePayment(Change change, Payment payment)
    {
        if (change.ExpectedVersion == 0)
        {
            return Run(
                """
                INSERT INTO payments (uuid, app_id, version, status, token_id, external_id, email, created_at, due_at, unsettled_since, facts, state)
                VALUES (@uuid, @app, @version, @status, @token, @external, @email, @created, @due, @unsettled, @facts, @state)
                ON CONFLICT (uuid) DO NOTHING
                """,
                ("@uuid", payment.Id.Value),
                ("@app", change.App.Value),
                ("@version", payment.Version),
                ("@status", (int)payment.Status),
                ("@token", payment.Facts.Token.Value),
                ("@external", payment.Facts.ExternalId),
                ("@email", payment.Facts.Cardholder.Email),
                ("@created", JournalRows.Millis(payment.Facts.CreatedAt)),
                ("@due", JournalRows.DueAt(payment)),
                ("@unsettled", JournalRows.UnsettledSince(payment)),
                ("@facts", change.StoredFacts),
                ("@state", change.StoredState)) == 1 ? Conflict.None : Conflict.IdentifierTaken;
        }

        return Run(
            """
            UPDATE payments SET version = @version, status = @status, due_at = @due, leased_until = NULL, unsettled_since = @unsettled, state = @state
            WHERE uuid = @uuid AND version = @expected
            """,
            ("@uuid", payment.Id.Value),
            ("@expected", change.ExpectedVersion),
            ("@version", payment.Version),
            ("@status", (int)payment.Status),
            ("@due", JournalRows.DueAt(payment)),
            ("@unsettled", JournalRows.UnsettledSince(payment)),
            ("@state", change.StoredState)) == 1 ? Conflict.None : Conflict.VersionMoved;
    }

    private Conflict WriteRest(Change change, (string Name, object? Value) app)
    {
        var at = ("@at", (object?)JournalRows.Millis(change.At));
        if (change.NeedsCard is { } needed
            && Prepare("SELECT 1 FROM cards WHERE token_id = @token AND deleted_at IS NULL", ("@token", needed.Value)).ReadNumber() is null)
        {
            return Conflict.CardGone;
        }

        if (change.NewCard is { } card && Run(
            """
            INSERT INTO cards (token_id, app_id, first_payment_uuid, sealed, facts, created_at) VALUES (@token, @app, @payment, @sealed, @facts, @at)
            ON CONFLICT (token_id) DO NOTHING
            """,
            ("@token", card.Token.Value), app, ("@payment", card.FirstPayment.Value), ("@sealed", card.Sealed), ("@facts", JournalRows.Card(card)), at) == 0)
        {
            return Conflict.IdentifierTaken;
        }

        if (change.SealedCode is { } code)
        {
            Run("INSERT INTO sealed_codes (payment_uuid, sealed) VALUES (@payment, @sealed)", ("@payment", change.Payment!.Id.Value), ("@sealed", code));
        }

        if (change.DeletesCode)
        {
            Run("DELETE FROM sealed_codes WHERE payment_uuid = @payment", ("@payment", change.Payment!.Id.Value));
        }

        WriteEvents(change, app);
        WriteRiskMarks(change, app);
        if (change.Answer is { } answer)
        {
            Run(
                "UPDATE idempotency SET status_code = @status, body = @body WHERE app_id = @app AND key_digest = @key AND status_code IS NULL",
                app, ("@key", answer.KeyDigest), ("@status", answer.StatusCode), ("@body", answer.Body));
        }

        if (change.DestroysCard is { } destroyed)
        {
            Run("UPDATE cards SET sealed = NULL WHERE token_id = @token", ("@token", destroyed.Value));
        }

        if (change.DeletesCard is { } deleted)
        {
            if (Run(
                "UPDATE cards SET deleted_at = @at WHERE token_id = @token AND app_id = @app AND deleted_at IS NULL",
                app, at, ("@token", deleted.Value)) == 0)
            {
                return Conflict.CardGone;
            }

            Run(
                """
                UPDATE cards SET sealed = NULL
                WHERE token_id = @token AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.token_id = @token AND p.status = 0)
                """,
                ("@token", deleted.Value));
        }

        return Conflict.None;
    }

    private void WriteCounts()
    {
        foreach (var (app, payments) in created)
        {
            Run(
                """
                INSERT INTO payment_counts (app_id, share, payments) VALUES (@app, @share, @payments)
                ON CONFLICT (app_id, share) DO UPDATE SET payments = payments + excluded.payments
                """,
                ("@app", app), ("@share", (int)JournalRows.Share), ("@payments", payments));
        }
    }

    private void WriteEvents(Change change, (string Name, object? Value) app)
    {
        foreach (var (index, recorded) in change.Events.Index())
        {
            if (recorded.ChangesStatus)
            {
                Run("UPDATE feed SET last = last + 1 WHERE id = 1");
            }

            Run(
                """
                INSERT INTO events (payment_uuid, version, app_id, position, type, at, status_before, status_after, body)
                VALUES (@payment, @version, @app, CASE WHEN @changes THEN (SELECT last FROM feed WHERE id = 1) END, @type, @at, @before, @after, @body)
                """,
                app,
                ("@payment", change.Payment!.Id.Value),
                ("@version", recorded.Version),
                ("@changes", recorded.ChangesStatus ? 1 : 0),
                ("@type", recorded.Event.GetType().Name),
                ("@at", JournalRows.Millis(recorded.Event.At)),
                ("@before", (int)recorded.Before),
                ("@after", (int)recorded.After),
                ("@body", change.StoredEvents[index]));
        }

        WriteWebhooks(change);
    }

    private int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).Execute();

    private SqliteStatement Prepare(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!prepared.TryGetValue(sql, out var statement))
        {
            prepared.Add(sql, statement = new(connection.Handle!, sql, values));
        }

        statement.Bind(values);
        return statement;
    }

    private T InTransaction<T>(Func<T> work) => InTransaction(flushed: true, work);

    private T InTransaction<T>(bool flushed, Func<T> work)
    {
        Flush(flushed);
        Run("BEGIN IMMEDIATE");
        try
        {
            var result = work();
            Run("COMMIT");
            return result;
        }
        catch
        {
            RollBack();
            throw;
        }
        finally
        {
            Flush(true);
        }
    }

    /// <summary>Whether commits wait for the disk: always, but while one is made that a power cut may forget.</summary>
    private void Flush(bool flushed)
    {
        if (flushed != flushes)
        {
            // Such a pragma takes effect when it is prepared, so it is not kept prepared.
            SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, flushed ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"), connection.Handle);
            flushes = flushed;
        }
    }

    private void RollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full; what failed is on its way up already.
        }
    }

    /// <summary>Statements are few and nearly always the same instance: most of their text need not be looked at to find one.</summary>
    private sealed class SqlComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string sql) => HashCode.Combine(sql.Length, sql[sql.Length / 2], sql[^1]);
    }
}
