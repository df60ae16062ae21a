-- What a manager knows of its on-prems, and an on-prem of its local accounts.

CREATE TABLE on_prem (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL, -- without regard to case
    virtual_account TEXT NOT NULL,
    due_at TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX on_prem_by_account ON on_prem (account, name);
CREATE INDEX on_prem_by_place ON on_prem (virtual_account);
CREATE INDEX on_prem_by_due ON on_prem (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE letter (
    on_prem TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX invitation_by_account ON invitation (account, created_at, id);

CREATE TABLE local_account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL, -- without regard to case
    body TEXT NOT NULL
) STRICT;
CREATE INDEX local_account_by_name ON local_account (name, id);

CREATE TABLE change (
    instance TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    since INTEGER NOT NULL, -- number of the first request that can report it
    body TEXT NOT NULL
) STRICT;
CREATE INDEX change_by_account ON change (account, instance);
CREATE INDEX change_by_since ON change (account, since);

CREATE TABLE carried_note (
    instance TEXT PRIMARY KEY,
    authority TEXT NOT NULL,
    local_account TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX carried_note_by_authority ON carried_note (authority, instance);
CREATE INDEX carried_note_by_local_account ON carried_note (local_account, instance);
