"""What people see, and what programs read."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from inline_snapshot import snapshot

from licet.shell.printer import MEASURED, Printer
from licet.shell.terminal import Terminal, look
from licet.shell.values import Mark, Record, Shown

AT = datetime(2026, 11, 1, 12, 30, 5, tzinfo=UTC)
ROWS: list[Record] = [
    {"license": "LAN", "in_use": 3, "most": None, "ok": True, "at": AT, "tags": ["a", "b"]},
    {"license": "MPLS", "in_use": 12, "most": 40, "ok": False, "at": None, "tags": []},
]
COLUMNS = ["license", "in_use", "most", "ok", "at", "tags"]
TERMINAL = Terminal(width=80, colors=True, watched=True)


def printed(
    *,
    as_json: bool = False,
    terminal: Terminal = Terminal(),  # noqa: B008 - immutable
) -> tuple[Printer, io.StringIO, io.StringIO]:
    """Return a printer and what it prints into."""
    out, errors = io.StringIO(), io.StringIO()
    return Printer(as_json=as_json, out=out, errors=errors, terminal=terminal), out, errors


def test_a_table_is_aligned() -> None:
    """Nobody could read down a column, or compare numbers."""
    printer, out, _ = printed()
    printer.rows(COLUMNS, ROWS)
    assert out.getvalue() == snapshot(
        """\
LICENSE  IN USE  MOST  OK   AT                 TAGS
LAN           3     -  yes  2026-11-01 12:30Z  a, b
MPLS         12    40  no   -                  -
"""
    )


def test_json_has_the_same_fields() -> None:
    """A program would have to read the table; `grep` would not find a row in a line."""
    printer, out, _ = printed(as_json=True)
    printer.rows(COLUMNS, ROWS)
    assert out.getvalue() == snapshot(
        """\
[{"license": "LAN", "in_use": 3, "most": null, "ok": true, "at": "2026-11-01T12:30:05Z", "tags": ["a", "b"]},
 {"license": "MPLS", "in_use": 12, "most": 40, "ok": false, "at": null, "tags": []}]
"""
    )
    assert [list(row) for row in json.loads(out.getvalue())] == [COLUMNS, COLUMNS]


def test_one_thing_has_its_tables_below_it() -> None:
    """What belongs to a thing would be one unreadable line."""
    printer, out, _ = printed()
    printer.record({"udi": "PID:A,SN:B", "last_contact_at": AT, "licenses": ROWS, "history": []})
    assert out.getvalue() == snapshot(
        """\
UDI              PID:A,SN:B
Last contact at  2026-11-01 12:30:05 UTC
History          -

Licenses:
LICENSE  IN USE  MOST  OK   AT                 TAGS
LAN           3     -  yes  2026-11-01 12:30Z  a, b
MPLS         12    40  no   -                  -
"""
    )


def test_what_was_done_is_a_sentence_or_the_thing() -> None:
    """A script that opens an account would not learn its id."""
    for as_json, shown in ((False, "done\n"), (True, '{"id": "1"}\n')):
        printer, out, _ = printed(as_json=as_json)
        printer.done("done", {"id": "1"})
        printer.say("for people" if as_json else "")
        assert out.getvalue().rstrip("\n") == shown.rstrip("\n")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_list_is_printed_while_it_is_read(*, as_json: bool) -> None:
    """A million rows would be held in memory, and the first would be seen at the end."""
    seen: list[int] = []

    def rows() -> Iterator[Record]:
        for number in range(5 * MEASURED):
            seen.append(out.getvalue().count("\n"))
            yield {"number": number}

    printer, out, _ = printed(as_json=as_json)
    printer.rows(["number"], rows())
    assert max(number - lines for number, lines in enumerate(seen)) <= MEASURED
    assert out.getvalue().count("\n") >= 5 * MEASURED


def test_colors_say_nothing_alone() -> None:
    """Whoever does not see red and green, or reads a file, would not know how it stands."""
    row: Record = {"status": Shown("x", "out-of-compliance", Mark.BAD)}
    texts = []
    for colors in (True, False):
        printer, out, _ = printed(terminal=Terminal(colors=colors))
        printer.rows(["status"], [row])
        texts.append(out.getvalue())
    assert texts[0] == "STATUS\n\x1b[31mout-of-compliance\x1b[0m\n"
    assert texts[1] == "STATUS\nout-of-compliance\n"


@pytest.mark.parametrize("evil", ["\x1b[2J", "a\rb", "a\nb", "\u202edlog", "\x9b31m", "\u2028"])
def test_a_text_of_a_device_cannot_move_the_cursor(evil: str) -> None:
    """A host name could rewrite what an administrator sees."""
    printer, out, _ = printed(terminal=TERMINAL)
    printer.rows(["host"], [{"host": evil}])
    printer.record({"host": evil, "shown": Shown(None, evil)})
    printer.item(Shown(None, "ok"), evil)
    assert out.getvalue().replace("\n", "").isprintable()
    assert len(out.getvalue().splitlines()) == 5
    plain, json_out, _ = printed(as_json=True)
    plain.record({"host": evil})
    assert json.loads(json_out.getvalue()) == {"host": evil}


def test_progress_is_for_who_watches() -> None:
    """A log file would be full of numbers, or a person would think that it hangs."""
    for terminal, shown in ((Terminal(), False), (TERMINAL, True)):
        printer, out, errors = printed(terminal=terminal)
        for done in range(1, 2001):
            printer.progress("order lines", done, 2000)
        assert out.getvalue() == ""
        assert ("order lines: 500 of 2000" in errors.getvalue()) is shown
        assert not shown or errors.getvalue().endswith("\r\x1b[K"), "it is wiped away at the end"
    printer, _, errors = printed(terminal=TERMINAL)
    printer.progress("order lines", 3, 20)
    printer.refuse("no")
    assert errors.getvalue() == "no\n", "not for what is quick"


def test_a_refusal_goes_to_standard_error() -> None:
    """A program would read the refusal as the answer."""
    printer, out, errors = printed()
    printer.refuse("licet manager: no")
    assert (out.getvalue(), errors.getvalue()) == ("", "licet manager: no\n")


def test_what_a_sentence_quotes_cannot_move_the_cursor() -> None:
    """A file of orders from elsewhere could write into the window of the one who imports it."""
    out, errors = io.StringIO(), io.StringIO()
    printer = Printer(out=out, errors=errors)
    printer.done("'a\x1b]0;b\x07' is done", {})
    printer.refuse("there is no 'a\x1b[2J'\n  and no 'b\u202e'")
    assert out.getvalue() == "'a\\x1b]0;b\\x07' is done\n"
    assert errors.getvalue() == "there is no 'a\\x1b[2J'\n  and no 'b\\u202e'\n"


def test_a_finding_is_broken_behind_its_mark() -> None:
    """A long cause would run over the edge of the terminal."""
    printer, out, _ = printed(terminal=Terminal(width=24))
    printer.item(Shown(None, "NOT"), "enough of 'LAN license': 2 purchased")
    assert out.getvalue() == "NOT  enough of 'LAN\n     license': 2\n     purchased\n"


def test_a_file_is_no_terminal() -> None:
    """Escape sequences would stand in a file."""
    assert look(io.StringIO(), io.StringIO()) == Terminal()
