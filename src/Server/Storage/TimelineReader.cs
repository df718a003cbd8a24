using Dapper;
using Tollgate.Core;
using Tollgate.Core.Ledger;

namespace Tollgate.Server.Storage;

/// <summary>A line of the ledger that a payment posted.</summary>
internal sealed record StoredEntry(int Version, Transfer Transfer, long Position, DateTimeOffset At);

/// <summary>How the telling of a change of status stands.</summary>
internal sealed record StoredWebhook(int Version, string Endpoint, DeliveryState State, int Attempts, DateTimeOffset? NextAt, DateTimeOffset CreatedAt, string? LastError);

/// <summary>Reads what came of a payment's events besides the payment itself.</summary>
internal sealed class TimelineReader(Database database)
{
    private sealed class EntryRow
    {
        public long Version { get; init; }

        public long Kind { get; init; }

        public long Debit { get; init; }

        public long Credit { get; init; }

        public long Amount { get; init; }

        public string Currency { get; init; } = string.Empty;

        public long Position { get; init; }

        public long At { get; init; }
    }

    private sealed class WebhookRow
    {
        public long Version { get; init; }

        public string Endpoint { get; init; } = string.Empty;

        public long State { get; init; }

        public long Attempts { get; init; }

        public long? NextAt { get; init; }

        public long CreatedAt { get; init; }

        public string? LastError { get; init; }
    }

    /// <summary>The lines that a payment posted, in order.</summary>
    public async Task<IReadOnlyList<StoredEntry>> ReadEntriesAsync(PaymentId payment)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<EntryRow>(
            """
            SELECT CAST(version AS BIGINT) AS Version, CAST(kind AS BIGINT) AS Kind, CAST(debit AS BIGINT) AS Debit, CAST(credit AS BIGINT) AS Credit,
                amount AS Amount, currency AS Currency, position AS Position, at AS At
            FROM ledger WHERE source = @uuid ORDER BY version, line
            """,
            new { uuid = payment.Value });
        return [.. rows.Select(row => new StoredEntry(
            (int)row.Version,
            new((TransferKind)row.Kind, (Account)row.Debit, (Account)row.Credit, new(row.Amount, CurrencyOf(row.Currency))),
            row.Position,
            DateTimeOffset.FromUnixTimeMilliseconds(row.At)))];
    }

    /// <summary>The webhooks of a payment, in order.</summary>
    public async Task<IReadOnlyList<StoredWebhook>> ReadWebhooksAsync(PaymentId payment)
    {
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<WebhookRow>(
            """
            SELECT CAST(version AS BIGINT) AS Version, endpoint AS Endpoint, CAST(state AS BIGINT) AS State, CAST(attempts AS BIGINT) AS Attempts,
                next_at AS NextAt, created_at AS CreatedAt, last_error AS LastError
            FROM webhooks WHERE payment_uuid = @uuid ORDER BY version, endpoint
            """,
            new { uuid = payment.Value });
        return [.. rows.Select(row => new StoredWebhook(
            (int)row.Version,
            row.Endpoint,
            (DeliveryState)row.State,
            (int)row.Attempts,
            row.NextAt is { } next ? DateTimeOffset.FromUnixTimeMilliseconds(next) : null,
            DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            row.LastError))];
    }

    private static Currency CurrencyOf(string code) =>
        Currency.TryParse(code, out var currency) ? currency : throw new InvalidDataException($"The ledger holds the currency {code}, which is not switched on.");
}
