"""The structured output (`| json`) of commands that are not call home's.

NX-API's names of keys, recalled and not found (mark M); `show callhome`'s are sourced, and stand there.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from licet.agent.view import LicenseView
from licet.kernel.ids import Udi
from licet.switch.configuration import Configuration
from licet.switch.show import misc
from licet.switch.show.box import VERSION, numbered_vrfs
from licet.switch.show.callhome import Structure
from licet.switch.show.usage import package_states


def clock(at: datetime) -> Structure:
    """Return the keys of `show clock`."""
    return {"simple_time": misc.clock(at).removesuffix("\n")}


def features(enabled: Collection[str]) -> Structure:
    """Return the keys of `show feature`."""
    rows: list[Structure] = [
        {
            "cfcFeatureCtrlName2": name,
            "cfcFeatureCtrlInstanceNum2": "1",
            "cfcFeatureCtrlOpStatus2": state,
        }
        for name, state in misc.feature_states(enabled)
    ]
    return {"TABLE_cfcFeatureCtrlTable": {"ROW_cfcFeatureCtrlTable": rows}}


def inventory(udi: Udi) -> Structure:
    """Return the keys of `show inventory`."""
    row: Structure = {
        "name": "Chassis",
        "desc": f"{udi.pid} Chassis",
        "productid": udi.pid,
        "vendorid": "V00",
        "serialnum": udi.sn,
    }
    return {"TABLE_inv": {"ROW_inv": [row]}}


def version(udi: Udi, host_name: str, up: misc.Uptime) -> Structure:
    """Return the keys of `show version`."""
    return {
        "nxos_ver_str": VERSION,
        "sys_ver_str": VERSION,
        "chassis_id": f"{udi.pid} Chassis",
        "proc_board_id": udi.sn,
        "host_name": host_name,
        "kern_uptm_days": f"{up.days}",
        "kern_uptm_hrs": f"{up.hours}",
        "kern_uptm_mins": f"{up.minutes}",
        "kern_uptm_secs": f"{up.seconds}",
    }


def vrfs(configuration: Configuration) -> Structure:
    """Return the keys of `show vrf`."""
    rows: list[Structure] = [
        {"vrf_name": name, "vrf_id": f"{number}", "vrf_state": "Up", "vrf_reason": "--"}
        for name, number in numbered_vrfs(configuration)
    ]
    return {"TABLE_vrf": {"ROW_vrf": rows}}


def license_usage(view: LicenseView, packages: Sequence[str]) -> Structure:
    """Return the keys of `show license usage`: the columns of the traditional table."""
    rows: list[Structure] = [
        {
            "feature_name": package,
            "installed": "No",
            "count": "-",
            "status": status,
            "expiry": "",
            "comments": "-",
        }
        for package, status in package_states(view, packages)
    ]
    return {"TABLE_show_lic_usage": {"ROW_show_lic_usage": rows}}
