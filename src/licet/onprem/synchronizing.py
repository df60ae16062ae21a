"""One synchronization over the network: the request that waits, or a new one, until nothing is left to say.

What fails is remembered in one sentence: in the local account, its history and an alert.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from licet.admin.refusal import AdminRefused
from licet.host.files import PRIVATE_FILE
from licet.kernel.ids import AccountId, AuthorityId
from licet.kernel.time import epoch_seconds
from licet.ledger.model import Alert, Severity
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, Outstanding, Road, SyncKind
from licet.ledger.works import work_in
from licet.onprem import requests
from licet.onprem.client import Client, Denied, Sending
from licet.onprem.office import Office
from licet.onprem.road import Road as Way
from licet.onprem.road import Unreached, trust_of
from licet.service.files import trouble
from licet.service.problems import ServiceError
from licet.sync.applying import Applied
from licet.sync.exchange import Taken, note_failure
from licet.sync.problems import SyncRefused, Why
from licet.wire.sites import Upload

FAILED: Final = "Synchronization Failed"
# What a manager that does not know enough any more, or sees other numbers, is answered with.
_WANTS_ALL: Final = {Why.NEEDS_FULL, Why.UNEQUAL}
# What becomes of a request that waited for too long; a new one may be taken.
_OVERTAKEN: Final = {Why.EXPIRED, Why.SUPERSEDED, Why.OLDER, Why.DAMAGED}
_BEHIND: Final = {Why.SUPERSEDED, Why.OLDER}
# A request that waited, a standard one, a full one, and some for what happened meanwhile.
_ROUNDS_MAX: Final = 6


class Failed(Exception):  # noqa: N818 - what became of it
    """A synchronization failed; the text is a sentence for people, and was remembered."""


@dataclass(frozen=True, slots=True)
class Done:
    """A synchronization that came to its end.

    Attributes:
        account: as it is now.
        applied: what all responses changed; None where they were applied before.
        kind: of the last request.
    """

    account: LocalAccount
    applied: Applied | None
    kind: SyncKind


def failed_key(account: AuthorityId) -> str:
    """Return the key of the alert that a synchronization failed."""
    return f"sync-failed:{account}"


def synchronize(
    office: Office, account: LocalAccount, kind: SyncKind, wait: Callable[[float], bool]
) -> Done:
    """Synchronize a local account over the network.

    Args:
        office: the on-prem.
        account: a registered one.
        kind: what to report; all of it goes up where that is needed.
        wait: waits for so many seconds, and tells whether to break off.

    Raises:
        Failed: it did not come about.
        AdminRefused: it cannot: it has no manager on the network, or is being synchronized already.
        Stopped: it was broken off; the next one goes on with it.
    """
    with office.alone(account):
        account = current(office, account)
        way = _way(office, account)
        try:
            with way, _named_trouble(office.data.sync / account.id):
                done = _Rounds(office, Client(way, wait)).run(account, kind)
        except (Unreached, Denied, SyncRefused, ServiceError) as error:
            _remember(office, account, kind, str(error))
            raise Failed(str(error)) from error
    work_in(office.store, lambda work: work.clear_alert(failed_key(account.id)))
    return done


def current(office: Office, account: LocalAccount) -> LocalAccount:
    """Return a local account as it is now.

    Raises:
        AdminRefused: it is not there any more.
    """
    with office.store.begin() as work:
        found = work.local_account(account.id)
    if found is None:
        raise AdminRefused(f"the local account '{account.name}' is not there any more")
    return found


def raise_failed(work: Work, account: LocalAccount, alert: Alert | None) -> None:
    """Let the alert stand that the last synchronization failed, or clear it.

    Args:
        work: takes it.
        account: tells whether it failed.
        alert: that stands.
    """
    if not account.failed:
        if alert is not None:
            work.clear_alert(alert.key)
        return
    record = account.history[0] if account.history else None
    raised_at = alert.raised_at if alert else record.at if record else account.requested_at
    work.put_alert(
        Alert(
            key=failed_key(account.id),
            kind=FAILED,
            severity=Severity.MINOR,
            account=AccountId(account.id),
            source=None,
            message=f"'{account.name}': {account.failed}",
            raised_at=raised_at,
            action_due_at=account.lease_ends_at,
        )
    )


@contextmanager
def _named_trouble(folder: Path) -> Iterator[None]:
    """Make sentences of what the disk says.

    Raises:
        ServiceError: it failed.
    """
    try:
        yield
    except OSError as error:
        raise trouble(Path(error.filename) if error.filename else folder, error) from error


def _way(office: Office, account: LocalAccount) -> Way:
    upstream = account.upstream
    if account.state not in {LocalState.REGISTERED, LocalState.REMOVED} or upstream is None:
        raise AdminRefused(
            f"'{account.name}' is {account.state}, and is not synchronized; account show says more"
        )
    mended_by = f"account reach {shlex.quote(account.name)}"
    if upstream.url is None:
        raise AdminRefused(
            f"'{account.name}' is reached by file only: carry files (sync request, sync response), or "
            f"name its manager: {mended_by} --manager URL"
        )
    ca = office.ca_file(account.id)
    return Way(
        upstream.url,
        trust_of(ca if ca.exists() else None),
        proxy=office.proxy(account.id),
        elapsed_s=office.clock.elapsed_s,
        mended_by=mended_by,
    )


class _Rounds:
    """The exchanges of one synchronization."""

    def __init__(self, office: Office, client: Client) -> None:
        self._office = office
        self._client = client

    def run(self, account: LocalAccount, kind: SyncKind) -> Done:
        """Exchange until a request that was made now is answered, and nothing is left to say."""
        changed: Applied | None = None
        for _ in range(_ROUNDS_MAX):
            old = requests.waiting(self._office, account, kind)
            outstanding = old or requests.make(self._office, account, kind)
            try:
                applied = self._exchange(account, outstanding)
            except SyncRefused as refused:
                if refused.why in _WANTS_ALL and outstanding.kind is not SyncKind.FULL:
                    account, kind = self._give_up(account), SyncKind.FULL
                    continue
                gone = old is not None and refused.why in _OVERTAKEN
                if gone or (refused.why in _BEHIND and self._was_set_back(account, outstanding)):
                    account = self._give_up(account)
                    continue
                raise
            changed = changed.with_later(applied) if changed and applied else applied or changed
            before, account = account, current(self._office, account)
            if old is None and not _has_more(before, account, applied):
                return Done(account, changed, outstanding.kind)
            # What was removed as the manager asked is reported at once, so that both sides are equal.
            kind = SyncKind.STANDARD if outstanding.kind is SyncKind.FULL else kind
        raise Denied("the manager wants one synchronization after the other; look into its log")

    def _was_set_back(self, account: LocalAccount, outstanding: Outstanding) -> bool:
        """Ask for the last response again, and tell whether it answers what is forgotten here.

        A request that was made now cannot be older than what the manager has: then this on-prem is.
        """
        nothing = replace(outstanding, size=0)
        with suppress(SyncRefused):
            return self._send(account, nothing, BytesIO()).set_back
        return False

    def _exchange(self, account: LocalAccount, outstanding: Outstanding) -> Applied | None:
        with self._office.request_file(account.id).open("rb") as file:
            return self._send(account, outstanding, file).applied

    def _send(self, account: LocalAccount, outstanding: Outstanding, file: BinaryIO) -> Taken:
        office = self._office
        keys = office.keyring(account.id).current()
        if keys.sync is None or account.upstream is None:
            raise ServiceError(f"the keys of '{account.name}' hold none for synchronizing")
        said = Upload(
            manager=account.upstream.authority,
            site=account.id,
            number=outstanding.mark.number,
            digest=outstanding.mark.digest,
            size=outstanding.size,
            at=epoch_seconds(office.clock.now()),
        )
        with _emptied(office.response_file(account.id)) as into:
            self._client.exchange(Sending(said, keys.sync.key, file), into)
            return requests.take(office, account, into, Road.NETWORK)

    def _give_up(self, account: LocalAccount) -> LocalAccount:
        """Forget a request that nobody takes any more, and return the account without it."""

        def job(work: Work) -> None:
            found = work.local_account(account.id)
            if found is not None:
                work.put_local_account(replace(found, outstanding=None))

        work_in(self._office.store, job)
        self._office.forget_request(account.id)
        return current(self._office, account)


def _has_more(before: LocalAccount, after: LocalAccount, applied: Applied | None) -> bool:
    """Tell whether the manager waits for another request."""
    if after.state is LocalState.REMOVED:
        # That it was heard: then the manager lets its licenses count again.
        return before.state is not LocalState.REMOVED
    # Only what it says next lets what it removed, or has given back, be free at the manager.
    changed = applied is not None and (applied.removed > 0 or applied.shrank)
    return after.needs_full or changed


def _emptied(path: Path) -> BinaryIO:
    """Open a file of our own that is empty."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
    return os.fdopen(handle, "w+b")


def _remember(office: Office, account: LocalAccount, kind: SyncKind, why: str) -> None:
    now = office.clock.now()
    note_failure(office.store, account.id, kind=kind, road=Road.NETWORK, why=why, now=now)

    def job(work: Work) -> None:
        found = work.local_account(account.id)
        if found is not None:
            raise_failed(work, found, work.alert(failed_key(account.id)))

    work_in(office.store, job)
