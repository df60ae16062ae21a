-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, license.body
FROM json_each(:sought) AS sought
JOIN license ON license.tag = sought.value;

-- name: put
INSERT INTO license (tag, body)
SELECT value ->> 0, value -> 1
FROM json_each(:rows)
WHERE true
ON CONFLICT (tag) DO UPDATE SET body = excluded.body;

-- name: remove
DELETE FROM license WHERE tag IN (SELECT value FROM json_each(:sought));
