using Tollgate.Server.RateLimits;
using Tollgate.Server.Risk;

namespace Tollgate.Server.Storage.Journal;

/// <summary>What is done against abuse, on SQLite.</summary>
internal sealed partial class SqliteJournalWriter
{
    /// <summary>A file has one server: there is nobody to tell.</summary>
    public Task<IReadOnlyList<ProcessBeat>> BeatAsync(ProcessBeat own) => Task.FromResult<IReadOnlyList<ProcessBeat>>([own]);

    public Task EndBeatsAsync(IReadOnlyList<string> processes) => Task.CompletedTask;

    public Task<bool> AddListEntryAsync(RiskListEntry entry) => Task.FromResult(Run(
        """
        INSERT INTO risk_lists (id, app_id, allowed, kind, value, reason, created_at, expires_at)
        VALUES (@id, @app, @allowed, @kind, @value, @reason, @at, @expires)
        ON CONFLICT DO NOTHING
        """,
        ("@id", entry.Id),
        ("@app", entry.App ?? string.Empty),
        ("@allowed", entry.IsAllowed ? 1 : 0),
        ("@kind", entry.Kind.ToString()),
        ("@value", entry.Value),
        ("@reason", entry.Reason),
        ("@at", JournalRows.Millis(entry.CreatedAt)),
        ("@expires", entry.ExpiresAt is { } end ? JournalRows.Millis(end) : null)) == 1);

    public Task<bool> RemoveListEntryAsync(string id) => Task.FromResult(Run("DELETE FROM risk_lists WHERE id = @id", ("@id", id)) == 1);

    public Task SweepRiskAsync(DateTimeOffset attemptsBefore, DateTimeOffset declinesBefore)
    {
        Run(
            "DELETE FROM risk_marks WHERE (kind = 0 AND at <= @attempts) OR (kind = 1 AND at <= @declines)",
            ("@attempts", JournalRows.Millis(attemptsBefore)),
            ("@declines", JournalRows.Millis(declinesBefore)));
        return Task.CompletedTask;
    }

    private void WriteRiskMarks(Change change, (string Name, object? Value) app)
    {
        foreach (var mark in change.RiskMarks)
        {
            Run(
                "INSERT INTO risk_marks (payment_uuid, version, app_id, kind, at, body) VALUES (@payment, @version, @app, @kind, @at, @body)",
                app,
                ("@payment", change.Payment!.Id.Value),
                ("@version", mark.Version),
                ("@kind", (int)mark.Kind),
                ("@at", JournalRows.Millis(change.At)),
                ("@body", mark.Body));
        }
    }
}
