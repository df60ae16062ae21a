-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, retired_key.body
FROM json_each(:sought) AS sought
JOIN retired_key ON retired_key.key = sought.value;

-- name: put
INSERT INTO retired_key (key, until, body)
SELECT value ->> 0, value ->> 1, value -> 2
FROM json_each(:rows)
WHERE true
ON CONFLICT (key) DO UPDATE SET until = excluded.until, body = excluded.body;

-- name: remove
DELETE FROM retired_key WHERE key IN (SELECT value FROM json_each(:sought));
