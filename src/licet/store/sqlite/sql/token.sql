-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, token.body
FROM json_each(:sought) AS sought
JOIN token ON token.id = sought.value;

-- name: put
INSERT INTO token (id, virtual_account, created_at, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET virtual_account = excluded.virtual_account, created_at = excluded.created_at, body = excluded.body;

-- name: remove
DELETE FROM token WHERE id IN (SELECT value FROM json_each(:sought));
