"""Renews the ID certificate of an instance over the same key (device.md 4.4)."""

from dataclasses import replace

from licet.ledger.ports import Work
from licet.registrar.common import find_place, hear, order_certificate, put_decided, renew_in_s
from licet.registrar.shapes import Desk, RenewedDraft, Settled, Speech


def renew(speech: Speech, work: Work, desk: Desk) -> Settled:
    """Return the decision on a renewal; it moves the last contact and no deadline (RULES.md 15).

    Raises:
        Refused: as `hear` does; nothing was changed.
    """
    heard = hear(speech, work, desk)
    if isinstance(heard, Settled):
        return heard
    order = order_certificate(
        desk, key=speech.key, instance=heard.id, udi=heard.udi, account=heard.account
    )
    outcome = RenewedDraft(place=find_place(work, heard), renew_in_s=renew_in_s(desk, order))
    settled = Settled(outcome, order)
    renewed = replace(heard, certified_until=max(heard.certified_until, order.not_after))
    put_decided(work, desk, renewed, speech.digest, settled)
    return settled
