"""The commands of call home's submode (device.md 1.2)."""

from licet.switch.grammar.model import Mode, Row

_CALLHOME = Mode.CALLHOME
_TAC = "destination-profile CiscoTAC-1"

CALLHOME_ROWS = (
    Row(_CALLHOME, "contract-id <contract_id>", "contact", "V", no="contract-id [<contract_id>]"),
    Row(_CALLHOME, "customer-id <customer_id>", "contact", "D", no="customer-id [<customer_id>]"),
    Row(_CALLHOME, f"{_TAC} http <url>", "url", "S", no=f"{_TAC} http <url>"),
    Row(_CALLHOME, f"{_TAC} index <index> http <url>", "url", "S", no=f"{_TAC} index <index> http <url>"),
    Row(_CALLHOME, f"{_TAC} transport-method {{method}}", "method", "S", no=f"{_TAC} transport-method {{method}}"),
    Row(_CALLHOME, "email-contact <email_contact>", "contact", "S", no="email-contact [<email_contact>]"),
    Row(_CALLHOME, "enable", "callhome_enable", "S", no="enable"),
    Row(_CALLHOME, "licet plain-http", "plain_http", "ours", no="licet plain-http"),
    Row(_CALLHOME, "licet proxy tls", "proxy_tls", "ours", no="licet proxy tls"),
    Row(_CALLHOME, "licet proxy user <user> password <password>", "proxy_user", "ours", no="licet proxy user [<user> password <password>]"),
    Row(_CALLHOME, "phone-contact <phone_contact>", "contact", "S", no="phone-contact [<phone_contact>]"),
    Row(_CALLHOME, "site-id <site_id>", "contact", "D", no="site-id [<site_id>]"),
    Row(_CALLHOME, "streetaddress <streetaddress>", "contact", "S", no="streetaddress [<streetaddress>]"),
    Row(_CALLHOME, "transport http proxy enable", "proxy_enable", "D", no="transport http proxy enable"),
    Row(_CALLHOME, "transport http proxy server <host> [port <port>]", "proxy", "B", no="transport http proxy server [<host> [port <port>]]"),
    Row(_CALLHOME, "transport http use-vrf <vrf>", "use_vrf", "S", no="transport http use-vrf [<vrf>]"),
)  # fmt: skip
