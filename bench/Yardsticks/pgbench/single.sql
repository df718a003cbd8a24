-- One charge's rows in one statement, the best that can be done for one charge at a time. See schema.sql.
--   psql -f schema.sql …; pgbench -n -M prepared -c 64 -j 2 -T 10 -f single.sql …
\set low :client_id * 4 + random(0, 3)
WITH charge AS (SELECT yardstick.key(:low) AS key, yardstick.ms() AS at),
    claimed AS (
        INSERT INTO yardstick.orders (app_id, digest, payment_uuid, expires_at) SELECT 'app-sandbox', sha256(key::BYTEA), key, at + 86400000 FROM charge),
    opened AS (
        INSERT INTO yardstick.payments (uuid, app_id, version, status, token_id, external_id, email, created_at, due_at, facts, state)
        SELECT key, 'app-sandbox', 3, 1, 'tok_0000' || key, 'o-' || key, 'john.doe@example.com', at, at + 604800000,
            repeat('f', 680)::BYTEA, repeat('s', 238)::BYTEA
        FROM charge),
    saved AS (
        INSERT INTO yardstick.cards (token_id, app_id, first_payment_uuid, sealed, facts, created_at)
        SELECT 'tok_0000' || key, 'app-sandbox', key, repeat('c', 48)::BYTEA, repeat('f', 361)::BYTEA, at FROM charge),
    told AS (
        INSERT INTO yardstick.events (payment_uuid, version, app_id, position, type, at, status_before, status_after, body)
        SELECT key, 1, 'app-sandbox', NULL::BIGINT, 'Created', at, 0, 0, '{}'::BYTEA FROM charge
        UNION ALL SELECT key, 2, 'app-sandbox', NULL, 'AuthorisationStarted', at, 0, 0, repeat('b', 114)::BYTEA FROM charge
        UNION ALL SELECT key, 3, 'app-sandbox', nextval('yardstick.event_positions'), 'Authorised', at, 0, 1, repeat('b', 413)::BYTEA FROM charge)
INSERT INTO yardstick.ledger (source, version, line, app_id, position, kind, debit, credit, amount, currency, at)
SELECT key, 3, 0, 'app-sandbox', nextval('yardstick.ledger_positions'), 1, 13, 14, 1000, 'AUD', at FROM charge;
