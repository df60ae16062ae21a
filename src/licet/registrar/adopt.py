"""Takes back instances that a restored ledger does not know (PROTOCOL.md 5, last point but one).

What registered between a backup and its restore holds a certificate that this authority signed, and
goes on speaking. It is *adopted*: entered again under its own id, into the account that its
certificate names, where its message counts like any other. In normal life nobody is: an instance
that is not known was removed. So a certificate opens the door only if

- this authority signed it itself (no other one is read: an on-prem remembers its own),
- in the gap of a restore, and
- its key was not retired, as far as the ledger remembers.

The ledger does not know how a registration of the gap came about; what it had replaced is replaced
again. What was removed in the gap comes back, until it is removed again: the restore says so.
"""

from dataclasses import dataclass
from datetime import timedelta

from licet.kernel.ids import InstanceId
from licet.kernel.problems import Code, Refused
from licet.kernel.time import MINUTE
from licet.ledger.instances import remove
from licet.ledger.model import Instance, RetiredKey, SmartAccount, VirtualAccount
from licet.ledger.ports import Work
from licet.pki.authority import DATED_BACK, Gap
from licet.registrar import alerts
from licet.registrar.served import served_of_udi
from licet.registrar.shapes import Certified, Desk, Speech

# Ours. A decision is dated when it begins and may be committed behind a backup that begins later;
# and the clocks of two machines differ. Nobody comes back by it: who was removed has a retired key.
EDGE = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class _Place:
    account: SmartAccount
    virtual: VirtualAccount


def adopt(speech: Speech, work: Work, desk: Desk) -> Instance:
    """Return the instance that speaks and is not known, as it is before its first message.

    Everything is checked before anything is put; the instance itself is put by the use case.

    Raises:
        Refused: it is unknown, and stays so.
    """
    gap = gap_of(speech.certified, desk)
    if gap is None or work.retired_key(speech.thumbprint) is not None:
        raise Refused(Code.UNKNOWN_INSTANCE, speech.instance)
    place = _find_place(speech, work)
    signed_at = speech.certified.since + _dated(desk)
    same = served_of_udi(work, speech.certified.udi)
    former = [instance for instance in same if instance.account == place.account.id]
    others = (instance for instance in former if instance.key != speech.thumbprint)
    if any(instance.registered_at > signed_at for instance in others):
        # It was registered again after this certificate was signed.
        raise Refused(Code.UNKNOWN_INSTANCE, speech.instance)
    instance = Instance(
        id=speech.instance,
        account=place.account.id,
        virtual_account=place.virtual.id,
        udi=speech.certified.udi,
        key=speech.thumbprint,
        host_name=speech.message.host_name,
        product=former[0].product if former else "",
        # The token that allowed it or not is not known: what the vendor allows the account counts.
        export_allowed=place.account.export_allowed,
        registered_at=signed_at,
        last_contact_at=desk.now,
        certified_until=speech.certified.until,
    )
    _replace(former, instance, work, desk)
    alerts.adopted(work, instance, gap, desk.now)
    elsewhere = [other for other in same if other.account != instance.account]
    for double in (instance, *elsewhere) if elsewhere else ():
        alerts.duplicate_udi(work, double, desk.now)
    return instance


def gap_of(certified: Certified, desk: Desk) -> Gap | None:
    """Return the gap in which a certificate was signed that the ledger may not know, if any."""
    signed_at = certified.since + _dated(desk)
    return next(
        (gap for gap in desk.gaps if gap.since - EDGE <= signed_at <= gap.until + EDGE), None
    )


def retire_unknown(
    instance: InstanceId, key: str, certified: Certified, desk: Desk
) -> RetiredKey | None:
    """Return the key that must not be adopted later, of an instance that left and is not known."""
    if gap_of(certified, desk) is None:
        return None
    return RetiredKey(key, instance, certified.until)


def _dated(desk: Desk) -> timedelta:
    """Return how long before it was signed a certificate of ours begins."""
    return DATED_BACK + timedelta(seconds=desk.policy.certificate_offset_s)


def _find_place(speech: Speech, work: Work) -> _Place:
    """Return the default virtual account of the account that the certificate names.

    Raises:
        Refused: that account was opened in the gap, and is not there.
    """
    account = work.account(speech.certified.account)
    if account is not None:
        for virtual in work.virtual_accounts(account.id):
            if virtual.default:
                return _Place(account, virtual)
    raise Refused(Code.UNKNOWN_INSTANCE, speech.instance)


def _replace(former: list[Instance], instance: Instance, work: Work, desk: Desk) -> None:
    """Remove what the registration in the gap had replaced, or a late copy of it has entered."""
    for old in former:
        own_key = old.key == instance.key
        why = "replaced by its registration between the backup and the restore"
        remove(work, old, who=alerts.who(old.udi), why=why, now=desk.now, retire=not own_key)
        if not own_key:
            alerts.replaced(work, old, instance, desk.now)
