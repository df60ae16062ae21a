"""What `licet sync show` prints: what a file says, whoever may have signed it."""

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from licet.admin.refusal import AdminRefused
from licet.kernel.ids import Tag, tag_name
from licet.kernel.problems import RulesBroken
from licet.kernel.time import instant
from licet.ledger.ports import Work
from licet.shell.document_files import open_file
from licet.shell.finding import license_name
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.sync_either import Head, check, fingerprint_of, open_either
from licet.shell.sync_items import list_items
from licet.shell.values import Mark, Record, Shown, Value
from licet.wire.documents import Document, WrongKind, open_document, spoken
from licet.wire.sites import (
    FORMS,
    EndItem,
    LeaseItem,
    LicenseItem,
    RegistrationAuthorization,
    RegistrationRequest,
    SyncRequest,
    SyncResponse,
    TotalItem,
    Withheld,
)

REFUSED = 1
LICENSES_MAX = 1_000
NOT_CHECKED = Shown(None, "not checked; give --data DIR of an authority that knows it", Mark.WARN)
_WITHHELD = ("host_names", "addresses", "instance_names", "user_names")


def show(given: argparse.Namespace, printer: Printer) -> int:
    """Print what a file says, and whether its signature is good; 1 where it is not."""
    with open_file(given.file) as file:
        try:
            document = open_document(file, FORMS)
            items = _Items.of(document)
        except WrongKind as wrong:
            raise AdminRefused(str(wrong)) from wrong
        except RulesBroken as broken:
            raise AdminRefused(f"it is damaged: {broken}") from broken
        if given.items:
            list_items(document, printer)
            return DONE
        head = cast("Head", document.head)
        if given.data is None:
            seen = _Seen(NOT_CHECKED, fingerprint_of(document, head, None))
        else:
            with open_either(given.data) as site:
                seen = _look(document, head, site)
                items.name(site)
        told = {**_told(head, items), "fingerprint": seen.fingerprint}
        printer.record(
            {
                "kind": Shown(document.form.kind, spoken(document.form.kind)),
                **(told if document.form.items is None else _told(head, items)),
                "bytes": document.size,
                "digest": document.digest,
                "signature": seen.signature,
                **items.tables(),
            }
        )
    if seen.bad:
        printer.refuse(f"licet sync: {given.file}: {seen.bad}")
    return REFUSED if seen.bad else DONE


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an authority knows of a document.

    Attributes:
        bad: what is wrong with its signature; empty where nothing is, or nobody has looked.
    """

    signature: Shown
    fingerprint: str | None
    bad: str = ""


def _look(document: Document, head: Head, site: Site) -> _Seen:
    shown = fingerprint_of(document, head, site)
    try:
        by = check(document, head, site)
    except AdminRefused as refused:
        return _Seen(Shown("bad", str(refused), Mark.BAD), shown, str(refused))
    return _Seen(Shown("good", f"good: by {by}", Mark.GOOD), shown)


@dataclass
class _Items:
    """What the items of a document come to; one of them is in memory at a time.

    Attributes:
        counts: of each kind of item.
        lease: by tag, the quantity and the number of lines.
        unlisted: items about so many licenses that they are not listed.
    """

    counts: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    lease: dict[str, tuple[int, int]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    instances: int | None = None
    unlisted: int = 0

    @classmethod
    def of(cls, document: Document) -> "_Items":
        """Read the items of a document.

        Raises:
            RulesBroken: the file was changed while it was read.
        """
        found = cls()
        for item in document.items():
            found.counts[item.__struct_config__.tag] += 1
            match item:
                case LeaseItem() if found.has_room(found.lease, item.tag):
                    quantity, lines = found.lease.get(item.tag, (0, 0))
                    found.lease[item.tag] = (quantity + item.quantity, lines + 1)
                case LicenseItem() if found.has_room(found.names, item.tag):
                    found.names[item.tag] = item.name
                case TotalItem() if found.has_room(found.used, item.tag):
                    found.used[item.tag] = item.in_use
                case EndItem():
                    found.instances = item.instances
                case _:
                    pass  # only counted
        return found

    def has_room(self, table: Mapping[str, object], tag: str) -> bool:
        """Tell whether one more license is kept: who wrote the file may have made them up."""
        if tag in table or len(table) < LICENSES_MAX:
            return True
        self.unlisted += 1
        return False

    def name(self, site: Site) -> None:
        """Take the names of licenses that the document does not bring from an authority's catalog."""

        def read(work: Work) -> dict[str, str]:
            return {tag: license_name(work, Tag(tag)) for tag in (*self.used, *self.lease)}

        self.names = {**site.look(read), **self.names}

    def _named(self, tag: str) -> Shown:
        """Return a license by its name; one that nobody names by its tag, for people a part of it."""
        name = self.names.get(tag)
        return Shown(name or tag, name or tag_name(tag))

    def tables(self) -> Record:
        """Return what is listed below the rest."""
        tables: dict[str, Value] = {"items_not_listed": self.unlisted} if self.unlisted else {}
        if self.used:
            tables["in_use"] = [
                {"license": self._named(tag), "in_use": in_use} for tag, in_use in self.used.items()
            ]
        if self.lease:
            tables["lease_totals"] = [
                {
                    "license": self.names.get(tag, tag_name(tag)),
                    "quantity": quantity,
                    "lines": lines,
                }
                for tag, (quantity, lines) in self.lease.items()
            ]
        return tables


def _told(head: Head, items: _Items) -> Record:
    match head:
        case RegistrationRequest():
            return _registration(head)
        case RegistrationAuthorization():
            return _authorization(head)
        case SyncRequest():
            return _request(head, items)
        case SyncResponse():
            return _response(head, items)


def _registration(head: RegistrationRequest) -> Record:
    return {
        "from": f"{head.name} ({head.site})",
        "local_account": head.local_account,
        "to_smart_account": head.smart_account,
        "to_virtual_account": head.virtual_account,
        "email": head.email,
        "version": head.version,
        "written_at": instant(head.at),
        "with_a_code": head.invitation is not None,
    }


def _authorization(head: RegistrationAuthorization) -> Record:
    return {
        "from": f"manager {head.manager}",
        "to": f"{head.name} ({head.site})",
        "written_at": instant(head.at),
        "smart_account": head.smart_account,
        "virtual_account": head.virtual_account,
        "removal_days": head.removal_days,
        "export_control": head.export_allowed,
    }


def _request(head: SyncRequest, items: _Items) -> Record:
    counts = items.counts
    return {
        "from": f"{head.name} ({head.site})",
        "to": f"manager {head.manager}",
        "number": head.number,
        "synchronization": head.sync,
        "since_request": head.base or None,
        "written_at": instant(head.at),
        "good_until": instant(head.expires_at),
        "epoch": head.epoch,
        "lease": head.lease or None,
        "response_applied": head.accepted.number if head.accepted else None,
        "withheld": _withheld(head.withheld),
        "version": head.version,
        "product_instances": items.instances,
        "reported": counts["instance"],
        "gone": counts["gone"],
        "leave_notes": counts["note"],
        "events": counts["event"],
        "more_events_wait": head.more,
    }


def _response(head: SyncResponse, items: _Items) -> Record:
    counts = items.counts
    return {
        "from": f"manager {head.manager}",
        "to": f"{head.name} ({head.site})",
        "number": head.number,
        "written_at": instant(head.at),
        "good_until": instant(head.expires_at),
        "epoch": head.epoch,
        "smart_account": head.smart_account,
        "virtual_account": head.virtual_account,
        "lease": head.lease,
        "lease_ends_at": instant(head.lease_ends_at),
        "lease_lines": counts["lease"],
        "licenses": counts["license"],
        "removals": counts["remove"],
        "alerts": counts["alert"],
        "removal_days": head.removal_days,
        "export_control": head.export_allowed,
        "full_wanted": head.full_wanted,
        "removed": head.removed,
        "reason": head.reason or None,
        "certificates": "renewed" if head.certificates else None,
        "trust_lists": [signed.list.version for signed in head.trust_lists],
    }


def _withheld(withheld: Withheld) -> list[str]:
    return [name.replace("_", "-") for name in _WITHHELD if getattr(withheld, name)]
