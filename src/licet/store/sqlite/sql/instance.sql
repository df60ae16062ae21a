-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, instance.body
FROM json_each(:sought) AS sought
JOIN instance ON instance.id = sought.value;

-- name: by_key
SELECT sought.key, instance.body
FROM json_each(:sought) AS sought
JOIN instance ON instance.key = sought.value;

-- name: by_udi
SELECT sought.key, instance.body
FROM json_each(:sought) AS sought
JOIN instance ON instance.pid = sought.value ->> 0 AND instance.sn = sought.value ->> 1;

-- name: put
INSERT INTO instance (id, key, virtual_account, pid, sn, due_at, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value -> 6
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET
    key = excluded.key,
    virtual_account = excluded.virtual_account,
    pid = excluded.pid,
    sn = excluded.sn,
    due_at = excluded.due_at,
    body = excluded.body;

-- What changes at every message: nothing that a row is found by.
-- name: touch
UPDATE instance SET due_at = value ->> 1, body = value -> 2
FROM json_each(:rows)
WHERE instance.id = value ->> 0;

-- name: remove
DELETE FROM instance WHERE id IN (SELECT value FROM json_each(:sought));
