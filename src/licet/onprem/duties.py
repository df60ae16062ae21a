"""What falls due at an on-prem beside the sweep: synchronizations by themselves, and their deadlines."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AccountId
from licet.kernel.time import MINUTE
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, SyncKind
from licet.ledger.works import work_in
from licet.onprem.client import Stopped
from licet.onprem.office import Office
from licet.onprem.synchronizing import Failed, failed_key, raise_failed, synchronize
from licet.sync.deadlines import next_look, review

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
# An account that a person synchronizes just now is looked at again so much later.
_TAKEN_AGAIN = MINUTE
_LOG = structlog.get_logger(__name__)


class Synchronizing:
    """Synchronizes local accounts when they are due (`service.tending.Duty`); one after the other.

    Args:
        office: the on-prem.
        act: synchronizes one.
    """

    def __init__(self, office: Office, act: Callable[..., object] = synchronize) -> None:
        self._office = office
        self._act = act
        self._stopped = threading.Event()
        self._put_off: dict[str, datetime] = {}

    def next_due(self) -> datetime | None:
        """Return when the next one is due."""
        return min((self._at(one) for one in self._ones()), default=None)

    def tick(self, now: datetime) -> str:
        """Synchronize those that are due; what fails is tried again when it is due again."""
        done = 0
        for account in self._ones():
            if self._at(account) > now or self._stopped.is_set():
                continue
            self._put_off.pop(account.id, None)
            try:
                self._act(self._office, account, SyncKind.STANDARD, self._wait)
                _LOG.info("synchronized", account=account.name)
                done += 1
            except Failed as failed:
                # It was remembered, and is due again in an hour.
                _LOG.warning("a synchronization failed", account=account.name, why=str(failed))
            except Stopped:
                break
            except AdminRefused as refused:
                _LOG.info("not synchronized now", account=account.name, why=str(refused))
                self._put_off[account.id] = now + _TAKEN_AGAIN
        return f"{done} synchronized"

    def stop(self) -> None:
        """Break off what is under way."""
        self._stopped.set()

    def _wait(self, seconds: float) -> bool:
        return self._stopped.wait(seconds) if seconds else self._stopped.is_set()

    def _at(self, account: LocalAccount) -> datetime:
        assert account.due_at is not None  # noqa: S101 - `_ones` saw to it
        return max(account.due_at, self._put_off.get(account.id, _BEFORE_ALL))

    def _ones(self) -> list[LocalAccount]:
        with self._office.store.begin() as work:
            accounts = work.local_accounts()
        return [
            one
            for one in accounts
            if one.due_at is not None
            and one.state in {LocalState.REGISTERED, LocalState.REMOVED}
            and one.upstream is not None
            and one.upstream.url is not None
        ]


class Deadlines:
    """Warns in time of synchronizations that are overdue, and of removals (`service.tending.Duty`)."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._looked_at = _BEFORE_ALL

    def next_due(self) -> datetime | None:
        """Return when a deadline passes, or is warned of."""
        with self._office.store.begin() as work:
            accounts = work.local_accounts()
        looks = (next_look(one, self._looked_at) for one in accounts if _counts(one))
        return min((look for look in looks if look is not None), default=None)

    def tick(self, now: datetime) -> str:
        """Raise or clear what is to be said of every local account at `now`."""

        def job(work: Work) -> int:
            accounts = [one for one in work.local_accounts() if _counts(one)]
            for one in accounts:
                review(work, one, account=AccountId(one.id), source=None, now=now)
                raise_failed(work, one, work.alert(failed_key(one.id)))
            return len(accounts)

        looked_at = work_in(self._office.store, job)
        self._looked_at = now
        return f"{looked_at} looked at"


def _counts(account: LocalAccount) -> bool:
    return account.state is LocalState.REGISTERED
