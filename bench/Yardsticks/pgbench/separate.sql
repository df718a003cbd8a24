-- One charge's rows as separate statements in one transaction, as an application without an ORM writes them. See schema.sql.
--   psql -f schema.sql …; pgbench -n -M prepared -c 64 -j 2 -T 10 -f separate.sql …
\set low :client_id * 4 + random(0, 3)
BEGIN;
INSERT INTO yardstick.orders (app_id, digest, payment_uuid, expires_at)
VALUES ('app-sandbox', sha256(yardstick.key(:low)::BYTEA), yardstick.key(:low), yardstick.ms() + 86400000);
INSERT INTO yardstick.payments (uuid, app_id, version, status, token_id, external_id, email, created_at, due_at, facts, state)
VALUES (yardstick.key(:low), 'app-sandbox', 3, 1, 'tok_0000' || yardstick.key(:low), 'o-' || yardstick.key(:low), 'john.doe@example.com',
    yardstick.ms(), yardstick.ms() + 604800000, repeat('f', 680)::BYTEA, repeat('s', 238)::BYTEA);
INSERT INTO yardstick.cards (token_id, app_id, first_payment_uuid, sealed, facts, created_at)
VALUES ('tok_0000' || yardstick.key(:low), 'app-sandbox', yardstick.key(:low), repeat('c', 48)::BYTEA, repeat('f', 361)::BYTEA, yardstick.ms());
INSERT INTO yardstick.events (payment_uuid, version, app_id, type, at, status_before, status_after, body)
VALUES (yardstick.key(:low), 1, 'app-sandbox', 'Created', yardstick.ms(), 0, 0, '{}');
INSERT INTO yardstick.events (payment_uuid, version, app_id, type, at, status_before, status_after, body)
VALUES (yardstick.key(:low), 2, 'app-sandbox', 'AuthorisationStarted', yardstick.ms(), 0, 0, repeat('b', 114)::BYTEA);
INSERT INTO yardstick.events (payment_uuid, version, app_id, position, type, at, status_before, status_after, body)
VALUES (yardstick.key(:low), 3, 'app-sandbox', nextval('yardstick.event_positions'), 'Authorised', yardstick.ms(), 0, 1, repeat('b', 413)::BYTEA);
INSERT INTO yardstick.ledger (source, version, line, app_id, position, kind, debit, credit, amount, currency, at)
VALUES (yardstick.key(:low), 3, 0, 'app-sandbox', nextval('yardstick.ledger_positions'), 1, 13, 14, 1000, 'AUD', yardstick.ms());
COMMIT;
