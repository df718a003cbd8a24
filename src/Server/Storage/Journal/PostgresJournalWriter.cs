using Npgsql;
using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>
/// PostgreSQL: a batch is one transaction of set-based statements, sent together. When a statement comes back with fewer rows than it was given,
/// those changes have a conflict: the transaction is rolled back and the others go again without them, so that a conflict takes back that change alone.
/// </summary>
internal sealed partial class PostgresJournalWriter(NpgsqlDataSource dataSource, AuditChain? chain) : IBatchWriter
{
    public Task<WrittenBatch> WriteAsync(IReadOnlyList<Change> batch) => Task.FromResult(Write(batch));

    /// <summary>On the thread of whoever calls, which has nothing else to do meanwhile and goes on as soon as the answer is there.</summary>
    private WrittenBatch Write(IReadOnlyList<Change> batch)
    {
        var results = new CommitResult[batch.Count];
        IReadOnlyCollection<long> released = [];
        var open = Enumerable.Range(0, batch.Count).ToList();
        var left = lanes.DoneWith(batch);
        using var connection = dataSource.OpenConnection();
        for (var clashes = 0; open.Count > 0;)
        {
            try
            {
                using var transaction = connection.BeginTransaction();
                var statements = new PostgresBatch([.. open.Select(i => batch[i])]);
                statements.LeaveLanes(lanes.Holder, left);
                var conflicts = statements.Run(connection, transaction);
                if (conflicts.Count == 0)
                {
                    statements.AppendAudit(connection, transaction, chain);
                    transaction.Commit();
                    released = statements.Released;
                    break;
                }

                transaction.Rollback();
                foreach (var (index, result) in conflicts)
                {
                    results[open[index]] = result;
                }

                open = [.. open.Where((_, index) => !conflicts.ContainsKey(index))];
            }
            catch (PostgresException clash) when (clash.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && clashes++ < 3)
            {
                // Another process was in the way, and PostgreSQL took this transaction back whole: it goes again.
            }
        }

        lanes.End(batch, left);
        return new(results, released);
    }

    /// <inheritdoc/>
    public bool IsStoreFailure(Exception failure)
    {
        // Classes 22 and 23 of SQLSTATE, wrong data and broken constraints, are the fault of a row; anything else is the server's or the connection's.
        return failure is NpgsqlException && (failure as PostgresException)?.SqlState[..2] is not ("22" or "23");
    }

    public async Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE payments SET leased_until = $2
            WHERE uuid IN (
                SELECT uuid FROM payments
                WHERE due_at IS NOT NULL AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $3) ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)
            RETURNING uuid
            """);
        command.Parameters.AddWithValue(JournalRows.Millis(now));
        command.Parameters.AddWithValue(JournalRows.Millis(leaseUntil));
        command.Parameters.AddWithValue(JournalRows.Millis(leaseFrom));
        command.Parameters.AddWithValue(limit);
        var taken = new List<PaymentId>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            taken.Add(new(reader.GetString(0)));
        }

        return taken;
    }

    public async Task<bool> ClosePayoutAsync(PayoutOrder payout)
    {
        var (app, currency) = (payout.App.Value, payout.Currency.Code);
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await using (var endWhenIdle = new NpgsqlCommand(PostgresBatch.EndWhenIdle, connection, transaction))
        {
            await endWhenIdle.ExecuteNonQueryAsync();
        }

        // Whatever else posts waits for the counter's lock: what is read here is all there is.
        var last = await NumberAsync("SELECT ledger FROM feed WHERE id = 1 FOR UPDATE");
        if (await NumberAsync("SELECT COUNT(*) FROM payouts WHERE id = $1", payout.Id.Value) > 0)
        {
            return false;
        }

        var ground = new PayoutGround(
            await NumberAsync("SELECT COALESCE(SUM(credits - debits), 0)::BIGINT FROM balances WHERE app_id = $1 AND currency = $2 AND account = $3", app, currency, (int)Account.MerchantPayable),
            await NumberAsync("SELECT COALESCE(SUM(debits - credits), 0)::BIGINT FROM balances WHERE app_id = $1 AND currency = $2 AND account = $3", app, currency, (int)Account.MerchantNegative),
            last,
            await NumberAsync("SELECT COALESCE(MAX(last_position), 0) FROM payouts WHERE app_id = $1 AND currency = $2", app, currency));
        var transfers = ground.Transfers(payout.Currency);
        if (transfers.Count == 0)
        {
            return false;
        }

        PostgresBatch.Post(connection, transaction, payout, ground, transfers);
        await transaction.CommitAsync();
        return true;

        async Task<long> NumberAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.AddWithValue(value);
            }

            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    public async Task SweepAsync(DateTimeOffset now)
    {
        lanes.EndLeases(now);
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new("DELETE FROM orders WHERE expires_at <= $1") { Parameters = { new() { Value = JournalRows.Millis(now) } } });
        batch.BatchCommands.Add(new("DELETE FROM idempotency WHERE created_at <= $1")
        {
            Parameters = { new() { Value = JournalRows.Millis(now) - JournalRows.Day } },
        });
        batch.BatchCommands.Add(new(
            """
            UPDATE cards SET sealed = NULL
            WHERE deleted_at IS NOT NULL AND sealed IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.token_id = cards.token_id AND p.status = 0)
            """));
        await batch.ExecuteNonQueryAsync();
    }

    public async Task<T> InTransactionAsync<T>(Func<System.Data.Common.DbConnection, Task<T>> work, Func<T, IReadOnlyList<AuditEntry>> audit)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await work(connection);
        PostgresBatch.AppendAudit(connection, transaction, chain, audit(result));
        await transaction.CommitAsync();
        return result;
    }

    public void Dispose() => lanes.Dispose();
}
