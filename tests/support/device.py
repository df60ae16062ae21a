"""A device made of wire and pki only: it signs requests, and believes answers as a product must."""

from dataclasses import dataclass, field
from datetime import datetime

from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AuthorityId, Udi
from licet.kernel.time import epoch_seconds, instant
from licet.pki.csr import make_csr
from licet.pki.profiles import Profile
from licet.pki.trust import Trust, admit, pin
from licet.pki.verifier import Verified, verify_chain
from licet.wire import limits
from licet.wire.envelope import Kind, check_signature, open_envelope, seal
from licet.wire.keys import PrivateKey, digest, draw_key, from_base64, thumbprint, to_base64
from licet.wire.messages import (
    ANSWERS,
    Answer,
    Authorize,
    Explain,
    Leave,
    Numbered,
    Problem,
    Proof,
    Register,
    Registered,
    Renew,
    Renewed,
    Wanted,
)
from licet.wire.tokens import Token, prove

PRODUCT = "regid.2026-11.com.example.N9K,1.0_3f0f9c51-6e35-4b1c-9d3c-1f6c6ad7d0a1"
AUTHORIZE, RENEW, EXPLAIN = Authorize, Renew, Explain
NumberedType = type[Authorize] | type[Renew] | type[Explain]


@dataclass
class Device:
    """One product: its key, what it holds of its authority, and the messages that it can make.

    The field values can be set to anything, so that a test can lie with a good signature.
    """

    udi: Udi
    chance: Chance
    key: PrivateKey
    generation: int = 1
    evaluation_used_s: int = 0
    host_name: str | None = "switch1"
    notes: tuple[bytes, ...] = ()
    trust: Trust | None = None
    instance: str = ""
    authority: str = ""
    chain: tuple[bytes, ...] = ()
    number: int = 0
    previous: tuple[str, ...] = ()
    sent: list[bytes] = field(default_factory=list)

    @classmethod
    def fresh(
        cls, chance: Chance, *, sn: str = "FDO21120U5B", pid: str = "N9K-C93180YC-EX"
    ) -> "Device":
        """Return a device that never spoke."""
        return cls(Udi(pid, sn), chance, draw_key(chance))

    def register(
        self,
        token: Token,
        *,
        now: datetime,
        force: bool = False,
        signer: PrivateKey | None = None,
        request: str | None = None,
    ) -> bytes:
        """Return a registration request; `signer` signs the envelope in place of the device's key."""
        csr = make_csr(self.key, self.udi)
        request = request or draw_uuid(self.chance)
        proof = Proof(
            authority=token.authority_mark,
            root=token.root_mark,
            expires_at=epoch_seconds(token.expires_at),
            key=thumbprint(self.key.public_key()),
            csr=digest(csr),
            pid=self.udi.pid,
            sn=self.udi.sn,
            force=force,
            request=request,
        )
        message = Register(
            authority=token.authority_mark,
            root=token.root_mark,
            request=request,
            token=token.token,
            proof=prove(token.secret, proof),
            csr=to_base64(csr),
            pid=self.udi.pid,
            sn=self.udi.sn,
            force=force,
            host_name=self.host_name,
            product=PRODUCT,
            evaluation_used_s=self.evaluation_used_s,
            generation=self.generation,
            trust_version=self.trust.version if self.trust else 0,
            sent_at=epoch_seconds(now),
            notes=tuple(note.decode("ascii") for note in self.notes),
        )
        data = seal(message, kind=Kind.REGISTER, key=signer or self.key)
        self.sent.append(data)
        return data

    def say(
        self,
        kind: NumberedType,
        *wanted: tuple[str, int],
        now: datetime,
        signer: PrivateKey | None = None,
    ) -> bytes:
        """Return the next numbered message, and count it."""
        self.number += 1
        message: Numbered = kind(
            authority=self.authority,
            instance=self.instance,
            number=self.number,
            previous=self.previous,
            trust_version=self.trust.version if self.trust else 0,
            sent_at=epoch_seconds(now),
            host_name=self.host_name,
            wanted=tuple(Wanted(tag=tag, count=count) for tag, count in wanted),
        )
        data = seal(message, kind=Kind.REQUEST, key=signer or self.key, chain=self.chain)
        self.previous = (digest(data), *self.previous)[: limits.MAX_PREVIOUS]
        self.sent.append(data)
        return data

    def leave(self, *, now: datetime) -> bytes:
        """Return the note that frees this device's instance."""
        note = Leave(authority=self.authority, instance=self.instance, left_at=epoch_seconds(now))
        return seal(note, kind=Kind.LEAVE, key=self.key, chain=self.chain)

    def believe(self, data: bytes, *, request: bytes, root_mark: str | None = None) -> Answer:
        """Return a signed answer to `request`, checked as PROTOCOL.md says; keep what it brings.

        Raises:
            RulesBroken: it must not be believed.
        """
        answer, signer = self.open_answer(data, root_mark=root_mark)
        assert signer.authority == answer.authority
        assert answer.request == digest(request), "the answer is for another request"
        outcome = answer.outcome
        if isinstance(outcome, Registered):
            self.instance, self.authority, self.number = outcome.instance, answer.authority, 0
        if isinstance(outcome, Registered | Renewed):
            self.chain = tuple(from_base64(text) for text in outcome.certificates)
            self._check_own(answer)
        self.previous = (answer.request,)
        if isinstance(outcome, Problem) and outcome.number is not None:
            self.number = max(self.number, outcome.number)
        return answer

    def open_answer(self, data: bytes, *, root_mark: str | None = None) -> tuple[Answer, Verified]:
        """Return an answer whose signature holds, and who signed it."""
        opened = open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES)
        assert opened.kind is Kind.ANSWER
        answer = ANSWERS.decode(opened.payload)
        assert isinstance(answer, Answer)
        if self.trust is None:
            assert root_mark is not None, "the first answer needs the root mark of the token"
            trust = pin(answer.trust_lists, mark=root_mark)
        else:
            trust = admit(self.trust, answer.trust_lists)
        signer = verify_chain(
            opened.chain, roots=trust.roots, profile=Profile.ANSWER, at=instant(answer.at)
        )
        check_signature(opened, signer.key)
        self.trust = trust
        return answer, signer

    def certificate(self, *, at: datetime) -> Verified:
        """Return what the ID certificate says."""
        assert self.trust is not None
        return verify_chain(self.chain, roots=self.trust.roots, profile=Profile.DEVICE, at=at)

    def _check_own(self, answer: Answer) -> None:
        own = self.certificate(at=instant(answer.at))
        assert own.instance == self.instance
        assert own.udi == self.udi
        assert thumbprint(own.key) == thumbprint(self.key.public_key())


def authority_of(device: Device) -> AuthorityId:
    """Return the id of the authority that a device registered with."""
    return AuthorityId(device.authority)
