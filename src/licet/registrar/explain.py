"""Tells a device why things are as they are, as far as only the account knows."""

from licet.kernel.problems import Finding
from licet.ledger.explain import why
from licet.ledger.ports import Work
from licet.registrar.common import hear, put_decided
from licet.registrar.shapes import Desk, Settled, Speech, line
from licet.wire import limits
from licet.wire.messages import Explained, FindingPart


def explain(speech: Speech, work: Work, desk: Desk) -> Settled:
    """Return the findings for an instance; its wanted list is not applied.

    Raises:
        Refused: as `hear` does; nothing was changed.
    """
    heard = hear(speech, work, desk)
    if isinstance(heard, Settled):
        return heard
    findings = why(work, heard, desk.now)[: limits.MAX_FINDINGS]
    settled = Settled(Explained(findings=tuple(_part(finding) for finding in findings)))
    put_decided(work, desk, heard, speech.digest, settled)
    return settled


def _part(finding: Finding) -> FindingPart:
    return FindingPart(
        check=line(finding.check) or "-",
        seen=line(finding.seen, 1024),
        ok=finding.ok,
        cause=line(finding.cause, 1024),
        remedy=line(finding.remedy, 1024),
    )
