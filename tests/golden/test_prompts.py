"""Every prompt is one that other people's automation waits for (device.md 1.9)."""

import re

import pytest

from licet.switch.grammar import TABLE, Mode
from licet.switch.session import Session
from support.terminal import Lab

# unicon.plugins, plugins/nxos/patterns.py; %N is the host name.
ENABLE = r"^(.*?)([Rr]outer|[Ss]witch|%N)(?!\(boot\))(\(standby\))?(\(maint-mode\))?#\s?$"
CONFIG = r"^(.*?)%N\(.*?(con|cfg|ipsec-profile)\S*\)#\s?$"
ENTER = {
    Mode.CONFIG: "configure terminal",
    Mode.CALLHOME: "callhome",
    Mode.VRF: "vrf context blue",
    Mode.INTERFACE: "interface mgmt0",
    Mode.TRUSTPOINT: "crypto ca trustpoint ca1",
}


def waits_for(pattern: str, host_name: str) -> re.Pattern[str]:
    """Return what automation waits for at a switch of a name."""
    return re.compile(pattern.replace("%N", re.escape(host_name)))


@pytest.mark.parametrize("host_name", ["switch", "leaf-1", "DC-DMZ"])
def test_every_mode_has_a_prompt_that_automation_knows(host_name: str) -> None:
    """A script would wait for a prompt that never comes."""
    session = Session(Lab().switch())
    session.execute("configure terminal")
    session.execute(f"hostname {host_name}")
    session.execute("end")
    assert waits_for(ENABLE, host_name).match(session.prompt)
    for mode, line in ENTER.items():
        session.execute(line)
        assert session.prompt == f"{host_name}{mode.value}# "
        assert waits_for(CONFIG, host_name).match(session.prompt)
        assert not waits_for(ENABLE, host_name).match(session.prompt)


def test_no_mode_was_forgotten() -> None:
    """A submode could be added whose prompt nobody tried."""
    assert {row.enters for row in TABLE if row.enters} <= set(ENTER)
    assert {*ENTER, Mode.EXEC} == set(Mode)


@pytest.mark.parametrize(
    "line", ["term length 0", "term width 511", "terminal session-timeout 0", "show version"]
)
def test_what_automation_types_first_is_taken(line: str) -> None:
    """Unicon would not connect: it types these before anything else."""
    session = Session(Lab().switch())
    session.execute(line)
    assert not session.refused


# genie.libs.parser, nxos/show_platform.py (ShowVersion): without the first it fails at the second.
PLATFORM = (
    r"^\s*Cisco +(?P<platform>[a-zA-Z]+) +Operating +System +\((?P<os>[A-Z\-]+)\)? +Software$"
)
HEADINGS = (PLATFORM, r"^\s*Software$", r"^\s*Hardware$")


def test_the_version_is_one_that_automation_reads() -> None:
    """PyATS would fail at `show version`, by which it learns what it talks to."""
    lines = Session(Lab().switch()).execute("show version").splitlines()
    at = [
        next(number for number, line in enumerate(lines) if re.match(pattern, line))
        for pattern in HEADINGS
    ]
    assert at == sorted(at)
    assert "no product of Cisco Systems, Inc." in lines[0]


@pytest.mark.parametrize("line", ["reload", "write erase"])
def test_a_question_is_one_that_automation_answers(line: str) -> None:
    """A script would hang at a question that it does not know."""
    session = Session(Lab().switch())
    session.execute(line)
    assert re.search(r"\(y/n\)\??\s+\[n\] $", session.prompt)
    session.execute("n")
    assert not session.asking
