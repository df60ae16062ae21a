"""The reference of lab lines, as a document; `docs/reference/lab.md` is what it returns."""

from collections.abc import Iterable

from licet.lab import authority_lines, office_lines, on_prem_lines
from licet.lab.player import LAB_ROWS
from licet.lab.words import UNITS

_HEAD = """\
# Lab lines

`licet lab` is a prompt, and `licet lab run FILE` plays a script and prints the transcript. A script
is what a person would type, a line each; the tutorials are such scripts. A script stops at the
first line that is wrong, says what was expected, and the exit status is 1; it is 2 where the file
cannot be read. `--seed TEXT` determines every key, id and jitter: the same seed prints the same
transcript.

This page is made from the table that reads the lines (`python -m licet.lab.reference`).

## How lines are written

- `# comment` and empty lines are passed over.
- `switch1# show license status` types a line at the switch that the lab calls `switch1`. A mode may
  be written, as in `switch1(config)# feature bgp`; then it must be the one that the switch is in.
- `$token1` in a line that is typed at a switch, or about an authority, is what `... as token1` kept.
- Texts with blanks stand in double quotes.
"""
_KINDS = """\
- A length of time is `31 days`, `1 hour 30 minutes`; units: {units}. A year is 365 days.
- An instant is in UTC: `2022-06-22`, or `2022-06-22 16:14:37`.
- A shift is `+2 hours` or `-1 day`.
- What stands in square brackets may be left out; `a|b` is one of both.

## Time, in a lab

`advance` lets true time pass. Whatever falls due meanwhile happens, each at its own instant, on
every side: messages arrive first, then authorities act, then switches, in the order in which they
were made. Consoles print as they would; a console line that repeats within one command is shown
twice and then counted (`console all` shows every one). `jump` sets the system clock of one side, and
nothing else.

An on-prem sends by itself, as a switch does: what it says to its manager can be lost, delayed, repeated,
and cut off (`network down plant`). Files are in your hands: `... as FILE` puts one there, and naming it
at a side carries it to that side. Held back is what you carry later, replayed what you carry again,
and `edit` changes one on its way.

Host names lead somewhere only where `address` says so, and only inside the lab: no name is ever
looked up, and no connection is ever made.
"""


def reference() -> str:
    """Return the whole page."""
    return "\n".join(
        (
            _HEAD + _KINDS.format(units=", ".join(UNITS)),
            "## Lines about the lab",
            "",
            *_table((row.pattern, row.help) for row in LAB_ROWS),
            "",
            "## Lines about a manager",
            "",
            "Each stands after the manager's name, as in `cloud show on-prems`. They are about the",
            "smart account that was opened last; where no virtual account is named, about Default.",
            "",
            *_table((row.pattern, row.help) for row in authority_lines.ROWS),
            "",
            "## Lines about an on-prem",
            "",
            "Each stands after the on-prem's name, as in `plant sync now`. They are about the local",
            "account that was requested last.",
            "",
            *_table((row.pattern, row.help) for row in on_prem_lines.ROWS),
            "",
            "## Lines about the account of either",
            "",
            "Each stands after the name of a manager or an on-prem, as in `cloud show licenses` and",
            "`plant show licenses`.",
            "",
            *_table((row.pattern, row.help) for row in office_lines.ROWS),
            "",
        )
    )


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    lines = ["| line | what it does |", "| --- | --- |"]
    lines += [f"| `{_cell(pattern)}` | {_cell(text)} |" for pattern, text in rows]
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201 - the page is its output
