-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, carried_note.body
FROM json_each(:sought) AS sought
JOIN carried_note ON carried_note.instance = sought.value;

-- name: by_authority
SELECT sought.key, carried_note.body
FROM json_each(:sought) AS sought
JOIN carried_note ON carried_note.authority = sought.value;

-- name: by_local_account
SELECT sought.key, carried_note.body
FROM json_each(:sought) AS sought
JOIN carried_note ON carried_note.local_account = sought.value;

-- name: put
INSERT INTO carried_note (instance, authority, local_account, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (instance) DO UPDATE SET
    authority = excluded.authority,
    local_account = excluded.local_account,
    body = excluded.body;

-- name: remove
DELETE FROM carried_note WHERE instance IN (SELECT value FROM json_each(:sought));
