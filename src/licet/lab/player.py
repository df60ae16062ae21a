"""Plays lines: each is done and shown, and the first that fails stops a script."""

import re
from collections.abc import Iterable

from licet.lab import authority_lines, office_lines, on_prem_lines, paper_lines, world_lines
from licet.lab.bench import Bench
from licet.lab.counter import ManagerCounter, PlantCounter
from licet.lab.grammar import Given
from licet.lab.lab import Lab
from licet.lab.problems import LabError
from licet.lab.rows import Row, find
from licet.lab.words import NotThat, Word, split

# `switch1# show …` or `switch1(config)# feature bgp`: a line that is typed at a switch.
_AT_A_SWITCH = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(\([a-z-]+\))?#(?: (.*))?\Z")
# At a switch's console a line of the lab's own begins with this.
ESCAPE = "~"


def _help(_: Lab, __: Given) -> str:
    """List everything that a line can say, from the same tables that read the lines."""
    lines = ["SWITCH# LINE", "    type a line at a switch; $NAME in it is what '... as NAME' kept"]
    listed = [("", row.pattern, row.help) for row in LAB_ROWS]
    listed += [("MANAGER ", row.pattern, row.help) for row in authority_lines.ROWS]
    listed += [("ON-PREM ", row.pattern, row.help) for row in on_prem_lines.ROWS]
    listed += [("MANAGER|ON-PREM ", row.pattern, row.help) for row in office_lines.ROWS]
    for whose, pattern, text in listed:
        lines += [f"{whose}{pattern}", f"    {text}"]
    return "\n".join(lines)


LAB_ROWS: tuple[Row[Lab], ...] = (
    *world_lines.ROWS,
    *paper_lines.ROWS,
    Row("help", "list all of this", _help),
)
MANAGER_ROWS: tuple[Row[ManagerCounter], ...] = (*authority_lines.ROWS, *office_lines.ROWS)
PLANT_ROWS: tuple[Row[PlantCounter], ...] = (*on_prem_lines.ROWS, *office_lines.ROWS)


class ScriptStopped(Exception):  # noqa: N818
    """A line of a script failed; the message tells which one, and what was expected."""


def play(lab: Lab, lines: Iterable[str], *, name: str) -> None:
    """Do the lines of a script, until one fails.

    Raises:
        ScriptStopped: one did.
    """
    for number, line in enumerate(lines, start=1):
        try:
            do(lab, line)
        except LabError as error:
            raise ScriptStopped(f"{name}:{number}: {error}\n    {line.strip()}") from error
        if lab.ended:
            return


def do(lab: Lab, line: str) -> None:
    """Do what a line says, and show it.

    Raises:
        LabError: the line is wrong, or cannot be done now.
    """
    line = line.strip()
    if not line or line.startswith("#"):
        return
    at_a_switch = _AT_A_SWITCH.match(line)
    if lab.connected is not None and not line.startswith(ESCAPE):
        _type(lab, lab.connected, line)
        if lab.connected.session.closed:
            lab.connected = None
    elif at_a_switch:
        bench = lab.bench(at_a_switch[1])
        _check_mode(bench, at_a_switch[2] or "")
        _type(lab, bench, at_a_switch[3] or "")
    else:
        _command(lab, line.removeprefix(ESCAPE).strip())
    lab.settle()


def _check_mode(bench: Bench, mode: str) -> None:
    """Pass where a script writes no mode into a switch's prompt, or the one that it is in."""
    prompt = bench.session.prompt.strip()
    if mode and not prompt.endswith(f"{mode}#"):
        raise LabError(f"the prompt is '{prompt}' there, not '{bench.name}{mode}#'")


def _type(lab: Lab, bench: Bench, line: str) -> None:
    prompt = bench.session.prompt
    line = lab.substitute(line)
    lab.transcript.typed(prompt, line)
    lab.last_output = bench.execute(line)
    lab.transcript.printed(lab.last_output.removesuffix("\n"))


def _command(lab: Lab, line: str) -> None:
    words = _words(line)
    name = "" if words[0].quoted else words[0].text
    prompt, output = lab.prompt, None
    if name in lab.offices:
        row_there, given = find(MANAGER_ROWS, _words(lab.substitute(line))[1:], skipped=1)
        lab.transcript.typed(prompt, line)
        output = row_there.handler(ManagerCounter(lab, lab.offices[name]), given)
    elif name in lab.plants:
        row_at_a_plant, given = find(PLANT_ROWS, _words(lab.substitute(line))[1:], skipped=1)
        lab.transcript.typed(prompt, line)
        output = row_at_a_plant.handler(PlantCounter(lab, lab.plants[name]), given)
    else:
        row, given = find(LAB_ROWS, words, names=(*lab.offices, *lab.plants))
        if row.shown:
            lab.transcript.typed(prompt, line)
        output = row.handler(lab, given)
    if output is not None:
        lab.last_output = output
        lab.transcript.printed(output)


def _words(line: str) -> list[Word]:
    try:
        return split(line)
    except NotThat as error:
        raise LabError(f"expected {error}") from error
