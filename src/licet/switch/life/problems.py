"""Why a switch cannot live in a place, or a command cannot reach it."""


class LifeError(Exception):
    """It cannot go on; the text says why and, where there is one, the remedy."""


class LineLost(Exception):  # noqa: N818
    """The connection to the switch ended.

    Attributes:
        safe: nothing was asked that has no answer, so that it may be asked anew elsewhere.
    """

    def __init__(self, text: str, *, safe: bool) -> None:
        self.safe = safe
        super().__init__(text)


def meaning(error: OSError) -> str:
    """Return an error of the operating system as one line: the file, and what is wrong with it."""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else what
