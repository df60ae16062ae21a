-- Parameters are JSON: :sought and :rows are arrays.

-- name: record
INSERT INTO event (account, body)
SELECT value ->> 'account', value
FROM json_each(:rows);
