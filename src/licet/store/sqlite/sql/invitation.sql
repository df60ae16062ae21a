-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, invitation.body
FROM json_each(:sought) AS sought
JOIN invitation ON invitation.id = sought.value;

-- name: by_account
SELECT sought.key, invitation.body
FROM json_each(:sought) AS sought
JOIN invitation ON invitation.account = sought.value;

-- name: put
INSERT INTO invitation (id, account, created_at, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET
    account = excluded.account,
    created_at = excluded.created_at,
    body = excluded.body;

-- name: remove
DELETE FROM invitation WHERE id IN (SELECT value FROM json_each(:sought));
