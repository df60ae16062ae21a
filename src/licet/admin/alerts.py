"""Alerts that a person has seen and does not want to see again."""

from datetime import datetime

from licet.admin.accounts import record
from licet.admin.refusal import AdminRefused
from licet.ledger.model import Severity
from licet.ledger.ports import Work
from licet.ledger.usage import INSUFFICIENT


def dismiss_alert(work: Work, key: str, *, who: str, now: datetime) -> None:
    """Remove an alert.

    Raises:
        AdminRefused: there is none under that key, or it stands for as long as its cause does.
    """
    alert = work.alert(key)
    if alert is None:
        raise AdminRefused("there is no such alert any more")
    if alert.kind == INSUFFICIENT and alert.severity is Severity.MAJOR:
        raise AdminRefused(f"'{alert.kind}' goes when the licenses suffice, and not before")
    work.clear_alert(key)
    text = f"the alert '{alert.kind}' was dismissed: {alert.message}"
    record(work, alert.account, alert.source, key, text, who=who, now=now)
