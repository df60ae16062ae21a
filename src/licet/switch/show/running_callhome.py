"""The call home block of `show running-config`.

Order: the source document's sample (device.md 1.7); the place of what that lacks is recalled (M).
"""

from licet.switch.calling import PREDEFINED, Callhome, Inventory, Mail, Profile, Proxy
from licet.switch.configuration import FACTORY
from licet.switch.obscure import obscure


def callhome_block(callhome: Callhome, *, everything: bool = False) -> list[str]:
    """Return the lines that configure call home; none where all is as the factory has it.

    Args:
        callhome: what is configured.
        everything: with what is set by default.
    """
    values = (
        ("email-contact", callhome.email_contact),
        ("phone-contact", callhome.phone_contact),
        ("streetaddress", callhome.streetaddress),
        ("contract-id", callhome.contract_id),
        ("customer-id", callhome.customer_id),
        ("site-id", callhome.site_id),
    )
    lines = [f"{word} {value}" for word, value in values if value is not None]
    if everything or callhome.switch_priority != FACTORY.callhome.switch_priority:
        lines.append(f"switch-priority {callhome.switch_priority}")
    if everything or not callhome.throttle:
        lines.append(f"{'' if callhome.throttle else 'no '}duplicate-message throttle")
    lines += _inventory(callhome.inventory)
    for profile in callhome.all_profiles():
        lines += _profile(profile, everything=everything)
    lines += _mail(callhome.mail)
    if callhome.use_vrf is not None:
        lines.append(f"transport http use-vrf {callhome.use_vrf}")
    lines += [] if callhome.proxy is None else _proxy(callhome.proxy, everything=everything)
    if everything or callhome.plain_http:
        lines.append(f"{'' if callhome.plain_http else 'no '}licet plain-http")
    if everything or callhome.enabled:
        lines.append(f"{'' if callhome.enabled else 'no '}enable")
    return ["callhome", *(f"  {line}" for line in lines)] if lines else []


def _inventory(inventory: Inventory) -> list[str]:
    if not inventory.enabled:
        return []
    # Two spaces, as a sample has it (device.md 1.2).
    return [
        f"periodic-inventory notification interval  {inventory.interval_d}",
        f"periodic-inventory notification timeofday {inventory.time}",
    ]


def _profile(profile: Profile, *, everything: bool) -> list[str]:
    """Return what differs from what a profile of this name is at first."""
    factory = PREDEFINED.get(profile.name)
    base = factory or Profile(profile.name)
    start = f"destination-profile {profile.name}"
    lines = [] if factory else [start]
    if factory is None and (everything or profile.format is not base.format):
        lines.append(f"{start} format {profile.format}")
    if everything or profile.method is not base.method:
        lines.append(f"{start} transport-method {profile.method}")
    if everything or profile.message_level != base.message_level:
        lines.append(f"{start} message-level {profile.message_level}")
    if everything or profile.message_size != base.message_size:
        lines.append(f"{start} message-size {profile.message_size}")
    lines += (f"{start} index {index} email-addr {email}" for index, email in profile.emails)
    lines += (f"{start} index {index} http {url}" for index, url in profile.urls)
    # What the factory presets and a person took away is shown as taken away, as NX-OS does.
    at = {index for index, _ in profile.urls}
    lines += (f"no {start} index {index} http {url}" for index, url in base.urls if index not in at)
    lines += _alert_groups(start, profile, base, everything=everything)
    return lines


def _alert_groups(start: str, profile: Profile, base: Profile, *, everything: bool) -> list[str]:
    shown = profile.alert_groups if everything else _without(profile, base)
    lines = [f"{start} alert-group {group}" for group in shown]
    return [*lines, *(f"no {start} alert-group {group}" for group in _without(base, profile))]


def _without(profile: Profile, other: Profile) -> list[str]:
    return [group for group in profile.alert_groups if group not in other.alert_groups]


def _mail(mail: Mail) -> list[str]:
    lines = [] if mail.sender is None else [f"transport email from {mail.sender}"]
    lines += [] if mail.reply_to is None else [f"transport email reply-to {mail.reply_to}"]
    for server in mail.servers:
        vrf = "" if server.vrf is None else f" use-vrf {server.vrf}"
        where = f"{server.host} port {server.port} priority {server.priority}{vrf}"
        lines.append(f"transport email mail-server {where}")
    return lines


def _proxy(proxy: Proxy, *, everything: bool) -> list[str]:
    lines = [f"transport http proxy server {proxy.host} port {proxy.port}"]
    if proxy.user is not None:
        password = obscure(proxy.password or "")
        lines.append(f"licet proxy user {proxy.user} password 7 {password}")
    if everything or proxy.secure:
        lines.append(f"{'' if proxy.secure else 'no '}licet proxy tls")
    if everything or proxy.enabled:
        lines.append(f"{'' if proxy.enabled else 'no '}transport http proxy enable")
    return lines
