"""One switch, one year, in the lab: how long virtual time takes.

Run `python bench/lab.py [YEARS]`. Three years are lived: one in which all is well, one out of
compliance, and one without a network. What bounds each is printed beside it: the messages that were
made and signed, and the snapshots that were saved.
"""

import sys
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

from licet.lab.lab import Lab
from licet.lab.player import play
from licet.lab.transcript import Transcript

SCRIPT = """
clock 2022-06-22 00:00:00
authority cloud
cloud address tools.cisco.com
cloud account Example domain example.com
cloud order LAN_ENTERPRISE_SERVICES_PKG quantity 1 kind PERPETUAL
cloud token days 30 as token1
switch switch1 pid N9K sn FDO1 jitter 0
switch1# configure terminal
switch1# license smart enable
switch1# callhome
switch1# destination-profile CiscoTAC-1 transport-method http
switch1# enable
switch1# exit
switch1# feature bgp
switch1# end
switch1# license smart register idtoken $token1
advance 1 minute
switch1# show license status
expect "Status: AUTHORIZED"
"""
# The level's own license was never bought: the switch is out of compliance.
SHORT = """
switch1# configure terminal
switch1# feature vpc
switch1# end
advance 1 minute
switch1# show license status
expect "Status: OUT OF COMPLIANCE"
"""


def prepared(*more: str) -> Lab:
    """Return a lab with one registered switch."""
    lab = Lab(Transcript(lambda _: None))
    play(lab, "\n".join((SCRIPT, *more)).splitlines(), name="bench")
    return lab


def measure(name: str, make: Callable[[], Lab], years: int) -> None:
    """Live some years and print what they took."""
    lab = make()
    machine = lab.benches["switch1"].machine
    attempts, saves = len(lab.world.journal.attempts), machine.disk.saves
    begun = perf_counter()
    lab.world.advance(timedelta(days=365 * years))
    took = perf_counter() - begun
    sent = len(lab.world.journal.attempts) - attempts
    print(
        f"{name:<22} {took / years:8.3f} s a year   {sent // years:6} messages   "
        f"{(machine.disk.saves - saves) // years:6} snapshots"
    )


def main(years: int = 1) -> None:
    """Measure and print."""
    measure("all is well", prepared, years)
    measure("out of compliance", lambda: prepared(SHORT), years)
    measure("without a network", lambda: prepared("network down"), years)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
