"""Why a lab line cannot be done, in words for the person who wrote it."""


class LabError(Exception):
    """A line is wrong, or cannot be done now; the lab is as it was before it."""


class Unexpected(LabError):  # noqa: N818
    """What was printed is not what `expect` says."""
