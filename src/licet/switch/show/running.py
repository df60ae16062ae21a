"""`show running-config`: a configuration, as the commands that make it.

Header and order of the call home block: the source document's sample (device.md 1.7). The place
of the contract, customer and site is recalled from the order of `show callhome` (1.8).
"""

from datetime import datetime

from licet.switch.configuration import (
    FACTORY,
    FACTORY_HOST_NAME,
    Callhome,
    Configuration,
    Method,
)

VERSION = "version 9.3(4) Bios:version 07.67"


def running_config(configuration: Configuration, *, at: datetime) -> str:
    """Return what `show running-config` prints at an instant of the switch's clock."""
    blocks = [
        _general(configuration),
        [f"feature {name}" for name in sorted(configuration.features)],
        _license(configuration),
        _callhome(configuration.callhome),
    ]
    body = "\n".join("".join(f"{line}\n" for line in block) for block in blocks if block)
    return _header("show running-config", configuration, at) + body


def running_config_callhome(configuration: Configuration, *, at: datetime) -> str:
    """Return what `show running-config callhome` prints at an instant of the switch's clock."""
    lines = [VERSION, *_callhome(configuration.callhome)]
    header = _header("show running-config callhome", configuration, at)
    return header + "".join(f"{line}\n" for line in lines)


def _header(command: str, configuration: Configuration, at: datetime) -> str:
    done = configuration.changed_at
    changed = (
        "!No configuration change since last restart"
        if done is None
        else f"!Running configuration last done at: {done.ctime()}"
    )
    return f"\n!Command: {command}\n{changed}\n!Time: {at.ctime()}\n\n"


def _general(configuration: Configuration) -> list[str]:
    name = configuration.host_name
    return [VERSION, *([f"hostname {name}"] if name != FACTORY_HOST_NAME else [])]


def _license(configuration: Configuration) -> list[str]:
    lines = ["license smart enable"] if configuration.smart else []
    if configuration.level is not FACTORY.level:
        lines.append(f"license level {configuration.level}")
    return lines


def _callhome(callhome: Callhome) -> list[str]:
    values = (
        ("email-contact", callhome.email_contact),
        ("phone-contact", callhome.phone_contact),
        ("streetaddress", callhome.streetaddress),
        ("contract-id", callhome.contract_id),
        ("customer-id", callhome.customer_id),
        ("site-id", callhome.site_id),
    )
    lines = [f"{word} {value}" for word, value in values if value is not None]
    if callhome.method is not Method.EMAIL:
        lines.append(f"destination-profile CiscoTAC-1 transport-method {callhome.method}")
    lines += (_url(index, url) for index, url in callhome.urls)
    # What the factory presets and a person took away is shown as taken away, as NX-OS does.
    at = {index for index, _ in callhome.urls}
    lines += (f"no {_url(*preset)}" for preset in FACTORY.callhome.urls if preset[0] not in at)
    if callhome.use_vrf is not None:
        lines.append(f"transport http use-vrf {callhome.use_vrf}")
    if callhome.enabled:
        lines.append("enable")
    return ["callhome", *(f"  {line}" for line in lines)] if lines else []


def _url(index: int, url: str) -> str:
    return f"destination-profile CiscoTAC-1 index {index} http {url}"
