"""What the terminal can do: how wide it is, whether it has colors, whether somebody watches."""

import os
import shutil
from dataclasses import dataclass
from typing import TextIO

MINIMUM = 40


@dataclass(frozen=True, slots=True)
class Terminal:
    """What may be printed; the default is a file or a pipe.

    Attributes:
        width: columns; None does not break lines.
        colors: a color may be added to what the text says.
        watched: progress may be shown.
    """

    width: int | None = None
    colors: bool = False
    watched: bool = False


def look(out: TextIO, errors: TextIO) -> Terminal:
    """Return what can be done where the output goes; `NO_COLOR` and `TERM=dumb` are obeyed."""
    environment = os.environ  # noqa: TID251 - the one place where the terminal is looked at
    plain = environment.get("TERM", "dumb") == "dumb" or bool(environment.get("NO_COLOR"))
    tty = out.isatty()
    return Terminal(
        width=max(shutil.get_terminal_size().columns, MINIMUM) if tty else None,
        colors=tty and not plain,
        watched=errors.isatty(),
    )
