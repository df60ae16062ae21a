-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, alert.body
FROM json_each(:sought) AS sought
JOIN alert ON alert.key = sought.value;

-- name: put
INSERT INTO alert (key, account, urgency, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (key) DO UPDATE SET account = excluded.account, urgency = excluded.urgency, body = excluded.body;

-- name: remove
DELETE FROM alert WHERE key IN (SELECT value FROM json_each(:sought));
