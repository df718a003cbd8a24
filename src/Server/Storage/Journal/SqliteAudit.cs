using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>The audit log on SQLite.</summary>
internal sealed partial class SqliteJournalWriter
{
    public Task<bool> AdministerAsync(Func<AdministrativeRows, bool> work, IReadOnlyList<AuditEntry> audit)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            var done = work(new(connection, null));
            if (done)
            {
                AppendAudit(audit);
            }

            Run(done ? "COMMIT" : "ROLLBACK");
            return Task.FromResult(done);
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Does one thing, and appends its entries when it was done.</summary>
    private bool Audited(IReadOnlyList<AuditEntry> audit, Func<bool> work) => InTransaction(() =>
    {
        var done = work();
        if (done)
        {
            AppendAudit(audit);
        }

        return done;
    });

    /// <summary>Appends entries within the transaction that is open; whoever changes something that is audited calls it last.</summary>
    private void AppendAudit(IReadOnlyList<AuditEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var links = chain ?? throw new InvalidOperationException("This writer has no key for the audit log.");
        var head = AuditChain.Origin;
        var stored = Prepare("SELECT position, hash FROM audit_head WHERE id = 1");
        while (stored.Read())
        {
            head = new(stored.Number(0), stored.Bytes(1) ?? AuditChain.Origin.Hash);
        }

        var rows = links.Link(head, entries);
        foreach (var row in rows)
        {
            Run(
                """
                INSERT INTO audit (position, at, act, actor_kind, actor, source, object, succeeded, was, became, previous, hash)
                VALUES (@position, @at, @act, @kind, @actor, @source, @object, @succeeded, @was, @became, @previous, @hash)
                """,
                ("@position", row.Position),
                ("@at", row.At),
                ("@act", row.Act),
                ("@kind", row.ActorKind),
                ("@actor", row.Actor),
                ("@source", row.From),
                ("@object", row.Object),
                ("@succeeded", row.Succeeded ? 1 : 0),
                ("@was", row.Before),
                ("@became", row.After),
                ("@previous", row.Previous),
                ("@hash", row.Hash));
        }

        Run("UPDATE audit_head SET position = @position, hash = @hash WHERE id = 1", ("@position", rows[^1].Position), ("@hash", rows[^1].Hash));
    }
}
