"""Leave notes that a site brings to its manager: each is for an instance here, or for another site of ours.

The site may have made them up. One counts where the instance itself has signed it, and is passed on
where the site that it is for has certified who signed it.
"""

from datetime import datetime

from licet.kernel.ids import AccountId, AuthorityId, InstanceId
from licet.kernel.problems import RulesBroken
from licet.ledger.instances import remove
from licet.ledger.model import Event
from licet.ledger.ports import Work
from licet.ledger.sites import CarriedNote, OnPrem
from licet.pki.notes import LeftNote, open_leave
from licet.sync.problems import SyncRefused, Why
from licet.wire.keys import digest
from licet.wire.sites import MIB, NoteItem

# Of the notes of one request, and of one response, which is kept; further ones wait for the next.
NOTES_BYTES_MAX = 16 * MIB
LETTER_BYTES_MAX = 4 * MIB
# Of those that wait at a manager for one site.
WAITING_BYTES_MAX = 32 * MIB
# So many notes that are ignored are told one by one.
TOLD_MAX = 100


class Carrier:
    """Takes the notes of one report.

    Args:
        work: takes the changes.
        on_prem: who brings them.
        roots: every root of the manager's.
        manager: its id.
        now: its instant.
    """

    def __init__(
        self,
        work: Work,
        on_prem: OnPrem,
        *,
        roots: tuple[bytes, ...],
        manager: AuthorityId,
        now: datetime,
    ) -> None:
        self._work = work
        self._on_prem = on_prem
        self._roots = roots
        self._manager = manager
        self._now = now
        self._count = self._size = self._ignored = 0
        self._waiting: dict[AuthorityId, int] = {}  # bytes of the notes that wait for a site
        # The first of the manager's own instances that were removed by their notes.
        self.left: list[str] = []

    def take(self, item: NoteItem) -> None:
        """Take a leave note to where it belongs.

        Raises:
            SyncRefused: the report has more of them than a site writes.
        """
        self._count += 1
        self._size += len(item.note)
        if self._size > NOTES_BYTES_MAX:
            raise SyncRefused(
                Why.DAMAGED,
                f"the report has more leave notes than fit into {NOTES_BYTES_MAX} bytes",
            )
        why = self._carry(item)
        if why:
            self._ignored += 1
        if why and self._ignored <= TOLD_MAX:
            self._record(item.instance, f"a leave note was ignored: {why}")

    def close(self) -> int:
        """Tell of what was ignored and not told yet, and return how many notes came."""
        more = self._ignored - TOLD_MAX
        if more > 0:
            self._record("", f"{more} more leave notes were ignored")
        return self._count

    def _carry(self, item: NoteItem) -> str:
        """Return why a note is ignored; empty where it is not."""
        try:
            left = open_leave(item.note.encode(), roots=self._roots, now=self._now)
        except RulesBroken as broken:
            return str(broken)
        if left.message.authority != item.authority or left.message.instance != item.instance:
            return "it is for another instance than it is said to be"
        if item.authority == self._manager:
            return self._leave(item, left)
        return self._pass_on(item, left)

    def _leave(self, item: NoteItem, left: LeftNote) -> str:
        instance = self._work.instance(InstanceId(item.instance))
        if instance is None or instance.on_prem is not None or instance.cloned:
            return ""
        if instance.key != digest(left.verified.spki):
            return "it is over another key than the instance's"
        who = f"device {instance.udi.text}"
        remove(self._work, instance, who=who, why="left", now=self._now)
        if len(self.left) < TOLD_MAX:
            self.left.append(instance.udi.text)
        return ""

    def _pass_on(self, item: NoteItem, left: LeftNote) -> str:
        site = AuthorityId(item.authority)
        if site == self._on_prem.id:
            return "it is for the site that brings it"
        if self._work.on_prem(site) is None:
            return ""
        if left.verified.account != AccountId(site):
            return "it was issued by another authority"
        if site not in self._waiting:
            self._waiting[site] = sum(len(one.note) for one in self._work.carried_notes(site))
        if self._waiting[site] + len(item.note) > WAITING_BYTES_MAX:
            return "too many wait for its site"
        self._waiting[site] += len(item.note)
        self._work.put_carried_note(
            CarriedNote(
                instance=InstanceId(item.instance),
                authority=site,
                local_account=None,
                note=item.note,
                at=self._now,
            )
        )
        return ""

    def _record(self, subject: str, text: str) -> None:
        on_prem = self._on_prem
        self._work.record(
            Event(
                at=self._now,
                who=on_prem.name,
                account=on_prem.account,
                virtual_account=on_prem.virtual_account,
                subject=subject,
                text=text,
            )
        )
