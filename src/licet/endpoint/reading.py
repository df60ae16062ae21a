"""Opens and verifies a request before the store is touched: everything here is processor time only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace

from licet.endpoint.limits import Attempt
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Tag, TokenId, Udi
from licet.kernel.problems import Code, Refused, RulesBroken
from licet.ledger.ports import Needs
from licet.pki.csr import read_csr
from licet.pki.notes import read_leave, verify_leave
from licet.pki.profiles import Profile
from licet.pki.verifier import Verified, verify_chain
from licet.registrar.shapes import Certified, Farewell, Note, Registration, Speech
from licet.wire import limits
from licet.wire.envelope import Kind, Opened, check_signature, open_envelope
from licet.wire.keys import digest, from_base64, public_bytes, thumbprint
from licet.wire.messages import REQUESTS, Leave, Numbered, Register
from licet.wire.tokens import authority_mark

# A device certificate and the issuing CA; and with the sub-CA of an on-prem between.
_MANAGER_CHAIN, _SITE_CHAIN = 2, 3
Body = Registration | Speech | Farewell


class Read(msgspec.Struct, frozen=True):
    """A request as far as it could be read and believed.

    Attributes:
        digest: of the envelope bytes.
        trust_version: the newest trust list of the device; None where it did not say.
        body: what is to be decided; None where it is refused already.
        refused: why it is refused already.
        attempt: as which registration its failure counts; None for another message.
    """

    digest: str
    trust_version: int | None = None
    body: Body | None = None
    refused: Refused | None = None
    attempt: Attempt | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads requests to one authority at one instant.

    Attributes:
        is_site: it is a local account of an on-prem, and certifies devices with a sub-CA.
        roots: device certificates under any of these are good.
        wait_s: asked before a registration costs anything: seconds that it must wait.
    """

    authority: AuthorityId
    is_site: bool
    roots: tuple[bytes, ...]
    now: datetime
    wait_s: Callable[[Attempt], int]

    def read(self, data: bytes, peer: str | None) -> Read:
        """Return a request, verified or refused; what it says is never raised.

        The addressee is looked at before the signature: it is cheap, and who is wrong here should
        hear that rather than that his certificate is bad.
        """
        read = Read(digest(data))
        try:
            opened = open_envelope(data, max_bytes=limits.MAX_REQUEST_BYTES)
            if opened.kind is Kind.REGISTER:
                # Who registers may know no root: it must be able to believe why it is not read.
                read = replace(read, trust_version=0)
            message = REQUESTS.decode(opened.payload)
            read = replace(read, trust_version=_trust_version(message))
            if opened.kind is Kind.LEAVE and isinstance(message, Leave):
                return replace(read, body=self._farewell(data, opened, message))
            return self._believe(read, opened, message, peer)
        except RulesBroken as broken:
            return replace(read, refused=Refused(broken.code, broken.detail))

    def _believe(
        self, read: Read, opened: Opened, message: msgspec.Struct, peer: str | None
    ) -> Read:
        match opened.kind, message:
            case Kind.REGISTER, Register():
                return self._register(read, opened, message, peer)
            case Kind.REQUEST, Numbered():
                return replace(read, body=self._speech(read, opened, message))
            case _:
                held = f"an envelope of kind {opened.kind} holds another kind of message"
                raise RulesBroken(Code.MALFORMED, held)

    def _register(self, read: Read, opened: Opened, message: Register, peer: str | None) -> Read:
        """Return a registration; only one that proves a token counts against token and UDI."""
        if message.authority != authority_mark(self.authority):
            raise RulesBroken(Code.WRONG_AUTHORITY)
        udi = Udi(message.pid, message.sn)
        attempt = Attempt(token=message.token, udi=udi, peer=peer)
        wait_s = self.wait_s(attempt)
        if wait_s:
            return replace(read, refused=Refused(Code.SLOW_DOWN, retry_after_s=wait_s))
        try:
            registration = self._registration(read, opened, message)
        except RulesBroken as broken:
            refused = Refused(broken.code, broken.detail)
            return replace(read, refused=refused, attempt=Attempt(peer=peer))
        return replace(read, body=registration, attempt=attempt)

    def _registration(self, read: Read, opened: Opened, message: Register) -> Registration:
        if opened.chain:
            raise RulesBroken(Code.MALFORMED, "a registration brings no certificates")
        try:
            csr = from_base64(message.csr)
        except ValueError as error:
            raise RulesBroken(Code.MALFORMED, f"CSR: {error}") from error
        key = read_csr(csr)
        check_signature(opened, key)
        return Registration(
            digest=read.digest,
            message=message,
            key=public_bytes(key),
            thumbprint=thumbprint(key),
            csr=digest(csr),
            notes=tuple(self._note(text) for text in message.notes),
        )

    def _speech(self, read: Read, opened: Opened, message: Numbered) -> Speech:
        if message.authority != self.authority:
            raise RulesBroken(Code.WRONG_AUTHORITY)
        device = verify_chain(opened.chain, roots=self.roots, profile=Profile.DEVICE, at=self.now)
        check_signature(opened, device.key)
        if device.instance != message.instance:
            raise RulesBroken(Code.BAD_CERTIFICATE, "it is for another instance")
        self._check_issuer(opened.chain, device)
        key = device.spki
        return Speech(
            digest=read.digest,
            message=message,
            key=key,
            thumbprint=digest(key),
            certified=_certified(device),
        )

    def _farewell(self, data: bytes, opened: Opened, message: Leave) -> Farewell:
        """Return a leave note; its certificate may have ended, since it may be carried for long.

        One for another authority may be passed on, if it is of the same root.
        """
        try:
            device = self._left(opened, message)
        except RulesBroken as broken:
            if message.authority == self.authority:
                raise
            raise RulesBroken(Code.WRONG_AUTHORITY) from broken
        return Farewell(data.decode(), message, digest(device.spki), _certified(device))

    def _left(self, opened: Opened, message: Leave) -> Verified:
        device = verify_leave(opened, message, roots=self.roots, now=self.now).verified
        if message.authority == self.authority:
            self._check_issuer(opened.chain, device)
        else:
            self._check_other(opened.chain, device, message)
        return device

    def _check_other(self, chain: tuple[bytes, ...], device: Verified, message: Leave) -> None:
        """Pass if the other authority, which a note is for, can have signed a device certificate."""
        of_site = len(chain) == _SITE_CHAIN and device.account == AccountId(message.authority)
        of_manager = self.is_site and len(chain) == _MANAGER_CHAIN
        if not of_site and not of_manager:
            raise RulesBroken(Code.BAD_CERTIFICATE, "it was issued by another authority")

    def _check_issuer(self, chain: tuple[bytes, ...], device: Verified) -> None:
        """Pass if this authority signed a device certificate itself, and none beside or below it."""
        if self.is_site:
            own = len(chain) == _SITE_CHAIN and device.account == AccountId(self.authority)
        else:
            own = len(chain) == _MANAGER_CHAIN
        if not own:
            raise RulesBroken(Code.BAD_CERTIFICATE, "it was issued by another authority")

    def _note(self, text: str) -> Note:
        """Return a carried leave note; a bad one is no reason to refuse the registration."""
        message = None
        try:
            opened, message = read_leave(text.encode())
            device = self._left(opened, message)
            return Note(text, message, digest(device.spki), _certified(device))
        except RulesBroken as broken:
            return Note(text, message, why=str(broken))


def _certified(device: Verified) -> Certified:
    """Return what a device's certificate says; a device certificate names account and UDI."""
    if device.account is None or device.udi is None:
        raise RulesBroken(Code.BAD_CERTIFICATE, "it names no account")
    return Certified(
        account=device.account, udi=device.udi, since=device.not_before, until=device.not_after
    )


def _trust_version(message: msgspec.Struct) -> int:
    """Return what the device trusts; a leave note does not say, and known lists do no harm."""
    return message.trust_version if isinstance(message, Register | Numbered) else 0


def needs_of(bodies: tuple[Body, ...]) -> Needs:
    """Return what a batch will ask the store for."""
    instances: dict[InstanceId, None] = {}
    registrations: dict[tuple[TokenId, str, Udi], None] = {}
    uses: dict[tuple[InstanceId, Tag], None] = {}
    for body in bodies:
        match body:
            case Registration():
                registrations[TokenId(body.message.token), body.thumbprint, body.udi] = None
                for note in body.notes:
                    if note.leave is not None:
                        instances[InstanceId(note.leave.instance)] = None
            case Speech():
                instances[body.instance] = None
                wanted = body.message.wanted
                uses.update(((body.instance, Tag(item.tag)), None) for item in wanted)
            case Farewell():
                instances[InstanceId(body.message.instance)] = None
    return Needs(tuple(instances), tuple(registrations), tuple(uses))
