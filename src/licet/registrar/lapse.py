"""When a local account of an on-prem grants nothing any more, and what its devices are told."""

from datetime import datetime

from licet.kernel.problems import Code, Refused
from licet.kernel.time import HOUR, SECOND
from licet.ledger.sites import LocalAccount, LocalState, has_lease
from licet.registrar.shapes import Registration, Settled, Speech, refusal

# Ours: a person has to carry a file, perhaps; a device that asks every minute helps nobody.
RETRY_S = HOUR // SECOND
_GONE = (LocalState.REMOVED, LocalState.DEACTIVATED)


def closed(account: LocalAccount, now: datetime) -> Code | None:
    """Return the code with which a local account refuses everything but leave notes, if it does.

    Without a lease in force, and after a restore until it has synchronized, it is *lapsed*: devices
    keep what they have. Once it was removed or deactivated its instances are gone, and they are
    told to register again while its lease is in force: its answer certificate ends with that, and
    from then on that it has lapsed is the one thing that they can read.
    """
    if not has_lease(account, now):
        return Code.AUTHORITY_LAPSED
    if account.state in _GONE:
        return Code.UNKNOWN_INSTANCE
    return Code.AUTHORITY_LAPSED if account.restored else None


def turn_away(body: Registration | Speech, code: Code) -> Settled:
    """Return the refusal of a message by an account that is closed with `code`."""
    if code is Code.AUTHORITY_LAPSED:
        return refusal(Refused(code, retry_after_s=RETRY_S))
    if isinstance(body, Registration):
        # Its tokens went with it.
        return refusal(Refused(Code.TOKEN_INVALID))
    return refusal(Refused(code, body.instance))
