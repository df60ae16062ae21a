-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, account.body
FROM json_each(:sought) AS sought
JOIN account ON account.id = sought.value;

-- name: by_name
SELECT sought.key, account.body
FROM json_each(:sought) AS sought
JOIN account ON account.name = sought.value;

-- name: by_domain
SELECT sought.key, account.body
FROM json_each(:sought) AS sought
JOIN account ON account.domain = sought.value;

-- name: put
INSERT INTO account (id, name, domain, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (id) DO UPDATE SET name = excluded.name, domain = excluded.domain, body = excluded.body;

-- name: remove
DELETE FROM account WHERE id IN (SELECT value FROM json_each(:sought));
