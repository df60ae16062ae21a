"""`show callhome` and its parts: as text, and with the keys of NX-OS's structured output.

Labels of `show callhome` and of a destination profile: verbatim (device.md 1.8, mark V). Keys, and the
order of what is printed: the command reference's (V). Labels of the transport, of a profile's method
and URLs, and of user-defined commands were recalled (M).
"""

from collections.abc import Iterable

from licet.switch.calling import TAC, Callhome, Format, MailServer, Profile
from licet.switch.configuration import DEFAULT_VRF, Configuration

# Each is the key of a label with the label, and the key of what follows it on the line with that.
_Row = tuple[str, str, str, str]
# A line of the transport: its key, its label and its value.
_Line = tuple[str, str, str]
# The keys of the transport that the reference has without brackets: they are always there.
_ALWAYS = ("vrf", "from_email", "http_prox", "http_port", "http_state")
Structure = dict[str, "Structured"]
Structured = str | Structure | list[Structure]

_HEADINGS = {
    Format.FULL: "dest_full_info",
    Format.SHORT: "dest_short_info",
    Format.XML: "dest_xml_info",
}


def _rows(configuration: Configuration) -> list[_Row]:
    block = configuration.callhome
    inventory = block.inventory
    return [
        ("output_state", f"callhome {'enabled' if block.enabled else 'disabled'}", "", ""),
        ("info", "Callhome Information:", "", ""),
        ("per_name", "contact person name(sysContact):", "name", ""),
        ("email_info", "contact person's email:", "email_conf", block.email_contact or ""),
        ("ph_info", "contact person's phone number:", "ph_conf", block.phone_contact or ""),
        ("str_addr", "street addr:", "str_conf", block.streetaddress or ""),
        ("site_id", "site id:", "site_id_conf", block.site_id or ""),
        ("cust_id", "customer id:", "cus_id_conf", block.customer_id or ""),
        ("contr_id", "contract id:", "contr_id_conf", block.contract_id or ""),
        ("swi_pri", "switch priority:", "swi_pri_value", f"{block.switch_priority}"),
        ("dup_mess", f"duplicate message throttling : {_state(block.throttle)}", "", ""),
        ("per_inv", f"periodic inventory : {_state(inventory.enabled)}", "", ""),
        ("per_time", f"periodic inventory time-period : {inventory.interval_d} days", "", ""),
        ("per_timeofday", f"periodic inventory timeofday : {inventory.time} (HH:MM)", "", ""),
        ("dist", "Distribution : Disabled", "", ""),
    ]


def _state(on: bool) -> str:  # noqa: FBT001 - it is the value that is printed
    return "enabled" if on else "disabled"


def callhome(configuration: Configuration) -> str:
    """Return what `show callhome` prints."""
    return _page(f"{label}{value}" for _, label, _, value in _rows(configuration))


def callhome_keys(configuration: Configuration) -> Structure:
    """Return the structured output of `show callhome`; what is not set has no value key."""
    return _structure(_rows(configuration))


def _structure(rows: Iterable[_Row]) -> Structure:
    found: Structure = {}
    for key, label, value_key, value in rows:
        found[key] = f"{label}\n"
        if value_key and value:
            found[value_key] = value
    return found


def profiles(configuration: Configuration, name: str | None = None) -> str | None:
    """Return what `show callhome destination-profile` prints of all, or of one; None without it."""
    block = configuration.callhome
    if name is not None:
        profile = block.profile(name)
        return None if profile is None else _page(_profile(profile))
    return "\n".join(_page(_profile(profile)) for profile in block.all_profiles())


def _profile(profile: Profile) -> list[str]:
    return [
        f"{profile.name} destination profile information",
        f"maximum message size:{profile.message_size}",
        f"message format:{profile.format}",
        f"message-level:{profile.message_level}",
        f"transport-method:{profile.method}",
        "email addresses configured:",
        *(email for _, email in profile.emails),
        "",
        "url addresses configured:",
        *(url for _, url in profile.urls),
        "",
        "alert groups configured:",
        *(group.lower() for group in profile.alert_groups),
    ]


def profiles_keys(configuration: Configuration, name: str | None = None) -> Structure | None:
    """Return the structured output of `show callhome destination-profile`; None without it."""
    block = configuration.callhome
    if name is None:
        return {"TABLE_call_info": [_profile_keys(each) for each in block.all_profiles()]}
    profile = block.profile(name)
    return None if profile is None else _profile_keys(profile)


def _profile_keys(profile: Profile) -> Structure:
    heading = "tac_xml_info" if profile.name == TAC else _HEADINGS[profile.format]
    # CiscoTAC-1 is always XML: the reference has no format there.
    form: Structure = {} if profile.name == TAC else {"mess_format": f"{profile.format}"}
    return {
        heading: f"{profile.name} destination profile information",
        "max_mess_size": f"{profile.message_size}",
        **form,
        "mess_level": f"{profile.message_level}",
        "trans_method": f"{profile.method}",
        "email_info": "email addresses configured:",
        "TABLE_email": [
            {"index": f"{index}", "email_conf": email} for index, email in profile.emails
        ],
        "url_info": "url addresses configured:",
        "TABLE_url": [{"index": f"{index}", "url_conf": url} for index, url in profile.urls],
        "alert_groups": "alert groups configured:",
        "TABLE_alert": [{"alert_conf": group.lower()} for group in profile.alert_groups],
    }


def _transport(block: Callhome) -> list[_Line]:
    proxy = block.proxy
    port = "" if proxy is None else f"{proxy.port}"
    enabled = "Enabled" if proxy is not None and proxy.enabled else "Disabled"
    return [
        ("vrf", "http vrf:", block.use_vrf or DEFAULT_VRF),
        *_mail(block, every_server=True),
        ("http_prox", "http proxy server:", "" if proxy is None else proxy.host),
        ("http_port", "http proxy server port:", port),
        ("http_state", "http proxy status:", enabled),
    ]


def _mail(block: Callhome, *, every_server: bool) -> list[_Line]:
    mail = block.mail
    lines: list[_Line] = [
        ("from_email", "from email addr:", mail.sender or ""),
        ("rep_email", "reply to email addr:", mail.reply_to or ""),
        ("ret_email", "return receipt email addr:", ""),
    ]
    servers = mail.servers if every_server else mail.servers[:1]
    for number, server in enumerate(servers or (None,)):
        # The reference has keys for one server; those of further ones are numbered (ours).
        lines += _mail_server(server, f"_{number}" if number else "", every_server=every_server)
    return lines


def _mail_server(server: MailServer | None, mark: str, *, every_server: bool) -> list[_Line]:
    host = "" if server is None else server.host
    port = "" if server is None else f"{server.port}"
    lines: list[_Line] = [
        (f"smtp_ser{mark}", "smtp server:", host),
        (f"smtp_ser_port{mark}", "smtp server port:", port),
    ]
    if every_server and server is not None:
        lines += [
            (f"smtp_ser_vrf{mark}", "smtp server vrf:", server.vrf or DEFAULT_VRF),
            (f"smtp_ser_prior{mark}", "smtp server priority:", f"{server.priority}"),
        ]
    return lines


def transport(configuration: Configuration) -> str:
    """Return what `show callhome transport` prints; what is Licet's own stands at its end."""
    block = configuration.callhome
    lines = [f"{label}{value}" for _, label, value in _transport(block)]
    proxy = block.proxy
    if proxy is not None and proxy.user is not None:
        lines.append(f"http proxy user:{proxy.user}")
    if proxy is not None and proxy.secure:
        lines.append("http proxy itself:https")
    if block.plain_http:
        lines += ["", "plain http to an on-prem:allowed (licet plain-http)"]
    return _page(lines)


def transport_keys(configuration: Configuration) -> Structure:
    """Return the structured output of `show callhome transport`: each value at its label's key."""
    lines = _transport(configuration.callhome)
    return {key: value for key, _, value in lines if value or key in _ALWAYS}


def transport_email(configuration: Configuration) -> str:
    """Return what `show callhome transport-email` prints."""
    lines = _mail(configuration.callhome, every_server=False)
    return _page(f"{label}{value}" for _, label, value in lines)


def transport_email_keys(configuration: Configuration) -> Structure:
    """Return the structured output of `show callhome transport-email`."""
    mail = configuration.callhome.mail
    found: Structure = {"from_email": mail.sender or ""}
    if mail.reply_to is not None:
        found["reply_to_email"] = mail.reply_to
    found["smtp_server"] = mail.servers[0].host if mail.servers else ""
    if mail.servers:
        found["smtp_server_port"] = f"{mail.servers[0].port}"
    return found


# No commands can be configured whose output is sent along.
USER_COMMANDS = "User configured commands for alert groups :\n"
USER_COMMANDS_KEYS: Structure = {"user_configured_cmds": USER_COMMANDS, "TABLE_user_def_cmds": []}


def _page(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
