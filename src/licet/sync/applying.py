"""What a site makes of its manager's response: a new lease, names, removals, alerts, and an end to waiting."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from licet.kernel.ids import AccountId, InstanceId, Tag
from licet.kernel.problems import RulesBroken
from licet.kernel.time import instant
from licet.kernel.words import counted
from licet.ledger.instances import remove
from licet.ledger.model import Alert, Event, Instance, License, Product, Severity
from licet.ledger.ports import Work
from licet.ledger.sites import (
    HISTORY_MAX,
    LocalAccount,
    LocalState,
    Road,
    SyncKind,
    SyncRecord,
)
from licet.pki.notes import open_leave
from licet.sync.deadlines import next_sync, review
from licet.sync.gate import mark_of
from licet.sync.leases import WHO, Fitted, fit
from licet.wire.documents import Document
from licet.wire.keys import digest
from licet.wire.sites import (
    AlertItem,
    LeaseItem,
    LicenseItem,
    ProductItem,
    RemoveItem,
    SyncResponse,
    Told,
)

# Alerts of the manager stand under their own keys behind this.
FROM_MANAGER = "manager:"


@dataclass
class Applied:
    """What a response changed at a site; what `licet sync diff` prints.

    Attributes:
        shrank: whether the site has given licenses back, which its manager holds until it hears so.
        licenses: of each license of which there are more or fewer now: name, before, after.
        said: each change, for a person.
    """

    lines: int = 0
    lines_changed: int = 0
    shrank: bool = False
    licenses: list[tuple[str, int, int]] = field(default_factory=list)
    removed: int = 0
    alerts: int = 0
    site_removed: bool = False
    said: list[str] = field(default_factory=list)

    def with_later(self, later: "Applied") -> "Applied":
        """Return what this and the response after it have changed together."""
        return replace(
            later,
            lines_changed=self.lines_changed + later.lines_changed,
            removed=self.removed + later.removed,
            licenses=[*self.licenses, *later.licenses],
            said=[*self.said, *later.said],
        )

    @property
    def text(self) -> str:
        """All of it in one line."""
        if self.site_removed:
            return "the manager removed it: products register elsewhere, and this account is to be given up"
        return (
            f"{counted(self.lines, 'lease line')}, {self.lines_changed} changed, "
            f"{counted(self.removed, 'instance')} removed, {counted(self.alerts, 'alert')}"
        )


def apply_response(
    document: Document,
    work: Work,
    account: LocalAccount,
    *,
    roots: tuple[bytes, ...],
    standing: Iterable[Alert],
    now: datetime,
    road: Road,
) -> tuple[LocalAccount, Applied]:
    """Apply a response that the gate let in; return the account as it is from now on, put.

    The certificates and trust lists in its head are the caller's to keep, before this is committed.

    Args:
        document: its head is a `SyncResponse`.
        work: takes the changes.
        account: whose response it is.
        roots: those that count at the site.
        standing: the alerts of the account as they stand.
        now: the site's instant.
        road: how it came.
    """
    head = document.head
    assert isinstance(head, SyncResponse)  # noqa: S101 - the gate saw to it
    hearing = _Hearing(work, account, roots, now)
    hearing.take(document.items(), standing)
    hearing.applied.site_removed = head.removed
    waiting = account.outstanding
    kind = waiting.kind if waiting else SyncKind.FULL
    record = SyncRecord(now, kind, road, head.number, ok=True, result=hearing.applied.text)
    if waiting is not None:
        for instance in waiting.notes:
            work.remove_carried_note(instance)
    applied = replace(
        account,
        state=LocalState.REMOVED if head.removed else LocalState.REGISTERED,
        reason=head.reason,
        smart_account=head.smart_account,
        virtual_account=head.virtual_account,
        removal_days=head.removal_days,
        acknowledged=head.number,
        outstanding=None,
        accepted=mark_of(document, head.number),
        lease=head.lease,
        lease_ends_at=instant(head.lease_ends_at),
        events_sent=waiting.events_until if waiting else account.events_sent,
        catalog=head.catalog,
        last_up_at=waiting.at if waiting else account.last_up_at,
        last_down_at=now,
        needs_full=head.full_wanted,
        restored=False,
        failed="",
        history=(record, *account.history)[:HISTORY_MAX],
        removal_heard=head.removed and account.state is LocalState.REMOVED,
    )
    applied = replace(applied, due_at=next_sync(applied, now))
    work.put_local_account(applied)
    work.forget_changes(account.id, head.number)
    _allow_export(work, account, allowed=head.export_allowed)
    review(work, applied, account=AccountId(account.id), source=None, now=now)
    return applied, hearing.applied


def _allow_export(work: Work, account: LocalAccount, *, allowed: bool) -> None:
    row = work.account(AccountId(account.id))
    if row is not None and row.export_allowed != allowed:
        work.put_account(replace(row, export_allowed=allowed))


class _Hearing:
    """One response, item by item."""

    def __init__(
        self, work: Work, account: LocalAccount, roots: tuple[bytes, ...], now: datetime
    ) -> None:
        self._work = work
        self._account = account
        self._id = AccountId(account.id)
        self._roots = roots
        self._now = now
        self.applied = Applied()

    def take(self, items: Iterator[Told], standing: Iterable[Alert]) -> None:
        """Take all of it; what the manager does not say any more goes."""
        lines: list[LeaseItem] = []
        alerts: set[str] = set()
        for item in items:
            match item:
                case LeaseItem():
                    lines.append(item)
                case LicenseItem():
                    self._license(item)
                case ProductItem():
                    self._work.put_product(Product(item.tag, item.name, item.description))
                case RemoveItem():
                    self._remove(item)
                case AlertItem():
                    alerts.add(self._alert(item))
        for alert in standing:
            if alert.key.startswith(FROM_MANAGER) and alert.key not in alerts:
                self._work.clear_alert(alert.key)
        self.applied.lines = len(lines)
        self._take_lease(fit(self._work, self._id, lines, self._now))

    def _take_lease(self, fitted: Fitted) -> None:
        applied = self.applied
        applied.lines_changed, applied.shrank = fitted.lines, fitted.shrank
        for tag, (before, after) in sorted(fitted.totals.items()):
            entry = self._work.license(tag)
            applied.licenses.append((entry.name if entry else tag, before, after))
        applied.said += [
            f"~ {name} {before} -> {after}" for name, before, after in applied.licenses
        ]

    def _license(self, item: LicenseItem) -> None:
        entry = License(Tag(item.tag), item.name, item.description, item.export_controlled)
        self._work.put_license(entry)

    def _remove(self, item: RemoveItem) -> None:
        """Remove an instance that the manager asks about; one that left is believed by its note."""
        instance = self._work.instance(InstanceId(item.instance))
        if instance is None or instance.account != self._id:
            return
        who, why = f"{item.who} at the manager", f"by {item.who} at the manager"
        if item.note:
            if instance.cloned or not self._has_left(item.note, instance):
                self.applied.said.append(f"! {instance.udi.text}: its leave note is not its own")
                self._record(item.instance, "a leave note from the manager was ignored")
                return
            who, why = f"device {instance.udi.text}", "left, and registered elsewhere"
        remove(self._work, instance, who=who, why=why, now=self._now)
        self.applied.removed += 1
        self.applied.said.append(f"- {instance.udi.text}{', left' if item.note else ''}")

    def _has_left(self, note: str, instance: Instance) -> bool:
        try:
            left = open_leave(note.encode(), roots=self._roots, now=self._now)
        except RulesBroken:
            return False
        same_key = digest(left.verified.spki) == instance.key
        return same_key and left.message.instance == instance.id

    def _alert(self, item: AlertItem) -> str:
        key = f"{FROM_MANAGER}{item.key}"
        self._work.put_alert(
            Alert(
                key=key,
                kind=item.kind,
                severity=Severity(item.severity),
                account=self._id,
                source=None,
                message=item.message,
                raised_at=instant(item.raised_at),
                action_due_at=None if item.action_due_at is None else instant(item.action_due_at),
            )
        )
        self.applied.alerts += 1
        return key

    def _record(self, subject: str, text: str) -> None:
        self._work.record(Event(self._now, WHO, self._id, None, subject, text))
