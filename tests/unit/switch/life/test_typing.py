"""What a terminal makes of keys and of long texts, without a terminal."""

import io

import pytest

from licet.switch.life.desk import reply
from licet.switch.life.frames import BadFrame, Reply, read, read_reply, write
from licet.switch.life.keys import Listed, complete
from licet.switch.life.paging import MORE, show
from licet.switch.session import Session
from support.terminal import Lab, type_lines

TEXT = "".join(f"line {number}\n" for number in range(1, 11))
GONE = f"{MORE}\r{' ' * len(MORE)}\r"


def paged(text: str, keys: str, *, rows: int = 5, columns: int = 80, wanted: str = "") -> str:
    """Return what a terminal shows of a text, without the stops."""
    pressed = iter(keys)
    out = io.StringIO()
    show(
        text,
        out,
        rows=rows,
        columns=columns,
        key=lambda: next(pressed, ""),
        ask=lambda _: wanted,
    )
    return out.getvalue().replace(GONE, "|")


def lines(first: int, last: int) -> str:
    """Return some lines of the text."""
    return "".join(f"line {number}\n" for number in range(first, last + 1))


def test_a_page_is_a_screen() -> None:
    """What a person wants to read would run out of the screen."""
    assert paged(TEXT, "  ") == f"{lines(1, 4)}|{lines(5, 8)}|{lines(9, 10)}"
    assert paged(TEXT, "\r\n ") == f"{lines(1, 4)}|{lines(5, 5)}|{lines(6, 6)}|{lines(7, 10)}"
    assert paged(TEXT, "xyzq") == f"{lines(1, 4)}|"
    assert paged(TEXT, "\x03") == f"{lines(1, 4)}|"
    assert paged(TEXT, "G") == f"{lines(1, 4)}|{lines(5, 10)}"
    assert paged(TEXT, "/ ", wanted="line [89]") == f"{lines(1, 4)}|{lines(8, 10)}"
    assert paged(TEXT, "/q", wanted="(") == f"{lines(1, 4)}|{lines(5, 8)}|"


def test_nothing_stops_where_nobody_asked_for_pages() -> None:
    """`terminal length 0`, which scripts send, would hang them."""
    assert paged(TEXT, "", rows=0) == TEXT
    assert paged(lines(1, 4), "") == lines(1, 4)
    assert paged("", "") == ""


def test_long_lines_take_more_of_a_page() -> None:
    """The first lines of a page would be gone when it stops."""
    wide = "x" * 25 + "\n"
    assert paged(wide * 3, "q", columns=10) == f"{wide}|"
    assert paged("y" * 900 + "\n" + wide, "q", columns=10) == "y" * 900 + "\n|"


@pytest.mark.parametrize(
    ("text", "words", "added"),
    [
        ("show li", ("license",), "cense "),
        ("show s", ("startup-config", "status"), "ta"),
        ("show ", ("clock", "license"), Listed("show ", ("clock", "license"))),
        ("show x", (), ""),
        ("FEA", ("feature",), "ture "),
    ],
)
def test_tab_adds_what_is_sure(text: str, words: tuple[str, ...], added: str | Listed) -> None:
    """Tab would write something that the switch does not take."""
    assert complete(text, words) == added


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("show nonsense", True),
        ("license smart register idtoken x", True),
        ("ping 192.0.2.1", True),
        ("", False),
        ("show hostname", False),
        # Its text begins as a refusal does.
        ("show running-config | include %", False),
    ],
)
def test_a_refusal_is_told_from_what_is_shown(line: str, refused: bool) -> None:  # noqa: FBT001 - a parameter
    """A script would go on after a line that was not taken, or stop for a banner."""
    session = Session(Lab().switch())
    type_lines(session, "configure", "banner motd #% not ours#", "end")
    told = reply(session, session.execute(line))
    assert told.refused is refused


def test_what_a_session_sets_reaches_its_terminal() -> None:
    """Pages would be as long and as wide as the screen, whatever was typed."""
    session = Session(Lab().switch())
    told = reply(session, "")
    assert (told.page, told.width, told.timeout_min) == (None, None, 0)
    type_lines(session, "term length 7", "term width 40", "term session-timeout 5")
    told = reply(session, "")
    assert (told.page, told.width, told.timeout_min) == (7, 40, 5)
    assert reply(session, "", unpaged=True).page == 0


def test_frames_are_one_line_each() -> None:
    """A banner with a line break would end a frame in its middle."""
    reply = Reply("a\nb \u2028 \udcff", "switch# ", refused=True)
    data = write(reply)
    assert data.count(b"\n") == 1
    assert read_reply(read(data)) == reply


@pytest.mark.parametrize("data", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_other_talk_is_no_frame(data: bytes) -> None:
    """One client's nonsense would end the switch."""
    with pytest.raises(BadFrame):
        read(data)
    with pytest.raises(BadFrame):
        read_reply({"text": "", "what": 1})
