"""What falls due at an on-prem beside the sweep: synchronizations by themselves, and their deadlines."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AccountId
from licet.kernel.time import MINUTE, SECOND
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, SyncKind
from licet.ledger.works import work_in
from licet.onprem.client import Stopped
from licet.onprem.office import Office
from licet.onprem.synchronizing import Failed, failed_key, raise_failed, synchronize
from licet.sync.deadlines import RETRY_EVERY, next_look, review

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
# An account that a person synchronizes just now is looked at again so much later.
_TAKEN_AGAIN = MINUTE
# One manager that is slow does not hold up the accounts of others; what it got stays with it.
TURN: Final = 15 * MINUTE
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
        """Synchronize those that are due, first whose lease ends first; what fails is due again later."""
        due = [one for one in self._ones() if self._at(one) <= now]
        due.sort(key=lambda one: one.lease_ends_at or _BEFORE_ALL)
        done = sum(self._synchronize(one, now) for one in due)
        return f"{done} synchronized"

    def _synchronize(self, account: LocalAccount, now: datetime) -> bool:
        """Synchronize a local account, and tell whether that came to its end."""
        if self._stopped.is_set():
            return False
        self._put_off.pop(account.id, None)
        named = _LOG.bind(account=account.name)
        try:
            self._act(self._office, account, SyncKind.STANDARD, self._patience())
        except Failed as failed:
            # It was remembered, and is due again in an hour.
            named.warning("a synchronization failed", why=str(failed))
        except Stopped:
            named.info("a synchronization was broken off", goes_on="at its next turn")
        except AdminRefused as refused:
            named.info("not synchronized now", why=str(refused))
            self._put_off[account.id] = now + _TAKEN_AGAIN
        except Exception:  # noqa: BLE001 - whatever it is, the other accounts have their turn
            named.exception("a synchronization failed, and could not be remembered")
            self._put_off[account.id] = now + RETRY_EVERY
        else:
            named.info("synchronized")
            return True
        return False

    def stop(self) -> None:
        """Break off what is under way."""
        self._stopped.set()

    def _patience(self) -> Callable[[float], bool]:
        """Return what waits, and tells to break off at the end of an account's turn, or of the server."""
        clock = self._office.clock
        ends_s = clock.elapsed_s() + TURN / SECOND

        def wait(seconds: float) -> bool:
            self._stopped.wait(max(min(seconds, ends_s - clock.elapsed_s()), 0))
            return self._stopped.is_set() or clock.elapsed_s() >= ends_s

        return wait

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
