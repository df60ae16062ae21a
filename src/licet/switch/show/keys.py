"""The structured output (`| json`) of commands that are not call home's.

NX-API's names of keys, recalled and not found (mark M); `show callhome`'s are sourced, and stand there.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from licet.agent.view import LicenseView
from licet.kernel.ids import Udi, tag_name
from licet.switch.configuration import Configuration
from licet.switch.features import FEATURES
from licet.switch.show import misc
from licet.switch.show.box import VERSION
from licet.switch.show.callhome import Structure


def clock(at: datetime) -> Structure:
    """Return the keys of `show clock`."""
    return {"simple_time": misc.clock(at).removesuffix("\n"), "time_source": "NTP"}


def features(enabled: Collection[str]) -> Structure:
    """Return the keys of `show feature`."""
    rows: list[Structure] = [
        {
            "cfcFeatureCtrlName2": feature.shown,
            "cfcFeatureCtrlInstanceNum2": "1",
            "cfcFeatureCtrlOpStatus2": "enabled" if name in enabled else "disabled",
        }
        for name, feature in sorted(FEATURES.items(), key=lambda item: item[1].shown)
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
        {"vrf_name": vrf.name, "vrf_id": f"{number}", "vrf_state": "Up", "vrf_reason": "--"}
        for number, vrf in enumerate(configuration.vrfs, 1)
    ]
    return {"TABLE_vrf": {"ROW_vrf": rows}}


def license_usage(view: LicenseView, packages: Sequence[str]) -> Structure:
    """Return the keys of `show license usage`: the columns of the traditional table."""
    used = {tag_name(entitlement.tag) for entitlement in view.entitlements}
    rows: list[Structure] = [
        {
            "feature_name": package,
            "installed": "No",
            "count": "-",
            "status": "In use" if package in used else "Unused",
            "expiry": "",
            "comments": "-",
        }
        for package in packages
    ]
    return {"TABLE_show_lic_usage": {"ROW_show_lic_usage": rows}}
