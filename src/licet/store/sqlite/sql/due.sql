-- What falls due, earliest first.

-- name: next
SELECT min(due_at) FROM (
    SELECT min(due_at) AS due_at FROM instance WHERE due_at IS NOT NULL
    UNION ALL
    SELECT min(due_at) FROM holding WHERE due_at IS NOT NULL
    UNION ALL
    SELECT min(due_at) FROM on_prem WHERE due_at IS NOT NULL
);

-- name: instance
SELECT id FROM instance WHERE due_at <= :until ORDER BY due_at, id LIMIT :limit;

-- name: holding
SELECT id FROM holding WHERE due_at <= :until ORDER BY due_at, id LIMIT :limit;

-- name: retired_key
SELECT key FROM retired_key WHERE until <= :until ORDER BY until, key LIMIT :limit;

-- name: on_prem
SELECT id FROM on_prem WHERE due_at <= :until ORDER BY due_at, id LIMIT :limit;
