-- The tables that a charge is written to, with the columns, types and indexes of src/Server/Storage/Migrations/Schema.cs, in a schema of their own that
-- begins empty. One approved charge (a card brought with it, a fresh external_id, no webhook endpoint, no idempotency key) leaves these seven rows;
-- in brackets are the bytes of the row, as pg_column_size counts them, and of its bodies:
--
--   payments  1  (1,080: facts 680, state 238)
--   events    3  (95: body 2; 223: body 114; 517: body 413)
--   cards     1  (504: sealed 48, facts 361)
--   orders    1  (96: digest 32)
--   ledger    1  (104)
--
-- which is 2,619 bytes and 13 entries in indexes. Tollgate writes them in two commits: payment, the first two events, card and order before the acquirer is
-- asked, the third event and the ledger's line after it has answered. The yardsticks know the answer beforehand and write all of it in one transaction.
--
-- What else Tollgate writes and is left out here, to the yardsticks' advantage: the second commit's update of the payment (it is inserted in its final
-- state), and the updates of three rows that all charges of an app share: the counter in feed and two sums in balances. Transactions that are not grouped
-- wait there for each other's commit. Measured with 64 clients for 10 s on two busy cores, charges a second without and with the counter's update:
-- separate.sql 1,603 and 433, single.sql 3,867 and 376, the warm EF Core endpoint 1,222 and 358.
DROP SCHEMA IF EXISTS yardstick CASCADE;
CREATE SCHEMA yardstick;

CREATE TABLE yardstick.payments (
    uuid TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status SMALLINT NOT NULL,
    token_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    facts BYTEA NOT NULL,
    state BYTEA NOT NULL,
    leased_until BIGINT,
    unsettled_since BIGINT
);
CREATE INDEX payments_by_app ON yardstick.payments (app_id, created_at);
CREATE INDEX payments_by_order ON yardstick.payments (app_id, external_id);
CREATE INDEX payments_due ON yardstick.payments (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payments_pending_by_card ON yardstick.payments (token_id) WHERE status = 0;
CREATE INDEX payments_unsettled ON yardstick.payments (unsettled_since) WHERE unsettled_since IS NOT NULL;

CREATE TABLE yardstick.events (
    payment_uuid TEXT NOT NULL,
    version INTEGER NOT NULL,
    app_id TEXT NOT NULL,
    position BIGINT,
    type TEXT NOT NULL,
    at BIGINT NOT NULL,
    status_before SMALLINT NOT NULL,
    status_after SMALLINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (payment_uuid, version)
);
CREATE UNIQUE INDEX events_feed ON yardstick.events (app_id, position) WHERE position IS NOT NULL;

CREATE TABLE yardstick.cards (
    token_id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL,
    first_payment_uuid TEXT NOT NULL,
    sealed BYTEA,
    facts BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX cards_to_destroy ON yardstick.cards (token_id) WHERE deleted_at IS NOT NULL AND sealed IS NOT NULL;

CREATE TABLE yardstick.orders (
    app_id TEXT NOT NULL,
    digest BYTEA NOT NULL,
    payment_uuid TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, digest)
);
CREATE INDEX orders_by_end ON yardstick.orders (expires_at);

CREATE TABLE yardstick.ledger (
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
CREATE UNIQUE INDEX ledger_statement ON yardstick.ledger (app_id, position);

-- Positions without a shared row; Tollgate's have no gaps and are in the order of commits, which a sequence's are not.
CREATE SEQUENCE yardstick.event_positions;
CREATE SEQUENCE yardstick.ledger_positions;

-- The transaction's time in milliseconds, and a key of 16 characters that begins with that time: microseconds, then 12 bits that the script gives, which
-- are different for every client. PostgreSQL puts both in line.
CREATE FUNCTION yardstick.ms() RETURNS BIGINT LANGUAGE sql STABLE AS 'SELECT (EXTRACT(EPOCH FROM now()) * 1000)::BIGINT';
CREATE FUNCTION yardstick.key(low BIGINT) RETURNS TEXT LANGUAGE sql STABLE
    AS 'SELECT lpad(to_hex((EXTRACT(EPOCH FROM now()) * 1000000)::BIGINT * 4096 + low), 16, ''0'')';
