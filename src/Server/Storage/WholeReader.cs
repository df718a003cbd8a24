using System.Data.Common;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage;

/// <summary>What an app has on an account: <paramref name="Debits"/> and <paramref name="Credits"/> as the table of balances keeps them.</summary>
internal readonly record struct AccountSums(string App, int Account, string Currency, long Debits, long Credits);

/// <summary>A payout as it is stored.</summary>
internal sealed record PayoutRange(string Id, string App, string Currency, long Amount, long Carried, long Recovered, long AfterPosition, long LastPosition);

/// <summary>Reads what belongs to no payment, or to a payment that is not there.</summary>
internal sealed class WholeReader(DbConnection connection)
{
    private static readonly (string Table, string Sql)[] Strays =
    [
        ("orders", "SELECT o.payment_uuid FROM orders o WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.uuid = o.payment_uuid)"),
        ("idempotency", "SELECT i.payment_uuid FROM idempotency i WHERE i.payment_uuid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.uuid = i.payment_uuid)"),
        ("sealed_codes", "SELECT s.payment_uuid FROM sealed_codes s WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.uuid = s.payment_uuid)"),
        ("evidence", "SELECT DISTINCT e.dispute_id FROM evidence e WHERE NOT EXISTS (SELECT 1 FROM disputes d WHERE d.id = e.dispute_id)"),
        ("webhook_attempts", "SELECT DISTINCT a.payment_uuid FROM webhook_attempts a WHERE NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.payment_uuid = a.payment_uuid AND w.version = a.version AND w.endpoint = a.endpoint)"),
        ("clearing_records", "SELECT r.payment_uuid FROM clearing_records r WHERE r.matched <> 0 AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.uuid = r.payment_uuid)"),
    ];

    /// <summary>The version of the schema; 0 when it is no database of ours.</summary>
    public long ReadSchemaVersion()
    {
        try
        {
            return (long?)Scalar("SELECT MAX(CAST(version AS BIGINT)) FROM schema_version") ?? 0;
        }
        catch (DbException)
        {
            return 0;
        }
    }

    /// <summary>The last positions that were handed out, of the feed and of the ledger.</summary>
    public (long Feed, long Ledger) ReadLastPositions() => ((long)Scalar("SELECT last FROM feed WHERE id = 1")!, (long)Scalar("SELECT ledger FROM feed WHERE id = 1")!);

    public IEnumerable<AccountSums> ReadBalances() => Query(
        "SELECT app_id, account, currency, debits, credits FROM balances",
        row => new AccountSums(row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4)));

    /// <summary>How many payments each app is said to have.</summary>
    public IEnumerable<(string App, long Payments)> ReadCounts() => Query(
        "SELECT app_id, CAST(SUM(payments) AS BIGINT) FROM payment_counts GROUP BY app_id", row => (row.GetString(0), row.GetInt64(1)));

    /// <summary>Each app's payouts in the order in which they were closed.</summary>
    public IEnumerable<PayoutRange> ReadPayouts() => Query(
        "SELECT id, app_id, currency, amount, carried, recovered, after_position, last_position FROM payouts ORDER BY app_id, currency, last_position",
        row => new PayoutRange(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)));

    /// <summary>The tables that <see cref="ReadStrays"/> knows.</summary>
    public static IEnumerable<string> StrayTables => Strays.Select(stray => stray.Table);

    /// <summary>Whose rows a table has though that payment or dispute is not there.</summary>
    public IEnumerable<string> ReadStrays(string table) => Query(Strays.Single(stray => stray.Table == table).Sql, row => row.GetString(0));

    /// <summary>
    /// Payments that have their security code still, though they wait for no challenge any more. There are few codes and many payments, and a join would let
    /// SQLite begin with the payments.
    /// </summary>
    public IEnumerable<string> ReadNeedlessCodes() => Query(
        "SELECT s.payment_uuid FROM sealed_codes s WHERE (SELECT p.status FROM payments p WHERE p.uuid = s.payment_uuid) <> 0", row => row.GetString(0));

    /// <summary>Up to when, in milliseconds, the webhooks of changes have been removed when they had ended; 0 for none.</summary>
    public long ReadWebhooksFrom() => (long)Scalar("SELECT webhooks_from FROM feed WHERE id = 1")!;

    /// <summary>Where the audit log ends, and its entries in their order.</summary>
    public (AuditHead Head, IEnumerable<AuditRow> Rows) ReadAudit() => (AuditReader.ReadHead(connection), AuditReader.Read(connection));

    /// <summary>Which of some payments are not there.</summary>
    public IReadOnlyList<string> FindMissing(IReadOnlyList<string> uuids)
    {
        using var command = connection.CreateCommand();
        foreach (var (index, uuid) in uuids.Index())
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@u{index}";
            parameter.Value = uuid;
            command.Parameters.Add(parameter);
        }

        command.CommandText = $"SELECT uuid FROM payments WHERE uuid IN ({string.Join(", ", uuids.Select((_, index) => $"@u{index}"))})";
        var known = new HashSet<string>(StringComparer.Ordinal);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            known.Add(rows.GetString(0));
        }

        return [.. uuids.Where(uuid => !known.Contains(uuid))];
    }

    private object? Scalar(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is var value and not DBNull ? value : null;
    }

    private IEnumerable<T> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return read(rows);
        }
    }
}
