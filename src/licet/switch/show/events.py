"""`show license eventlog`: what happened to licensing, as the log tells it.

Form of a line: the family's (device.md 2.7, mark V). Of the names only `SAEVT_` is found; what follows it
is the mnemonic of the log's line, by inference (M). The log is what survives a restart, so it is read here.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from licet.kernel.time import MONTHS

HEADING = "**** Event Log ****\n"
NONE = " No EventLog Found.    \n"
_LINE = re.compile(
    r"(?P<year>\d{4}) (?P<month>\w{3}) +(?P<day>\d\d?) (?P<time>\d\d:\d\d:\d\d) (?:(?P<zone>\w+) )?"
    r"\S+ %(?:LICMGR-\d-LOG_SMART_LIC|CALLHOME-\d)_?-?(?P<name>\w+): (?P<text>.*)\Z"
)


def events(log: Iterable[str], *, now: datetime, days: int | None = None) -> str:
    """Return what the command prints of a log.

    Args:
        log: the lines of the log file, oldest first.
        now: by the switch's clock.
        days: how far back; None for all that is known.
    """
    since = None if days is None else (now - timedelta(days=days)).replace(tzinfo=None)
    lines = [line for line in (_event(each, since) for each in log) if line is not None]
    return "".join([HEADING, "\n", *(lines or [NONE])])


def _event(line: str, since: datetime | None) -> str | None:
    found = _LINE.match(line)
    if found is None or found["month"] not in MONTHS:
        return None
    month = MONTHS.index(found["month"]) + 1
    stamp = f"{found['year']}-{month:02}-{int(found['day']):02} {found['time']}"
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    if since is not None and at < since:
        return None
    text = found["text"].replace('"', "'")
    return f'{stamp}.000 {found["zone"] or "UTC"} SAEVT_{found["name"]} msg="{text}"\n'
