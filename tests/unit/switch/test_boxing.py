"""Saving, erasing, restarting, going back, and what is set for one session."""

import pytest

from licet.kernel.ids import Udi
from licet.switch.box import MemoryBox
from licet.switch.boxing import CHECKPOINTS_MAX
from licet.switch.session import Session
from licet.switch.show import box as shown
from licet.switch.show.misc import Uptime
from support.terminal import Lab, box_of, type_lines


@pytest.fixture
def session() -> Session:
    """A terminal at a switch that never saved anything."""
    return Session(Lab().switch())


def test_what_is_copied_is_what_the_next_boot_begins_with(session: Session) -> None:
    """An operator would save his work and find it gone after a reload."""
    assert session.execute("show startup-config") == "No startup configuration\n"
    type_lines(session, "configure", "hostname leaf1", "feature bgp", "end")
    assert session.execute("copy running-config startup-config").endswith("Copy complete.\n")
    saved = session.execute("show startup-config")
    assert "\nhostname leaf1\n" in saved
    assert "\nfeature bgp\n" in saved


def test_only_yes_erases(session: Session) -> None:
    """A slip of the finger would cost the configuration."""
    session.execute("copy running-config startup-config")
    asked = session.execute("write erase")
    assert asked == "Warning: This command will erase the startup-configuration.\n"
    assert session.prompt == "Do you wish to proceed anyway? (y/n)  [n] "
    asking = [session.asking]
    assert session.execute("") == ""
    assert [*asking, session.asking] == [True, False]
    assert box_of(session).startup() is not None
    session.execute("write erase")
    session.execute("y")
    assert box_of(session).startup() is None


def test_a_reload_asks_and_tells_of_what_was_not_saved(session: Session) -> None:
    """A switch would be restarted by a word, or without what was configured last."""
    assert session.execute("reload") == "!!!WARNING! there is unsaved configuration!!!\n"
    session.execute("n")
    assert box_of(session).reloads == 0
    session.execute("copy running-config startup-config")
    assert session.execute("reload") == ""
    session.execute("y")
    assert box_of(session).reloads == 1


def test_a_full_disk_is_told(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator would believe that his work was saved."""

    def full(_: MemoryBox, *_args: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MemoryBox, "save_startup", full)
    monkeypatch.setattr(MemoryBox, "save_checkpoint", full)
    assert "was not saved: No space" in session.execute("copy running-config startup-config")
    assert "was not kept: No space" in session.execute("checkpoint")


def test_a_rollback_goes_back_to_all_of_it(session: Session) -> None:
    """Half of an earlier configuration would be mixed with half of the later one."""
    type_lines(session, "configure", "hostname leaf1", "feature bgp", "callhome")
    type_lines(session, "email-contact ops@example.com", "end")
    assert "before created Successfully" in session.execute("checkpoint before")
    earlier = session.execute("show running-config | exclude ^!")
    type_lines(session, "configure", "hostname other", "no feature bgp", "feature ospf", "callhome")
    type_lines(session, "no email-contact", "site-id 9", "end")
    done = session.execute("rollback running-config checkpoint before")
    assert done == "Rollback completed successfully.\n"
    assert session.execute("show running-config | exclude ^!") == earlier
    refused = session.execute("rollback running-config checkpoint never")
    assert refused == "% There is no checkpoint never\n"


def test_checkpoints_have_names_and_an_end(session: Session) -> None:
    """A script that makes one an hour would fill the disk."""
    for number in range(1, CHECKPOINTS_MAX + 1):
        assert session.execute("checkpoint").startswith(f"user-checkpoint-{number} created")
    assert f"There are {CHECKPOINTS_MAX} checkpoints" in session.execute("checkpoint")
    assert "user-checkpoint-1 created" in session.execute("checkpoint user-checkpoint-1")
    assert "1) user-checkpoint-2:" in session.execute("show checkpoint summary")
    session.execute("clear checkpoint database")
    assert box_of(session).checkpoints() == {}


def test_settings_are_of_one_session(session: Session) -> None:
    """One operator would turn off another one's pages."""
    other = Session(session._terminal.switch)
    type_lines(session, "terminal length 0", "terminal session-timeout 5", "terminal monitor")
    assert (session.page, session.timeout_min, session.monitors) == (0, 5, True)
    assert (other.page, other.timeout_min, other.monitors) == (None, 0, False)
    type_lines(session, "terminal no monitor", "terminal width 132")
    assert not session.monitors


def test_what_the_box_is(session: Session) -> None:
    """A script that reads serial numbers would find none."""
    udi = Udi("N9K-C93180YC-EX", "FDO21120U5B")
    assert "PID: N9K-C93180YC-EX" in shown.inventory(udi)
    assert "SN: FDO21120U5B\n" in session.execute("show inventory")
    assert session.execute("show license udi") == "UDI: PID:N9K-C93180YC-EX,SN:FDO21120U5B\n"
    assert session.execute("show license host-id") == "License hostid: VDH=FDO21120U5B\n"
    assert session.execute("show hostname") == "switch\n"
    up = shown.version(udi, "leaf1", Uptime(1, 2, 3, 4))
    assert up.endswith("Kernel uptime is 1 day(s), 2 hour(s), 3 minute(s), 4 second(s)\n")
    assert "no product of Cisco" in session.execute("show version")


def test_names_and_vrfs(session: Session) -> None:
    """Nobody could see why a name leads nowhere."""
    lines = (
        "ip host one.example.com 192.0.2.1",
        "ip name-server 192.0.2.53",
        "no ip domain-lookup",
    )
    type_lines(session, "configure", *lines, "end")
    printed = session.execute("show hosts")
    assert "DNS lookup disabled\n" in printed
    assert "are 192.0.2.53\n" in printed
    assert f"{'one.example.com':<36}192.0.2.1\n" in printed
    assert "management" in session.execute("show vrf")
    assert session.execute("show crypto ca trustpoints") == ""
    assert session.execute("show crypto ca certificates") == ""


def test_all_of_licensing(session: Session) -> None:
    """What support asks for first would be spread over five commands."""
    assert session.execute("show license all") == session.execute("show license status")
    type_lines(session, "configure", "license smart enable", "feature bgp", "end")
    printed = session.execute("show license all")
    assert session.execute("show license status") in printed
    assert "(LAN_ENTERPRISE_SERVICES_PKG):\n" in printed
    assert "UDI: PID:N9K-C93180YC-EX,SN:FDO21120U5B\n" in printed


def test_call_home_is_shown(session: Session) -> None:
    """Nobody could see by which road a switch goes, and through whom."""
    assert session.execute("show callhome").startswith("callhome disabled\nCallhome Information:\n")
    lines = ("callhome", "email-contact a@example.com", "streetaddress ST3, RD 4", "enable")
    type_lines(session, "configure", *lines, "transport http use-vrf management")
    type_lines(session, "transport http proxy server proxy.example.com port 3128")
    type_lines(session, "transport http proxy enable", "licet plain-http", "end")
    printed = session.execute("show callhome")
    assert printed.startswith("callhome enabled\n")
    assert "\ncontact person's email:a@example.com\n" in printed
    assert "\nstreet addr:ST3, RD 4\n" in printed
    assert session.execute("show callhome transport").endswith(
        "http proxy server:proxy.example.com\nhttp proxy server port:3128\n"
        "http proxy status:Enabled\n\nplain http to an on-prem:allowed (licet plain-http)\n"
    )
    profile = session.execute("show callhome destination-profile")
    assert "url addresses configured:\nhttps://tools.cisco.com/" in profile
