"""The two sides' tables of on-prems, in the columns of the source document's two screens."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from licet.kernel.ids import AccountId
from licet.lab.manager_office import ManagerOffice
from licet.lab.plant import Plant
from licet.lab.tables import grid
from licet.ledger.listing import every
from licet.ledger.model import Alert, Severity
from licet.ledger.sites import LocalAccount, LocalState, has_lease
from licet.sync.deadlines import (
    LAPSED,
    REMOVED,
    deadline_key,
    due_of,
    is_about,
    overdue_key,
)

_SEVERITIES = (Severity.MAJOR, Severity.MINOR)


def dated(at: datetime | None) -> str:
    """Return an instant as both screens print it: `2020-Jun-03 18:46:30`."""
    return "" if at is None else f"{at:%Y-%b-%d %H:%M:%S}"


def synchronization(plant: Plant) -> str:
    """Return the on-prem's list: when each local account was synchronized, and is due."""
    rows = [
        (
            account.name,
            plant.on_prem.called(account),
            dated(account.last_down_at),
            dated(due_of(account)),
            _standing(plant, account),
            _actions(account),
        )
        for account in plant.registered
    ]
    titles = (
        "Name",
        "On-Prem Name",
        "Last Synchronization",
        "Synchronization Due",
        "Alerts",
        "Actions",
    )
    return grid(titles, rows)


def _standing(plant: Plant, account: LocalAccount) -> str:
    """Return how the last synchronization went, and what is wrong by now."""
    if account.state is LocalState.REMOVED:
        return REMOVED
    keys = (deadline_key(account.id), overdue_key(account.id))
    alerts = every(partial(plant.on_prem.store.list_alerts, AccountId(account.id)))
    said = [alert.kind for alert in alerts if alert.key in keys]
    if account.lease and not has_lease(account, plant.on_prem.clock.wall):
        said.append(LAPSED)
    if account.restored:
        said.append("Restored")
    if account.failed:
        said.append("Synchronization Failed")
    if not said:
        done = account.last_down_at is not None
        said.append("Synchronization Successful" if done else "Not Synchronized Yet")
    return ", ".join(said)


def _actions(account: LocalAccount) -> str:
    if account.state is LocalState.REMOVED:
        return ""
    network = account.upstream is not None and account.upstream.url is not None
    by_network = ("sync now", "schedule") if network else ()
    return ", ".join((*by_network, "sync request", "privacy"))


def history(account: LocalAccount) -> str:
    """Return what became of the synchronizations of a local account, newest first."""
    rows = [
        (
            dated(record.at),
            record.kind.value,
            record.road.value,
            str(record.number),
            "ok" if record.ok else "failed",
            record.result,
        )
        for record in account.history
    ]
    return grid(("Time", "Kind", "Road", "Request", "", "Result"), rows)


def accounts(plant: Plant) -> str:
    """Return the local accounts of an on-prem, whatever became of them."""
    rows = [
        (
            account.name,
            account.state.value,
            account.smart_account,
            account.virtual_account,
            account.every.value,
            account.reason,
        )
        for account in plant.accounts()
    ]
    titles = ("Local Account", "State", "Smart Account", "Virtual Account", "Schedule", "Reason")
    return grid(titles, rows)


def on_prems(office: ManagerOffice) -> str:
    """Return the manager's On-Prem Accounts."""
    store = office.authority.store
    alerts = list(every(partial(store.list_alerts, office.account)))
    sites = office.on_prems()
    theirs = {site.id: [alert for alert in alerts if is_about(alert, site)] for site in sites}
    rows = [
        (
            site.name,
            str(store.count_instances(site.virtual_account)),
            dated(site.last_up_at),
            dated(site.last_down_at),
            dated(due_of(site)),
            site.version,
            _kinds(theirs[site.id]),
            "file-sync, cut, remove on-prem",
        )
        for site in sites
    ]
    titles = (
        "Name",
        "Product Instances",
        "Last Sync Up from On-Prem",
        "Last Sync Down to On-Prem",
        "Synchronization Due",
        "Version",
        "Alerts",
        "Actions",
    )
    shown = [alert for listed in theirs.values() for alert in listed]
    counts = [sum(alert.severity is severity for alert in shown) for severity in _SEVERITIES]
    head = ", ".join(
        f"{severity} {count}" for severity, count in zip(_SEVERITIES, counts, strict=True)
    )
    return f"On-Prem Accounts ({head})\n\n{grid(titles, rows)}"


def _kinds(alerts: Iterable[Alert]) -> str:
    return ", ".join(dict.fromkeys(alert.kind for alert in alerts))
