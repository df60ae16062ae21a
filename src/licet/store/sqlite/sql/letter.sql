-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, letter.body
FROM json_each(:sought) AS sought
JOIN letter ON letter.on_prem = sought.value;

-- name: put
INSERT INTO letter (on_prem, body)
SELECT value ->> 0, value -> 1
FROM json_each(:rows)
WHERE true
ON CONFLICT (on_prem) DO UPDATE SET body = excluded.body;

-- name: remove
DELETE FROM letter WHERE on_prem IN (SELECT value FROM json_each(:sought));
