-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, holding.body
FROM json_each(:sought) AS sought
JOIN holding ON holding.id = sought.value;

-- name: by_pool
SELECT sought.key, holding.body
FROM json_each(:sought) AS sought
JOIN holding ON holding.virtual_account = sought.value ->> 0 AND holding.tag = sought.value ->> 1;

-- name: put
INSERT INTO holding (id, virtual_account, tag, due_at, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET virtual_account = excluded.virtual_account, tag = excluded.tag, due_at = excluded.due_at, body = excluded.body;

-- name: remove
DELETE FROM holding WHERE id IN (SELECT value FROM json_each(:sought));
