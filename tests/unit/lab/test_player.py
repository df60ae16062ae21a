"""Lines at work: each does what it says, and a wrong one says why and changes nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.lab import authority_lines, office_lines, on_prem_lines, paper_lines, world_lines
from licet.lab.cli import interact, main
from licet.lab.lab import Lab
from licet.lab.player import LAB_ROWS, ScriptStopped, do, play
from licet.lab.problems import LabError
from licet.lab.transcript import Transcript

PREPARED = """
clock 2022-06-22 09:00:00
authority cloud
cloud address tools.cisco.com
cloud account Example domain example.com
cloud order LAN_ENTERPRISE_SERVICES_PKG quantity 1 kind PERPETUAL
cloud token days 300 as token1
switch switch1 pid N9K sn FDO1 jitter 0
switch1# configure terminal
switch1# license smart enable
switch1# callhome
switch1# destination-profile CiscoTAC-1 transport-method http
switch1# enable
switch1# exit
switch1# feature bgp
switch1# end
"""
REGISTER = "switch1# license smart register idtoken $token1"
STATUS = "switch1# show license status"


class Played:
    """A lab that keeps what it showed."""

    def __init__(self, script: str = PREPARED) -> None:
        self.shown: list[str] = []
        self.lab = Lab(Transcript(self.shown.append))
        self.play(script)

    def play(self, script: str) -> str:
        """Play more lines, and return what was shown for them."""
        before = len(self.shown)
        play(self.lab, script.splitlines(), name="script")
        return "\n".join(self.shown[before:])

    def refused(self, line: str) -> str:
        """Return why a line is refused, and that the lab stands as before."""
        now, attempts = self.lab.world.clock.now, len(self.lab.world.journal.attempts)
        with pytest.raises(LabError) as raised:
            do(self.lab, line)
        assert self.lab.world.clock.now == now
        assert len(self.lab.world.journal.attempts) == attempts
        return str(raised.value)


@pytest.fixture
def played() -> Played:
    """Return a lab with a configured switch."""
    return Played()


def test_a_transcript_reads_as_a_terminal(played: Played) -> None:
    """A reader would see something else than a person at the switch."""
    shown = played.play("switch1# show clock\nadvance 1 hour\nswitch1# conf t\nswitch1# callhome")
    assert shown.splitlines()[0] == "switch1# show clock"
    assert "2022-06-22 09:00:00 lab> advance 1 hour" in shown
    assert shown.splitlines()[-1] == "switch1(config)# callhome"


def test_the_token_is_put_in_where_its_name_stands(played: Played) -> None:
    """A person would have to copy 172 characters into a script."""
    shown = played.play(f'{REGISTER}\n{STATUS}\nexpect "Status: AUTHORIZED"')
    assert played.lab.names["token1"] in shown
    assert "$token1" not in shown


def test_console_lines_stand_where_they_happen(played: Played) -> None:
    """Nobody would see when a switch said something."""
    shown = played.play(f"{REGISTER}\nadvance 31 days").splitlines()
    place = shown.index("2022-06-22 09:00:00 lab> advance 31 days")
    assert shown[place + 1].startswith("2022 Jul 22 09:00:00 switch1 %LICMGR-6-")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("clock 2023-01-01", "the clock is set before anything else"),
        ("authority cloud", "there is a cloud already"),
        ("authority advance", "'advance' begins other lines"),
        ("switch cloud pid A sn B", "there is a cloud already"),
        ("switch switch2 pid ! sn B", "product id '!' is not valid"),
        ("switch2# show clock", "there is no switch called switch2; known switches: switch1"),
        ("switch1(config)# show clock", "the prompt is 'switch1#' there"),
        ("switch1# license smart register idtoken $token9", "known names: $token1"),
        ("restart switch9", "there is no switch called switch9"),
        ("network down switch9", "there is no switch called switch9"),
        ("lose next answer of switch9", "there is no switch called switch9"),
        ("jump nobody +1 day", "known names: cloud, switch1"),
        ("jump switch1 -9000 weeks", "a clock cannot be set to"),
        ("advance to 2021-01-01", "time only goes on"),
        ("advance 99999999 days", "further than the calendar goes"),
        ("cloud order NONSENSE quantity 1 kind PERPETUAL", "the catalog has no NONSENSE; it has: "),
        ("cloud order MPLS_PKG quantity 1 kind RENTED", "expected 'PERPETUAL', 'TERM'"),
        ("cloud token days 999 as t", "365"),
        ("cloud token days 9 in Nowhere as t", "there is no virtual account called 'Nowhere'"),
        ("cloud account example domain other.example.com", "xample"),
        ("cloud policy nonsense 5", "it has authorization_every_s"),
        ("cloud policy deadline_offset_s 999999999", "at the most"),
        ("cloud remove instance switch1", "no product instance is registered for PID:N9K,SN:FDO1"),
        ("cloud keep instance switch1", "no product instance is registered"),
        ("cloud revoke token9", "there is no token 'token9'"),
        ("cloud order MPLS_PKG quantity 1 kind TERM", "needs an end"),
        ("cloud order MPLS_PKG quantity 1 kind TERM for 9999999 days", "ate"),
        ("cloud transfer MPLS_PKG quantity 1 from Default to Default", "already"),
        ("cloud explode", "word 2: expected 'address'"),
        ("nonsense", "word 1: expected 'clock'"),
        ('expect "thunder"', "expected to see 'thunder'"),
        ('say "open', "a closing double quote"),
    ],
)
def test_a_line_that_cannot_be_done_says_why(played: Played, line: str, complaint: str) -> None:
    """A person would not know what to write instead."""
    assert complaint in played.refused(line)


def test_an_authority_without_an_account_says_what_to_do() -> None:
    """The first line of a beginner would end in a traceback."""
    played = Played("authority cloud")
    for line in ("show licenses", "token days 3 as t", "virtual-account X"):
        assert "open an account first: cloud account NAME" in played.refused(f"cloud {line}")


def test_expectations_look_at_what_was_printed_last(played: Played) -> None:
    """A script could not prove anything."""
    played.play(f"{STATUS}\nexpect UNREGISTERED\nexpect not REGISTERED:")
    refused = played.refused("expect not UNREGISTERED")
    assert "what was printed last:" in refused
    assert "    Smart Licensing is ENABLED" in refused


def test_the_clock_begins_somewhere() -> None:
    """A person would have to set a clock before the first try."""
    played = Played("authority cloud")
    assert "2026-01-01" in played.play("time")


def test_a_lost_answer_is_found_again(played: Played) -> None:
    """The demonstration of the hardest fault would show two instances, or none."""
    shown = played.play(
        f"lose next answer\n{REGISTER}\nadvance 16 minutes\n{STATUS}\n"
        'expect "Status: REGISTERED"\ncloud show instances'
    )
    assert shown.count("PID:N9K,SN:FDO1") == 1


@pytest.mark.parametrize("how", ["restart", "reboot"])
def test_a_restart_keeps_state_and_configuration(played: Played, how: str) -> None:
    """A switch would forget its registration."""
    played.play(
        f"{REGISTER}\nadvance 1 day\n{how} switch1\nadvance 31 days\n{STATUS}\n"
        'expect "SUCCEEDED on Jul 22"\nswitch1# show running-config callhome\nexpect enable'
    )


def test_a_restart_in_the_middle_of_an_exchange(played: Played) -> None:
    """What was on its way would be delivered to a process that is gone."""
    played.play(
        f"latency 5 seconds\n{REGISTER}\nadvance 7 seconds\nrestart switch1\nadvance 1 minute\n"
        f'{STATUS}\nexpect "Status: REGISTERED"\ncloud show tokens\nexpect "1 of unlimited"'
    )


def test_faults_hit_the_next_message(played: Played) -> None:
    """A fault in a script would do nothing."""
    played.play(f"{REGISTER}\nduplicate next request\nreorder next request of switch1")
    assert len(played.lab.world.network.faults) == 2
    played.play("delay next answer by 2 minutes\nswitch1# license smart renew auth")
    assert len(played.lab.world.network.faults) == 0
    played.play(f"advance 3 minutes\n{STATUS}")
    assert "Last Communication Attempt: FAILED" in played.lab.last_output


def test_a_wrong_clock_is_healed_by_contact(played: Played) -> None:
    """A jump in a script would not be what the agent sees."""
    played.play(f"{REGISTER}\njump switch1 +2 days\nadvance 1 second\ntime")
    assert re.search(r"switch1 +2022-06-24 09:00:01", played.lab.last_output)
    played.play("jump cloud +1 hour\nswitch1# license smart renew auth\nadvance 1 minute")
    played.play(f'{STATUS}\nexpect "Last Communication Attempt: SUCCEEDED"')


def test_an_administrator_removes_and_explains(played: Played) -> None:
    """The authority's lines would do nothing."""
    played.play(f"{REGISTER}\nadvance 1 minute\ncloud explain switch1")
    assert "ok  the account of the ID token: 'Example'" in played.lab.last_output
    played.play("cloud remove instance switch1\ncloud show instances\nexpect (none)")
    played.play("switch1# license smart renew auth")
    played.play(f'{STATUS}\nexpect "Please re-register the instance"')
    played.play('cloud show events\nexpect "was removed"')


def test_licenses_and_instances_move_between_virtual_accounts(played: Played) -> None:
    """Licenses in the wrong virtual account could not be shown, nor the remedy."""
    played.play(
        f"{REGISTER}\nadvance 1 minute\ncloud virtual-account Lab\n"
        "cloud transfer LAN_ENTERPRISE_SERVICES_PKG quantity 1 from Default to Lab\n"
        'cloud show licenses\nexpect "-1"\ncloud explain switch1\nexpect Lab\n'
        "cloud move instance switch1 to Lab\nswitch1# license smart renew auth\n"
        f"advance 1 minute\n{STATUS}\n"
        'expect "Virtual Account: Lab"\nexpect "Status: AUTHORIZED"'
    )


def test_a_revoked_token_registers_nothing(played: Played) -> None:
    """A revocation in a script would not be one."""
    played.play(f"cloud revoke token1\n{REGISTER}\nadvance 1 minute\n{STATUS}")
    assert "The ID token was revoked" in played.lab.last_output
    assert "there is no token" in played.refused("cloud revoke token1")


def test_a_license_that_ends_leaves_its_users_out(played: Played) -> None:
    """A subscription in a script would never end."""
    played.play(
        "switch1# configure terminal\nswitch1# feature itd\nswitch1# end\n"
        "cloud order NETWORK_SERVICES_PKG quantity 1 kind SUBSCRIPTION for 60 days\n"
        f'{REGISTER}\nadvance 1 minute\n{STATUS}\nexpect "Status: AUTHORIZED"\n'
        f'advance 91 days\n{STATUS}\nexpect "Status: OUT OF COMPLIANCE"'
    )


@pytest.mark.parametrize("what", ["root", "issuer", "tokens"])
def test_rotations_lose_nobody(played: Played, what: str) -> None:
    """A rotation would need a visit to the switch."""
    played.play(f"{REGISTER}\ncloud rotate {what}\nadvance 31 days\n{STATUS}")
    played.play('expect "SUCCEEDED on Jul 22"\ncloud token days 3 as token2')


def test_a_name_that_is_unmapped_is_gone(played: Played) -> None:
    """An operator's mapping could not be taken back."""
    played.play(f"cloud no address tools.cisco.com\n{REGISTER}\n{STATUS}")
    assert "Unable to resolve server hostname/domain name" in played.lab.last_output


def test_help_lists_every_line(played: Played) -> None:
    """A line that can be typed would be found by nobody."""
    played.play("help")
    listed = [("", row.pattern) for row in LAB_ROWS]
    listed += [("MANAGER ", row.pattern) for row in authority_lines.ROWS]
    listed += [("ON-PREM ", row.pattern) for row in on_prem_lines.ROWS]
    listed += [("MANAGER|ON-PREM ", row.pattern) for row in office_lines.ROWS]
    for whose, pattern in listed:
        assert f"{whose}{pattern}\n" in played.lab.last_output
    assert len(LAB_ROWS) == len(world_lines.ROWS) + len(paper_lines.ROWS) + 1


def test_a_console_takes_every_line_until_exit(played: Played) -> None:
    """A person would have to write the prompt before every line."""
    played.play("connect switch1\nshow clock\n~ advance 1 hour\nconf t\nexit\nexit\ntime")
    assert played.lab.connected is None
    assert "true time  2022-06-22 10:00:00" in played.lab.last_output


def test_a_script_stops_at_its_line() -> None:
    """A script that went wrong would go on, or would not say where."""
    with pytest.raises(ScriptStopped, match="script:3: word 2: expected a length of time"):
        Played("clock 2022-06-22\n# a comment\nadvance slowly\nsay never")


@pytest.mark.parametrize(
    ("script", "status", "complaint"),
    [
        ("clock 2022-06-22\nquit\nnonsense", 0, ""),
        ("clock 2022-06-22\n\nnonsense\n", 1, "bad.lab:3: word 1: expected"),
        ('authority cloud\nexpect "thunder"\n', 1, "bad.lab:2: expected to see 'thunder'"),
    ],
)
def test_a_script_from_a_file(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    script: str,
    status: int,
    complaint: str,
) -> None:
    """A failed tutorial would pass in CI."""
    file = tmp_path / "bad.lab"
    file.write_text(script, encoding="utf-8")
    assert main(["run", str(file)]) == status
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("data", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes | None
) -> None:
    """A wrong name would end in a traceback."""
    file = tmp_path / "absent.lab"
    if data is not None:
        file.write_bytes(data)
    assert main(["run", str(file)]) == 2
    assert "absent.lab cannot be read" in capsys.readouterr().err


def test_the_prompt_goes_on_after_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """A typing error would end the lab."""
    typed: Iterator[str] = iter(["nonsense", "authority cloud", "", "quit", "never"])
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return next(typed)

    assert interact(ask=ask) == 0
    assert "% word 1: expected 'clock'" in capsys.readouterr().out
    assert prompts[0] == "lab> "
    assert prompts[2] == "2026-01-01 00:00:00 lab> "
    assert next(typed) == "never"


def test_the_end_of_the_input_ends_the_lab() -> None:
    """Ctrl-D would do nothing, or Ctrl-C would end everything."""
    typed = iter([KeyboardInterrupt, EOFError])

    def ask(_: str) -> str:
        raise next(typed)

    assert interact(ask=ask) == 0
    assert next(typed, None) is None
