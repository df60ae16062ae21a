-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, in_use.body
FROM json_each(:sought) AS sought
JOIN in_use ON in_use.virtual_account = sought.value ->> 0 AND in_use.tag = sought.value ->> 1;

-- name: put
INSERT INTO in_use (virtual_account, tag, in_use, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (virtual_account, tag) DO UPDATE SET in_use = excluded.in_use, body = excluded.body;

-- name: remove
DELETE FROM in_use WHERE (virtual_account, tag) IN (
    SELECT value ->> 0, value ->> 1 FROM json_each(:sought)
);
