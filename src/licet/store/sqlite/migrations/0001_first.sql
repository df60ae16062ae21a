-- A row is an immutable value. `body` holds all of it as JSON; the other columns are what rows are
-- found, ordered and swept by. Instants are text, `2026-11-01T12:00:00Z`, which sorts as time does.

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL, -- without regard to case
    domain TEXT NOT NULL, -- without regard to case
    body TEXT NOT NULL
) STRICT;
CREATE INDEX account_by_name ON account (name, id);
CREATE INDEX account_by_domain ON account (domain);

CREATE TABLE virtual_account (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX virtual_account_by_account ON virtual_account (account);

CREATE TABLE token (
    id TEXT PRIMARY KEY,
    virtual_account TEXT NOT NULL,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX token_by_place ON token (virtual_account, created_at, id);

CREATE TABLE instance (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    virtual_account TEXT NOT NULL,
    pid TEXT NOT NULL,
    sn TEXT NOT NULL,
    due_at TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX instance_by_place ON instance (virtual_account, pid, sn, id);
CREATE INDEX instance_by_udi ON instance (pid, sn);
CREATE INDEX instance_by_due ON instance (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE instance_count (
    virtual_account TEXT PRIMARY KEY,
    instances INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER instance_comes AFTER INSERT ON instance BEGIN
    INSERT INTO instance_count VALUES (new.virtual_account, 1)
    ON CONFLICT (virtual_account) DO UPDATE SET instances = instances + 1;
END;
CREATE TRIGGER instance_goes AFTER DELETE ON instance BEGIN
    UPDATE instance_count SET instances = instances - 1
    WHERE virtual_account = old.virtual_account;
END;
CREATE TRIGGER instance_moves AFTER UPDATE OF virtual_account ON instance
WHEN new.virtual_account <> old.virtual_account BEGIN
    UPDATE instance_count SET instances = instances - 1
    WHERE virtual_account = old.virtual_account;
    INSERT INTO instance_count VALUES (new.virtual_account, 1)
    ON CONFLICT (virtual_account) DO UPDATE SET instances = instances + 1;
END;

CREATE TABLE retired_key (
    key TEXT PRIMARY KEY,
    until TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX retired_key_by_until ON retired_key (until);

CREATE TABLE udi_record (
    account TEXT NOT NULL,
    pid TEXT NOT NULL,
    sn TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, pid, sn)
) STRICT, WITHOUT ROWID;

CREATE TABLE holding (
    id TEXT PRIMARY KEY,
    virtual_account TEXT NOT NULL,
    tag TEXT NOT NULL,
    due_at TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX holding_by_pool ON holding (virtual_account, tag);
CREATE INDEX holding_by_due ON holding (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE in_use (
    virtual_account TEXT NOT NULL,
    tag TEXT NOT NULL,
    in_use INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (virtual_account, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE license (
    tag TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE product (
    tag TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE alert (
    key TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    urgency TEXT NOT NULL, -- the worst first, then what is due first
    body TEXT NOT NULL
) STRICT;
CREATE INDEX alert_by_account ON alert (account, urgency);

CREATE TABLE event (
    number INTEGER PRIMARY KEY, -- in the order in which they happened
    account TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_account ON event (account, number);
