-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, virtual_account.body
FROM json_each(:sought) AS sought
JOIN virtual_account ON virtual_account.id = sought.value;

-- name: by_account
SELECT sought.key, virtual_account.body
FROM json_each(:sought) AS sought
JOIN virtual_account ON virtual_account.account = sought.value;

-- name: put
INSERT INTO virtual_account (id, account, body)
SELECT value ->> 0, value ->> 1, value -> 2
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET account = excluded.account, body = excluded.body;

-- name: remove
DELETE FROM virtual_account WHERE id IN (SELECT value FROM json_each(:sought));
