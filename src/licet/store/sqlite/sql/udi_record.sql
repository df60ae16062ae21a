-- Parameters are JSON: :sought and :rows are arrays; a load gives (place in :sought, body).

-- name: get
SELECT sought.key, udi_record.body
FROM json_each(:sought) AS sought
JOIN udi_record ON udi_record.account = sought.value ->> 0 AND udi_record.pid = sought.value ->> 1 AND udi_record.sn = sought.value ->> 2;

-- name: put
INSERT INTO udi_record (account, pid, sn, body)
SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3
FROM json_each(:rows)
WHERE true
ON CONFLICT (account, pid, sn) DO UPDATE SET body = excluded.body;

-- name: remove
DELETE FROM udi_record WHERE (account, pid, sn) IN (
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:sought)
);
