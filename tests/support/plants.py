"""Labs with a manager, on-prems and switches behind them, for tests that play lines."""

from licet.lab.lab import Lab
from licet.lab.office import Office
from licet.lab.player import play
from licet.lab.transcript import Transcript
from licet.ledger.pools import purchased

MANAGER = """
clock 2026-11-01 08:00:00
authority cloud
cloud address tools.cisco.com
cloud account Example domain example.com
cloud order LAN_ENTERPRISE_SERVICES_PKG quantity 10 kind PERPETUAL
"""
ON_PREM = """
cloud virtual-account {place}
cloud transfer LAN_ENTERPRISE_SERVICES_PKG quantity {licenses} from Default to {place}
cloud invite {place} removal {removal} as code-{name}
on-prem {name}
{name} address {name}.example.com
{name} request {name} smart-account Example virtual-account {place}
{name} approve
{name} register code $code-{name} at https://tools.cisco.com
expect "done: registered"
{name} token days 365 as token-{name}
"""
SWITCH = """
switch {0} pid N9K sn FDO{1} jitter 0
{0}# configure terminal
{0}# license smart enable
{0}# callhome
{0}# destination-profile CiscoTAC-1 transport-method http
{0}# enable
{0}# exit
{0}# feature bgp
{0}# end
"""
AT_THE_MANAGER = "https://tools.cisco.com/its/service/oddce/services/DDCEService"


class Played:
    """A lab that keeps what it showed."""

    def __init__(self, script: str = MANAGER, *, seed: str = "licet") -> None:
        self.shown: list[str] = []
        self.lab = Lab(Transcript(self.shown.append), seed=seed)
        self.play(script)

    def play(self, script: str) -> str:
        """Play more lines, and return what was shown for them."""
        before = len(self.shown)
        play(self.lab, script.splitlines(), name="script")
        return "\n".join(self.shown[before:])

    def ask(self, line: str) -> str:
        """Play one line, and return what it printed."""
        self.play(line)
        return self.lab.last_output

    def found(self, name: str, place: str, *, licenses: int = 1, removal: int = 90) -> None:
        """Found an on-prem that is registered into a virtual account, and synchronized."""
        self.play(ON_PREM.format(name=name, place=place, licenses=licenses, removal=removal))

    def register(self, switch: str, token: str, url: str, how: str = "") -> None:
        """Let a switch register at an address, by a token that is kept under a name."""
        if switch not in self.lab.benches:
            self.play(SWITCH.format(switch, switch[-1]))
        self.play(
            f"{switch}# configure terminal\n{switch}# callhome\n"
            f"{switch}# destination-profile CiscoTAC-1 index 1 http {url}\n{switch}# end\n"
            f"{switch}# license smart register idtoken ${token} {how}\nadvance 1 minute"
        )

    def behind(self, switch: str, name: str, how: str = "") -> None:
        """Let a switch register at an on-prem."""
        url = f"https://{name}.example.com/Transportgateway/services/DeviceRequestHandler"
        self.register(switch, f"token-{name}", url, how)

    def status(self, switch: str) -> str:
        """Return what a switch says of its licenses."""
        return self.ask(f"{switch}# show license status")

    def books(self, name: str) -> dict[str, tuple[int, int]]:
        """Return by virtual account how many licenses count, and how many are in use."""
        lab = self.lab
        office: Office = lab.offices[name] if name in lab.offices else lab.plants[name].office
        found = {}
        for place in office.places():
            pools = office.side.store.list_pools(place.id).items
            now = office.side.clock.wall
            bought = sum(purchased(pool, now) for pool in pools)
            found[place.name] = (bought, sum(pool.in_use for pool in pools))
        return found
