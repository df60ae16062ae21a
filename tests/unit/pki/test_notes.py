"""Leave notes: good for as long as they are carried, and nobody else's word."""

from datetime import timedelta

import pytest

from licet.kernel.chance import SeededChance
from licet.kernel.ids import InstanceId
from licet.kernel.problems import Code, RulesBroken
from licet.kernel.time import epoch_seconds
from licet.pki.authority import found_authority
from licet.pki.issuer import Issuer
from licet.pki.notes import open_leave
from licet.pki.profiles import YEAR
from licet.wire.envelope import Kind, seal
from licet.wire.keys import PrivateKey
from licet.wire.messages import Leave
from support.certificates import ACCOUNT, AUTHORITY, INSTANCE, NOW, UDI
from support.chains import ESTATE

ROOTS = (ESTATE.root,)
MESSAGE = Leave(authority=AUTHORITY, instance=INSTANCE, left_at=epoch_seconds(NOW))


def note(
    issuer: Issuer | None = None,
    *,
    message: Leave = MESSAGE,
    signer: PrivateKey = ESTATE.key,
    kind: Kind = Kind.LEAVE,
) -> bytes:
    """Return a leave note of the estate's device."""
    return seal(message, kind=kind, key=signer, chain=ESTATE.device(issuer))


@pytest.mark.parametrize("later", [timedelta(0), YEAR, 15 * YEAR, -3 * YEAR])
@pytest.mark.parametrize("issuer", [ESTATE.issuing, ESTATE.subca])
def test_a_note_is_good_for_as_long_as_it_is_carried(issuer: Issuer, later: timedelta) -> None:
    """A product that was in a cupboard would hold its licenses for ever."""
    found = open_leave(note(issuer), roots=ROOTS, now=NOW + later)
    assert found.message == MESSAGE
    assert (found.verified.instance, found.verified.udi) == (INSTANCE, UDI)
    assert found.verified.account == ACCOUNT
    assert found.chain[1:] == issuer.chain


def test_a_note_of_somebody_else_is_refused() -> None:
    """Anybody could end another product's registration."""
    other = InstanceId("6f1d9c1e-0000-4000-8000-0000000000ff")
    for data, code in (
        (note(signer=ESTATE.other), Code.BAD_SIGNATURE),
        (
            note(message=Leave(authority=AUTHORITY, instance=other, left_at=0)),
            Code.BAD_CERTIFICATE,
        ),
        (note(kind=Kind.REQUEST), Code.MALFORMED),
        (b"a.b", Code.MALFORMED),
    ):
        with pytest.raises(RulesBroken) as broken:
            open_leave(data, roots=ROOTS, now=NOW)
        assert broken.value.code is code
    with pytest.raises(RulesBroken, match="trusted root"):
        open_leave(note(), roots=(strange_root(),), now=NOW)


def strange_root() -> bytes:
    """Return the root of somebody else."""
    return found_authority(name="Stranger", chance=SeededChance("stranger"), now=NOW).root
