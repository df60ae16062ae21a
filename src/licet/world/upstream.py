"""What a manager does with the documents that on-prems send it over the network of a world."""

from io import BytesIO

import msgspec

from licet.admin.enrolling import enroll_by_code
from licet.admin.refusal import AdminRefused
from licet.ledger.sites import Road
from licet.sync.exchange import answer_request
from licet.sync.problems import SyncRefused
from licet.wire.documents import kind_of
from licet.wire.sites import REGISTRATION_REQUEST
from licet.world.authority import Authority

REGISTRATION_PATH = "/onprem/v1/registration"
# In this network a document travels in one piece; a real manager takes it in parts.
SYNCHRONIZATION_PATH = "/onprem/v1/synchronization"


class Refusal(msgspec.Struct, frozen=True):
    """Why a manager does not take a document, as JSON; no document begins as this does."""

    why: str
    text: str


_REFUSALS = msgspec.json.Decoder(Refusal)


def answer_site(authority: Authority, data: bytes) -> bytes:
    """Return a manager's document in answer to one of an on-prem, or a refusal."""
    file, now = BytesIO(data), authority.clock.wall
    store, keys, chance = authority.store, authority.keys, authority.chance
    try:
        if kind_of(file) == REGISTRATION_REQUEST.kind:
            return enroll_by_code(store, keys, file, now=now, chance=chance).authorization
        answered = answer_request(store, keys, file, road=Road.NETWORK, now=now, chance=chance)
    except SyncRefused as refused:
        return msgspec.json.encode(Refusal(refused.why.value, str(refused)))
    except AdminRefused as refused:
        return msgspec.json.encode(Refusal("refused", str(refused)))
    return answered.letter.text


def read_refusal(answer: bytes) -> Refusal | None:
    """Return the refusal that an answer is; None where it is a document."""
    try:
        return _REFUSALS.decode(answer)
    except msgspec.MsgspecError:
        return None


def name_request(data: bytes) -> str:
    """Return what the journal calls a document."""
    return kind_of(BytesIO(data)) or "unreadable"


def name_answer(answer: bytes) -> str:
    """Return what the journal calls the answer to a document."""
    refusal = read_refusal(answer)
    return name_request(answer) if refusal is None else f"refused: {refusal.why}"
