"""What the use cases share: finding who speaks, its place, its contact, its certificate order."""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.kernel.ids import AccountId, InstanceId, Udi
from licet.kernel.problems import Code, Refused
from licet.kernel.time import SECOND
from licet.ledger.instances import due_of, failed_to_connect_key
from licet.ledger.model import CertificateOrder, Instance, License, SmartAccount, VirtualAccount
from licet.ledger.ports import Work
from licet.pki.authority import DATED_BACK
from licet.pki.issuer import draw_serial
from licet.registrar import alerts
from licet.registrar.adopt import adopt
from licet.registrar.sequence import Placed, Standing, place
from licet.registrar.shapes import Desk, Settled, Speech, check_wanted, keep, recall
from licet.wire.messages import Place

UNKNOWN_TAG = "The catalog of this authority does not know this entitlement"
EXPORT_CONTROLLED = "Export-controlled: not allowed for this product instance"


def place_of(instance: Instance, account: SmartAccount, virtual: VirtualAccount) -> Place:
    """Return where an instance stands, as its answers say.

    Export-controlled licenses need the token's flag (kept in the instance) and the account's.
    """
    return Place(
        smart_account=account.name,
        virtual_account=virtual.name,
        export_allowed=instance.export_allowed and account.export_allowed,
    )


def why_not_counted(entry: License | None, place: Place) -> str:
    """Return why an entitlement is answered `invalid-tag` and not counted; empty where it counts."""
    if entry is None:
        return UNKNOWN_TAG
    if entry.export_controlled and not place.export_allowed:
        return EXPORT_CONTROLLED
    return ""


def find_place(work: Work, instance: Instance) -> Place:
    """Return where a stored instance stands.

    Raises:
        LookupError: the ledger is broken: it stands in an account that is not there.
    """
    account = work.account(instance.account)
    virtual = work.virtual_account(instance.virtual_account)
    if account is None or virtual is None:
        raise LookupError(f"instance {instance.id} stands in an account that is not there")
    return place_of(instance, account, virtual)


def hear(speech: Speech, work: Work, desk: Desk) -> Instance | Settled:
    """Return the instance that speaks, as it is after this message, or what it is answered instead.

    Nothing is put where the message is accepted; the use case does that. A fork puts its alert and
    its record, and nothing else (PROTOCOL.md 3); an adoption what `adopt` says.

    Raises:
        Refused: unknown instance, another key, stale, forked before, cloned, malformed list.
    """
    instance = work.instance(speech.instance)
    if instance is not None and instance.on_prem is not None:
        # Not adopted either: an id that an on-prem reported is taken.
        raise Refused(Code.UNKNOWN_INSTANCE, speech.instance)
    if instance is not None and instance.key != speech.thumbprint:
        raise Refused(Code.BAD_CERTIFICATE, "it is over another key than the instance's")
    check_wanted(speech.message.wanted)
    if instance is None:
        instance = adopt(speech, work, desk)
    placed = place(
        instance,
        number=speech.message.number,
        digest=speech.digest,
        previous=speech.message.previous,
        now=desk.now,
    )
    if placed.standing is Standing.NEXT:
        return _contacted(placed.instance, speech, work, desk)
    return _not_next(placed, instance, speech, work, desk)


def _not_next(placed: Placed, before: Instance, speech: Speech, work: Work, desk: Desk) -> Settled:
    """Answer a message that is not the next one; only a new fork leaves a trace."""
    number = before.number
    match placed.standing:
        case Standing.REPEATED if before.decision and before.decision.request == speech.digest:
            return recall(before.decision)
        case Standing.FORKED:
            work.put_instance(placed.instance)
            alerts.possible_clone(work, placed.instance, desk.now)
            return Settled(alerts.problem(Code.FORKED, number))
        case Standing.FORKED_AGAIN:
            raise Refused(Code.FORKED, number=number)
        case Standing.CLONED:
            if not before.cloned:
                work.put_instance(placed.instance)
                alerts.cloned(work, placed.instance, desk.now)
            return Settled(alerts.problem(Code.CLONED, None))
        case _:
            raise Refused(Code.STALE, number=number)


def _contacted(instance: Instance, speech: Speech, work: Work, desk: Desk) -> Instance:
    """Return an instance that was heard at `now`; its next message is due by the 30-day rule."""
    if instance.contact_alerted:
        work.clear_alert(failed_to_connect_key(instance.id))
    return replace(
        instance,
        host_name=speech.message.host_name,
        last_contact_at=desk.now,
        contact_due_at=next_contact_due(desk),
        contact_alerted=False,
        # A ledger that was restored does not know of every certificate that was signed.
        certified_until=max(instance.certified_until, speech.certified.until),
    )


def next_contact_due(desk: Desk) -> datetime:
    """Return when a device that is heard now must be heard again (source document, "Licenses")."""
    return desk.now + timedelta(seconds=desk.policy.authorization_every_s)


def put_decided(work: Work, desk: Desk, instance: Instance, request: str, settled: Settled) -> None:
    """Put an instance with its last decision and the instant at which the sweep looks at it."""
    due_at = due_of(instance, desk.policy)
    work.put_instance(replace(instance, decision=keep(request, settled), due_at=due_at))


def order_certificate(
    desk: Desk,
    *,
    key: bytes,
    instance: InstanceId,
    udi: Udi,
    account: AccountId,
    ends_at: datetime | None = None,
) -> CertificateOrder:
    """Return what the issuer is to sign; the same order always gives the same certificate.

    Args:
        desk: the policy's dates (RULES.md 20) and the issuer's end bound the validity.
        key: SubjectPublicKeyInfo DER.
        instance: who it names.
        udi: the product that it names.
        account: its smart account.
        ends_at: an earlier end than the policy's, or None.
    """
    dated = desk.now - timedelta(seconds=desk.policy.certificate_offset_s)
    not_before = dated - DATED_BACK
    not_after = dated + timedelta(seconds=desk.policy.certificate_for_s)
    ends = [not_after, desk.certified_at_most] + ([ends_at] if ends_at else [])
    return CertificateOrder(
        key=key,
        serial=draw_serial(desk.chance),
        instance=instance,
        udi=udi,
        account=account,
        not_before=not_before,
        not_after=min(ends),
    )


def renew_in_s(desk: Desk, order: CertificateOrder) -> int:
    """Return when to renew a certificate: after 6 months, or half of what is left if that is less."""
    left_s = (order.not_after - desk.now) // SECOND
    return max(min(desk.policy.certificate_renew_s, left_s // 2), 0)
