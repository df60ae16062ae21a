"""Changes of the call home block."""

from collections.abc import Mapping
from dataclasses import replace

from licet.switch.changes.model import Change, Refused
from licet.switch.configuration import (
    FACTORY,
    PROXY_PORT,
    Callhome,
    Configuration,
    Method,
    Proxy,
)
from licet.switch.parser import Command

NO_SUCH_URL = "% The profile has no such URL"
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


def _method(configuration: Configuration, _: str, command: Command) -> Configuration:
    method = Method(command.values["method"])
    if command.negative:
        # There is always a method: without the one that is taken away it is the factory's.
        present = configuration.callhome.method
        method = FACTORY.callhome.method if method is present else present
    return _put(configuration, replace(configuration.callhome, method=method))


def _url(configuration: Configuration, _: str, command: Command) -> Configuration:
    """Set or remove a URL; without an index it is number 1, as the source document shows it."""
    callhome = configuration.callhome
    url = command.values["url"]
    given = command.values.get("index")
    if not command.negative:
        return _put(configuration, callhome.with_url(int(given or 1), url))
    at = [
        index
        for index, known in callhome.urls
        if known == url and (given is None or int(given) == index)
    ]
    if not at:
        raise Refused(NO_SUCH_URL)
    urls = tuple(each for each in callhome.urls if each[0] not in at)
    return _put(configuration, replace(callhome, urls=urls))


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
    proxy = replace(_known_proxy(configuration), user=user, password=password)
    return _put_proxy(configuration, proxy)


CALLHOME_CHANGES: Mapping[str, Change] = {
    "callhome_enable": _callhome_enable,
    "contact": _contact,
    "method": _method,
    "plain_http": _plain_http,
    "proxy": _proxy,
    "proxy_enable": _proxy_enable,
    "proxy_tls": _proxy_tls,
    "proxy_user": _proxy_user,
    "url": _url,
    "use_vrf": _use_vrf,
}
