"""What a server is told by its command line and its configuration file; both have the same settings."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from licet.service.logs import LogForm, LogLevel
from licet.service.problems import ServiceError

PORT_MAX = 65535
DATA = "/var/lib/licet"

_Count = Annotated[int, Meta(ge=1)]
_Milliseconds = Annotated[int, Meta(ge=0, le=60_000)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers that few need to change.

    Attributes:
        connections_max: in all; fewer where the system allows fewer files.
        connections_per_address_max: of one IPv4 address, or one IPv6 /64.
        wait_ms_max: how long a message may have to wait for its turn; others are turned away.
        batch_size_max, batch_age_ms_max: when a batch begins, if none runs.
        stop_s_max: for what is under way when the server is told to stop.
    """

    connections_max: _Count = 8192
    connections_per_address_max: _Count = 1024
    wait_ms_max: _Milliseconds = 200
    batch_size_max: Annotated[int, Meta(ge=1, le=1024)] = 64
    batch_age_ms_max: _Milliseconds = 2
    stop_s_max: Annotated[int, Meta(ge=0, le=3600)] = 10


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a server runs.

    Attributes:
        data: the data directory.
        listen: HOST:PORT each.
        name: DNS names and addresses that products reach it by.
        authority: the name that a manager's licensing root carries; only the first start looks at it.
        site: the name of an on-prem, in the names of its files; likewise.
        log, log_level: of the log on standard error.
        ready_file: written once the server serves.
    """

    data: str = DATA
    listen: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    authority: str = "Licet"
    site: str | None = None
    log: LogForm = LogForm.TEXT
    log_level: LogLevel = LogLevel.INFO
    ready_file: str | None = None
    limits: Limits = Limits()


def read_settings(config: Path | None, given: Mapping[str, Any]) -> Settings:
    """Return the settings of a configuration file, with what was given on the command line over them.

    Args:
        config: a TOML file; None where there is none.
        given: what the command line says; what is None or empty was not given.

    Raises:
        ServiceError: the file cannot be read, or says what is not a setting.
    """
    merged = {} if config is None else _read_toml(config)
    merged.update({name: value for name, value in given.items() if value not in (None, [])})
    try:
        return msgspec.convert(merged, Settings)
    except msgspec.ValidationError as error:
        where = f"{config}: " if config else ""
        raise ServiceError(
            f"{where}{error}; docs/how-to/run-a-manager.md has an example"
        ) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ServiceError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServiceError(f"{path}: it is not TOML: {error}") from error


def addresses_of(settings: Settings) -> list[tuple[str, int]]:
    """Return where to serve.

    Raises:
        ServiceError: nowhere, or an address is not one.
    """
    if not settings.listen:
        raise ServiceError("say where to serve: --listen HOST:PORT, such as --listen 0.0.0.0:443")
    return [parse_address(text) for text in settings.listen]


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT, such as `0.0.0.0:443`, `[::]:443` or `localhost:8443`.

    Raises:
        ServiceError: it is something else.
    """
    host, colon, port = text.rpartition(":")
    inside = host.removeprefix("[").removesuffix("]")
    bracketed = host.startswith("[") and host.endswith("]")
    good = bracketed if ":" in inside else inside == host and host != ""
    if not colon or not good or not port.isascii() or not port.isdecimal() or int(port) > PORT_MAX:
        raise ServiceError(
            f"--listen {text}: give HOST:PORT, such as 0.0.0.0:443 for all IPv4 addresses, "
            "or [::]:443 for all IPv6 ones"
        )
    return inside, int(port)
