using System.Data.Common;
using Dapper;
using Tollgate.Core;
using Tollgate.Server.Audit;
using Tollgate.Vault;

namespace Tollgate.Server.Storage.Journal;

/// <summary>How the register of keys becomes rows; the same SQL for both engines.</summary>
internal static class KeyRows
{
    /// <summary>Writes a register in the place of the one before it; false when that is not the one that is stored.</summary>
    public static async Task<bool> WriteAsync(DbConnection connection, KeyRegister next)
    {
        var row = new { next.Serial, before = next.Serial - 1, next.WrappedSeal, next.Seal };
        var written = await connection.ExecuteAsync(
            next.Serial == 1
                ? "INSERT INTO vault_register (id, serial, wrapped_seal, seal) VALUES (1, @Serial, @WrappedSeal, @Seal) ON CONFLICT (id) DO NOTHING"
                : "UPDATE vault_register SET serial = @Serial, wrapped_seal = @WrappedSeal, seal = @Seal WHERE id = 1 AND serial = @before",
            row);
        if (written == 0)
        {
            return false;
        }

        foreach (var key in next.Wrapping)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO wrapping_keys (number, provider, check_value, custody, activated_at, ends_at, retired_at)
                VALUES (@Number, @provider, @CheckValue, @Custody, @activated, @ends, @retired)
                ON CONFLICT (number) DO UPDATE SET retired_at = excluded.retired_at
                """,
                new { key.Number, provider = key.Provider.ToString(), key.CheckValue, key.Custody, activated = Millis(key.ActivatedAt), ends = Millis(key.EndsAt), retired = Millis(key.RetiredAt) });
        }

        foreach (var key in next.Keys)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO vault_keys (id, purpose, state, wrapped, created_at, activated_at, ends_at, retired_at, destroyed_at)
                VALUES (@Id, @purpose, @state, @Wrapped, @created, @activated, @ends, @retired, @destroyed)
                ON CONFLICT (id) DO UPDATE SET state = excluded.state, wrapped = excluded.wrapped, created_at = excluded.created_at,
                    activated_at = excluded.activated_at, ends_at = excluded.ends_at, retired_at = excluded.retired_at, destroyed_at = excluded.destroyed_at
                """,
                new
                {
                    key.Id,
                    purpose = key.Purpose.ToString(),
                    state = (int)key.State,
                    key.Wrapped,
                    created = Millis(key.CreatedAt),
                    activated = Millis(key.ActivatedAt),
                    ends = Millis(key.EndsAt),
                    retired = Millis(key.RetiredAt),
                    destroyed = Millis(key.DestroyedAt),
                });
        }

        return true;
    }

    private static long? Millis(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds();
}

/// <content>What operators do to the keys.</content>
internal sealed partial class Journal
{
    /// <summary>Stores a register in the place of the one before it, with what the audit log tells of it; neither, and false, when another process was first.</summary>
    public Task<bool> WriteRegisterAsync(KeyRegister next, params IReadOnlyList<AuditEntry> audit) =>
        WriteAsync(connection => KeyRows.WriteAsync(connection, next), written => written ? audit : []);

    /// <summary>Puts rows that were sealed anew in the place of those that they were made of; one that somebody has written meanwhile stays as it is.</summary>
    /// <returns>How many were replaced.</returns>
    public Task<int> ReplaceSealedAsync(SealedColumn column, IReadOnlyList<(SealedRow Old, byte[] New)> rows) => WriteAsync(async connection =>
    {
        var replaced = 0;
        foreach (var (old, fresh) in rows)
        {
            replaced += await connection.ExecuteAsync(
                $"UPDATE {column.Table} SET {column.Column} = @fresh WHERE {column.Place} = @Place AND {column.Column} = @Sealed", new { fresh, old.Place, old.Sealed });
        }

        return replaced;
    });

    /// <summary>The same for the headers that are sealed in the facts of payments.</summary>
    public Task<int> ReplaceSealedFactsAsync(IReadOnlyList<(SealedFacts Old, byte[] New)> payments) => WriteAsync(async connection =>
    {
        var replaced = 0;
        foreach (var (old, fresh) in payments)
        {
            replaced += await connection.ExecuteAsync("UPDATE payments SET facts = @fresh WHERE uuid = @Payment AND facts = @Facts", new { fresh, old.Payment, old.Facts });
        }

        return replaced;
    });

    /// <summary>Gives cards the fingerprints of another key, unless they have been changed meanwhile.</summary>
    public Task<int> ReplaceCardFactsAsync(IReadOnlyList<(string Token, byte[] Old, byte[] New)> cards) => WriteAsync(async connection =>
    {
        var replaced = 0;
        foreach (var (token, old, fresh) in cards)
        {
            replaced += await connection.ExecuteAsync("UPDATE cards SET facts = @fresh WHERE token_id = @token AND facts = @old", new { token, old, fresh });
        }

        return replaced;
    });

    /// <summary>Takes a work of which one process at a time does some, or keeps it; false when another process has it.</summary>
    public Task<bool> LeaseWorkAsync(string work, string owner, DateTimeOffset now, DateTimeOffset until) => WriteAsync(async connection => await connection.ExecuteAsync(
        """
        INSERT INTO vault_work (work, owner, until) VALUES (@work, @owner, @until)
        ON CONFLICT (work) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE vault_work.owner = excluded.owner OR vault_work.until <= @now
        """,
        new { work, owner, now = now.ToUnixTimeMilliseconds(), until = until.ToUnixTimeMilliseconds() }) == 1);

    /// <summary>
    /// Destroys the numbers of cards, which no new payment can use any more, unless a payment is pending with one; what the audit log tells of so many goes
    /// with it.
    /// </summary>
    /// <returns>How many.</returns>
    public Task<int> DestroyCardsAsync(IEnumerable<string> tokens, DateTimeOffset at, Func<int, AuditEntry> tell) => WriteAsync(
        async connection =>
        {
            var destroyed = 0;
            foreach (var token in tokens)
            {
                destroyed += await connection.ExecuteAsync(
                    """
                    UPDATE cards SET sealed = NULL, deleted_at = COALESCE(deleted_at, @at)
                    WHERE token_id = @token AND sealed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.token_id = @token AND p.status = 0)
                    """,
                    new { token, at = at.ToUnixTimeMilliseconds() });
            }

            return destroyed;
        },
        destroyed => destroyed > 0 ? [tell(destroyed)] : []);

    /// <summary>Adds cards that came from another Tollgate, all of them or none; those that are there already stay as they are.</summary>
    /// <returns>Those that were there.</returns>
    public Task<IReadOnlySet<CardToken>> ImportCardsAsync(IReadOnlyList<(NewCard Card, byte[] Agreement)> cards) => WriteAsync<IReadOnlySet<CardToken>>(async connection =>
    {
        var there = new HashSet<CardToken>();
        foreach (var (card, agreement) in cards)
        {
            if (await connection.ExecuteAsync(
                """
                INSERT INTO cards (token_id, app_id, first_payment_uuid, sealed, facts, created_at, agreement) VALUES (@token, @app, '', @Sealed, @facts, @at, @agreement)
                ON CONFLICT (token_id) DO NOTHING
                """,
                new { token = card.Token.Value, app = card.App.Value, card.Sealed, facts = JournalRows.Card(card), at = JournalRows.Millis(card.CreatedAt), agreement }) == 0)
            {
                there.Add(card.Token);
            }
        }

        return there;
    });

    private Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work) => WriteAsync(work, _ => []);

    private Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Func<T, IReadOnlyList<AuditEntry>> audit) =>
        RunAsync(new Errand<T>(() => writer.InTransactionAsync(work, audit)));
}
