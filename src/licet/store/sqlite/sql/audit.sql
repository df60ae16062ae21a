-- What every ledger keeps true. Each statement gives a line for each place where it is not.

-- name: pools count what their instances use
WITH used AS (
    SELECT instance.virtual_account, item.value ->> 'tag' AS tag,
        sum(item.value ->> 'count') AS instances_use
    FROM instance, json_each(instance.body, '$.usage') AS item
    GROUP BY 1, 2
)
SELECT format('%s in %s: counted %d, used %d', tag, virtual_account,
    coalesce(in_use, 0), coalesce(instances_use, 0))
FROM used FULL JOIN in_use USING (virtual_account, tag)
WHERE coalesce(in_use, 0) <> coalesce(instances_use, 0);

-- name: an instance uses each license once, and some of it
SELECT format('instance %s: %s', instance.id, item.value ->> 'tag')
FROM instance, json_each(instance.body, '$.usage') AS item
GROUP BY instance.id, item.value ->> 'tag'
HAVING count(*) <> 1 OR min(item.value ->> 'count') < 1;

-- name: virtual accounts count their instances
WITH counted AS (
    SELECT virtual_account, count(*) AS there FROM instance GROUP BY 1
)
SELECT format('%s: counted %d, there %d', virtual_account,
    coalesce(instances, 0), coalesce(there, 0))
FROM counted FULL JOIN instance_count USING (virtual_account)
WHERE coalesce(instances, 0) <> coalesce(there, 0);

-- name: every account has one default virtual account
SELECT format('%s: %d', account.id, count(virtual_account.id))
FROM account
LEFT JOIN virtual_account
    ON virtual_account.account = account.id AND virtual_account.body ->> 'default'
GROUP BY account.id
HAVING count(virtual_account.id) <> 1;

-- name: everything stands in an account that is there
SELECT format('virtual account %s', virtual_account.id)
FROM virtual_account LEFT JOIN account ON account.id = virtual_account.account
WHERE account.id IS NULL
UNION ALL
SELECT format('instance %s', instance.id)
FROM instance LEFT JOIN virtual_account ON virtual_account.id = instance.virtual_account
WHERE virtual_account.account IS NOT instance.body ->> 'account'
UNION ALL
SELECT format('holding %s', holding.id)
FROM holding LEFT JOIN virtual_account ON virtual_account.id = holding.virtual_account
WHERE virtual_account.id IS NULL
UNION ALL
SELECT format('on-prem %s', on_prem.id)
FROM on_prem LEFT JOIN virtual_account ON virtual_account.id = on_prem.virtual_account
WHERE virtual_account.account IS NOT on_prem.account
    AND (on_prem.body ->> 'removed_at' IS NULL OR virtual_account.id IS NOT NULL)
UNION ALL
SELECT format('change of %s', change.instance)
FROM change LEFT JOIN local_account ON local_account.id = change.account
WHERE local_account.id IS NULL;

-- name: what is an on-prem's stands with an on-prem that is there
SELECT format('instance %s', instance.id)
FROM instance LEFT JOIN on_prem ON on_prem.id = instance.body ->> 'on_prem'
WHERE instance.body ->> 'on_prem' IS NOT NULL
    AND on_prem.virtual_account IS NOT instance.virtual_account
UNION ALL
SELECT format('holding %s', holding.id)
FROM holding LEFT JOIN on_prem ON on_prem.id = holding.body ->> 'held_by'
WHERE holding.body ->> 'held_by' IS NOT NULL AND on_prem.id IS NULL
UNION ALL
SELECT format('letter to %s', letter.on_prem)
FROM letter LEFT JOIN on_prem ON on_prem.id = letter.on_prem
WHERE on_prem.id IS NULL;

-- name: no instance speaks with a retired key
SELECT format('instance %s', instance.id)
FROM instance JOIN retired_key ON retired_key.key = instance.key;

-- name: no token was used more often than it may be
SELECT format('token %s', id) FROM token WHERE body ->> 'uses' > body ->> 'uses_max';

-- name: rows are found by what they say
SELECT format('account %s', id) FROM account WHERE id IS NOT body ->> 'id'
UNION ALL
SELECT format('virtual account %s', id) FROM virtual_account
WHERE id IS NOT body ->> 'id' OR account IS NOT body ->> 'account'
UNION ALL
SELECT format('token %s', id) FROM token
WHERE id IS NOT body ->> 'id'
    OR virtual_account IS NOT body ->> 'virtual_account'
    OR created_at IS NOT body ->> 'created_at'
UNION ALL
SELECT format('instance %s', id) FROM instance
WHERE id IS NOT body ->> 'id'
    OR key IS NOT body ->> 'key'
    OR virtual_account IS NOT body ->> 'virtual_account'
    OR pid IS NOT body ->> '$.udi.pid'
    OR sn IS NOT body ->> '$.udi.sn'
    OR due_at IS NOT body ->> 'due_at'
UNION ALL
SELECT format('retired key %s', key) FROM retired_key
WHERE key IS NOT body ->> 'key' OR until IS NOT body ->> 'until'
UNION ALL
SELECT format('report of %s %s', pid, sn) FROM udi_record
WHERE account IS NOT body ->> 'account'
    OR pid IS NOT body ->> '$.udi.pid'
    OR sn IS NOT body ->> '$.udi.sn'
UNION ALL
SELECT format('holding %s', id) FROM holding
WHERE id IS NOT body ->> 'id'
    OR virtual_account IS NOT body ->> 'virtual_account'
    OR tag IS NOT body ->> 'tag'
    OR due_at IS NOT body ->> 'due_at'
UNION ALL
SELECT format('pool %s in %s', tag, virtual_account) FROM in_use
WHERE virtual_account IS NOT body ->> 'virtual_account'
    OR tag IS NOT body ->> 'tag'
    OR in_use IS NOT body ->> 'in_use'
UNION ALL
SELECT format('license %s', tag) FROM license WHERE tag IS NOT body ->> 'tag'
UNION ALL
SELECT format('product %s', tag) FROM product WHERE tag IS NOT body ->> 'tag'
UNION ALL
SELECT format('alert %s', key) FROM alert
WHERE key IS NOT body ->> 'key' OR account IS NOT body ->> 'account'
UNION ALL
SELECT format('event %d', number) FROM event WHERE account IS NOT body ->> 'account'
UNION ALL
SELECT format('on-prem %s', id) FROM on_prem
WHERE id IS NOT body ->> 'id'
    OR account IS NOT body ->> 'account'
    OR virtual_account IS NOT body ->> 'virtual_account'
    OR due_at IS NOT body ->> 'due_at'
UNION ALL
SELECT format('letter to %s', on_prem) FROM letter WHERE on_prem IS NOT body ->> 'on_prem'
UNION ALL
SELECT format('invitation %s', id) FROM invitation
WHERE id IS NOT body ->> 'id'
    OR account IS NOT body ->> 'account'
    OR created_at IS NOT body ->> 'created_at'
UNION ALL
SELECT format('local account %s', id) FROM local_account WHERE id IS NOT body ->> 'id'
UNION ALL
SELECT format('change of %s', instance) FROM change
WHERE instance IS NOT body ->> 'instance'
    OR account IS NOT body ->> 'account'
    OR since IS NOT body ->> 'since'
UNION ALL
SELECT format('note of %s', instance) FROM carried_note
WHERE instance IS NOT body ->> 'instance'
    OR authority IS NOT body ->> 'authority'
    OR local_account IS NOT body ->> 'local_account';
