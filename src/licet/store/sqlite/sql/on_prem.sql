-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, on_prem.body
FROM json_each(:sought) AS sought
JOIN on_prem ON on_prem.id = sought.value;

-- name: by_account
SELECT sought.key, on_prem.body
FROM json_each(:sought) AS sought
JOIN on_prem ON on_prem.account = sought.value;

-- name: by_virtual_account
SELECT sought.key, on_prem.body
FROM json_each(:sought) AS sought
JOIN on_prem ON on_prem.virtual_account = sought.value;

-- name: put
INSERT INTO on_prem (id, account, name, virtual_account, due_at, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value -> 5
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET
    account = excluded.account,
    name = excluded.name,
    virtual_account = excluded.virtual_account,
    due_at = excluded.due_at,
    body = excluded.body;

-- name: remove
DELETE FROM on_prem WHERE id IN (SELECT value FROM json_each(:sought));
