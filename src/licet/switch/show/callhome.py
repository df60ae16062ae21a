"""`show callhome` and its parts.

Labels of `show callhome` and of a destination profile: verbatim (device.md 1.8, mark V); those of the
transport were recalled (M). What cannot be configured here is shown as it comes from the factory.
"""

from licet.switch.configuration import Callhome, Configuration

# The labels of what a person can set, in the order of the sample.
_CONTACT_NAME = "contact person name(sysContact):"
PROFILE = "CiscoTAC-1"
MESSAGE_BYTES_MAX = 5_000_000


def callhome(configuration: Configuration) -> str:
    """Return what `show callhome` prints."""
    block = configuration.callhome
    rows = (
        ("contact person's email:", block.email_contact),
        ("contact person's phone number:", block.phone_contact),
        ("street addr:", block.streetaddress),
        ("site id:", block.site_id),
        ("customer id:", block.customer_id),
        ("contract id:", block.contract_id),
    )
    lines = [
        f"callhome {'enabled' if block.enabled else 'disabled'}",
        "Callhome Information:",
        _CONTACT_NAME,
        *(f"{label}{value or ''}" for label, value in rows),
        "switch priority:7",
        "duplicate message throttling : enabled",
        "periodic inventory : disabled",
        "Distribution : Disabled",
    ]
    return _page(lines)


def destination_profile(configuration: Configuration) -> str:
    """Return what `show callhome destination-profile` prints: the one profile that is modeled."""
    block = configuration.callhome
    urls = [url for _, url in block.urls]
    lines = [
        f"{PROFILE} destination profile information",
        f"maximum message size:{MESSAGE_BYTES_MAX}",
        "message format:XML",
        "message-level:0",
        f"transport-method:{block.method}",
        "email addresses configured:",
        "",
        "url addresses configured:",
        *(urls or [""]),
        "",
        "alert groups configured:",
        "all",
    ]
    return _page(lines)


def transport(configuration: Configuration) -> str:
    """Return what `show callhome transport` prints."""
    block = configuration.callhome
    lines = [f"http vrf:{block.use_vrf or 'default'}", "", *_proxy(block)]
    if block.plain_http:
        lines += ["", "plain http to an on-prem:allowed (licet plain-http)"]
    return _page(lines)


def _proxy(block: Callhome) -> list[str]:
    proxy = block.proxy
    if proxy is None:
        return ["http proxy server:", "http proxy server port:", "http proxy status:Disabled"]
    lines = [
        f"http proxy server:{proxy.host}",
        f"http proxy server port:{proxy.port}",
        f"http proxy status:{'Enabled' if proxy.enabled else 'Disabled'}",
    ]
    if proxy.user is not None:
        lines.append(f"http proxy user:{proxy.user}")
    if proxy.secure:
        lines.append("http proxy itself:https")
    return lines


def _page(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
