"""Reads what a batch of messages will ask for, in a constant number of statements."""

from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Tag, VirtualAccountId
from licet.ledger.instances import ALERT_KEYS
from licet.ledger.model import Instance
from licet.ledger.ports import Needs
from licet.ledger.usage import insufficient_key
from licet.store import shapes
from licet.store.sqlite.sources import SqlTables


def prefetch(needs: Needs, tables: SqlTables) -> None:
    """Read who speaks and who is meant, then where they stand, then the pools that they move."""
    instances = tables.source(shapes.INSTANCES)
    tokens = tables.source(shapes.TOKENS)
    instances.load(needs.instances)
    instances.load_found("key", (key for _, key, _ in needs.registrations))
    instances.load_found("udi", ((udi.pid, udi.sn) for _, _, udi in needs.registrations))
    tables.source(shapes.RETIRED_KEYS).load(key for _, key, _ in needs.registrations)
    tokens.load(token for token, _, _ in needs.registrations)
    met = [instance for instance in instances.read.values() if instance is not None]
    _load_places(needs, tables, met)
    _load_pools(needs, tables, met)


def _load_places(needs: Needs, tables: SqlTables, met: list[Instance]) -> None:
    tokens = tables.source(shapes.TOKENS)
    places = tables.source(shapes.VIRTUAL_ACCOUNTS)
    ids: dict[VirtualAccountId, None] = {one.virtual_account: None for one in met}
    ids.update((row.virtual_account, None) for row in tokens.read.values() if row)
    places.load(ids)
    accounts: dict[AccountId, None] = {one.account: None for one in met}
    accounts.update((place.account, None) for place in places.read.values() if place)
    tables.source(shapes.ACCOUNTS).load(accounts)
    # One of the same id says that an account is an on-prem's own, whose changes are noted.
    tables.source(shapes.LOCAL_ACCOUNTS).load(map(AuthorityId, accounts))
    records: dict[tuple[AccountId, str, str], None] = {}
    for token, _, udi in needs.registrations:
        row = tokens.read.get(token)
        place = places.read.get(row.virtual_account) if row else None
        if place is not None:
            records[shapes.udi_key(place.account, udi)] = None
    tables.source(shapes.UDI_RECORDS).load(records)


def _load_pools(needs: Needs, tables: SqlTables, met: list[Instance]) -> None:
    place_of: dict[InstanceId, VirtualAccountId] = {one.id: one.virtual_account for one in met}
    pools: dict[tuple[VirtualAccountId, Tag], None] = {
        (place_of[instance], tag): None for instance, tag in needs.uses if instance in place_of
    }
    pools.update(((one.virtual_account, usage.tag), None) for one in met for usage in one.usage)
    tables.source(shapes.IN_USE).load(pools)
    tables.source(shapes.HOLDINGS).load_found("pool", pools)
    tables.source(shapes.LICENSES).load({tag: None for _, tag in pools})
    keys = {insufficient_key(place, tag): None for place, tag in pools}
    for key_of in ALERT_KEYS:
        keys.update((key_of(one.id), None) for one in met)
    tables.source(shapes.ALERTS).load(keys)
