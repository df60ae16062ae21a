"""Registers a product instance with an ID token (PROTOCOL.md 3, *Register*)."""

from dataclasses import dataclass, replace

from licet.kernel.ids import TokenId
from licet.kernel.problems import Code, Refused
from licet.kernel.time import epoch_seconds
from licet.ledger.instances import draw_instance_id, due_of, remove
from licet.ledger.model import (
    CertificateOrder,
    IdToken,
    Instance,
    SmartAccount,
    UdiRecord,
    VirtualAccount,
)
from licet.ledger.ports import Work
from licet.registrar import alerts
from licet.registrar.common import (
    find_place,
    next_contact_due,
    order_certificate,
    place_of,
    put_decided,
    renew_in_s,
)
from licet.registrar.leave import Departures, apply_notes, weigh_notes
from licet.registrar.served import served_of_udi
from licet.registrar.shapes import Desk, RegisteredDraft, Registration, Settled
from licet.wire.messages import Proof
from licet.wire.tokens import derive_secret, proof_fits

# Compared with where there is no key to derive from, so that every wrong token costs the same.
_NO_MASTER_KEY = bytes(32)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a token leads to."""

    token: IdToken
    account: SmartAccount
    virtual: VirtualAccount


def register(registration: Registration, work: Work, desk: Desk) -> Settled:
    """Return the decision on a registration.

    An instance is known by its key. A key that is registered already gets the same instance in its
    stored place: no second use of a token, no `force`, no token state looked at but the proof, and
    no change of its message number. So a device whose answer was lost repeats its request safely,
    also after a single-use token is used up. If its certificate was the last decision, the same one
    is signed again; later, the new one ends no later than those before, so that a late copy of a
    registration gains nothing.

    At a site every account is an authority of its own, and cannot certify an instance of another
    one. There a key that another account knows is withdrawn: its product draws a new one.

    A UDI with another key in the token's smart account is replaced with `force` only; in other
    smart accounts it is left alone, with an alert on both sides that names neither to the other.

    Raises:
        Refused: unknown token or wrong proof (one answer for both); expired, used up, revoked;
            retired key; already registered; cloned. Nothing was changed.
    """
    entry = _check_proof(registration, work, desk)
    departures = weigh_notes(registration.notes, work, desk)
    known = work.instance_of_key(registration.thumbprint)
    if known is not None:
        _check_known(known, registration, departures)
        if desk.is_site and known.account != entry.account.id:
            return _withdraw(known, entry, work, desk)
        apply_notes(departures, entry.virtual, registration.udi, work, desk)
        return _answer_known(known, registration, work, desk)
    if work.retired_key(registration.thumbprint) is not None:
        raise Refused(Code.KEY_RETIRED)
    _check_token(entry.token, desk)
    same = [
        instance
        for instance in served_of_udi(work, registration.udi)
        if instance.id not in departures.leaving
    ]
    former = [instance for instance in same if instance.account == entry.account.id]
    if former and not registration.message.force:
        raise Refused(Code.ALREADY_REGISTERED)
    apply_notes(departures, entry.virtual, registration.udi, work, desk)
    elsewhere = [instance for instance in same if instance.account != entry.account.id]
    return _enter(registration, entry, former, elsewhere, work, desk)


def _check_proof(registration: Registration, work: Work, desk: Desk) -> _Entry:
    """Return where the token leads; an unknown token costs as much work as a wrong proof."""
    message = registration.message
    token = work.token(TokenId(message.token))
    master_key = desk.master_keys.get(token.master_key) if token else None
    secret = derive_secret(master_key or _NO_MASTER_KEY, TokenId(message.token))
    proof = Proof(
        authority=message.authority,
        root=message.root,
        expires_at=epoch_seconds(token.expires_at) if token else 0,
        key=registration.thumbprint,
        csr=registration.csr,
        pid=message.pid,
        sn=message.sn,
        force=message.force,
        request=message.request,
    )
    fits = proof_fits(secret, proof, message.proof)
    if token is None or master_key is None or not fits or message.root not in desk.root_marks:
        raise Refused(Code.TOKEN_INVALID)
    virtual = work.virtual_account(token.virtual_account)
    account = work.account(virtual.account) if virtual else None
    if virtual is None or account is None:
        # Its virtual account was removed, and the token with it.
        raise Refused(Code.TOKEN_INVALID)
    return _Entry(token, account, virtual)


def _check_token(token: IdToken, desk: Desk) -> None:
    if token.revoked_at is not None:
        raise Refused(Code.TOKEN_REVOKED)
    if token.expires_at <= desk.now:
        raise Refused(Code.TOKEN_EXPIRED)
    if token.uses_max is not None and token.uses >= token.uses_max:
        raise Refused(Code.TOKEN_USED_UP)


def _check_known(known: Instance, registration: Registration, departures: Departures) -> None:
    if known.id in departures.leaving:
        # Its own leave note lies beside the request: that key is about to be retired.
        raise Refused(Code.KEY_RETIRED)
    if known.udi != registration.udi:
        raise Refused(Code.MALFORMED, "the key is registered for another UDI")
    if known.cloned:
        raise Refused(Code.CLONED)


def _withdraw(known: Instance, entry: _Entry, work: Work, desk: Desk) -> Settled:
    """Refuse a key of another local account; an instance whose product never heard of it goes.

    One that has spoken stays: this can be a late copy of what its product said before.

    Raises:
        Refused: the token lets nobody in, or the instance has spoken. Nothing was changed.
    """
    _check_token(entry.token, desk)
    if known.number:
        raise Refused(Code.KEY_RETIRED)
    why = "its product registers with another authority, and has not been heard here"
    remove(work, known, who=alerts.who(known.udi), why=why, now=desk.now)
    return Settled(alerts.problem(Code.KEY_RETIRED, None))


def _answer_known(known: Instance, registration: Registration, work: Work, desk: Desk) -> Settled:
    last = known.decision
    waits = known.number == 0 and last is not None and last.certificate is not None
    order = last.certificate if waits and last else None
    # An order that was dated by a clock since set right would give a certificate of the future.
    if order is None or not order.not_before <= desk.now < order.not_after:
        order = order_certificate(
            desk,
            key=registration.key,
            instance=known.id,
            udi=known.udi,
            account=known.account,
            ends_at=known.certified_until if known.certified_until > desk.now else None,
        )
    settled = Settled(_draft(known, work, desk, order), order)
    certified = replace(known, certified_until=max(known.certified_until, order.not_after))
    if waits:
        host_name = registration.message.host_name
        heard = replace(certified, host_name=host_name, last_contact_at=desk.now)
        put_decided(work, desk, heard, registration.digest, settled)
    elif certified != known:
        # It has gone on since: whatever this is, its history and last decision stay as they are.
        work.put_instance(replace(certified, due_at=due_of(certified, desk.policy)))
    return settled


def _draft(instance: Instance, work: Work, desk: Desk, order: CertificateOrder) -> RegisteredDraft:
    return RegisteredDraft(
        instance=instance.id,
        place=find_place(work, instance),
        renew_in_s=renew_in_s(desk, order),
    )


def _enter(
    registration: Registration,
    entry: _Entry,
    former: list[Instance],
    elsewhere: list[Instance],
    work: Work,
    desk: Desk,
) -> Settled:
    """Put the new instance; everything was checked before."""
    message = registration.message
    instance_id = draw_instance_id(desk.chance, site=desk.authority if desk.is_site else None)
    order = order_certificate(
        desk,
        key=registration.key,
        instance=instance_id,
        udi=registration.udi,
        account=entry.account.id,
    )
    instance = Instance(
        id=instance_id,
        account=entry.account.id,
        virtual_account=entry.virtual.id,
        udi=registration.udi,
        key=registration.thumbprint,
        host_name=message.host_name,
        product=message.product,
        export_allowed=entry.token.export_allowed and entry.account.export_allowed,
        registered_at=desk.now,
        last_contact_at=desk.now,
        certified_until=order.not_after,
        contact_due_at=next_contact_due(desk),
    )
    place = place_of(instance, entry.account, entry.virtual)
    outcome = RegisteredDraft(instance=instance_id, place=place, renew_in_s=renew_in_s(desk, order))
    settled = Settled(outcome, order)
    for old in former:
        why = "replaced by a registration with force"
        remove(work, old, who=alerts.who(old.udi), why=why, now=desk.now)
        alerts.replaced(work, old, instance, desk.now)
    put_decided(work, desk, instance, registration.digest, settled)
    work.put_token(replace(entry.token, uses=entry.token.uses + 1))
    alerts.record(work, instance, f"registered with the token {entry.token.id}", desk.now)
    for double in (instance, *elsewhere) if elsewhere else ():
        alerts.duplicate_udi(work, double, desk.now)
    _note_mirrors(instance, work, desk)
    _note_reports(registration, instance, work, desk)
    return settled


def _note_mirrors(instance: Instance, work: Work, desk: Desk) -> None:
    """Say of a new instance where else in its smart account on-prems have its UDI, and it stays."""
    for mirror in work.instances_of_udi(instance.udi):
        if mirror.on_prem is None or mirror.account != instance.account:
            continue
        on_prem = work.on_prem(mirror.on_prem)
        leaving = {note.instance for note in work.carried_notes(mirror.on_prem)}
        if on_prem is not None and mirror.id not in leaving:
            alerts.at_on_prem_too(work, instance, mirror, on_prem.name, desk.now)


def _note_reports(registration: Registration, instance: Instance, work: Work, desk: Desk) -> None:
    """Keep the most that a UDI has reported; a fall is an alert and refuses nothing."""
    message = registration.message
    was = work.udi_record(instance.account, registration.udi)
    used_s, generation = message.evaluation_used_s, message.generation
    if was is not None:
        if used_s < was.evaluation_used_s or generation < was.generation:
            alerts.rolled_back(work, instance, was, desk.now)
        used_s = max(used_s, was.evaluation_used_s)
        generation = max(generation, was.generation)
    record = UdiRecord(instance.account, registration.udi, used_s, generation)
    if record != was:
        work.put_udi_record(record)
