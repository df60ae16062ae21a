"""Random lines at a lab: nothing breaks, nothing is counted wrongly, and everybody comes back."""

import contextlib
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from licet.agent.tables import Authorization, Registration
from licet.lab.lab import Lab
from licet.lab.player import do, play
from licet.lab.problems import LabError
from licet.lab.transcript import Transcript
from licet.switch.features import TAGS

PREPARED = """
clock 2022-06-22 09:00:00
authority cloud
cloud address tools.cisco.com
cloud policy certificate_offset_s 3600
cloud account Example domain example.com
cloud order LAN_ENTERPRISE_SERVICES_PKG quantity 1 kind PERPETUAL
cloud token days 365 as token1
"""
SWITCH = """
switch {0} pid N9K sn {0} jitter 60
{0}# configure terminal
{0}# license smart enable
{0}# callhome
{0}# destination-profile CiscoTAC-1 transport-method http
{0}# enable
{0}# exit
{0}# feature bgp
{0}# end
{0}# license smart register idtoken $token1
"""
LINES = (
    "network down",
    "network up",
    "network down switch1",
    "network up switch1",
    "latency 0 seconds",
    "latency 4 seconds",
    "latency 45 seconds",
    "lose next request",
    "lose next answer",
    "duplicate next request",
    "delay next request by 2 minutes",
    "delay next answer by 90 seconds",
    "reorder next request",
    "restart switch1",
    "restart switch2",
    "reboot switch1",
    "reboot switch2",
    "jump switch1 +1 hour",
    "jump switch1 -2 hours",
    "jump switch2 +3 days",
    "jump switch2 -3 days",
    "advance 1 second",
    "advance 30 seconds",
    "advance 13 hours",
    "advance 10 days",
    "advance 31 days",
    "switch1# license smart renew auth",
    "switch1# license smart renew id",
    "switch2# license smart renew auth",
    "switch1# license smart register idtoken $token1",
    "switch1# license smart register idtoken $token1 force",
    "switch2# license smart deregister",
    "switch2# license smart register idtoken $token1",
    "switch2# configure terminal",
    "switch2# feature itd",
    "switch2# no feature itd",
    "switch2# no feature bgp",
    "switch2# feature bgp",
    "cloud remove instance switch2",
    "cloud rotate root",
    "cloud rotate issuer",
)
# Where a product stands that was answered.
GOOD = (Authorization.AUTHORIZED, Authorization.OUT_OF_COMPLIANCE, Authorization.NONE)
HEALED = """
network up
network up switch1
latency 0 seconds
advance 40 days
"""


def prepared(seed: int) -> Lab:
    """Return a lab with two switches that register."""
    lab = Lab(Transcript(lambda _: None), seed=str(seed))
    lines = PREPARED + SWITCH.format("switch1") + SWITCH.format("switch2")
    play(lab, lines.splitlines(), name="prepared")
    return lab


def check_counts(lab: Lab) -> None:
    """Pass if every pool's counter is what its instances use."""
    office = lab.offices["cloud"]
    store = office.authority.store
    for place in office.places():
        listed = store.list_instances(place.id).items
        for tag in TAGS.values():
            used = sum(usage.count for each in listed for usage in each.usage if usage.tag == tag)
            with store.begin() as work:
                assert work.pool(place.id, tag).in_use == used


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(st.sampled_from(LINES), max_size=25), st.integers(0, 3))
@example(["lose next answer", "switch1# license smart renew id", "reboot switch1"], 0)
@example(["jump switch2 +3 days", "cloud rotate root", "cloud rotate root", "advance 31 days"], 0)
def test_whatever_is_typed_the_lab_goes_on_and_devices_come_back(
    lines: list[str], seed: int
) -> None:
    """Some row of faults would lock a product out, count a license twice, or break the lab."""
    lab = prepared(seed)
    for line in lines:
        with contextlib.suppress(LabError):  # such as an instance that is gone already
            do(lab, line)
        check_counts(lab)
    for bench in lab.benches.values():
        lab.world.jump(bench.name, -bench.machine.clock.offset)
    play(lab, HEALED.splitlines(), name="healed")
    check_counts(lab)
    for bench in lab.benches.values():
        view = bench.switch.view()
        assert bench.machine.next_due() is not None or not view.enabled
        if view.registration.state is Registration.COMPLETE:
            last = view.authorization.last
            assert last is not None
            assert view.at - last.at < timedelta(days=31)
            if "re-register" in last.reason:
                continue  # an administrator removed it
            assert last.ok, last
            assert view.authorization.state in GOOD
