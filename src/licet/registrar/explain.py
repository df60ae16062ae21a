"""Tells a device why things are as they are, as far as only the account knows."""

from licet.kernel.ids import Tag
from licet.kernel.problems import Finding
from licet.ledger.explain import why
from licet.ledger.model import Instance
from licet.ledger.ports import Work
from licet.registrar.common import find_place, hear, put_decided, why_not_counted
from licet.registrar.shapes import Desk, Settled, Speech, line
from licet.wire import limits
from licet.wire.messages import Explained, FindingPart

# 64 findings of this size fit into an answer.
NOTE_CHARS_MAX = 400


def explain(speech: Speech, work: Work, desk: Desk) -> Settled:
    """Return the findings for an instance; its wanted list is not applied.

    Raises:
        Refused: as `hear` does; nothing was changed.
    """
    heard = hear(speech, work, desk)
    if isinstance(heard, Settled):
        return heard
    findings = (*_not_counted(speech, work, heard), *why(work, heard, desk.now))
    findings = findings[: limits.MAX_FINDINGS]
    settled = Settled(Explained(findings=tuple(_part(finding) for finding in findings)))
    put_decided(work, desk, heard, speech.digest, settled)
    return settled


def _not_counted(speech: Speech, work: Work, instance: Instance) -> tuple[Finding, ...]:
    """Return a finding for each wanted entitlement that no license could ever cover."""
    place = find_place(work, instance)
    checked = [
        (item.tag, why_not_counted(work.license(Tag(item.tag)), place))
        for item in speech.message.wanted
    ]
    return tuple(
        Finding(
            check="Entitlement tag",
            seen=tag,
            ok=False,
            cause=cause,
            remedy="Ask the vendor of the product, or the administrator of the smart account",
        )
        for tag, cause in checked
        if cause
    )


def _part(finding: Finding) -> FindingPart:
    return FindingPart(
        check=line(finding.check) or "-",
        seen=line(finding.seen, NOTE_CHARS_MAX),
        ok=finding.ok,
        cause=line(finding.cause, NOTE_CHARS_MAX),
        remedy=line(finding.remedy, NOTE_CHARS_MAX),
    )
