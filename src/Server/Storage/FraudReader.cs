using System.Text.Json;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage;

/// <summary>A settlement or a chargeback, as far as the rule against fraud looks at it.</summary>
/// <param name="Position">Its place in the ledger.</param>
/// <param name="At">When.</param>
/// <param name="Settled">What settled, in the smallest unit; nothing for a chargeback.</param>
/// <param name="ChargedBack">What was charged back; nothing for a settlement.</param>
/// <param name="ReasonCode">Why, for a chargeback.</param>
/// <param name="Facts">Whose it is.</param>
internal sealed record FraudLine(long Position, DateTimeOffset At, long Settled, long ChargedBack, string? ReasonCode, PaymentFacts Facts);

/// <summary>
/// Reads what settled and what was charged back, from the ledger, which is only ever added to: whoever goes on after the last position misses nothing. One
/// SQL for both engines.
/// </summary>
internal sealed class FraudReader(Database database)
{
    private sealed class LineRow
    {
        public long Position { get; init; }

        public long At { get; init; }

        public long Kind { get; init; }

        public long Debit { get; init; }

        public long Amount { get; init; }

        public byte[] Facts { get; init; } = [];

        public byte[]? Dispute { get; init; }
    }

    /// <summary>An app's settlements and chargebacks in Australian dollars in the order of the ledger, so many at most.</summary>
    /// <param name="app">The app.</param>
    /// <param name="after">Only what stands after this position.</param>
    /// <param name="from">Only what is of this instant or later.</param>
    /// <param name="limit">How many at most.</param>
    public async Task<IReadOnlyList<FraudLine>> ReadAsync(AppId app, long after, DateTimeOffset from, int limit)
    {
        // A chargeback is that of the payment's latest dispute at the time: one has ended before the next is opened.
        await using var connection = await database.OpenAsync();
        var rows = await connection.QueryAsync<LineRow>(
            $"""
            SELECT l.position AS Position, l.at AS At, CAST(l.kind AS BIGINT) AS Kind, CAST(l.debit AS BIGINT) AS Debit, l.amount AS Amount, p.facts AS Facts,
                CASE WHEN l.kind = {(int)TransferKind.Chargeback} THEN (
                    SELECT d.body FROM disputes d WHERE d.payment_uuid = l.source AND d.opened_at <= l.at ORDER BY d.opened_at DESC, d.id DESC LIMIT 1) END AS Dispute
            FROM ledger l JOIN payments p ON p.uuid = l.source
            WHERE l.app_id = @app AND l.position > @after AND l.at >= @from AND l.currency = 'AUD'
                AND l.kind IN ({(int)TransferKind.Settlement}, {(int)TransferKind.SettlementCost}, {(int)TransferKind.Chargeback})
            ORDER BY l.position LIMIT @limit
            """,
            new { app = app.Value, after, from = from.ToUnixTimeMilliseconds(), limit });
        return [.. rows.Select(ToLine)];
    }

    private static FraudLine ToLine(LineRow row)
    {
        var isChargeback = row.Kind == (long)TransferKind.Chargeback;

        // What arrived and what was kept on the way are together what was captured. More than was due stands the other way round.
        var settled = row.Debit == (long)Account.SchemeReceivable ? -row.Amount : row.Amount;
        return new(
            row.Position,
            DateTimeOffset.FromUnixTimeMilliseconds(row.At),
            isChargeback ? 0 : settled,
            isChargeback ? row.Amount : 0,
            row.Dispute is null ? null : JsonSerializer.Deserialize(row.Dispute, StorageJson.Default.Dispute)!.ReasonCode,
            StorageJson.ReadFacts(row.Facts));
    }
}
