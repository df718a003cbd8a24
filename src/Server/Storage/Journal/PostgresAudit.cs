using Npgsql;
using NpgsqlTypes;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The audit log on PostgreSQL: one chain for all server processes, in the order of their commits.</summary>
internal sealed partial class PostgresBatch
{
    private List<AuditEntry>? audited;
    private AuditHead head = AuditChain.Origin;

    /// <summary>Appends entries within a transaction that changes something which is audited: its last statements, after all other locks.</summary>
    public static void AppendAudit(NpgsqlConnection connection, NpgsqlTransaction transaction, AuditChain? chain, IReadOnlyList<AuditEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var batch = new PostgresBatch([]) { audited = [.. entries] };
        batch.AddLockOfAudit();
        batch.Run(connection, transaction);
        batch.AppendAudit(connection, transaction, chain);
    }

    /// <summary>Appends what the changes of this batch brought, after it has run without a conflict.</summary>
    public void AppendAudit(NpgsqlConnection connection, NpgsqlTransaction transaction, AuditChain? chain)
    {
        if (audited is null)
        {
            return;
        }

        var rows = (chain ?? throw new InvalidOperationException("This writer has no key for the audit log.")).Link(head, audited);
        using var batch = new NpgsqlBatch(connection, transaction);
        var insert = new NpgsqlBatchCommand(
            """
            INSERT INTO audit (position, at, act, actor_kind, actor, source, object, succeeded, was, became, previous, hash)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """);
        insert.Parameters.Add(Array(rows.Select(r => r.Position), NpgsqlDbType.Bigint));
        insert.Parameters.Add(Array(rows.Select(r => r.At), NpgsqlDbType.Bigint));
        insert.Parameters.Add(Array(rows.Select(r => r.Act), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => r.ActorKind), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => r.Actor), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => r.From), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => r.Object), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => (short)(r.Succeeded ? 1 : 0)), NpgsqlDbType.Smallint));
        insert.Parameters.Add(Array(rows.Select(r => r.Before), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => r.After), NpgsqlDbType.Text));
        insert.Parameters.Add(Array(rows.Select(r => r.Previous), NpgsqlDbType.Bytea));
        insert.Parameters.Add(Array(rows.Select(r => r.Hash), NpgsqlDbType.Bytea));
        var move = new NpgsqlBatchCommand("UPDATE audit_head SET position = $1, hash = $2 WHERE id = 1");
        move.Parameters.Add(Value(rows[^1].Position));
        move.Parameters.Add(Value(rows[^1].Hash));
        batch.BatchCommands.Add(insert);
        batch.BatchCommands.Add(move);
        batch.ExecuteNonQuery();
    }

    /// <summary>
    /// The chain's end, locked until the commit, so that the order of links is the order of commits across all server processes. It comes after every other
    /// lock: nobody who has it waits for anybody, and a batch that audits nothing never takes it.
    /// </summary>
    private void LockAudit()
    {
        foreach (var change in changes)
        {
            if (change.Audit.Count > 0)
            {
                (audited ??= []).AddRange(change.Audit);
            }
        }

        if (audited is not null)
        {
            AddLockOfAudit();
        }
    }

    private void AddLockOfAudit() => Add(
        "SELECT position, hash FROM audit_head WHERE id = 1 FOR UPDATE",
        reader => head = new(reader.GetInt64(0), reader.IsDBNull(1) ? AuditChain.Origin.Hash : reader.GetFieldValue<byte[]>(1)),
        () => { });
}

/// <content>What operators change, with what the audit log tells of it.</content>
internal sealed partial class PostgresJournalWriter
{
    public async Task<bool> AdministerAsync(Func<AdministrativeRows, bool> work, IReadOnlyList<AuditEntry> audit)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var endWhenIdle = new NpgsqlCommand(PostgresBatch.EndWhenIdle, connection, transaction))
        {
            await endWhenIdle.ExecuteNonQueryAsync();
        }

        if (!work(new(connection, transaction)))
        {
            return false;
        }

        PostgresBatch.AppendAudit(connection, transaction, chain, audit);
        await transaction.CommitAsync();
        return true;
    }
}
