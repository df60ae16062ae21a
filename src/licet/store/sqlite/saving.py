"""Writes what a unit of work changed: a constant number of statements, whatever the batch."""

from collections.abc import Callable, Hashable
from typing import Any

import apsw

from licet.ledger.model import Instance
from licet.store.overlay import Overlay, Overlays
from licet.store.shapes import urgency
from licet.store.sqlite.sources import SqlTables, to_json
from licet.store.sqlite.statements import statements

# What a row is found, ordered and swept by: the parameters of each `put`, before the body.
COLUMNS: dict[str, Callable[[Any], tuple[object, ...]]] = {
    "account": lambda row: (row.id, row.name.casefold(), row.domain.casefold()),
    "virtual_account": lambda row: (row.id, row.account),
    "token": lambda row: (row.id, row.virtual_account, row.created_at),
    "instance": lambda row: (*_place_of(row), row.due_at),
    "retired_key": lambda row: (row.key, row.until),
    "udi_record": lambda row: (row.account, row.udi.pid, row.udi.sn),
    "holding": lambda row: (row.id, row.virtual_account, row.tag, row.due_at),
    "in_use": lambda row: (row.virtual_account, row.tag, row.in_use),
    "license": lambda row: (row.tag,),
    "product": lambda row: (row.tag,),
    "alert": lambda row: (row.key, row.account, urgency(row)),
    "on_prem": lambda row: (
        row.id,
        row.account,
        row.name.casefold(),
        row.virtual_account,
        row.due_at,
    ),
    "letter": lambda row: (row.on_prem,),
    "invitation": lambda row: (row.id, row.account, row.created_at),
    "local_account": lambda row: (row.id, row.name.casefold()),
    "change": lambda row: (row.instance, row.account, row.since),
    "carried_note": lambda row: (row.instance, row.authority, row.local_account),
}


def save(connection: apsw.Connection, changes: Overlays, read: SqlTables) -> None:
    """Write every change of a unit of work into the transaction that is open."""
    for account, until in changes.forgotten.items():
        # First, since what was put is newer.
        connection.execute(statements("change")["forget"], {"account": account, "until": until})
    for overlay in changes.every():
        if overlay.changed:
            _save_table(connection, overlay, read)
    if changes.events:
        connection.execute(statements("event")["record"], {"rows": to_json(changes.events)})


def _save_table(connection: apsw.Connection, overlay: Overlay[Any, Any], read: SqlTables) -> None:
    name = overlay.shape.name
    sql, columns = statements(name), COLUMNS[name]
    gone: list[Hashable] = [key for key, row in overlay.changed.items() if row is None]
    there = [row for row in overlay.changed.values() if row is not None]
    if name == "instance":
        gone += _rekeyed(there, read.source(overlay.shape).read)
    if gone:
        # First, since what goes may have had the key or the name of what comes.
        connection.execute(sql["remove"], {"sought": to_json(gone)})
    if name == "instance":
        there = _touch(connection, there, read.source(overlay.shape).read)
    if there:
        rows = to_json([(*columns(row), row) for row in there])
        connection.execute(sql["put"], {"rows": rows})


def _rekeyed(instances: list[Instance], read: dict[Any, Instance | None]) -> list[Hashable]:
    """Return the ids of instances that gave up a key, which may be another one's by now."""
    befores = ((instance, read.get(instance.id)) for instance in instances)
    return [one.id for one, before in befores if before is not None and before.key != one.key]


def _touch(
    connection: apsw.Connection, instances: list[Instance], read: dict[Any, Instance | None]
) -> list[Instance]:
    """Write the instances that are found by what they were found by before; return the others."""
    touched, others = [], []
    for instance in instances:
        before = read.get(instance.id)
        if before is not None and _place_of(before) == _place_of(instance):
            touched.append((instance.id, instance.due_at, instance))
        else:
            others.append(instance)
    if touched:
        connection.execute(statements("instance")["touch"], {"rows": to_json(touched)})
    return others


def _place_of(row: Instance) -> tuple[str, ...]:
    return row.id, row.key, row.virtual_account, row.udi.pid, row.udi.sn
