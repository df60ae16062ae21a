"""Composes what the agent says: one signed envelope for each kind of message."""

from licet.agent.core import Core
from licet.agent.state import Identity, Pending
from licet.kernel.ids import AuthorityId
from licet.pki.csr import make_csr
from licet.wire import limits
from licet.wire.envelope import Kind, seal
from licet.wire.keys import digest, load_private, thumbprint, to_base64
from licet.wire.messages import (
    Authorize,
    Explain,
    Leave,
    Numbered,
    Proof,
    Register,
    Renew,
    Wanted,
)
from licet.wire.tokens import prove

_NUMBERED: dict[str, type[Authorize | Renew | Explain]] = {
    "authorize": Authorize,
    "renew": Renew,
    "explain": Explain,
}


def compose_registration(core: Core, pending: Pending) -> bytes:
    """Return a registration request, signed by the key that was made for it."""
    key = load_private(pending.key)
    csr = make_csr(key, core.udi)
    proof = Proof(
        authority=pending.authority_mark,
        root=pending.root_mark,
        expires_at=pending.expires_at,
        key=thumbprint(key.public_key()),
        csr=digest(csr),
        pid=core.udi.pid,
        sn=core.udi.sn,
        force=pending.force,
        request=pending.request,
    )
    message = Register(
        authority=pending.authority_mark,
        root=pending.root_mark,
        request=pending.request,
        token=pending.token,
        proof=prove(pending.secret, proof),
        csr=to_base64(csr),
        pid=core.udi.pid,
        sn=core.udi.sn,
        force=pending.force,
        host_name=core.body.host_name,
        product=core.settings.product,
        evaluation_used_s=core.used_s,
        generation=pending.generation,
        trust_version=core.body.trust_version,
        sent_at=max(core.time.wall, 0),
        notes=tuple(note.data.decode("ascii") for note in core.body.notes[-limits.MAX_NOTES :]),
    )
    return seal(message, kind=Kind.REGISTER, key=key)


def compose_numbered(core: Core, kind: str) -> bytes:
    """Return the next numbered message of a kind, and count it."""
    identity = core.identity
    identity.number += 1
    fields = Numbered(
        authority=identity.authority,
        instance=identity.instance,
        number=identity.number,
        previous=identity.previous,
        trust_version=core.body.trust_version,
        sent_at=max(core.time.wall, 0),
        host_name=core.body.host_name,
        wanted=tuple(
            Wanted(tag=tag, count=count) for tag, count in sorted(core.body.wanted.items())
        ),
    )
    message = _NUMBERED[kind](**{name: getattr(fields, name) for name in fields.__struct_fields__})
    data = seal(message, kind=Kind.REQUEST, key=load_private(identity.key), chain=identity.chain)
    identity.previous = (digest(data), *identity.previous)[: limits.MAX_PREVIOUS]
    return data


def compose_leave_note(identity: Identity, left_at: int) -> bytes:
    """Return the note that frees an instance, signed by its own key (PROTOCOL.md 3)."""
    note = Leave(
        authority=AuthorityId(identity.authority),
        instance=identity.instance,
        left_at=max(left_at, 0),
    )
    return seal(note, kind=Kind.LEAVE, key=load_private(identity.key), chain=identity.chain)
