"""Alerts that a person has seen and does not want to see again."""

from datetime import datetime

from licet.admin.accounts import record
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AccountId
from licet.ledger.model import Severity
from licet.ledger.ports import Work
from licet.ledger.usage import INSUFFICIENT
from licet.sync.deadlines import LAPSED

# As `registrar.alerts` raises it: Major once both histories are refused.
POSSIBLE_CLONE = "Possible Clone"

# What a Major alert of these kinds waits for.
STANDING = {
    INSUFFICIENT: "the licenses suffice",
    POSSIBLE_CLONE: "the instance is kept or removed",
    LAPSED: "the on-prem has synchronized",
}


def dismiss_alert(work: Work, account: AccountId, key: str, *, who: str, now: datetime) -> None:
    """Remove an alert of a smart account.

    Raises:
        AdminRefused: that account has none under that key, or it stands for as long as its cause
            does.
    """
    alert = work.alert(key)
    if alert is None or alert.account != account:
        raise AdminRefused("there is no such alert any more")
    if alert.severity is Severity.MAJOR and alert.kind in STANDING:
        raise AdminRefused(f"'{alert.kind}' goes when {STANDING[alert.kind]}, and not before")
    work.clear_alert(key)
    text = f"the alert '{alert.kind}' was dismissed: {alert.message}"
    record(work, alert.account, alert.source, key, text, who=who, now=now)
