"""The one gate for documents, by network and by file: it only opens forward.

Who it is for, who signed it, its place in the sequence, its expiry: in this order, so that a person
hears first what is most wrong (HOUSE, habit 9). What passes was changed by nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import BinaryIO

from licet.kernel.ids import AuthorityId
from licet.kernel.problems import Code, RulesBroken
from licet.kernel.time import instant, print_instant
from licet.ledger.sites import CLOCKS_APART, LocalAccount, LocalState, Mark, OnPrem
from licet.pki.profiles import Profile
from licet.pki.sites import SiteCertificates
from licet.pki.verifier import verify_chain, verify_ended
from licet.sync.problems import SyncRefused, Why
from licet.wire.documents import Document, Form, WrongKind, open_document
from licet.wire.keys import from_base64, load_public
from licet.wire.sites import Certificates, SyncRequest, SyncResponse

# A local account that ended does not come back by what it once asked for.
_HEARS = {LocalState.REGISTERED, LocalState.REMOVED}


class Turn(Enum):
    """What a document that passes is.

    Attributes:
        NEXT: the one that is due.
        AGAIN: the one that was applied before.
        FORGOTTEN: the response to a request that the site does not remember, since it was set back.
    """

    NEXT = auto()
    AGAIN = auto()
    FORGOTTEN = auto()


def read(file: BinaryIO, form: Form) -> Document:
    """Open a document of one kind; its signature is not believed yet.

    Raises:
        SyncRefused: it is of another kind, or damaged.
    """
    try:
        return open_document(file, (form,))
    except WrongKind as wrong:
        due = f"a {form.kind.replace('-', ' ')} is due here"
        raise SyncRefused(Why.WRONG_KIND, f"{wrong}; {due}") from wrong
    except RulesBroken as broken:
        raise SyncRefused(Why.DAMAGED, f"the file is damaged: {broken}") from broken


def admit_request(
    document: Document,
    on_prem: OnPrem | None,
    *,
    manager: AuthorityId,
    roots: tuple[bytes, ...],
    now: datetime,
) -> Turn:
    """Let a request of a site in, at its manager.

    Args:
        document: its head is a `SyncRequest`.
        on_prem: who it says it is from, as far as that is known.
        manager: our id.
        roots: every root of ours.
        now: our instant.

    Raises:
        SyncRefused: it is not to be applied; the reason tells why.
    """
    head = document.head
    assert isinstance(head, SyncRequest)  # noqa: S101 - `read` saw to it
    if head.manager != manager:
        raise SyncRefused(Why.FOREIGN, f"the request is for another manager ({head.manager})")
    if on_prem is None:
        raise SyncRefused(
            Why.UNKNOWN_SITE, f"no on-prem '{head.name}' ({head.site}) is registered here"
        )
    _check_site_key(head, on_prem, roots)
    _check_signature(document, on_prem.keys.sync)
    turn = _place_request(head, document.digest, on_prem)
    if turn is Turn.NEXT:
        _check_expiry(head.at, head.expires_at, now)
    return turn


def admit_response(
    document: Document,
    account: LocalAccount,
    *,
    epoch: int,
    roots: tuple[bytes, ...],
    now: datetime,
) -> Turn:
    """Let a response of the manager in, at a site.

    Args:
        document: its head is a `SyncResponse`.
        account: who it must be for.
        epoch: of the site.
        roots: those that count, with what the response brought of newer ones.
        now: our instant.

    Raises:
        SyncRefused: it is not to be applied; the reason tells why.
    """
    head = document.head
    assert isinstance(head, SyncResponse)  # noqa: S101 - `read` saw to it
    if account.upstream is None or account.state not in _HEARS:
        raise SyncRefused(
            Why.NOT_READY, f"the local account '{account.name}' is {account.state}, not registered"
        )
    if head.site != account.id:
        raise SyncRefused(
            Why.FOREIGN, f"the response is for another on-prem, '{head.name}' ({head.site})"
        )
    if head.manager != account.upstream.authority:
        raise SyncRefused(Why.FOREIGN, f"the response is from another manager ({head.manager})")
    check_manager(document, head.chain, head.manager, head.at, roots)
    turn = _place_response(head, document.digest, account, epoch)
    if turn is Turn.NEXT:
        check_clocks(head.at, now)
        _check_expiry(head.at, head.expires_at, now)
    return turn


def check_manager(
    document: Document,
    chain: Sequence[str],
    manager: str,
    at: int,
    roots: tuple[bytes, ...],
) -> None:
    """Pass if a manager signed a document with its answer key at the time that it claims.

    Raises:
        SyncRefused: it did not.
    """
    try:
        ders = tuple(from_base64(text) for text in chain)
        signer = verify_chain(ders, roots=roots, profile=Profile.ANSWER, at=instant(at))
    except (RulesBroken, ValueError) as error:
        raise SyncRefused(Why.UNTRUSTED, f"its signer cannot be believed: {error}") from error
    if signer.authority != manager:
        raise SyncRefused(Why.UNTRUSTED, "it was signed by another authority than it names")
    _check_signature(document, signer.spki)


def check_clocks(at: int, now: datetime) -> None:
    """Pass if what a manager wrote does not lie in the site's future, whose lease would end too late.

    Raises:
        SyncRefused: the clocks of the two sides are too far apart.
    """
    if now + CLOCKS_APART < instant(at):
        raise SyncRefused(
            Why.CLOCKS,
            f"the manager wrote it on {print_instant(instant(at))}, and it is {print_instant(now)} here",
        )


def mark_of(document: Document, number: int) -> Mark:
    """Return what is remembered of a document."""
    return Mark(number, document.digest, document.signature)


def _check_site_key(head: SyncRequest, on_prem: OnPrem, roots: tuple[bytes, ...]) -> None:
    """Pass if the certificate is one over the site's own key; an ended one is as good.

    The key is the credential: a site that was away for longer than its certificate lives comes back
    by proof of it, as long as it was not removed (PROTOCOL.md 5).
    """
    try:
        ders = tuple(from_base64(text) for text in head.chain)
        signer = verify_ended(ders, roots=roots, profile=Profile.SYNC)
    except (RulesBroken, ValueError) as error:
        raise SyncRefused(Why.UNTRUSTED, f"its signer cannot be believed: {error}") from error
    if signer.spki != on_prem.keys.sync:
        raise SyncRefused(Why.FOREIGN, "it was signed by another on-prem than it names")


def _check_signature(document: Document, spki: bytes) -> None:
    try:
        document.check(load_public(spki))
    except RulesBroken as broken:
        if broken.code is not Code.BAD_SIGNATURE:
            raise
        raise SyncRefused(
            Why.DAMAGED, "its signature does not verify: the file was changed on its way"
        ) from broken


def _place_request(head: SyncRequest, digest: str, on_prem: OnPrem) -> Turn:
    accepted = on_prem.accepted
    if accepted is None:
        if head.sync == "standard":
            raise SyncRefused(Why.NEEDS_FULL, "the first synchronization must be a full one")
        return Turn.NEXT
    known, given = (on_prem.epoch, accepted.number), (head.epoch, head.number)
    if given == known:
        if digest == accepted.digest:
            return Turn.AGAIN
        raise SyncRefused(
            Why.SUPERSEDED,
            f"another request {head.number} was applied already; {_set_back(head)}",
        )
    if given < known:
        raise SyncRefused(
            Why.OLDER,
            f"request {head.number} of '{head.name}' was overtaken by request {accepted.number}; "
            f"{_set_back(head)}",
        )
    if head.sync == "full":
        return Turn.NEXT
    if on_prem.needs_full or head.epoch != on_prem.epoch or head.base > accepted.number:
        raise SyncRefused(
            Why.NEEDS_FULL,
            f"request {head.number} tells what changed since request {head.base}, which is not "
            "known here any more",
        )
    return Turn.NEXT


def _set_back(head: SyncRequest) -> str:
    """Return what to do where a request that is refused as an old one is the newest that there is."""
    return (
        f"if it was made just now, '{head.name}' was set back to an older state: carry the last "
        f"response there again (licet manager onprem response {head.name})"
    )


def _place_response(head: SyncResponse, digest: str, account: LocalAccount, epoch: int) -> Turn:
    if account.accepted is not None and digest == account.accepted.digest:
        return Turn.AGAIN
    waiting = account.outstanding
    if waiting is not None and head.request == waiting.mark.digest:
        return Turn.NEXT
    if _is_forgotten(head, account, epoch):
        return Turn.FORGOTTEN
    if head.number <= account.acknowledged:
        raise SyncRefused(
            Why.OLDER,
            f"the response to request {head.number} was overtaken by that to "
            f"request {account.acknowledged}",
        )
    if waiting is None:
        raise SyncRefused(Why.NOT_ASKED, f"no request waits for the response {head.number}")
    raise SyncRefused(
        Why.SUPERSEDED,
        f"it answers request {head.number}, which was superseded by request {waiting.mark.number}",
    )


def _is_forgotten(head: SyncResponse, account: LocalAccount, epoch: int) -> bool:
    """Tell whether a response answers a request that a site has made, and does not know of.

    Its number is one that the site has not come to, or has given to another request by now.
    """
    given, waiting = (head.site_epoch, head.number), account.outstanding
    taken = waiting is not None and given == (epoch, waiting.mark.number)
    return taken or given > (epoch, account.number)


def _check_expiry(at: int, expires_at: int, now: datetime) -> None:
    if now >= instant(expires_at):
        raise SyncRefused(
            Why.EXPIRED,
            f"it was written on {print_instant(instant(at))} and was good until "
            f"{print_instant(instant(expires_at))}; it is {print_instant(now)} here",
        )


def certificates_of(texts: Certificates) -> SiteCertificates:
    """Return the certificates in a document.

    Raises:
        SyncRefused: one is not base64.
    """
    try:
        sub_ca, answer, sync, *issuing = map(
            from_base64, (texts.sub_ca, texts.answer, texts.sync, *texts.issuing)
        )
    except ValueError as error:
        raise SyncRefused(Why.DAMAGED, f"a certificate in it is damaged: {error}") from error
    return SiteCertificates(sub_ca, answer, sync, tuple(issuing))
