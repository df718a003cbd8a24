using System.Data.Common;
using System.Text.Json;
using Tollgate.Core.Payments;
using Tollgate.Server.Verification;

namespace Tollgate.Server.Storage;

/// <summary>Who hears of what is read besides the payments.</summary>
internal interface IRecordListener
{
    /// <summary>A place in the feed is taken.</summary>
    void FeedTaken(long position);

    /// <summary>A line of the ledger, and the payout that posted it, if it was one.</summary>
    void Posted(string? payout, long position, in LedgerEntry entry);

    /// <summary>A row belongs to a payment that is not there.</summary>
    void Stray(string table, string payment);
}

/// <summary>
/// Reads whole payments, range by range, with everything that belongs to them: a query for each table and range, and none for a payment. It keeps what it
/// reads until it reads the next range.
/// </summary>
internal sealed class RecordReader(DbConnection connection) : IDisposable
{
    private const string Columns =
        """
        p.uuid, p.app_id, p.version, p.status, p.token_id, p.external_id, p.email, p.created_at, p.due_at, p.unsettled_since, p.facts, p.state,
        CASE WHEN c.token_id IS NULL OR c.app_id <> p.app_id THEN 1 WHEN c.sealed IS NULL THEN 3 ELSE 2 END
        """;

    private readonly Dictionary<string, DbCommand> prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PaymentRecord> payments = new(StringComparer.Ordinal);
    private readonly Rows rows = new();

    /// <summary>Where the range ends that begins at a uuid and has so many payments; <see langword="null"/> when fewer are left.</summary>
    public string? FindEnd(string from, int payments)
    {
        var command = Prepare($"SELECT uuid FROM payments WHERE uuid >= @from ORDER BY uuid LIMIT 1 OFFSET {payments}", from, null);
        return (string?)command.ExecuteScalar();
    }

    /// <summary>Reads the payments from a uuid on and before another; without that, to the last.</summary>
    public IReadOnlyCollection<PaymentRecord> Read(string from, string? before, IRecordListener listener)
    {
        payments.Clear();
        ReadPayments(from, before);
        ReadEvents(from, before, listener);
        ReadLedger(from, before, listener);
        ReadWebhookBodies(from, before, listener);
        ReadWebhooks(from, before, listener);
        ReadDisputes(from, before, listener);
        return payments.Values;
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
    }

    private void ReadPayments(string from, string? before)
    {
        using var query = Query($"SELECT {Columns} FROM payments p LEFT JOIN cards c ON c.token_id = p.token_id", "p.uuid", null, from, before);
        rows.Start(query);
        while (rows.Next())
        {
            var uuid = rows.String(0);
            payments.Add(uuid, new()
            {
                Uuid = uuid,
                App = rows.Shared(1),
                Version = rows.Int32(2),
                Status = rows.Int32(3),
                Token = rows.String(4),
                ExternalId = rows.String(5),
                Email = rows.String(6),
                CreatedAt = rows.Int64(7),
                DueAt = rows.Int64OrNull(8),
                UnsettledSince = rows.Int64OrNull(9),
                Facts = ReadFacts(rows.Bytes(10)),
                State = rows.Bytes(11).ToArray(),
                Card = (StoredCardState)rows.Int32(12),
            });
        }
    }

    private void ReadEvents(string from, string? before, IRecordListener listener)
    {
        using var query = Query(
            "SELECT payment_uuid, version, type, app_id, position, at, status_before, status_after, body FROM events", "payment_uuid", "version", from, before);
        PaymentRecord? payment = null;
        rows.Start(query);
        while (rows.Next())
        {
            long? position = rows.Int64OrNull(4);
            if (position is { } taken)
            {
                listener.FeedTaken(taken);
            }

            if (Find("events", listener, ref payment))
            {
                var type = rows.Shared(2);
                payment!.Events.Add(new(
                    rows.Int32(1),
                    type,
                    rows.Shared(3),
                    position,
                    rows.Int64(5),
                    rows.Int32(6),
                    rows.Int32(7),
                    payment.Facts is { } facts ? ReadEvent(type, rows.Bytes(8), facts) : null));
            }
        }
    }

    private void ReadLedger(string from, string? before, IRecordListener listener)
    {
        using var query = Query(
            "SELECT source, version, line, app_id, position, kind, debit, credit, amount, currency, at FROM ledger", "source", "version, line", from, before);
        PaymentRecord? payment = null;
        rows.Start(query);
        while (rows.Next())
        {
            // Whatever is no payment's is a payout's, or nobody's.
            var isPayout = !(payment is not null && rows.Is(0, payment.Uuid)) && rows.String(0).StartsWith("po_", StringComparison.Ordinal);
            var isKnown = !isPayout && Find("ledger", listener, ref payment);
            var entry = new LedgerEntry(
                rows.Int32(1),
                rows.Int32(2),
                rows.Shared(3),
                rows.Int32(5),
                rows.Int32(6),
                rows.Int32(7),
                rows.Int64(8),
                rows.Shared(9),
                rows.Int64(10));
            listener.Posted(isPayout ? rows.String(0) : null, rows.Int64(4), entry);
            if (isKnown)
            {
                payment!.Ledger.Add(entry);
            }
        }
    }

    private void ReadWebhookBodies(string from, string? before, IRecordListener listener)
    {
        using var query = Query("SELECT payment_uuid, version FROM webhook_bodies", "payment_uuid", "version", from, before);
        PaymentRecord? payment = null;
        rows.Start(query);
        while (rows.Next())
        {
            if (Find("webhook_bodies", listener, ref payment))
            {
                payment!.WebhookBodies.Add(rows.Int32(1));
            }
        }
    }

    private void ReadWebhooks(string from, string? before, IRecordListener listener)
    {
        using var query = Query("SELECT payment_uuid, version, endpoint, state, next_at FROM webhooks", "payment_uuid", "version", from, before);
        PaymentRecord? payment = null;
        rows.Start(query);
        while (rows.Next())
        {
            if (!Find("webhooks", listener, ref payment))
            {
                continue;
            }

            // What is told to further endpoints depends on what the app wanted then, which the payment does not know.
            if (rows.Is(2, string.Empty))
            {
                payment!.Webhooks.Add(rows.Int32(1));
            }

            if (rows.Int32(3) == (int)DeliveryState.Waiting)
            {
                payment!.WaitingWebhooks.Add(new(rows.Int32(1), rows.Shared(2), !rows.IsNull(4)));
            }
        }
    }

    private void ReadDisputes(string from, string? before, IRecordListener listener)
    {
        using var query = Query(
            "SELECT payment_uuid, id, app_id, stage, opened_at, body, (SELECT COUNT(*) FROM evidence e WHERE e.dispute_id = d.id) FROM disputes d",
            "payment_uuid",
            null,
            from,
            before);
        PaymentRecord? payment = null;
        rows.Start(query);
        while (rows.Next())
        {
            if (Find("disputes", listener, ref payment))
            {
                payment!.Disputes.Add(new(
                    rows.String(1),
                    rows.String(2),
                    rows.Int32(3),
                    rows.Int64(4),
                    (int)rows.Int64(6),
                    Parse(rows.Bytes(5), StorageJson.Default.Dispute)));
            }
        }
    }

    /// <summary>The payment that a row belongs to; the rows of one come one after another.</summary>
    private bool Find(string table, IRecordListener listener, ref PaymentRecord? payment)
    {
        if (payment is not null && rows.Is(0, payment.Uuid))
        {
            return true;
        }

        var uuid = rows.String(0);
        if (payments.TryGetValue(uuid, out payment))
        {
            return true;
        }

        listener.Stray(table, uuid);
        return false;
    }

    private DbDataReader Query(string select, string key, string? then, string from, string? before)
    {
        var end = before is null ? string.Empty : $" AND {key} < @before";
        var order = then is null ? key : $"{key}, {then}";
        return Prepare($"{select} WHERE {key} >= @from{end} ORDER BY {order}", from, before).ExecuteReader();
    }

    private DbCommand Prepare(string sql, string from, string? before)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            Add("@from");
            if (before is not null)
            {
                Add("@before");
            }

            prepared.Add(sql, command);
        }

        command.Parameters[0].Value = from;
        if (before is not null)
        {
            command.Parameters[1].Value = before;
        }

        return command;

        void Add(string name)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }
    }

    private static PaymentFacts? ReadFacts(ReadOnlySpan<byte> json)
    {
        try
        {
            return StorageJson.ReadFacts(json);
        }
        catch (Exception damaged) when (IsDamage(damaged))
        {
            return null;
        }
    }

    private static PaymentEvent? ReadEvent(string type, ReadOnlySpan<byte> body, PaymentFacts facts)
    {
        try
        {
            return StorageJson.ReadEvent(type, body, facts);
        }
        catch (Exception damaged) when (IsDamage(damaged))
        {
            return null;
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, shape);
        }
        catch (Exception damaged) when (IsDamage(damaged))
        {
            return null;
        }
    }

    private static bool IsDamage(Exception exception) =>
        exception is JsonException or InvalidDataException or FormatException or ArgumentException or InvalidOperationException or OverflowException or Core.InvariantViolationException;
}
