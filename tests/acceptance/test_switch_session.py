"""The source document's session from both sides, in real processes: an administrator and a switch."""

import json
import subprocess
from pathlib import Path
from typing import Any

from support.live import LiveSwitch, live_switch
from support.standing import LICET, PATH, Standing, eventually, standing

DIRECT = "tools.cisco.com"
# Source document, the configuration for direct access, as it is shown: pasted whole.
CONFIGURATION = """\
configure terminal
license smart enable
callhome
  email-contact sch-smart-licensing@cisco.com
  phone-contact +919XXXXXXXXX
  streetaddress ST3, RD 4, Bangalore
  destination-profile CiscoTAC-1 transport-method http
  destination-profile CiscoTAC-1 index 1 http https://{host}:{port}{path}
  transport http use-vrf management
  enable
"""
TRUST = """\
crypto ca trustpoint authority
crypto ca authenticate authority
{certificate}END OF INPUT
yes
ip host {host} 127.0.0.1
end
"""
HERE = ("--account", "corp.example")


def manage(manager: Standing, *words: str, text: str = "") -> str:
    """Run `licet manager` as its administrator does, beside the server."""
    ran = subprocess.run(  # noqa: S603
        [LICET, "manager", *words, "--data", manager.data.path],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), (words, ran)
    return ran.stdout


def manage_json(manager: Standing, *words: str) -> Any:
    """Run `licet manager` and return what it tells programs."""
    return json.loads(manage(manager, *words, "--json"))


def order(manager: Standing, name: str, license_name: str, quantity: int) -> None:
    """Take an order."""
    text = f"license,quantity,order\n{license_name},{quantity},{name}\n"
    manage(manager, "order", "import", "-", *HERE, text=text)


def wait_for(live: LiveSwitch, text: str) -> str:
    """Wait until `show license status` has a text, and return all of it."""
    seen = ""

    def shown() -> bool:
        nonlocal seen
        seen = live.execute("show license status").out
        return text in seen

    try:
        eventually(shown)
    except AssertionError:
        raise AssertionError(f"{text!r} is not in:\n{seen}\n{live.console()}") from None
    return seen


def test_a_switch_is_registered_falls_out_of_compliance_and_is_cured(tmp_path: Path) -> None:
    """What the source document teaches could not be done with a manager and a switch of Licet."""
    with standing(tmp_path, names=(DIRECT,)) as manager, live_switch(tmp_path) as live:
        # The administrator.
        manage(manager, "account", "open", "Big Corp", "--domain", "corp.example")
        manage(manager, "catalog", "import", "--sample")
        order(manager, "PO-1", "LAN_ENTERPRISE_SERVICES_PKG", 1)
        made = manage_json(manager, "token", "create", "--description", "first rack", *HERE)
        # The operator.
        live.make()
        live.start()
        port = manager.address[1]
        certificate = manager.data.tls_certificate.read_text()
        pasted = live.pipe(
            CONFIGURATION.format(host=DIRECT, port=port, path=PATH)
            + TRUST.format(host=DIRECT, certificate=certificate)
        )
        assert pasted.status == 0, pasted
        shown = live.execute("show running-config callhome").out
        assert "  streetaddress ST3, RD 4, Bangalore\n" in shown
        ran = live.execute(f"license smart register idtoken {made['token']}")
        assert "Initiated device registration with backend." in ran.out
        status = wait_for(live, "  Status: REGISTERED")
        assert "  Smart Account: Big Corp\n  Virtual Account: Default\n" in status
        # Bought and used.
        live.execute("configure", "feature bgp")
        wait_for(live, "  Status: AUTHORIZED on ")
        # Used and not bought.
        live.execute("configure", "feature mpls l3vpn")
        wait_for(live, "  Status: OUT OF COMPLIANCE on ")
        alerts = manage(manager, "alert", "list", *HERE)
        assert "Insufficient Licenses" in alerts
        assert "FDO21120U5B" in manage(manager, "instance", "list", *HERE)
        # Cured: bought, and asked again.
        order(manager, "PO-2", "MPLS_PKG", 1)
        live.execute("license smart renew auth")
        wait_for(live, "  Status: AUTHORIZED on ")
        assert "Insufficient Licenses" not in manage(manager, "alert", "list", *HERE)
        usage = live.execute("show license usage").out
        assert "MPLS_PKG" in usage
        log = live.execute("show logging logfile").out
        for word in ("AGENT_REG_SUCCESS", "out-of-compliance", "in-compliance"):
            assert word in log
        # A daemon that is killed changes none of it.
        live.stop(9)
        live.start()
        wait_for(live, "  Status: AUTHORIZED on ")
