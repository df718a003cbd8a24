using System.Data.Common;
using System.Text;
using System.Text.Json;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;

namespace Tollgate.Server.Storage;

/// <summary>A card as it is stored.</summary>
/// <param name="Token">Its token.</param>
/// <param name="App">Whose it is.</param>
/// <param name="Sealed">The sealed number; <see langword="null"/> once destroyed.</param>
/// <param name="Facts">What may be known of it.</param>
/// <param name="FirstPayment">The payment that brought it.</param>
/// <param name="Deleted">Whether it was forgotten for new payments.</param>
internal sealed record StoredCard(CardToken Token, AppId App, byte[]? Sealed, StoredCardFacts Facts, PaymentId FirstPayment, bool Deleted)
{
    /// <summary>What a card from another Tollgate brought in the place of its first payment, which was there.</summary>
    public Agreement? Brought { get; init; }
}

/// <summary>What is stored under an idempotency key.</summary>
internal sealed record StoredAnswer(byte[] RequestDigest, string? PaymentUuid, int? StatusCode, byte[]? Body, DateTimeOffset ClaimedAt);

/// <summary>Which payments to list.</summary>
internal sealed record PaymentQuery(DateTimeOffset? From, DateTimeOffset? Before, PaymentStatus? Status, string? ExternalId, string? Email, int Page, int PerPage);

/// <summary>One change of status in the feed, with the payment right after it.</summary>
internal sealed record FeedEntry(long Position, int Version, PaymentStatus Before, PaymentStatus After, DateTimeOffset At, Payment Payment);

/// <summary>What a step needs to read of what is stored.</summary>
internal interface IPaymentLookup
{
    /// <summary>A payment, whosever it is: for what the server does by itself.</summary>
    Task<Payment?> FindAsync(PaymentId id);

    /// <summary>A card by its token, whosever it is.</summary>
    Task<StoredCard?> FindCardAsync(CardToken token);

    /// <summary>The sealed security code that waits for a payment's challenge.</summary>
    Task<byte[]?> FindSealedCodeAsync(PaymentId payment);

    /// <summary>The evidence of a dispute, in the order in which it was brought.</summary>
    Task<IReadOnlyList<NewEvidence>> ReadEvidenceAsync(DisputeId dispute);

    /// <summary>A payment of an app.</summary>
    Task<Payment?> FindAsync(AppId app, string uuid);

    /// <summary>The payment that holds an order claim.</summary>
    Task<Payment?> FindClaimantAsync(AppId app, byte[] digest);

    /// <summary>What is stored under an idempotency key since an instant.</summary>
    Task<StoredAnswer?> FindAnswerAsync(AppId app, byte[] keyDigest, DateTimeOffset since);

    /// <summary>Every event of a payment, in order.</summary>
    Task<IReadOnlyList<PaymentEvent>> ReadJournalAsync(Payment payment);

    /// <summary>Payments with an operation that has been in flight since before an instant.</summary>
    Task<IReadOnlyList<Payment>> ListInFlightAsync(DateTimeOffset startedBefore, DateTimeOffset now);

    /// <summary>Whether the number of a deleted card is still there though no payment needs it any more.</summary>
    Task<bool> HasCardToDestroyAsync();
}

/// <summary>Reads payments and what belongs to them: one hand-written SQL for both engines.</summary>
internal sealed class PaymentReader(Database database) : IPaymentLookup
{
    private const string Columns = "CAST(p.version AS BIGINT) AS Version, p.facts AS Facts, p.state AS State";

    // Rows are filled by property, not by constructor: SQLite tells the type of a computed column only from a value, and without one, in an empty
    // result or where it is null, Dapper would look for a constructor that takes bytes.
    private sealed class PaymentRow
    {
        public long Version { get; init; }

        public byte[] Facts { get; init; } = [];

        public byte[] State { get; init; } = [];
    }

    private sealed class EventRow
    {
        public string PaymentUuid { get; init; } = string.Empty;

        public long Version { get; init; }

        public string Type { get; init; } = string.Empty;

        public byte[] Body { get; init; } = [];
    }

    private sealed class FeedRow
    {
        public long Position { get; init; }

        public long Version { get; init; }

        public long StatusBefore { get; init; }

        public long StatusAfter { get; init; }

        public long At { get; init; }

        public string PaymentUuid { get; init; } = string.Empty;

        public byte[] Facts { get; init; } = [];
    }

    private sealed class CardRow
    {
        public string AppId { get; init; } = string.Empty;

        public byte[]? Sealed { get; init; }

        public byte[] Facts { get; init; } = [];

        public string FirstPaymentUuid { get; init; } = string.Empty;

        public byte[]? Agreement { get; init; }

        public long? DeletedAt { get; init; }
    }

    private sealed class EvidenceRow
    {
        public long Number { get; init; }

        public string Category { get; init; } = string.Empty;

        public string? FileName { get; init; }

        public string? ContentType { get; init; }

        public long Bytes { get; init; }

        public byte[] Sealed { get; init; } = [];
    }

    private sealed class AnswerRow
    {
        public byte[] RequestDigest { get; init; } = [];

        public string? PaymentUuid { get; init; }

        public long? StatusCode { get; init; }

        public byte[]? Body { get; init; }

        public long CreatedAt { get; init; }
    }

    /// <inheritdoc/>
    public Task<Payment?> FindAsync(AppId app, string uuid) =>
        FindOneAsync($"SELECT {Columns} FROM payments p WHERE p.uuid = @uuid AND p.app_id = @app", new { uuid, app = app.Value });

    /// <inheritdoc/>
    public Task<Payment?> FindAsync(PaymentId id) => FindOneAsync($"SELECT {Columns} FROM payments p WHERE p.uuid = @uuid", new { uuid = id.Value });

    /// <inheritdoc/>
    public Task<Payment?> FindClaimantAsync(AppId app, byte[] digest) => FindOneAsync(
        $"SELECT {Columns} FROM orders o JOIN payments p ON p.uuid = o.payment_uuid WHERE o.app_id = @app AND o.digest = @digest", new { app = app.Value, digest });

    /// <inheritdoc/>
    public async Task<StoredAnswer?> FindAnswerAsync(AppId app, byte[] keyDigest, DateTimeOffset since)
    {
        await using var connection = await database.OpenAsync();
        var row = await connection.QuerySingleOrDefaultAsync<AnswerRow>(
            """
            SELECT request_digest AS RequestDigest, payment_uuid AS PaymentUuid, CAST(status_code AS BIGINT) AS StatusCode, body AS Body,
                created_at AS CreatedAt
            FROM idempotency WHERE app_id = @app AND key_digest = @keyDigest AND created_at > @since
            """,
            new { app = app.Value, keyDigest, since = since.ToUnixTimeMilliseconds() });
        return row is null ? null : new(row.RequestDigest, row.PaymentUuid, (int?)row.StatusCode, row.Body, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt));
    }

    /// <inheritdoc/>
    public async Task<StoredCard?> FindCardAsync(CardToken token)
    {
        await using var connection = await database.OpenAsync();
        var row = await connection.QuerySingleOrDefaultAsync<CardRow>(
            """
            SELECT app_id AS AppId, sealed AS Sealed, facts AS Facts, first_payment_uuid AS FirstPaymentUuid, deleted_at AS DeletedAt, agreement AS Agreement
            FROM cards WHERE token_id = @token
            """,
            new { token = token.Value });
        return row is null
            ? null
            : new(
                token,
                new(row.AppId),
                row.Sealed,
                JsonSerializer.Deserialize(row.Facts, StorageJson.Default.StoredCardFacts)!,
                new(row.FirstPaymentUuid),
                row.DeletedAt is not null)
            {
                Brought = row.Agreement is { } agreement ? JsonSerializer.Deserialize(agreement, StorageJson.Default.Agreement) : null,
            };
    }

    /// <inheritdoc/>
    public async Task<byte[]?> FindSealedCodeAsync(PaymentId payment)
    {
        await using var connection = await database.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<byte[]>("SELECT sealed FROM sealed_codes WHERE payment_uuid = @uuid", new { uuid = payment.Value });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NewEvidence>> ReadEvidenceAsync(DisputeId dispute)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<EvidenceRow>(
            """
            SELECT CAST(number AS BIGINT) AS Number, category AS Category, file_name AS FileName, content_type AS ContentType,
                CAST(bytes AS BIGINT) AS Bytes, sealed AS Sealed
            FROM evidence WHERE dispute_id = @id ORDER BY number
            """,
            new { id = dispute.Value });
        return [.. rows.Select(r => new NewEvidence(dispute, (int)r.Number, r.Category, r.FileName, r.ContentType, (int)r.Bytes, r.Sealed))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Payment>> ListInFlightAsync(DateTimeOffset startedBefore, DateTimeOffset now)
    {
        // Whatever is in flight is looked at every minute or so: it is due soon, and few payments are.
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<PaymentRow>(
            $"SELECT {Columns} FROM payments p WHERE p.due_at <= @soon ORDER BY p.due_at", new { soon = now.AddMinutes(5).ToUnixTimeMilliseconds() });
        return [.. rows.Select(ToPayment).Where(p => p.InFlight is { } operation && operation.StartedAt <= startedBefore)];
    }

    /// <inheritdoc/>
    public async Task<bool> HasCardToDestroyAsync()
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long?>(
            """
            SELECT 1 FROM cards c WHERE c.deleted_at IS NOT NULL AND c.sealed IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.token_id = c.token_id AND p.status = 0) LIMIT 1
            """) is not null;
    }

    /// <summary>When something is to be done next, after an instant.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after)
    {
        await using var connection = await database.OpenAsync();
        var next = await connection.ExecuteScalarAsync<long?>("SELECT MIN(due_at) FROM payments WHERE due_at > @after", new { after = after.ToUnixTimeMilliseconds() });
        return next is { } millis ? DateTimeOffset.FromUnixTimeMilliseconds(millis) : null;
    }

    /// <summary>A page of an app's payments, newest first, and how many match.</summary>
    public async Task<(int Total, IReadOnlyList<Payment> Page)> ListAsync(AppId app, PaymentQuery query)
    {
        var where = new StringBuilder("p.app_id = @app");
        Condition(query.From, "p.created_at >= @from");
        Condition(query.Before, "p.created_at < @before");
        Condition(query.Status, "p.status = @status");
        Condition(query.ExternalId, "p.external_id = @externalId");
        Condition(query.Email, "p.email = @email");
        var values = new
        {
            app = app.Value,
            from = query.From?.ToUnixTimeMilliseconds(),
            before = query.Before?.ToUnixTimeMilliseconds(),
            status = (int?)query.Status,
            externalId = query.ExternalId,
            email = query.Email,
            limit = query.PerPage,
            offset = (query.Page - 1L) * query.PerPage,
        };

        await using var connection = await database.OpenAsync();
        var isWhole = query is { From: null, Before: null, Status: null, ExternalId: null, Email: null };
        var total = await connection.ExecuteScalarAsync<int>(
            isWhole ? "SELECT COALESCE(SUM(payments), 0) FROM payment_counts WHERE app_id = @app" : $"SELECT COUNT(*) FROM payments p WHERE {where}", values);
        var rows = await connection.QueryAsync<PaymentRow>(
            $"SELECT {Columns} FROM payments p WHERE {where} ORDER BY p.created_at DESC, p.uuid DESC LIMIT @limit OFFSET @offset", values);
        return (total, [.. rows.Select(ToPayment)]);

        void Condition(object? value, string sql)
        {
            if (value is not null)
            {
                where.Append(" AND ").Append(sql);
            }
        }
    }

    /// <summary>An app's changes of status after a position, in order.</summary>
    public async Task<IReadOnlyList<FeedEntry>> ReadFeedAsync(AppId app, long after, int limit)
    {
        await using var connection = await database.OpenAsync();
        var rows = (await connection.QueryAsync<FeedRow>(
            """
            SELECT e.position AS Position, CAST(e.version AS BIGINT) AS Version,
                CAST(e.status_before AS BIGINT) AS StatusBefore, CAST(e.status_after AS BIGINT) AS StatusAfter, e.at AS At,
                e.payment_uuid AS PaymentUuid, p.facts AS Facts
            FROM events e JOIN payments p ON p.uuid = e.payment_uuid
            WHERE e.app_id = @app AND e.position > @after ORDER BY e.position LIMIT @limit
            """,
            new { app = app.Value, after, limit })).AsList();
        var journals = await ReadJournalsAsync(connection, rows.Select(r => r.PaymentUuid).Distinct(StringComparer.Ordinal));
        return [.. rows.Select(row =>
        {
            var facts = StorageJson.ReadFacts(row.Facts);
            var events = journals[row.PaymentUuid].Where(e => e.Version <= row.Version).Select(e => StorageJson.ReadEvent(e.Type, e.Body, facts));
            return new FeedEntry(
                row.Position,
                (int)row.Version,
                (PaymentStatus)row.StatusBefore,
                (PaymentStatus)row.StatusAfter,
                DateTimeOffset.FromUnixTimeMilliseconds(row.At),
                Payment.Replay(events));
        })];
    }

    /// <summary>The last position that any app has in the feed.</summary>
    public async Task<long> ReadFeedEndAsync()
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long>("SELECT last FROM feed WHERE id = 1");
    }

    /// <summary>The last position that an app has in the feed.</summary>
    public async Task<long> ReadFeedEndAsync(AppId app)
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long?>("SELECT MAX(position) FROM events WHERE app_id = @app", new { app = app.Value }) ?? 0;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PaymentEvent>> ReadJournalAsync(Payment payment)
    {
        await using var connection = await database.OpenAsync();
        var journals = await ReadJournalsAsync(connection, [payment.Id.Value]);
        return [.. journals[payment.Id.Value].Select(e => StorageJson.ReadEvent(e.Type, e.Body, payment.Facts))];
    }

    /// <summary>Whether the store answers.</summary>
    public async Task PingAsync()
    {
        await using var connection = await database.OpenAsync();
        await connection.ExecuteScalarAsync<int>("SELECT 1");
    }

    private static async Task<ILookup<string, EventRow>> ReadJournalsAsync(DbConnection connection, IEnumerable<string> uuids)
    {
        // One parameter for each: Dapper spreads a list over IN on SQLite, and hands it as an array, which IN does not take, to PostgreSQL.
        var values = new DynamicParameters();
        foreach (var (index, uuid) in uuids.Index())
        {
            values.Add($"u{index}", uuid);
        }

        var names = string.Join(", ", values.ParameterNames.Select(name => "@" + name));
        var rows = await connection.QueryAsync<EventRow>(
            $"""
            SELECT payment_uuid AS PaymentUuid, CAST(version AS BIGINT) AS Version, type AS Type, body AS Body
            FROM events WHERE payment_uuid IN ({(names.Length > 0 ? names : "NULL")}) ORDER BY payment_uuid, version
            """,
            values);
        return rows.ToLookup(r => r.PaymentUuid, StringComparer.Ordinal);
    }

    private async Task<Payment?> FindOneAsync(string sql, object values)
    {
        await using var connection = await database.OpenAsync();
        var row = await connection.QuerySingleOrDefaultAsync<PaymentRow>(sql, values);
        return row is null ? null : ToPayment(row);
    }

    private static Payment ToPayment(PaymentRow row)
    {
        var facts = StorageJson.ReadFacts(row.Facts);
        return JsonSerializer.Deserialize(row.State, StorageJson.Default.StoredState)!.ToPayment(facts, (int)row.Version);
    }
}
