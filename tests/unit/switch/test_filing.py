"""Files in bootflash, output that is written into them, and configurations that are copied."""

import json

import pytest

from licet.switch import filing
from licet.switch.box import MemoryBox
from licet.switch.session import Session
from support.terminal import Lab, box_of, type_lines


@pytest.fixture
def session() -> Session:
    """A terminal at a new switch."""
    return Session(Lab().switch())


def test_output_goes_into_a_file_and_to_its_end(session: Session) -> None:
    """A record of two commands would be one of the last only, or be printed and not kept."""
    assert session.execute("show hostname > bootflash:told") == ""
    assert session.execute("show clock | count >> bootflash:///told") == ""
    assert session.execute("show file bootflash:told") == "switch\n1\n"
    assert session.execute("show hostname > bootflash:told") == ""
    assert box_of(session).read_file("told") == "switch\n"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("show clock > ", 13),
        ("show clock > ftp:x", 13),
        ("show clock > bootflash:a b", 13),
        ("show clock > bootflash:../x", 13),
        ("show clock | json | count > bootflash:", 28),
        ("show clock | count | json", 21),
    ],
)
def test_what_is_no_file_is_pointed_at(session: Session, line: str, column: int) -> None:
    """A file could be written where none of the switch's are."""
    caret = session.execute(line).splitlines()[0]
    assert caret == " " * (len(session.prompt) + column) + "^"
    assert session.refused
    assert box_of(session).files() == {}


def test_a_quoted_mark_is_a_pattern(session: Session) -> None:
    """A pattern with a `>` in it would write a file."""
    assert session.execute('show hostname | include "a > bootflash:x"') == ""
    assert box_of(session).files() == {}


def test_files_are_listed_and_removed(session: Session) -> None:
    """Nobody could see what fills the disk, or make room."""
    session.execute("show hostname > bootflash:told")
    listed = session.execute("dir")
    assert "           7    told\n" in listed
    assert "           7 bytes used\n" in listed
    session.execute("delete bootflash:told")
    assert session.prompt == 'Do you want to delete "/told" ? (yes/no/abort)   [y] '
    session.execute("no")
    assert "told" in box_of(session).files()
    assert session.execute("delete bootflash:told no-prompt") == ""
    assert session.execute("delete bootflash:told no-prompt") == (
        "% bootflash:///told: No such file\n"
    )
    assert session.execute("show file bootflash:told") == "% bootflash:told: No such file\n"


def test_nobody_fills_the_disk(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch would stop because somebody wrote files."""
    monkeypatch.setattr(filing, "BOOTFLASH_BYTES", 10)
    session.execute("show hostname > bootflash:a")
    assert session.execute("show hostname >> bootflash:a") == "% bootflash: is full\n"
    assert box_of(session).read_file("a") == "switch\n"


def test_a_disk_that_fails_is_told(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session would end, or a file be believed that is not there."""

    def full(_: MemoryBox, *_args: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MemoryBox, "write_file", full)
    printed = session.execute("show hostname > bootflash:a")
    assert printed == "% a was not written: No space left on device\n"


def test_configurations_are_copied(session: Session) -> None:
    """A backup on the switch could not be made, or not be used."""
    type_lines(session, "configure", "hostname leaf1", "feature bgp", "end")
    session.execute("copy running-config bootflash:backup")
    assert session.execute("copy startup-config bootflash:x") == (
        "% There is no startup configuration\n"
    )
    assert session.execute("copy bootflash:none startup-config").startswith("% bootflash:none")
    session.execute("copy bootflash:backup startup-config")
    assert "hostname leaf1\n" in session.execute("show startup-config")
    session.execute("copy startup-config bootflash:again")
    assert box_of(session).read_file("again") == box_of(session).read_file("backup")
    type_lines(session, "configure", "no hostname", "feature ospf", "end")
    session.execute("copy startup-config running-config")
    # It is typed into what is there.
    features = session.execute("show running-config | include feature")
    assert (session.prompt, features) == ("leaf1# ", "feature bgp\nfeature ospf\n")


def test_what_is_not_taken_of_a_file_is_told(session: Session) -> None:
    """A mistake in a file would pass unseen."""
    box_of(session).write_file("x", "hostname leaf1\nbogus\ncallhome\n  enable\nreload\n")
    printed = session.execute("copy bootflash:x running-config")
    assert printed.startswith(
        "% Not taken: line 2: bogus (Invalid command at 'bogus')\n"
        "% Not taken: line 5: reload (it configures nothing)\n"
    )
    assert session.prompt == "leaf1# "
    assert session._terminal.callhome.enabled


def test_a_file_that_is_no_configuration_is_told_in_short(session: Session) -> None:
    """A picture that is copied by mistake would fill the screen, or end the session."""
    box_of(session).write_file("x", "x\n" * 1000)
    printed = session.execute("copy bootflash:x running-config").splitlines()
    assert printed[100] == "% Not taken: 900 more lines"
    assert len(printed) == 103


def test_a_rollback_to_a_file_is_all_or_nothing(session: Session) -> None:
    """Half of a configuration would be in force after a mistake in a file."""
    box_of(session).write_file("x", "hostname leaf1\nbogus\n")
    assert session.execute("rollback running-config file bootflash:x") == (
        "% Rollback failed, nothing was changed: line 2: bogus (Invalid command at 'bogus')\n"
    )
    assert session.prompt == "switch# "
    assert session.execute("rollback running-config file bootflash:x best-effort") == (
        "% Not taken: line 2: bogus (Invalid command at 'bogus')\n"
        "Rollback completed successfully.\n"
    )
    assert session.prompt == "leaf1# "
    box_of(session).write_file("y", "feature bgp\n")
    session.execute("rollback running-config file bootflash:y")
    assert session.prompt == "switch# "


def test_no_question_where_none_is_wanted(session: Session) -> None:
    """A script that turns questions off would hang at the next one."""
    session.execute("terminal dont-ask")
    session.execute("copy running-config startup-config")
    assert session.execute("reload") == ""
    assert box_of(session).reloads == 1
    session.execute("write erase")
    assert box_of(session).startup() is None
    session.execute("no terminal dont-ask")
    session.execute("reload")
    assert session.asking


def test_checkpoints_are_shown_and_removed(session: Session) -> None:
    """Nobody could see what a rollback would bring back."""
    type_lines(session, "configure", "hostname leaf1", "end", "checkpoint one")
    assert "\nhostname leaf1\n" in session.execute("show checkpoint one")
    assert session.execute("show checkpoint") == session.execute("show checkpoint one")
    assert session.execute("show checkpoint two") == "% There is no checkpoint two\n"
    assert session.execute("no checkpoint one") == ""
    assert session.execute("no checkpoint one") == "% There is no checkpoint one\n"


def test_json_can_be_filed(session: Session) -> None:
    """A script would read back something else than JSON."""
    session.execute("show hostname | json > bootflash:told")
    assert json.loads(box_of(session).read_file("told") or "") == {"hostname": "switch"}
