"""Decides whether to believe an answer; nothing else in the agent looks at one before."""

from dataclasses import dataclass

from licet.agent import clock
from licet.agent.core import Core
from licet.agent.state import InFlight
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import Code, RulesBroken
from licet.kernel.time import instant
from licet.pki.profiles import Profile
from licet.pki.trust import Trust, admit, pin
from licet.pki.verifier import Verified, verify_chain, verify_ended
from licet.wire import limits
from licet.wire.envelope import Kind, Opened, check_signature, open_envelope
from licet.wire.messages import ANSWERS, Answer, Problem
from licet.wire.tokens import authority_mark


@dataclass(frozen=True, slots=True)
class Believed:
    """An answer that was signed by the authority it should come from, and the trust it brought."""

    answer: Answer
    trust: Trust


def believe(core: Core, flight: InFlight, data: bytes) -> Believed:
    """Return the answer to `flight`, if it is one (PROTOCOL.md 3, *Answer*).

    The trust lists in an answer vouch for themselves, so they may be admitted before its signature
    is checked: this is how a device that was away over two rotations comes back.

    The answer certificate of an on-prem ends with its lease. Where it then says that it has lapsed,
    that is not believed, and changes nothing; but it is the reason that a person should read.

    Raises:
        RulesBroken: it is damaged, for another request, or not signed by that authority;
            `authority-lapsed` where that authority can only say why it is not believed any more.
    """
    opened = open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES)
    if opened.kind is not Kind.ANSWER:
        raise RulesBroken(Code.MALFORMED, f"an envelope of kind {opened.kind} is no answer")
    answer = ANSWERS.decode(opened.payload)
    if not isinstance(answer, Answer):
        raise RulesBroken(Code.MALFORMED, "no answer")
    trust = _trust_with(core, flight, answer)
    in_force = _check_signer(core, opened, answer, trust)
    if answer.request != flight.digest:
        raise RulesBroken(Code.MALFORMED, "the answer is for another request")
    _check_authority(core, flight, answer)
    if not in_force:
        raise RulesBroken(Code.AUTHORITY_LAPSED)
    return Believed(answer, trust)


def _trust_with(core: Core, flight: InFlight, answer: Answer) -> Trust:
    trust = core.trust
    if trust.version:
        return admit(trust, answer.trust_lists)
    pending = core.body.pending
    if flight.kind != "register" or pending is None:
        raise RulesBroken(Code.BAD_CERTIFICATE, "no licensing root is known")
    return pin(answer.trust_lists, mark=pending.root_mark)


def _check_signer(core: Core, opened: Opened, answer: Answer, trust: Trust) -> bool:
    """Check the chain and the signature; tell whether the signer's certificate is in force.

    One that has ended passes only where the answer says that its authority has lapsed.
    """
    try:
        signer, in_force = _signer_in_force(core, opened, answer, trust), True
    except RulesBroken as broken:
        if broken.code is not Code.CERTIFICATE_EXPIRED or not _says_lapsed(answer):
            raise
        signer = verify_ended(opened.chain, roots=trust.roots, profile=Profile.ANSWER)
        in_force = False
    check_signature(opened, signer.key)
    if signer.authority != answer.authority:
        raise RulesBroken(Code.WRONG_AUTHORITY)
    return in_force


def _signer_in_force(core: Core, opened: Opened, answer: Answer, trust: Trust) -> Verified:
    """Return who signed, at the time that the authority claims.

    A certificate whose end both the system clock and the floor have passed is refused too, whatever
    time the answer claims: an old answer key that leaked cannot speak in the past.
    """
    signer = verify_chain(
        opened.chain, roots=trust.roots, profile=Profile.ANSWER, at=instant(answer.at)
    )
    surely = clock.doubted(core.time)
    if surely is not None and signer.not_after < instant(surely):
        raise RulesBroken(Code.CERTIFICATE_EXPIRED)
    return signer


def _says_lapsed(answer: Answer) -> bool:
    outcome = answer.outcome
    return isinstance(outcome, Problem) and outcome.code is Code.AUTHORITY_LAPSED


def _check_authority(core: Core, flight: InFlight, answer: Answer) -> None:
    body = core.body
    if flight.kind == "register":
        pending = body.pending
        fits = pending is not None and pending.authority_mark == authority_mark(
            AuthorityId(answer.authority)
        )
    elif flight.kind == "leave":
        # A note may be taken by any authority under the root: it passes the note on.
        fits = True
    else:
        fits = body.identity is not None and answer.authority == body.identity.authority
    if not fits:
        raise RulesBroken(Code.WRONG_AUTHORITY)
