using NpgsqlTypes;

namespace Tollgate.Server.Storage.Journal;

/// <summary>Cards and security codes on PostgreSQL: how they come, and how they are forgotten.</summary>
internal sealed partial class PostgresBatch
{
    private void AddCards()
    {
        // Locked, so that a deletion in another process waits and then sees the payment that needs the card.
        var needed = OfValue(c => c.NeedsCard);
        AddChecked(
            "SELECT token_id FROM cards WHERE token_id = ANY ($1) AND deleted_at IS NULL FOR SHARE",
            needed,
            reader => reader.GetString(0),
            row => row.Item.Value,
            _ => new(Conflict.CardGone),
            Array(needed.Select(r => r.Item.Value), NpgsqlDbType.Text));

        var cards = Of(c => c.NewCard);
        AddChecked(
            """
            INSERT INTO cards (token_id, app_id, first_payment_uuid, sealed, facts, created_at) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            ON CONFLICT (token_id) DO NOTHING RETURNING token_id
            """,
            cards,
            reader => reader.GetString(0),
            row => row.Item.Token.Value,
            _ => new(Conflict.IdentifierTaken),
            Array(cards.Select(r => r.Item.Token.Value), NpgsqlDbType.Text),
            Array(cards.Select(r => r.Item.App.Value), NpgsqlDbType.Text),
            Array(cards.Select(r => r.Item.FirstPayment.Value), NpgsqlDbType.Text),
            Array(cards.Select(r => r.Item.Sealed), NpgsqlDbType.Bytea),
            Array(cards.Select(r => JournalRows.Card(r.Item)), NpgsqlDbType.Bytea),
            Array(cards.Select(r => JournalRows.Millis(r.Item.CreatedAt)), NpgsqlDbType.Bigint));
    }

    private void AddCodes()
    {
        var codes = changes.Where(c => c.SealedCode is not null).ToList();
        if (codes.Count > 0)
        {
            AddDependent(
                "INSERT INTO sealed_codes (payment_uuid, sealed) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
                codes.Count,
                Array(codes.Select(c => c.Payment!.Id.Value), NpgsqlDbType.Text),
                Array(codes.Select(c => c.SealedCode), NpgsqlDbType.Bytea));
        }

        var used = changes.Where(c => c.DeletesCode).ToList();
        if (used.Count > 0)
        {
            Add("DELETE FROM sealed_codes WHERE payment_uuid = ANY ($1)", Array(used.Select(c => c.Payment!.Id.Value), NpgsqlDbType.Text));
        }
    }

    private void AddForgetting()
    {
        var destroyed = OfValue(c => c.DestroysCard);
        if (destroyed.Count > 0)
        {
            Add("UPDATE cards SET sealed = NULL WHERE token_id = ANY ($1)", Array(destroyed.Select(r => r.Item.Value), NpgsqlDbType.Text));
        }

        var deleted = OfValue(c => c.DeletesCard);
        AddChecked(
            """
            UPDATE cards c SET deleted_at = u.at FROM unnest($1, $2, $3) AS u (token, app_id, at)
            WHERE c.token_id = u.token AND c.app_id = u.app_id AND c.deleted_at IS NULL RETURNING c.token_id
            """,
            deleted,
            reader => reader.GetString(0),
            row => row.Item.Value,
            _ => new(Conflict.CardGone),
            Array(deleted.Select(r => r.Item.Value), NpgsqlDbType.Text),
            Array(deleted.Select(r => r.Change.App.Value), NpgsqlDbType.Text),
            Array(deleted.Select(r => JournalRows.Millis(r.Change.At)), NpgsqlDbType.Bigint));
        if (deleted.Count > 0)
        {
            Add(
                """
                UPDATE cards SET sealed = NULL
                WHERE token_id = ANY ($1) AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.token_id = cards.token_id AND p.status = 0)
                """,
                Array(deleted.Select(r => r.Item.Value), NpgsqlDbType.Text));
        }
    }
}
