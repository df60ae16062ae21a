-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, local_account.body
FROM json_each(:sought) AS sought
JOIN local_account ON local_account.id = sought.value;

-- name: by_beginning
SELECT sought.key, local_account.body
FROM json_each(:sought) AS sought
CROSS JOIN local_account ON local_account.name >= sought.value;

-- name: put
INSERT INTO local_account (id, name, body)
SELECT value ->> 0, value ->> 1, value -> 2
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body;

-- name: remove
DELETE FROM local_account WHERE id IN (SELECT value FROM json_each(:sought));
