-- Parameters are JSON: :sought and :rows are arrays.

-- name: put
INSERT INTO change (instance, account, since, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (instance) DO UPDATE SET
    account = excluded.account,
    since = excluded.since,
    body = excluded.body;

-- name: remove
DELETE FROM change WHERE instance IN (SELECT value FROM json_each(:sought));

-- name: page
SELECT body FROM change
WHERE account = :account AND instance > :after
ORDER BY instance LIMIT :limit;

-- name: forget
DELETE FROM change WHERE account = :account AND since <= :until;
