"""What `licet sync show --items` prints: each item of a document, in its order, one in memory at a time."""

from collections.abc import Iterator
from typing import Any

from licet.kernel.ids import Udi, tag_name
from licet.kernel.time import instant, print_instant
from licet.shell.printer import Printer
from licet.shell.values import Record
from licet.wire.documents import Document
from licet.wire.sites import (
    AlertItem,
    EndItem,
    EventItem,
    InstanceItem,
    LeaseItem,
    LicenseItem,
    NoteItem,
    ProductItem,
    RemoveItem,
    TotalItem,
)

COLUMNS = ("item", "about", "says")


def list_items(document: Document, printer: Printer) -> None:
    """Print every item, as what it is, what it is about, and what it says of it."""
    printer.rows(COLUMNS, _rows(document), nothing="it holds no items")


def _rows(document: Document) -> Iterator[Record]:
    for item in document.items():
        about, says = _said(item)
        yield {"item": item.__struct_config__.tag, "about": about, "says": says}


def _said(item: Any) -> tuple[str, str]:
    match item:
        case InstanceItem():
            said = Udi(item.pid, item.sn).text, _instance(item)
        case EventItem():
            said = print_instant(instant(item.at)), f"{item.who}: {item.text}"
        case TotalItem():
            said = tag_name(item.tag), f"{item.in_use} in use"
        case EndItem():
            said = "", f"{item.instances} product instances in all"
        case NoteItem():
            said = item.instance, f"left; its note goes to {item.authority}"
        case LeaseItem():
            until = (
                "" if item.ends_at is None else f", until {print_instant(instant(item.ends_at))}"
            )
            said = tag_name(item.tag), f"{item.quantity} {item.kind}, order {item.order}{until}"
        case LicenseItem() | ProductItem():
            said = item.name, item.description
        case RemoveItem():
            said = item.instance, f"asked by {item.who}"
        case AlertItem():
            said = item.kind, f"{item.severity}: {item.message}"
        case _:
            said = item.id, "is not there any more"
    return said


def _instance(item: InstanceItem) -> str:
    used = ", ".join(f"{tag_name(one.tag)} x{one.count}" for one in item.usage) or "uses nothing"
    return used if item.host_name is None else f"{item.host_name}: {used}"
