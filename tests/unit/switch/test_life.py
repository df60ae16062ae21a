"""A switch at a real authority: what is typed, and what the agent makes of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from licet.agent.events import Notice
from licet.agent.tables import Authorization, Registration
from licet.endpoint.endpoint import Call
from licet.kernel.ids import Tag
from licet.kernel.time import HOUR, MINUTE, SECOND
from licet.ledger.model import License
from licet.switch.commands import REGISTERING
from licet.switch.configuration import DIRECT_URL, FACTORY
from licet.switch.features import TAGS
from licet.switch.roads.faults import NOT_SENT, RESPONSE_ERROR
from licet.switch.session import Session
from licet.switch.switch import Switch
from licet.switch.syslog import KINDS
from support.harness import Authority
from support.terminal import BOOT, DIRECT, NOWHERE, Lab, type_lines

ESSENTIALS, ADVANTAGE = TAGS["NXOS_ESSENTIALS"], TAGS["NXOS_ADVANTAGE"]
LAN = TAGS["LAN_ENTERPRISE_SERVICES_PKG"]


class Site:
    """A switch, configured as the source document says, and an authority at the direct URL."""

    def __init__(self, *, connected: bool = True) -> None:
        self.authority = Authority()
        with self.authority.store.begin() as work:
            for name, tag in TAGS.items():
                work.put_license(License(tag, name.title(), f"All of {name}"))
            work.commit()
        self.lab = Lab()
        if connected:
            self.connect()
        self.switch = self.lab.switch()
        self.session = Session(self.switch)
        type_lines(self.session, *DIRECT, "end")

    def connect(self) -> None:
        """Let the authority answer at the direct URL."""
        self.lab.servers[DIRECT_URL] = self._answer

    def _answer(self, data: bytes, at: datetime) -> bytes:
        [reply] = self.authority.endpoint.handle([Call(data)], now=at)
        return reply.data

    def register(self, *words: str) -> str:
        """Type the registration with a new token."""
        token = self.authority.token(now=BOOT)
        return self.session.execute(" ".join(("license smart register idtoken", token, *words)))

    def used(self) -> dict[Tag, int]:
        """Return the entitlements that the agent was asked for."""
        return {used.tag: used.count for used in self.switch.view().entitlements}

    def log(self) -> str:
        """Return the log."""
        return self.session.execute("show logging logfile")

    def wait(self, length: timedelta) -> None:
        """Let time pass."""
        self.lab.wait(self.switch, length)


def test_registering_gets_the_reply_and_the_state() -> None:
    """The source document's registration, typed, would not register the switch."""
    site = Site()
    assert site.register() == REGISTERING
    assert site.switch.view().registration.state is Registration.COMPLETE
    shown = site.session.execute("show license status")
    assert "  Status: REGISTERED\n  Smart Account: Example\n  Virtual Account: Default\n" in shown
    assert site.register() == "% The agent is already registered\n"
    assert site.register("force") == REGISTERING
    assert "LOG_SMART_LIC_AGENT_REG_SUCCESS" in site.log()


def test_features_use_licenses() -> None:
    """A feature would run without its license, or two features of a package would use two."""
    site = Site()
    for tag in (LAN, ESSENTIALS):
        site.authority.give(tag, 1)
    site.register()
    type_lines(site.session, "configure terminal", "feature bgp", "feature ospf", "feature hsrp")
    site.wait(2 * SECOND)
    assert site.used() == {LAN: 1, ESSENTIALS: 1}
    assert site.switch.view().authorization.state is Authorization.AUTHORIZED
    assert "All of LAN_ENTERPRISE_SERVICES_PKG" in site.session.execute("show license usage")
    type_lines(site.session, "no feature bgp")
    assert site.used() == {LAN: 1, ESSENTIALS: 1}
    type_lines(site.session, "no feature ospf", "no feature ospf", "feature lacp")
    assert site.used() == {ESSENTIALS: 1}


def test_the_license_level_can_be_set_right() -> None:
    """A switch with the wrong license level would stay out of compliance."""
    site = Site()
    site.authority.give(ADVANTAGE, 1)
    site.register()
    type_lines(site.session, "configure terminal", "feature vpc")
    site.wait(2 * SECOND)
    assert site.switch.view().authorization.state is Authorization.OUT_OF_COMPLIANCE
    type_lines(site.session, "license level advantage")
    site.wait(2 * SECOND)
    assert site.used() == {ADVANTAGE: 1}
    assert site.switch.view().authorization.state is Authorization.AUTHORIZED
    type_lines(site.session, "no license level")
    assert site.used() == {ESSENTIALS: 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("no enable", NOT_SENT),
        ("no destination-profile CiscoTAC-1 transport-method http", NOT_SENT),
        (f"no destination-profile CiscoTAC-1 http {DIRECT_URL}", NOT_SENT),
        (
            f"destination-profile CiscoTAC-1 index 1 http {DIRECT_URL.replace('https', 'http')}",
            RESPONSE_ERROR,
        ),
        ("destination-profile CiscoTAC-1 http https://192.0.2.1/", NOWHERE.reason),
    ],
)
def test_a_wrong_configuration_is_told_as_the_reason(line: str, reason: str) -> None:
    """An operator would not see why his switch does not register."""
    site = Site()
    type_lines(site.session, "configure terminal", "callhome", line, "end")
    assert site.register() == REGISTERING
    shown = site.session.execute("show license status")
    assert "  Status: UNREGISTERED - REGISTRATION FAILED\n" in shown
    assert f"    Failure reason: {reason}\n" in shown
    assert "  Next Registration Attempt: Jun 22 16:15:00 2022 UTC\n" in shown
    assert (
        f"%LICMGR-3-LOG_SMART_LIC_COMM_FAILED: {KINDS[Notice.COMMUNICATION_FAILURE].text} : "
        in (site.log())
    )


def test_the_remedy_for_http_registers_the_switch() -> None:
    """Scenario 2's remedy would not help before somebody typed the registration again."""
    site = Site()
    http = DIRECT_URL.replace("https", "http")
    type_lines(
        site.session,
        "configure terminal",
        "callhome",
        f"destination-profile CiscoTAC-1 index 1 http {http}",
        "no enable",
        "end",
    )
    site.register()
    assert site.switch.view().registration.state is Registration.RETRY
    type_lines(
        site.session,
        "configure terminal",
        "callhome",
        "enable",
        "destination-profile CiscoTAC-1 transport-method http",
        f"no destination-profile CiscoTAC-1 index 1 http {http}",
        f"destination-profile CiscoTAC-1 http {DIRECT_URL}",
    )
    site.wait(15 * MINUTE)
    assert site.switch.view().registration.state is Registration.COMPLETE


def test_renewals_are_made_at_once() -> None:
    """What an administrator changed would be heard of a month later."""
    site = Site()
    assert site.session.execute("license smart renew auth") == "% Smart Agent not registered\n"
    site.register()
    site.wait(HOUR)
    for line in ("license smart renew auth", "license smart renew id"):
        assert site.session.execute(line).startswith("Initiated ")
    view = site.switch.view()
    assert view.authorization.last is not None
    assert view.registration.last_renewal is not None
    assert view.authorization.last.at == view.registration.last_renewal.at == view.at


def test_deregistering_twice_says_the_phrase() -> None:
    """Automation that waits for the phrase would hang (device.md 1.2)."""
    site = Site()
    site.register()
    assert site.session.execute("license smart deregister") == ""
    assert "Smart Agent not registered" in site.session.execute("license smart deregister")


def test_smart_licensing_can_be_turned_off() -> None:
    """A switch would go on retrying after smart licensing was turned off."""
    site = Site(connected=False)
    site.register()
    type_lines(site.session, "configure terminal", "no license smart enable")
    assert site.session.execute("show license status") == "\nSmart Licensing is DISABLED\n"
    assert "license smart enable" not in site.session.execute("show running-config")
    assert site.session.execute("license smart register idtoken x") == (
        "% Smart Agent not enabled\n"
    )
    posted = len(site.lab.posted)
    site.wait(5 * HOUR)
    assert len(site.lab.posted) == posted


def test_turning_it_off_evaluates_nothing() -> None:
    """Whoever reads the log would look for an evaluation that never was."""
    site = Site()
    site.register()
    type_lines(site.session, "configure terminal", "feature bgp")
    site.wait(2 * SECOND)
    site.session.execute("clear logging logfile")
    type_lines(site.session, "no license smart enable")
    assert "EVAL" not in site.log().upper()
    assert "AGENT_DISABLED" in site.log()


def test_the_host_name_is_told_to_the_agent() -> None:
    """The authority would list the switch under another name than its prompt."""
    site = Site()
    assert site.switch.view().host_name == "switch"
    type_lines(site.session, "configure terminal", "hostname leaf-1")
    assert site.switch.view().host_name == "leaf-1"
    type_lines(site.session, "no hostname")
    assert site.switch.view().host_name == "switch"


def restarted(site: Site, switch: Switch) -> Switch:
    """Return a switch that booted from the disk with another one's configuration."""
    return site.lab.switch(switch.configuration)


def test_a_restart_changes_nothing() -> None:
    """A restart would release licenses, or lose the registration."""
    site = Site()
    site.authority.give(LAN, 1)
    site.register()
    type_lines(site.session, "configure terminal", "feature bgp", "end")
    site.wait(2 * SECOND)
    before = site.switch.view()
    again = restarted(site, site.switch)
    again.runtime.tick()
    assert again.view() == before
    assert Session(again).execute("show running-config") == (
        site.session.execute("show running-config")
    )


def test_a_lost_configuration_never_deregisters() -> None:
    """A reboot without saving would end the registration, which nobody asked for."""
    site = Site()
    site.register()
    type_lines(site.session, "configure terminal", "feature bgp", "end")
    site.wait(2 * SECOND)
    again = site.lab.switch(FACTORY)
    assert again.view().registration.state is Registration.COMPLETE
    assert again.configuration == replace(FACTORY, smart=True)
    assert again.view().entitlements == ()


def test_a_booted_configuration_is_put_in_force() -> None:
    """A switch that boots with a configuration would not use the licenses of its features."""
    configuration = replace(FACTORY, smart=True, features=frozenset({"bgp"}), host_name="leaf-1")
    switch = Lab().switch(configuration)
    view = switch.view()
    assert (view.enabled, view.host_name) == (True, "leaf-1")
    assert [(used.tag, used.count) for used in view.entitlements] == [(LAN, 1)]


def test_every_notice_has_its_line() -> None:
    """A notification would stop the switch that logs it."""
    assert KINDS.keys() == set(Notice)
    assert [kind.mnemonic for kind in KINDS.values() if kind.mark == "V"] == ["COMM_FAILED"]


def test_two_sessions_have_their_own_modes() -> None:
    """One operator's `exit` would move another one's prompt."""
    switch = Lab().switch()
    first, second = Session(switch), Session(switch)
    first.execute("configure terminal")
    first.execute("hostname shared")
    assert (first.prompt, second.prompt) == ("shared(config)# ", "shared# ")
