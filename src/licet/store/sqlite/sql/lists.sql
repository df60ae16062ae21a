-- Pages by keyset: (place, body) of :limit rows behind :after (JSON; null is the beginning).

-- name: accounts
SELECT json_array(name, id), body FROM account
WHERE (name, id) > (coalesce(:after ->> 0, ''), coalesce(:after ->> 1, ''))
ORDER BY name, id LIMIT :limit;

-- name: tokens
SELECT json_array(created_at, id), body FROM token
WHERE virtual_account = :virtual_account
  AND (created_at, id) < (coalesce(:after ->> 0, '~'), coalesce(:after ->> 1, '~'))
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- name: pools
SELECT json_array(tag) FROM (
    SELECT DISTINCT tag FROM holding
    WHERE virtual_account = :virtual_account AND tag > coalesce(:after ->> 0, '')
    UNION
    SELECT tag FROM in_use
    WHERE virtual_account = :virtual_account AND tag > coalesce(:after ->> 0, '') AND in_use <> 0
)
ORDER BY tag LIMIT :limit;

-- name: instances
SELECT json_array(pid, sn, id), body FROM instance
WHERE virtual_account = :virtual_account
  AND (pid, sn, id)
      > (coalesce(:after ->> 0, ''), coalesce(:after ->> 1, ''), coalesce(:after ->> 2, ''))
ORDER BY pid, sn, id LIMIT :limit;

-- name: alerts
SELECT json_array(urgency), body FROM alert
WHERE account = :account AND urgency > coalesce(:after ->> 0, '')
ORDER BY urgency LIMIT :limit;

-- name: events
SELECT json_array(number), body FROM event
WHERE account = :account AND number < coalesce(:after ->> 0, 9223372036854775807)
ORDER BY number DESC LIMIT :limit;

-- name: licenses
SELECT json_array(tag), body FROM license
WHERE tag > coalesce(:after ->> 0, '')
ORDER BY tag LIMIT :limit;

-- name: products
SELECT json_array(tag), body FROM product
WHERE tag > coalesce(:after ->> 0, '')
ORDER BY tag LIMIT :limit;

-- name: instance_count
SELECT instances FROM instance_count WHERE virtual_account = :virtual_account;
