"""Why a lab line cannot be done, in words for the person who wrote it."""

from collections.abc import Callable

from licet.sync.problems import SyncRefused


class LabError(Exception):
    """A line is wrong, or cannot be done now; the lab is as it was before it."""


class Unexpected(LabError):  # noqa: N818
    """What was printed is not what `expect` says."""


def unless_refused(do: Callable[[], str]) -> str:
    """Return what was done with a document, or why it was refused: a person reads either."""
    try:
        return do()
    except SyncRefused as refused:
        return f"refused: {refused}"
