"""One synchronization, from either end: a request is answered, a response is taken; each is one commit.

Network and file differ in who carries the bytes and in nothing else.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import BinaryIO

from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId
from licet.kernel.problems import RulesBroken
from licet.ledger.listing import every
from licet.ledger.ports import Store, Work
from licet.ledger.sites import (
    HISTORY_MAX,
    Letter,
    LocalAccount,
    OnPrem,
    Outstanding,
    Road,
    SyncKind,
    SyncRecord,
)
from licet.ledger.works import work_in
from licet.pki.authority import AuthorityKeys, begin_epoch
from licet.pki.sites import renewed_site
from licet.pki.trust import Trust, admit, own_roots
from licet.sync.applying import Applied, apply_response
from licet.sync.deadlines import lapsed, next_sync
from licet.sync.downward import Writer, name_of, respond
from licet.sync.gate import Turn, admit_request, admit_response, certificates_of, read
from licet.sync.problems import SyncRefused, Why
from licet.sync.receiving import Desk, Tally, receive
from licet.sync.upward import Reporter, begin_request, finish_request, write_request
from licet.wire.documents import Document
from licet.wire.messages import SignedTrustList
from licet.wire.sites import SYNC_REQUEST, SYNC_RESPONSE, SyncRequest, SyncResponse


@dataclass(frozen=True, slots=True)
class Answered:
    """What a manager made of a request.

    Attributes:
        on_prem: who asked.
        letter: the signed response.
        tally: what the request changed; None where it was applied before.
        name: how the response calls the site, and its file.
    """

    name: str
    on_prem: OnPrem
    letter: Letter
    tally: Tally | None


def answer_request(
    store: Store,
    keys: AuthorityKeys,
    file: BinaryIO,
    *,
    road: Road,
    now: datetime,
    chance: Chance,
    by: AuthorityId | None = None,
    dry: bool = False,
) -> Answered:
    """Apply a request of a site at its manager, and return the response; one commit, or nothing.

    The same request again gets the same response again, and changes nothing.

    Args:
        store: the manager's.
        keys: the manager's.
        file: the document.
        road: how it came.
        now: the manager's instant.
        chance: where serial numbers come from.
        by: the site that brought it, where that is known; it brings its own only.
        dry: only tell what would change.

    Raises:
        SyncRefused: it is not to be applied.
    """
    document = read(file, SYNC_REQUEST)
    head = document.head
    assert isinstance(head, SyncRequest)  # noqa: S101 - `read` saw to it
    if by is not None and head.site != by:
        raise SyncRefused(Why.FOREIGN, f"the request is another on-prem's, '{head.name}'")
    with store.begin(alone=True) as work:
        on_prem = work.on_prem(AuthorityId(head.site))
        turn = admit_request(
            document, on_prem, manager=keys.authority, roots=keys.accepted_roots, now=now
        )
        assert on_prem is not None  # noqa: S101 - the gate saw to it
        if turn is Turn.AGAIN:
            letter = _same_letter(work, on_prem)
            return Answered(name_of(on_prem, head), on_prem, letter, None)
        desk = Desk(keys.authority, keys.accepted_roots, now, road)
        try:
            on_prem, tally = receive(document, work, on_prem, desk)
        except RulesBroken as broken:
            raise SyncRefused(Why.DAMAGED, f"the file is damaged: {broken}") from broken
        on_prem, letter = respond(
            work,
            on_prem,
            head,
            document.digest,
            writer=Writer(keys, now, chance),
            store=store,
        )
        if not dry:
            work.commit()
    return Answered(name_of(on_prem, head), on_prem, letter, tally)


def note_refusal(
    store: Store, site: AuthorityId, file: BinaryIO, *, number: int, why: str, now: datetime
) -> None:
    """Remember at a manager that a request of a site, which came over the network, was refused."""
    kind = SyncKind.STANDARD
    with suppress(SyncRefused):
        head = read(file, SYNC_REQUEST).head
        assert isinstance(head, SyncRequest)  # noqa: S101 - `read` saw to it
        kind = SyncKind(head.sync)
    record = SyncRecord(now, kind, Road.NETWORK, number, ok=False, result=why)

    def job(work: Work) -> None:
        on_prem = work.on_prem(site)
        if on_prem is not None:
            history = (record, *on_prem.history)[:HISTORY_MAX]
            work.put_on_prem(replace(on_prem, history=history))

    work_in(store, job)


def _same_letter(work: Work, on_prem: OnPrem) -> Letter:
    letter = work.letter(on_prem.id)
    if letter is None:
        raise SyncRefused(Why.NEEDS_FULL, "the response to this request is not kept any more")
    return letter


def make_request(
    store: Store,
    keys: AuthorityKeys,
    out: BinaryIO,
    *,
    kind: SyncKind,
    name: str,
    version: str,
    now: datetime,
) -> Outstanding:
    """Write a request of a site; it counts once `keep_request` was told that the bytes are safe.

    Args:
        store: the site's.
        keys: of the site.
        out: takes the document.
        kind: a site that must report all does so whatever is asked.
        name: of the on-prem.
        version: of the software.
        now: the site's instant.

    Raises:
        SyncRefused: the local account is not registered.
    """
    account = work_in(store, lambda work: begin_request(work, keys.authority))
    with store.begin() as work:
        return write_request(out, work, account, kind, Reporter(keys, version, name, now))


def keep_request(store: Store, outstanding: Outstanding, site: AuthorityId) -> LocalAccount:
    """Remember a request whose bytes are safe; from now on its response is waited for.

    Raises:
        SyncRefused: another one was made meanwhile.
    """
    return work_in(store, lambda work: finish_request(work, outstanding, site))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a site made of a response.

    Attributes:
        applied: what it changed; None where it was applied before, or the site was set back.
        set_back: the site has forgotten the request that it answers.
    """

    account: LocalAccount
    applied: Applied | None
    set_back: bool = False

    @property
    def again(self) -> bool:
        """Whether it was applied before, and nothing changed."""
        return self.applied is None and not self.set_back

    @property
    def text(self) -> str:
        """What it changed in one line."""
        if self.set_back:
            return (
                "it answers a request that is forgotten here: this on-prem was set back to an older "
                "state. It grants nothing until it has synchronized, and reports everything then"
            )
        return self.applied.text if self.applied else "it was applied before; nothing changed"


def take_response(
    store: Store,
    keys: AuthorityKeys,
    file: BinaryIO,
    *,
    road: Road,
    now: datetime,
    keep: Callable[[AuthorityKeys], None],
    dry: bool = False,
) -> Taken:
    """Apply a manager's response at the site; one commit, or nothing.

    One to a request that the site has forgotten shows that it was set back to an older state. It
    then goes on as after a restore: in a new epoch, and it grants nothing until it has synchronized.

    Args:
        store: the site's.
        keys: of the site.
        file: the document.
        road: how it came.
        now: the site's instant.
        keep: makes the renewed keys durable, before the ledger is committed; the same again is no
            harm where that commit never comes.
        dry: only tell what would change.

    Raises:
        SyncRefused: it is not to be applied.
    """
    document = read(file, SYNC_RESPONSE)
    with store.begin(alone=True) as work:
        account = work.local_account(keys.authority)
        if account is None:
            raise SyncRefused(Why.UNKNOWN_SITE, "this local account is not here any more")
        turn = admit_response(
            document, account, epoch=keys.epoch, roots=_roots(document, keys), now=now
        )
        if turn is Turn.AGAIN:
            return Taken(account, None)
        if turn is Turn.FORGOTTEN:
            renewed, account = _set_back(document, keys, account, now)
            if not dry:
                # In this order: cut short in between, it grants nothing, and finds out once more.
                work.put_local_account(account)
                work.commit()
                keep(renewed)
            return Taken(account, None, set_back=True)
        renewed = _renew(document, keys, now)
        try:
            account, applied = apply_response(
                document,
                work,
                account,
                roots=renewed.accepted_roots,
                standing=every(partial(store.list_alerts, AccountId(account.id))),
                now=now,
                road=road,
            )
        except RulesBroken as broken:
            raise SyncRefused(Why.DAMAGED, f"the file is damaged: {broken}") from broken
        if not dry:
            keep(renewed)
            work.commit()
    return Taken(account, applied)


def _set_back(
    document: Document, keys: AuthorityKeys, account: LocalAccount, now: datetime
) -> tuple[AuthorityKeys, LocalAccount]:
    """Return the keys and the account of a site that was set back, as they go on."""
    head = document.head
    assert isinstance(head, SyncResponse)  # noqa: S101 - `read` saw to it
    known = replace(keys, epoch=max(keys.epoch, head.site_epoch))
    # What it has signed since the state that it is in is not in its ledger.
    since = account.last_down_at or account.registered_at or now
    return begin_epoch(known, backup_at=since, now=now), lapsed(account, now)


def note_failure(
    store: Store, site: AuthorityId, *, kind: SyncKind, road: Road, why: str, now: datetime
) -> None:
    """Remember that a synchronization failed; where it was by itself, it is tried again later."""

    def job(work: Work) -> None:
        account = work.local_account(site)
        if account is None:
            return
        record = SyncRecord(now, kind, road, account.number, ok=False, result=why)
        failed = replace(account, failed=why, history=(record, *account.history)[:HISTORY_MAX])
        work.put_local_account(replace(failed, due_at=next_sync(failed, now)))

    work_in(store, job)


def _roots(document: Document, keys: AuthorityKeys) -> tuple[bytes, ...]:
    head = document.head
    assert isinstance(head, SyncResponse)  # noqa: S101 - `read` saw to it
    return roots_with(head, keys)


def roots_with(head: SyncResponse, keys: AuthorityKeys) -> tuple[bytes, ...]:
    """Return the roots that count at a site once the trust lists of a response are admitted.

    They vouch for themselves, so that a site that was away over two rotations comes back.

    Raises:
        SyncRefused: they are not legal.
    """
    newest: SignedTrustList = keys.trust_lists[-1]
    trust = Trust(newest.list.version, own_roots(newest), ())
    newer = [signed for signed in head.trust_lists if signed.list.version > trust.version]
    try:
        return admit(trust, newer).roots
    except RulesBroken as broken:
        raise SyncRefused(Why.UNTRUSTED, f"its trust lists are not legal: {broken}") from broken


def _renew(document: Document, keys: AuthorityKeys, now: datetime) -> AuthorityKeys:
    head = document.head
    assert isinstance(head, SyncResponse)  # noqa: S101 - `read` saw to it
    if head.removed:
        # It gets no certificates any more; those that it has are good for what they are.
        return keys
    given = head.certificates
    certificates = None if given is None else certificates_of(given)
    try:
        return renewed_site(keys, certificates, head.trust_lists, now=now)
    except RulesBroken as broken:
        raise SyncRefused(
            Why.UNTRUSTED, f"its certificates cannot be believed: {broken}"
        ) from broken
