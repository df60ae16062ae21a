"""The commands of call home's submode (device.md 1.2)."""

from licet.switch.grammar.model import Mode, Row

_CALLHOME = Mode.CALLHOME
# Destination profiles are predefined ones, or of a name that was given.
_PROFILES = ("destination-profile {profile}", "destination-profile <profile>")
_MAIL_SERVER = (
    "transport email mail-server <host> [port <port>] [priority <priority>] [use-vrf <vrf>]"
)
_NO_MAIL_SERVER = (
    "transport email mail-server [<host> [port <port>] [priority <priority>] [use-vrf <vrf>]]"
)


def _of_profile(profile: str) -> tuple[Row, ...]:
    url, url_at = f"{profile} http <url>", f"{profile} index <index> http <url>"
    mail, mail_at = f"{profile} email-addr <email>", f"{profile} index <index> email-addr <email>"
    method, group = (
        f"{profile} transport-method {{method}}",
        f"{profile} alert-group {{alert_group}}",
    )
    return (
        Row(
            _CALLHOME,
            url,
            "url",
            "S",
            no=url,
            does="Set a profile's URL; without an index it is number 1",
        ),
        Row(_CALLHOME, url_at, "url", "S", no=url_at, does="Set a profile's URL at an index"),
        Row(
            _CALLHOME,
            method,
            "method",
            "S",
            no=method,
            does="Choose how a profile's messages go out",
        ),
        Row(
            _CALLHOME,
            mail,
            "email",
            "D",
            no=mail,
            does="Set a profile's e-mail address; nothing is mailed",
        ),
        Row(
            _CALLHOME,
            mail_at,
            "email",
            "D",
            no=mail_at,
            does="Set a profile's e-mail address at an index; nothing is mailed",
        ),
        Row(
            _CALLHOME,
            group,
            "alert_group",
            "D",
            no=group,
            does="Let a profile carry a group of alerts",
        ),
        Row(
            _CALLHOME,
            f"{profile} message-level <message_level>",
            "message_level",
            "M",
            no=f"{profile} message-level [<message_level>]",
        ),
        Row(
            _CALLHOME,
            f"{profile} message-size <message_size>",
            "message_size",
            "M",
            no=f"{profile} message-size [<message_size>]",
        ),
    )


CALLHOME_ROWS = (
    *(row for profile in _PROFILES for row in _of_profile(profile)),
    Row(_CALLHOME, "contract-id <contract_id>", "contact", "V", no="contract-id [<contract_id>]"),
    Row(_CALLHOME, "customer-id <customer_id>", "contact", "D", no="customer-id [<customer_id>]"),
    Row(_CALLHOME, "destination-profile <profile>", "profile", "M", no="destination-profile <profile>", does="Make a profile of one's own, or remove it"),
    Row(_CALLHOME, "destination-profile <profile> format {format}", "format", "M", no="destination-profile <profile> format [{format}]"),
    Row(_CALLHOME, "duplicate-message throttle", "throttle", "M", no="duplicate-message throttle"),
    Row(_CALLHOME, "email-contact <email_contact>", "contact", "S", no="email-contact [<email_contact>]"),
    Row(_CALLHOME, "enable", "callhome_enable", "S", no="enable"),
    Row(_CALLHOME, "licet plain-http", "plain_http", "ours", no="licet plain-http"),
    Row(_CALLHOME, "licet proxy tls", "proxy_tls", "ours", no="licet proxy tls"),
    Row(_CALLHOME, "licet proxy user <user> password [{password_form}] <password>", "proxy_user", "ours", no="licet proxy user [<user> password [{password_form}] <password>]", does="Log in at the proxy; the password is shown obscured, as NX-OS's type 7"),
    Row(_CALLHOME, "periodic-inventory notification [interval <interval_d>] [timeofday <time_of_day>]", "inventory", "V", no="periodic-inventory notification [interval <interval_d>] [timeofday <time_of_day>]", does="Kept and shown; no inventory is sent"),
    Row(_CALLHOME, "phone-contact <phone_contact>", "contact", "S", no="phone-contact [<phone_contact>]"),
    Row(_CALLHOME, "site-id <site_id>", "contact", "D", no="site-id [<site_id>]"),
    Row(_CALLHOME, "streetaddress <streetaddress>", "contact", "S", no="streetaddress [<streetaddress>]"),
    Row(_CALLHOME, "switch-priority <switch_priority>", "switch_priority", "D", no="switch-priority [<switch_priority>]"),
    Row(_CALLHOME, "transport email from <email>", "mail_from", "D", no="transport email from [<email>]"),
    Row(_CALLHOME, _MAIL_SERVER, "mail_server", "D", no=_NO_MAIL_SERVER),
    Row(_CALLHOME, "transport email reply-to <email>", "mail_reply_to", "D", no="transport email reply-to [<email>]"),
    Row(_CALLHOME, "transport email smtp-server <host> [port <port>] [use-vrf <vrf>]", "mail_server", "D", no="transport email smtp-server [<host> [port <port>] [use-vrf <vrf>]]", does="The older form of mail-server; shown as that one"),
    Row(_CALLHOME, "transport http proxy enable", "proxy_enable", "D", no="transport http proxy enable"),
    Row(_CALLHOME, "transport http proxy server <host> [port <port>]", "proxy", "B", no="transport http proxy server [<host> [port <port>]]"),
    Row(_CALLHOME, "transport http use-vrf <vrf>", "use_vrf", "S", no="transport http use-vrf [<vrf>]"),
)  # fmt: skip
