"""What a manager tells a site in answer to its request: entitlements, lease, removals, alerts, trust."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

from licet.kernel.chance import Chance
from licet.kernel.time import DAY, epoch_seconds
from licet.ledger.listing import every
from licet.ledger.ports import Store, Work
from licet.ledger.sites import Letter, Mark, OnPrem, OutLease, RemovalRequest
from licet.ledger.terms import EXPIRED, EXPIRING
from licet.ledger.usage import INSUFFICIENT
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import SiteCertificates, certify_site
from licet.sync.carrying import LETTER_BYTES_MAX
from licet.sync.deadlines import DEADLINE, OVERDUE, is_about, next_look
from licet.sync.leases import lines_of, next_lease, with_lease
from licet.sync.problems import SyncRefused, Why
from licet.wire.codec import encode
from licet.wire.documents import write_document
from licet.wire.keys import sign_digest, to_base64, to_base64url
from licet.wire.sites import (
    SYNC_RESPONSE,
    AlertItem,
    Certificates,
    LicenseItem,
    ProductItem,
    RemoveItem,
    SyncRequest,
    SyncResponse,
    Told,
)

GOOD_FOR = 30 * DAY
# Of an alert that names several orders; `limits.Note` has room for no more.
MESSAGE_CHARS_MAX = 1024
# A site sees these for itself, from the same facts.
_SEEN_THERE = {INSUFFICIENT, EXPIRING, EXPIRED, OVERDUE, DEADLINE}


@dataclass(frozen=True, slots=True)
class Writer:
    """What a manager answers with.

    Attributes:
        chance: where serial numbers of certificates come from.
    """

    keys: AuthorityKeys
    now: datetime
    chance: Chance


def respond(
    work: Work,
    on_prem: OnPrem,
    head: SyncRequest,
    digest: str,
    *,
    writer: Writer,
    store: Store,
) -> tuple[OnPrem, Letter]:
    """Write the response to a request that was applied in this unit of work, and put both.

    Args:
        work: the unit of work of the request.
        on_prem: as `receive` returned it.
        head: of the request.
        digest: of the request.
        writer: whose answer it is.
        store: lists the catalog, and the alerts: those about the site's virtual account are passed on.
    """
    now = writer.now
    removed = on_prem.removed_at is not None
    on_prem, notes = _take_notes(work, on_prem)
    ends_at = _ends_at(on_prem, now)
    lease = next_lease(on_prem, writer.keys.epoch, ends_at)
    certificates = None if removed else _certify(on_prem, ends_at, writer)
    catalog = _catalog_digest(store)
    answer = _head(work, on_prem, head, digest, lease, certificates, catalog, writer)
    known = head.catalog == catalog
    items = iter(()) if removed else _items(store, work, on_prem, notes, now, catalog=not known)
    out = BytesIO()
    key = writer.keys.answer_key
    try:
        written = write_document(
            out, SYNC_RESPONSE, answer, items, sign=lambda data: sign_digest(key, data)
        )
    except ValueError as error:
        raise SyncRefused(Why.TOO_LARGE, f"the response cannot be written: {error}") from error
    removals = tuple(
        asked if asked.sent else replace(asked, sent=head.number) for asked in on_prem.removals
    )
    answered = replace(
        on_prem,
        answered=Mark(head.number, written.digest, written.signature),
        last_down_at=now,
        lease=lease.number,
        leases=with_lease(on_prem.leases, lease),
        removals=removals,
    )
    answered = replace(answered, due_at=on_prem.due_at if removed else next_look(answered, now))
    letter = Letter(on_prem.id, head.number, out.getvalue())
    work.put_on_prem(answered)
    work.put_letter(letter)
    return answered, letter


def _ends_at(on_prem: OnPrem, now: datetime) -> datetime:
    """Return the removal deadline; a site that was removed gets no more time than it has."""
    if on_prem.removed_at is not None:
        return max((lease.ends_at for lease in on_prem.leases), default=now)
    return now + timedelta(days=on_prem.removal_days)


def _certify(on_prem: OnPrem, ends_at: datetime, writer: Writer) -> SiteCertificates:
    keys = on_prem.keys
    return certify_site(
        writer.keys,
        site=on_prem.id,
        sub_ca=keys.sub_ca,
        answer=keys.answer,
        sync=keys.sync,
        name=on_prem.name,
        removal_days=on_prem.removal_days,
        lease_ends_at=ends_at,
        chance=writer.chance,
        now=writer.now,
    )


def print_certificates(certificates: SiteCertificates) -> Certificates:
    """Return certificates as documents hold them."""
    return Certificates(
        sub_ca=to_base64(certificates.sub_ca),
        answer=to_base64(certificates.answer),
        sync=to_base64(certificates.sync),
        issuing=tuple(to_base64(der) for der in certificates.issuing_chain),
    )


def _head(
    work: Work,
    on_prem: OnPrem,
    head: SyncRequest,
    digest: str,
    lease: OutLease,
    certificates: SiteCertificates | None,
    catalog: str,
    writer: Writer,
) -> SyncResponse:
    account, place = work.account(on_prem.account), work.virtual_account(on_prem.virtual_account)
    keys = writer.keys
    missing = [one for one in keys.trust_lists if one.list.version > head.trust_version]
    return SyncResponse(
        name=name_of(on_prem, head),
        site=on_prem.id,
        manager=keys.authority,
        number=head.number,
        request=digest,
        site_epoch=head.epoch,
        epoch=keys.epoch,
        at=epoch_seconds(writer.now),
        expires_at=epoch_seconds(writer.now + GOOD_FOR),
        full_wanted=on_prem.needs_full,
        removed=on_prem.removed_at is not None,
        reason=_why_removed(on_prem),
        smart_account=account.name if account else "-",
        virtual_account=place.name if place else "-",
        removal_days=on_prem.removal_days,
        export_allowed=bool(account and account.export_allowed),
        lease=lease.number,
        lease_ends_at=epoch_seconds(lease.ends_at),
        catalog=catalog,
        trust_lists=tuple(missing),
        certificates=None if certificates is None else print_certificates(certificates),
        chain=tuple(to_base64(der) for der in keys.answer_chain),
    )


def _why_removed(on_prem: OnPrem) -> str:
    """Return who removed a site, or since when it was silent; empty where it was not removed."""
    if on_prem.removed_at is None:
        return ""
    return on_prem.removed_why[:MESSAGE_CHARS_MAX] or "the manager removed this on-prem"


def name_of(on_prem: OnPrem, head: SyncRequest) -> str:
    """Return how a site is called in a response: one that was removed by what it calls itself."""
    return on_prem.name if on_prem.removed_at is None else head.name


def _take_notes(work: Work, on_prem: OnPrem) -> tuple[OnPrem, tuple[RemovalRequest, ...]]:
    """Make removal requests of the leave notes that wait for this site, as far as a letter has room."""
    asked = {removal.instance: removal for removal in on_prem.removals}
    size = sum(len(removal.note) for removal in on_prem.removals)
    for note in work.carried_notes(on_prem.id):
        if note.instance in asked and not asked[note.instance].note:
            # A person asked for it, whatever its product says.
            work.remove_carried_note(note.instance)
            continue
        size += len(note.note)
        if size > LETTER_BYTES_MAX:
            break
        instance = work.instance(note.instance)
        who = f"device {instance.udi.text}" if instance else "its device"
        asked[note.instance] = RemovalRequest(note.instance, who, note.at, note.note)
        work.remove_carried_note(note.instance)
    removals = tuple(asked.values())
    return replace(on_prem, removals=removals), removals


def _items(
    store: Store,
    work: Work,
    on_prem: OnPrem,
    removals: Iterable[RemovalRequest],
    now: datetime,
    *,
    catalog: bool,
) -> Iterator[Told]:
    yield from lines_of(work, on_prem.virtual_account, now)
    if catalog:
        yield from _catalog(store)
    for removal in removals:
        yield RemoveItem(instance=removal.instance, who=removal.who, note=removal.note)
    for listed in every(partial(store.list_alerts, on_prem.account)):
        # As it is after this request: the list is of before.
        alert = work.alert(listed.key)
        if alert is not None and is_about(alert, on_prem) and alert.kind not in _SEEN_THERE:
            yield AlertItem(
                key=alert.key,
                kind=alert.kind,
                severity=alert.severity.value,
                message=alert.message[:MESSAGE_CHARS_MAX],
                raised_at=epoch_seconds(alert.raised_at),
                action_due_at=None
                if alert.action_due_at is None
                else epoch_seconds(alert.action_due_at),
            )


def _catalog(store: Store) -> Iterator[LicenseItem | ProductItem]:
    """Yield the whole catalog: a product may ask a site for what was never bought for it."""
    for entry in every(store.list_licenses):
        yield LicenseItem(
            tag=entry.tag,
            name=entry.name,
            description=entry.description,
            export_controlled=entry.export_controlled,
        )
    for product in every(store.list_products):
        yield ProductItem(tag=product.tag, name=product.name, description=product.description)


def _catalog_digest(store: Store) -> str:
    hashed = hashlib.sha256()
    for item in _catalog(store):
        hashed.update(encode(item) + b"\n")
    return to_base64url(hashed.digest())
