using Npgsql;

namespace Tollgate.Server.Storage.Journal;

/// <summary>
/// PostgreSQL: a batch is one transaction of set-based statements, sent together. When a statement comes back with fewer rows than it was given,
/// those changes have a conflict: the transaction is rolled back and the others go again without them, so that a conflict takes back that change alone.
/// </summary>
internal sealed class PostgresJournalWriter(NpgsqlDataSource dataSource) : IBatchWriter
{
    public async Task<CommitResult[]> WriteAsync(IReadOnlyList<Change> batch)
    {
        var results = new CommitResult[batch.Count];
        var open = Enumerable.Range(0, batch.Count).ToList();
        await using var connection = await dataSource.OpenConnectionAsync();
        for (var clashes = 0; open.Count > 0;)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync();
                var statements = new PostgresBatch([.. open.Select(i => batch[i])]);
                var conflicts = await statements.RunAsync(connection, transaction);
                if (conflicts.Count == 0)
                {
                    await transaction.CommitAsync();
                    break;
                }

                await transaction.RollbackAsync();
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

        return results;
    }

    /// <inheritdoc/>
    public bool IsStoreFailure(Exception failure)
    {
        // Classes 22 and 23 of SQLSTATE, wrong data and broken constraints, are the fault of a row; anything else is the server's or the connection's.
        return failure is NpgsqlException && (failure as PostgresException)?.SqlState[..2] is not ("22" or "23");
    }

    public async Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, int limit)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE webhooks SET next_at = $2
            WHERE (payment_uuid, version) IN (
                SELECT w.payment_uuid, w.version FROM webhooks w
                WHERE w.state = 0 AND w.next_at <= $1
                  AND NOT EXISTS (SELECT 1 FROM webhooks e WHERE e.payment_uuid = w.payment_uuid AND e.version < w.version AND e.state = 0)
                ORDER BY w.next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING payment_uuid, version, app_id, endpoint_url, sealed_authorization, body, attempts, created_at
            """);
        command.Parameters.AddWithValue(JournalRows.Millis(now));
        command.Parameters.AddWithValue(JournalRows.Millis(until));
        command.Parameters.AddWithValue(limit);
        var taken = new List<DueWebhook>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            taken.Add(new(
                reader.GetString(0),
                reader.GetInt32(1),
                reader.GetString(2),
                reader.GetString(3),
                await reader.IsDBNullAsync(4) ? null : reader.GetFieldValue<byte[]>(4),
                reader.GetFieldValue<byte[]>(5),
                reader.GetInt32(6),
                reader.GetInt64(7)));
        }

        return taken;
    }

    public async Task SweepAsync(DateTimeOffset now)
    {
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

    public void Dispose()
    {
    }
}
