"""The source document's configurations, typed as they are printed there, do what they did there."""

from pathlib import Path

import pytest

from licet.switch.callhome import lacks
from licet.switch.roads.faults import Fault
from licet.switch.session import Session
from support.terminal import Lab

FOLDER = Path(__file__).with_name("source")


def pasted(name: str, *more: str) -> Session:
    """Return a session at a new switch into which printed configurations were pasted."""
    session = Session(Lab().switch())
    session.execute("configure terminal")
    for line in "\n".join(
        (FOLDER / each).read_text("utf-8") for each in (name, *more)
    ).splitlines():
        printed = session.execute(line.partition("#")[2] if "#" in line else line)
        if "#" not in line or "config" in line.partition("#")[0]:
            assert printed == "", line
    return session


def block(text: str) -> str:
    """Return a configuration from the call home block on."""
    return text[text.index("callhome\n  ") :]


@pytest.mark.parametrize("name", ["direct.txt", "on-prem.txt", "plain-http.txt"])
def test_a_printed_configuration_can_be_pasted(name: str) -> None:
    """A person who follows the document would get another configuration than it shows."""
    shown = pasted(name).execute("show running-config callhome")
    assert block(shown) == block((FOLDER / name).read_text("utf-8"))


def test_what_was_broken_is_broken_and_the_remedy_mends_it() -> None:
    """The second failure scenario could not be studied here, or its remedy would not help."""
    broken = pasted("plain-http.txt")._terminal.callhome
    missed = lacks(broken)
    assert missed is not None
    assert missed.fault is Fault.CALL_HOME_OFF
    mended = pasted("plain-http.txt", "remedy.txt")._terminal.callhome
    assert lacks(mended) is None
    assert mended.url == "https://tools.cisco.com/its/service/oddce/services/DDCEService"


def test_the_readme_names_every_file() -> None:
    """A configuration could differ from the document, and nobody would be told."""
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert [path.stem for path in FOLDER.glob("*.txt") if path.stem not in readme] == []
