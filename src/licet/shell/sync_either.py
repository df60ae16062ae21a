"""An authority of either kind, as a file of synchronization meets it: its store, and whose keys count."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AccountId, AuthorityId
from licet.kernel.problems import RulesBroken
from licet.pki.authority import AuthorityKeys
from licet.pki.trust import own_roots
from licet.service.datadir import open_data
from licet.shell.site import MANAGER, ON_PREM, Site, open_site
from licet.sync.exchange import roots_with
from licet.sync.gate import check_manager
from licet.sync.problems import SyncRefused
from licet.sync.registration import admit_registration, fingerprint
from licet.wire.documents import Document
from licet.wire.keys import load_public, public_bytes
from licet.wire.sites import (
    RegistrationAuthorization,
    RegistrationRequest,
    SyncRequest,
    SyncResponse,
)

Head = RegistrationRequest | RegistrationAuthorization | SyncRequest | SyncResponse


@contextmanager
def open_either(path: Path) -> Iterator[Site]:
    """Open the data directory of a manager or of an on-prem.

    Raises:
        ServiceError: it is not there, or not as it must be.
    """
    with open_site(path, ON_PREM if open_data(path).is_on_prem else MANAGER) as site:
        yield site


def keys_for(site: Site, named: str) -> AuthorityKeys | None:
    """Return the keys with which a document about a site is read; None where that is not known here."""
    if not site.trade.local:
        return site.keys()
    known = site.look(lambda work: work.local_account(AuthorityId(named)))
    if known is None or known.registered_at is None:
        return None
    return site.keys(AccountId(known.id))


def check(document: Document, head: Head, site: Site) -> str:
    """Return by whom a document was signed, as far as an authority can tell.

    Raises:
        AdminRefused: it cannot tell, or it was signed by somebody else.
    """
    try:
        return _check(document, head, site)
    except (SyncRefused, RulesBroken, ValueError) as error:
        raise AdminRefused(f"its signature is not good: {error}") from error


def fingerprint_of(document: Document, head: Head, site: Site | None) -> str | None:
    """Return what both sides show of a registration; that of a request is known at its manager only.

    Raises:
        AdminRefused: the root in it cannot be read.
    """
    match head:
        case RegistrationRequest() if site is not None and not site.trade.local:
            keys = site.keys()
            return fingerprint(document.digest, keys.authority, keys.root)
        case RegistrationAuthorization():
            try:
                root = own_roots(head.trust_lists[-1])[0]
            except RulesBroken as broken:
                raise AdminRefused(f"it is damaged: its root cannot be read: {broken}") from broken
            return fingerprint(head.request, head.manager, root)
        case _:
            return None


def _check(document: Document, head: Head, site: Site) -> str:
    if isinstance(head, RegistrationRequest):
        admit_registration(document)
        return "the key that it brings; the fingerprint vouches for that"
    if isinstance(head, RegistrationAuthorization) and site.trade.local:
        roots = tuple(root for one in head.trust_lists for root in own_roots(one))
        check_manager(document, head.chain, head.manager, head.at, roots)
        return f"the manager {head.manager}; the fingerprint vouches for that"
    keys = keys_for(site, head.site)
    if keys is None:
        raise AdminRefused(f"no local account {head.site} is registered here")
    if not site.trade.local and head.manager != keys.authority:
        raise AdminRefused(f"it is about another manager ({head.manager})")
    if isinstance(head, SyncRequest):
        document.check(load_public(_sync_key(head, keys, site)))
        return f"'{head.name}'"
    roots = keys.accepted_roots
    if site.trade.local and isinstance(head, SyncResponse):
        roots = roots_with(head, keys)
    check_manager(document, head.chain, head.manager, head.at, roots)
    return f"the manager {head.manager}"


def _sync_key(head: SyncRequest, keys: AuthorityKeys, site: Site) -> bytes:
    """Return the key that a request of a site must be signed with (SubjectPublicKeyInfo DER)."""
    if keys.sync is not None:
        return public_bytes(keys.sync.key.public_key())
    on_prem = site.look(lambda work: work.on_prem(AuthorityId(head.site)))
    if on_prem is None:
        raise AdminRefused(f"no on-prem '{head.name}' ({head.site}) is registered here")
    return on_prem.keys.sync
