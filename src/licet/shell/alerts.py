"""What `alert` does."""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from licet.admin.alerts import dismiss_alert
from licet.kernel.ids import VirtualAccountId
from licet.ledger.listing import every
from licet.ledger.model import Alert, Severity, VirtualAccount
from licet.ledger.ports import Work
from licet.shell.finding import account_and_places, account_of, check_start, one_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Mark, Record, Shown
from licet.shell.words import day

COLUMNS = (
    "id",
    "severity",
    "alert",
    "source",
    "action_due_at",
    "raised_at",
    "message",
)
MARKS = {Severity.MAJOR: Mark.BAD, Severity.MINOR: Mark.WARN, Severity.INFORMATIONAL: Mark.PLAIN}


def alert_id(alert: Alert) -> str:
    """Return what people call an alert: one that is raised anew is another one."""
    named = f"{alert.key}\n{alert.raised_at.isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:8]


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List alerts: Major first, then by when action is due."""
    account, places = account_and_places(site, given)
    names = {place.id: place.name for place in places}

    def rows() -> Iterator[Record]:
        for alert in every(partial(site.store.list_alerts, account.id)):
            if given.virtual_account is None or alert.source in names:
                yield _entry(alert, names)

    printer.rows(COLUMNS, islice(rows(), given.limit), nothing="no alert stands")


def dismiss(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Dismiss an alert of a smart account."""

    def act(work: Work) -> tuple[Alert, Sequence[VirtualAccount]]:
        account = account_of(site, work, given.account)
        standing = every(partial(site.store.list_alerts, account.id))
        typed = check_start(given.alert, "alert")
        found = one_of(
            (alert for alert in standing if alert_id(alert).startswith(typed)),
            f"alert {given.alert} in '{account.name}'",
            lambda alert: f"{alert_id(alert)} ({alert.kind}: {alert.message})",
        )
        dismiss_alert(work, account.id, found.key, who=site.who, now=site.now)
        return found, work.virtual_accounts(account.id)

    alert, places = site.do(act)
    names = {place.id: place.name for place in places}
    printer.done(f"dismissed: {alert.kind}: {alert.message}", _entry(alert, names))


def _entry(alert: Alert, names: dict[VirtualAccountId, str]) -> Record:
    return {
        "id": alert_id(alert),
        "severity": Shown(alert.severity, alert.severity, MARKS[alert.severity]),
        "alert": alert.kind,
        "source": names.get(alert.source) if alert.source else None,
        "action_due_at": day(alert.action_due_at),
        "raised_at": day(alert.raised_at),
        "message": alert.message,
    }
