namespace Tollgate.Server.Storage.Migrations;

/// <summary>
/// The tables, step by step. A step that has been released is never changed; a new one is added. The text is for both engines: <c>$bytes</c> is
/// the one type whose name differs. There are no foreign keys on the hot path: they cost a third of the throughput, and the journal's own
/// checks and the replaying tests hold the same.
/// </summary>
internal static class Schema
{
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE payments (
            uuid TEXT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            status SMALLINT NOT NULL,
            token_id TEXT NOT NULL,
            external_id TEXT NOT NULL,
            email TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            due_at BIGINT,
            facts $bytes NOT NULL,
            state $bytes NOT NULL
        );
        CREATE INDEX payments_by_app ON payments (app_id, created_at);
        CREATE INDEX payments_by_order ON payments (app_id, external_id);
        CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX payments_pending_by_card ON payments (token_id) WHERE status = 0;

        CREATE TABLE events (
            payment_uuid TEXT NOT NULL,
            version INTEGER NOT NULL,
            app_id TEXT NOT NULL,
            position BIGINT,
            type TEXT NOT NULL,
            at BIGINT NOT NULL,
            status_before SMALLINT NOT NULL,
            status_after SMALLINT NOT NULL,
            body $bytes NOT NULL,
            PRIMARY KEY (payment_uuid, version)
        );
        CREATE UNIQUE INDEX events_feed ON events (app_id, position) WHERE position IS NOT NULL;

        CREATE TABLE feed (id INTEGER NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
        INSERT INTO feed (id, last) VALUES (1, 0);

        CREATE TABLE cards (
            token_id TEXT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            first_payment_uuid TEXT NOT NULL,
            sealed $bytes,
            facts $bytes NOT NULL,
            created_at BIGINT NOT NULL,
            deleted_at BIGINT
        );
        CREATE INDEX cards_to_destroy ON cards (token_id) WHERE deleted_at IS NOT NULL AND sealed IS NOT NULL;

        CREATE TABLE sealed_codes (payment_uuid TEXT NOT NULL PRIMARY KEY, sealed $bytes NOT NULL);

        CREATE TABLE orders (
            app_id TEXT NOT NULL,
            digest $bytes NOT NULL,
            payment_uuid TEXT NOT NULL,
            expires_at BIGINT NOT NULL,
            PRIMARY KEY (app_id, digest)
        );
        CREATE INDEX orders_by_end ON orders (expires_at);

        CREATE TABLE idempotency (
            app_id TEXT NOT NULL,
            key_digest $bytes NOT NULL,
            request_digest $bytes NOT NULL,
            payment_uuid TEXT,
            status_code INTEGER,
            body $bytes,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (app_id, key_digest)
        );
        CREATE INDEX idempotency_by_age ON idempotency (created_at);

        CREATE TABLE webhooks (
            payment_uuid TEXT NOT NULL,
            version INTEGER NOT NULL,
            app_id TEXT NOT NULL,
            endpoint_url TEXT NOT NULL,
            sealed_authorization $bytes,
            body $bytes NOT NULL,
            state SMALLINT NOT NULL,
            attempts INTEGER NOT NULL,
            next_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            last_error TEXT,
            PRIMARY KEY (payment_uuid, version)
        );
        CREATE INDEX webhooks_due ON webhooks (next_at) WHERE state = 0;

        CREATE TABLE vault_keys (id INTEGER NOT NULL PRIMARY KEY, purpose TEXT NOT NULL, wrapped $bytes NOT NULL);
        """,

        """
        ALTER TABLE payments ADD COLUMN leased_until BIGINT;
        ALTER TABLE payments ADD COLUMN unsettled_since BIGINT;
        CREATE INDEX payments_unsettled ON payments (unsettled_since) WHERE unsettled_since IS NOT NULL;

        ALTER TABLE feed ADD COLUMN ledger BIGINT NOT NULL DEFAULT 0;

        CREATE TABLE ledger (
            source TEXT NOT NULL,
            version INTEGER NOT NULL,
            line SMALLINT NOT NULL,
            app_id TEXT NOT NULL,
            position BIGINT NOT NULL,
            kind SMALLINT NOT NULL,
            debit SMALLINT NOT NULL,
            credit SMALLINT NOT NULL,
            amount BIGINT NOT NULL,
            currency TEXT NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (source, version, line)
        );
        CREATE UNIQUE INDEX ledger_statement ON ledger (app_id, position);

        CREATE TABLE balances (
            app_id TEXT NOT NULL,
            account SMALLINT NOT NULL,
            currency TEXT NOT NULL,
            debits BIGINT NOT NULL,
            credits BIGINT NOT NULL,
            PRIMARY KEY (app_id, account, currency)
        );

        CREATE TABLE payouts (
            id TEXT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            currency TEXT NOT NULL,
            amount BIGINT NOT NULL,
            carried BIGINT NOT NULL,
            recovered BIGINT NOT NULL,
            after_position BIGINT NOT NULL,
            last_position BIGINT NOT NULL,
            closed_at BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX payouts_by_app ON payouts (app_id, currency, last_position);

        CREATE TABLE disputes (
            id TEXT NOT NULL PRIMARY KEY,
            payment_uuid TEXT NOT NULL,
            app_id TEXT NOT NULL,
            stage SMALLINT NOT NULL,
            opened_at BIGINT NOT NULL,
            body $bytes NOT NULL
        );
        CREATE INDEX disputes_by_app ON disputes (app_id, opened_at);
        CREATE INDEX disputes_by_payment ON disputes (payment_uuid);

        CREATE TABLE evidence (
            dispute_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            category TEXT NOT NULL,
            file_name TEXT,
            content_type TEXT,
            bytes INTEGER NOT NULL,
            sealed $bytes NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (dispute_id, number)
        );

        CREATE TABLE clearing_files (
            id TEXT NOT NULL PRIMARY KEY,
            digest $bytes NOT NULL,
            records INTEGER NOT NULL,
            total BIGINT NOT NULL,
            imported_at BIGINT NOT NULL
        );

        CREATE TABLE clearing_records (
            file_id TEXT NOT NULL,
            line INTEGER NOT NULL,
            payment_uuid TEXT NOT NULL,
            operation TEXT NOT NULL,
            amount BIGINT NOT NULL,
            cost BIGINT NOT NULL,
            currency TEXT NOT NULL,
            matched SMALLINT NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (file_id, line)
        );

        CREATE TABLE discrepancies (
            id TEXT NOT NULL PRIMARY KEY,
            kind SMALLINT NOT NULL,
            file_id TEXT,
            line INTEGER,
            payment_uuid TEXT NOT NULL,
            operation TEXT NOT NULL,
            ours BIGINT,
            theirs BIGINT,
            currency TEXT NOT NULL,
            found_at BIGINT NOT NULL,
            resolved_at BIGINT,
            resolution TEXT,
            note TEXT
        );
        CREATE INDEX discrepancies_by_payment ON discrepancies (payment_uuid);
        CREATE INDEX discrepancies_open ON discrepancies (found_at) WHERE resolved_at IS NULL;
        """,

        // A webhook that waits for the one before it has no next_at; lane tells endpoints apart, so that one takes nothing from another. The columns from
        // tried_at to last_error are those of the latest attempt; the earlier ones are in webhook_attempts. Bodies, which never change, are apart from the rows
        // that change with every try. What has ended is removed after its time, of changes up to webhooks_from.
        """
        ALTER TABLE webhooks RENAME TO webhooks_before;
        DROP INDEX webhooks_due;
        CREATE TABLE webhooks (
            payment_uuid TEXT NOT NULL,
            version INTEGER NOT NULL,
            endpoint TEXT NOT NULL,
            app_id TEXT NOT NULL,
            lane BIGINT NOT NULL,
            endpoint_url TEXT NOT NULL,
            sealed_authorization $bytes,
            state SMALLINT NOT NULL,
            attempts INTEGER NOT NULL,
            next_at BIGINT,
            created_at BIGINT NOT NULL,
            round_at BIGINT NOT NULL,
            round INTEGER NOT NULL,
            tried_at BIGINT,
            took INTEGER,
            status_code INTEGER,
            answer TEXT,
            last_error TEXT,
            PRIMARY KEY (payment_uuid, version, endpoint)
        );
        INSERT INTO webhooks (payment_uuid, version, endpoint, app_id, lane, endpoint_url, sealed_authorization, state, attempts, next_at, created_at,
            round_at, round, last_error)
        SELECT b.payment_uuid, b.version, '', b.app_id, 0, b.endpoint_url, b.sealed_authorization, b.state, b.attempts,
            CASE WHEN EXISTS (SELECT 1 FROM webhooks_before e WHERE e.payment_uuid = b.payment_uuid AND e.version < b.version AND e.state = 0)
                THEN NULL ELSE b.next_at END,
            b.created_at, b.created_at, b.attempts, b.last_error
        FROM webhooks_before b;
        CREATE TABLE webhook_bodies (payment_uuid TEXT NOT NULL, version INTEGER NOT NULL, body $bytes NOT NULL, PRIMARY KEY (payment_uuid, version));
        INSERT INTO webhook_bodies SELECT payment_uuid, version, body FROM webhooks_before;
        DROP TABLE webhooks_before;
        CREATE INDEX webhooks_due ON webhooks (lane, next_at) WHERE state = 0 AND next_at IS NOT NULL;
        CREATE INDEX webhooks_waiting ON webhooks (payment_uuid, endpoint) WHERE state = 0 AND next_at IS NULL;
        CREATE INDEX webhooks_by_app ON webhooks (app_id, created_at);
        CREATE INDEX webhooks_given_up ON webhooks (app_id, created_at) WHERE state = 2;

        CREATE TABLE webhook_attempts (
            payment_uuid TEXT NOT NULL,
            version INTEGER NOT NULL,
            endpoint TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            tried_at BIGINT NOT NULL,
            took INTEGER NOT NULL,
            status_code INTEGER,
            answer TEXT,
            error TEXT,
            PRIMARY KEY (payment_uuid, version, endpoint, attempt)
        );

        CREATE TABLE webhook_endpoints (
            id TEXT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            endpoint_url TEXT NOT NULL,
            sealed_authorization $bytes,
            statuses TEXT NOT NULL,
            created_at BIGINT NOT NULL
        );

        CREATE TABLE disabled_endpoints (
            lane BIGINT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            endpoint_url TEXT NOT NULL,
            disabled_at BIGINT NOT NULL,
            reason TEXT NOT NULL
        );

        CREATE TABLE webhook_secrets (
            app_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            sealed $bytes NOT NULL,
            created_at BIGINT NOT NULL,
            ends_at BIGINT,
            PRIMARY KEY (app_id, number)
        );

        ALTER TABLE feed ADD COLUMN webhooks_from BIGINT NOT NULL DEFAULT 0;
        """,

        // How many payments an app has, so that a page of its list need not count them. Each server process counts in a share of its own, so that none waits
        // for another to end its transaction.
        """
        CREATE TABLE payment_counts (app_id TEXT NOT NULL, share SMALLINT NOT NULL, payments BIGINT NOT NULL, PRIMARY KEY (app_id, share));
        INSERT INTO payment_counts SELECT app_id, 0, COUNT(*) FROM payments GROUP BY app_id;
        """,

        // The audit log. Each row's hash is a keyed digest of the row and of the hash before it; audit_head says where the chain ends, so that its end cannot be
        // cut off unseen, and is the lock under which an entry is appended. Rows are never changed or removed.
        """
        CREATE TABLE audit (
            position BIGINT NOT NULL PRIMARY KEY,
            at BIGINT NOT NULL,
            act TEXT NOT NULL,
            actor_kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            source TEXT,
            object TEXT NOT NULL,
            succeeded SMALLINT NOT NULL,
            was TEXT,
            became TEXT,
            previous $bytes NOT NULL,
            hash $bytes NOT NULL
        );
        CREATE INDEX audit_by_time ON audit (at);
        CREATE INDEX audit_by_act ON audit (act, position);
        CREATE TABLE audit_head (id SMALLINT NOT NULL PRIMARY KEY, position BIGINT NOT NULL, hash $bytes);
        INSERT INTO audit_head (id, position) VALUES (1, 0);
        """,

        // What is counted against abuse: of each attempt and each decline the digests under which it is counted. Server processes tell each other what they have to
        // do, to divide what is limited.
        """
        CREATE TABLE risk_marks (
            payment_uuid TEXT NOT NULL,
            version INTEGER NOT NULL,
            app_id TEXT NOT NULL,
            kind SMALLINT NOT NULL,
            at BIGINT NOT NULL,
            body $bytes NOT NULL,
            PRIMARY KEY (payment_uuid, version)
        );
        CREATE INDEX risk_marks_by_time ON risk_marks (kind, at);

        CREATE TABLE risk_lists (
            id TEXT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            allowed SMALLINT NOT NULL,
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT
        );
        CREATE UNIQUE INDEX risk_lists_by_value ON risk_lists (app_id, allowed, kind, value);

        CREATE TABLE server_processes (id TEXT NOT NULL PRIMARY KEY, beat BIGINT NOT NULL, demand TEXT NOT NULL);
        """,

        // The life of each key, which key encryption key wraps them, and the seal over all of it. Keys from before are taken over at the next start.
        """
        ALTER TABLE vault_keys ADD COLUMN state SMALLINT NOT NULL DEFAULT 1;
        ALTER TABLE vault_keys ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE vault_keys ADD COLUMN activated_at BIGINT;
        ALTER TABLE vault_keys ADD COLUMN ends_at BIGINT;
        ALTER TABLE vault_keys ADD COLUMN retired_at BIGINT;
        ALTER TABLE vault_keys ADD COLUMN destroyed_at BIGINT;
        CREATE TABLE wrapping_keys (
            number INTEGER NOT NULL PRIMARY KEY,
            provider TEXT NOT NULL,
            check_value TEXT NOT NULL,
            custody TEXT NOT NULL,
            activated_at BIGINT NOT NULL,
            ends_at BIGINT NOT NULL,
            retired_at BIGINT
        );
        CREATE TABLE vault_register (id INTEGER NOT NULL PRIMARY KEY, serial BIGINT NOT NULL, wrapped_seal $bytes NOT NULL, seal $bytes NOT NULL);
        """,

        // Apps beside those of the configuration. Their secrets are kept as keyed digests; what of their settings is secret is sealed. The one row of app_versions
        // counts changes, so that whoever keeps them in memory asks for one number. settings_seen is the configuration that a server was last started with.
        """
        CREATE TABLE apps (id TEXT NOT NULL PRIMARY KEY, settings TEXT NOT NULL, sealed $bytes NOT NULL, created_at BIGINT NOT NULL, removed_at BIGINT);
        CREATE TABLE app_secrets (
            id TEXT NOT NULL PRIMARY KEY,
            app_id TEXT NOT NULL,
            digest $bytes NOT NULL,
            scopes SMALLINT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT,
            revoked_at BIGINT,
            last_used_at BIGINT
        );
        CREATE INDEX app_secrets_by_app ON app_secrets (app_id);
        CREATE TABLE app_versions (id SMALLINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL);
        INSERT INTO app_versions (id, version) VALUES (1, 0);
        CREATE TABLE settings_seen (node TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (node, name));
        """,

        // Work on what is sealed that one process at a time does. A card that came from another Tollgate has no first payment here: it brought what that proved.
        """
        CREATE TABLE vault_work (work TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, until BIGINT NOT NULL);
        ALTER TABLE cards ADD COLUMN agreement $bytes;
        """,
        // Which server process has which endpoint's lane, and until when at the latest. For PostgreSQL: an SQLite database has one process.
        "CREATE TABLE webhook_lanes (lane BIGINT NOT NULL PRIMARY KEY, holder BIGINT NOT NULL, until BIGINT NOT NULL)",
    ];
}
