"""Many lines at once: all of them are right, or nothing is done and the wrong ones are named."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.admin.refusal import AdminRefused

TOLD_MAX = 20


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one line.

    Attributes:
        where: e.g. `line 17`; empty where there is one line and no file.
        why: what is wrong, and what would be right.
    """

    where: str
    why: str


def refuse_wrong(wrong: Sequence[Wrong], of: str) -> None:
    """Refuse what has wrong lines.

    Args:
        wrong: in the order of the lines.
        of: how many lines there are, e.g. `10000 lines`.

    Raises:
        AdminRefused: there are wrong lines; the first 20 are named.
    """
    if not wrong:
        return
    if not wrong[0].where:
        raise AdminRefused(wrong[0].why)
    told = [f"  {one.where}: {one.why}" for one in wrong[:TOLD_MAX]]
    more = [f"  and {len(wrong) - TOLD_MAX} more"] if len(wrong) > TOLD_MAX else []
    verb = "is" if len(wrong) == 1 else "are"
    first = f"{len(wrong)} of {of} {verb} wrong; nothing was imported"
    raise AdminRefused("\n".join([first, *told, *more]))
