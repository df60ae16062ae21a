"""Lines of a script: typed one after the other, without prompts, and told whether all were taken."""

import sys
from collections.abc import Iterable
from typing import TextIO

from licet.switch.life.problems import LineLost
from licet.switch.life.reaching import Reach

DONE, REFUSED = 0, 1
UNFINISHED = "% The last command still asks something: {}\n"


def play(reach: Reach, lines: Iterable[str], out: TextIO) -> int:
    """Type lines until they end or one leaves the session; return 1 if one was not taken.

    As a terminal would, it goes on after a line that was refused.
    """
    status, asking, closed = DONE, False, False
    for line in lines:
        try:
            reply = reach.execute(line)
        except LineLost as lost:
            out.flush()
            sys.stderr.write(
                f"licet switch: {lost}; whether it did the last line is not known: {line}\n"
            )
            return REFUSED
        out.write(reply.text)
        out.flush()
        status = REFUSED if reply.refused else status
        asking, closed = reply.asking, reply.closed
        if closed:
            break
    if asking and not closed:
        out.write(UNFINISHED.format(reach.phone.prompt.strip()))
        reach.phone.cancel()
        status = REFUSED
    return status
