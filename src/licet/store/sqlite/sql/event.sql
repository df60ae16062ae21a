-- Parameters are JSON: :sought and :rows are arrays.

-- name: record
INSERT INTO event (account, body)
SELECT value ->> 'account', value
FROM json_each(:rows);

-- name: page
SELECT number, body FROM event
WHERE account = :account AND number > :number
ORDER BY number LIMIT :limit;
