"""Changes of the call home block."""

from collections.abc import Mapping
from dataclasses import replace

from licet.switch.calling import (
    MAIL_PORT,
    MAIL_PRIORITY,
    NO_INVENTORY,
    PROXY_PORT,
    SWITCH_PRIORITY,
    Callhome,
    Mail,
    MailServer,
    Proxy,
)
from licet.switch.changes.model import Change, Refused
from licet.switch.configuration import Configuration
from licet.switch.obscure import reveal
from licet.switch.parser import Command

MAIL_SERVERS_MAX = 5
NO_PROXY = "% There is no proxy server: type 'transport http proxy server' first"


def _put(configuration: Configuration, callhome: Callhome) -> Configuration:
    return replace(configuration, callhome=callhome)


def _contact(configuration: Configuration, _: str, command: Command) -> Configuration:
    callhome = configuration.callhome
    word = command.words[1 if command.negative else 0]
    name = word.replace("-", "_")
    value = None if command.negative else command.values[name]
    match word:
        case "email-contact":
            callhome = replace(callhome, email_contact=value)
        case "phone-contact":
            callhome = replace(callhome, phone_contact=value)
        case "streetaddress":
            callhome = replace(callhome, streetaddress=value)
        case "contract-id":
            callhome = replace(callhome, contract_id=value)
        case "customer-id":
            callhome = replace(callhome, customer_id=value)
        case _:
            callhome = replace(callhome, site_id=value)
    return _put(configuration, callhome)


def _use_vrf(configuration: Configuration, _: str, command: Command) -> Configuration:
    vrf = None if command.negative else command.values["vrf"]
    return _put(configuration, replace(configuration.callhome, use_vrf=vrf))


def _callhome_enable(configuration: Configuration, _: str, command: Command) -> Configuration:
    return _put(configuration, replace(configuration.callhome, enabled=not command.negative))


def _plain_http(configuration: Configuration, _: str, command: Command) -> Configuration:
    return _put(configuration, replace(configuration.callhome, plain_http=not command.negative))


def _proxy(configuration: Configuration, _: str, command: Command) -> Configuration:
    callhome = configuration.callhome
    if command.negative:
        return _put(configuration, replace(callhome, proxy=None))
    host = command.values["host"].lower()
    port = int(command.values.get("port", PROXY_PORT))
    before = callhome.proxy
    after = Proxy(host, port) if before is None else replace(before, host=host, port=port)
    return _put(configuration, replace(callhome, proxy=after))


def _switch_priority(configuration: Configuration, _: str, command: Command) -> Configuration:
    given = SWITCH_PRIORITY if command.negative else int(command.values["switch_priority"])
    return _put(configuration, replace(configuration.callhome, switch_priority=given))


def _throttle(configuration: Configuration, _: str, command: Command) -> Configuration:
    return _put(configuration, replace(configuration.callhome, throttle=not command.negative))


def _inventory(configuration: Configuration, _: str, command: Command) -> Configuration:
    """Turn the periodic inventory on; each line sets what it names."""
    if command.negative:
        return _put(configuration, replace(configuration.callhome, inventory=NO_INVENTORY))
    inventory = replace(configuration.callhome.inventory, enabled=True)
    values = command.values
    if "interval_d" in values:
        inventory = replace(inventory, interval_d=int(values["interval_d"]))
    if "time_of_day" in values:
        digits = values["time_of_day"].replace(":", "")
        inventory = replace(inventory, time=f"{digits[:2]}:{digits[2:]}")
    return _put(configuration, replace(configuration.callhome, inventory=inventory))


def _put_mail(configuration: Configuration, mail: Mail) -> Configuration:
    return _put(configuration, replace(configuration.callhome, mail=mail))


def _mail_from(configuration: Configuration, _: str, command: Command) -> Configuration:
    given = None if command.negative else command.values["email"]
    return _put_mail(configuration, replace(configuration.callhome.mail, sender=given))


def _mail_reply_to(configuration: Configuration, _: str, command: Command) -> Configuration:
    given = None if command.negative else command.values["email"]
    return _put_mail(configuration, replace(configuration.callhome.mail, reply_to=given))


def _mail_server(configuration: Configuration, _: str, command: Command) -> Configuration:
    mail = configuration.callhome.mail
    host = command.values.get("host", "").lower()
    others = tuple(each for each in mail.servers if each.host != host)
    if command.negative:
        if host and len(others) == len(mail.servers):
            raise Refused("% There is no such mail server")
        return _put_mail(configuration, replace(mail, servers=others if host else ()))
    if len(others) >= MAIL_SERVERS_MAX:
        raise Refused(f"% There can be {MAIL_SERVERS_MAX} mail servers")
    server = MailServer(
        host,
        int(command.values.get("port", MAIL_PORT)),
        int(command.values.get("priority", MAIL_PRIORITY)),
        command.values.get("vrf"),
    )
    servers = tuple(sorted((*others, server), key=lambda each: (each.priority, each.host)))
    return _put_mail(configuration, replace(mail, servers=servers))


def _known_proxy(configuration: Configuration) -> Proxy:
    proxy = configuration.callhome.proxy
    if proxy is None:
        raise Refused(NO_PROXY)
    return proxy


def _put_proxy(configuration: Configuration, proxy: Proxy) -> Configuration:
    return _put(configuration, replace(configuration.callhome, proxy=proxy))


def _proxy_enable(configuration: Configuration, _: str, command: Command) -> Configuration:
    proxy = replace(_known_proxy(configuration), enabled=not command.negative)
    return _put_proxy(configuration, proxy)


def _proxy_tls(configuration: Configuration, _: str, command: Command) -> Configuration:
    proxy = replace(_known_proxy(configuration), secure=not command.negative)
    return _put_proxy(configuration, proxy)


def _proxy_user(configuration: Configuration, _: str, command: Command) -> Configuration:
    user = None if command.negative else command.values["user"]
    password = None if command.negative else command.values["password"]
    if password is not None and command.values.get("password_form") == "7":
        try:
            password = reveal(password)
        except ValueError as error:
            raise Refused("% That is no password of type 7") from error
    proxy = replace(_known_proxy(configuration), user=user, password=password)
    return _put_proxy(configuration, proxy)


CALLHOME_CHANGES: Mapping[str, Change] = {
    "callhome_enable": _callhome_enable,
    "contact": _contact,
    "inventory": _inventory,
    "mail_from": _mail_from,
    "mail_reply_to": _mail_reply_to,
    "mail_server": _mail_server,
    "plain_http": _plain_http,
    "proxy": _proxy,
    "proxy_enable": _proxy_enable,
    "proxy_tls": _proxy_tls,
    "proxy_user": _proxy_user,
    "switch_priority": _switch_priority,
    "throttle": _throttle,
    "use_vrf": _use_vrf,
}
