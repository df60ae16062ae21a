"""`serve` of a standing authority: its settings, its first start, who is told that it serves."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licet.host.systemd import tell_systemd
from licet.kernel.chance import Chance, SystemChance
from licet.service.clock import Clock, SystemClock
from licet.service.datadir import DataDir, open_data
from licet.service.logs import begin_log
from licet.service.notifying import write_ready_file
from licet.service.serving import Staff, serve
from licet.service.settings import Settings, addresses_of, read_settings
from licet.shell.printer import Printer
from licet.shell.values import Value
from licet.store.sqlite.store import SqliteStore


@dataclass(frozen=True)
class Founded:
    """What a first start made.

    Attributes:
        text: what a person must know of it.
        record: the same for programs.
    """

    data: DataDir
    text: str
    record: Mapping[str, Value]


@dataclass(frozen=True)
class Kind:
    """What differs between one kind of authority and another.

    Attributes:
        is_founded: tells whether one lives in a directory.
        found: makes one there.
        staff: returns who works on its store.
    """

    is_founded: Callable[[Path], bool]
    found: Callable[[Settings, Chance, datetime], Founded]
    staff: Callable[[DataDir, SqliteStore, Clock, Chance], Staff]


def stand(given: argparse.Namespace, names: Sequence[str], kind: Kind, printer: Printer) -> None:
    """Serve until told to stop.

    Args:
        given: what was typed.
        names: of the settings among it.
        kind: of the authority.
        printer: where a person reads what the first start made.

    Raises:
        ServiceError: it could not begin.
    """
    typed = {name: getattr(given, name) for name in names}
    typed["data"] = None if given.data is None else str(given.data)
    settings = read_settings(given.config, typed)
    addresses_of(settings)  # before anything is made
    begin_log(settings.log, settings.log_level)
    clock, chance, path = SystemClock(), SystemChance(), Path(settings.data)
    if kind.is_founded(path):
        data = open_data(path)
    else:
        founded = kind.found(settings, chance, clock.now())
        data = founded.data
        printer.done(founded.text, founded.record)
        # It serves for months from here on: what is said must not wait for the end.
        sys.stdout.flush()
    systemd = os.environ.get("NOTIFY_SOCKET")  # noqa: TID251 - there systemd says where it listens

    def serving(addresses: Sequence[str]) -> None:
        if settings.ready_file:
            write_ready_file(Path(settings.ready_file), addresses)
        tell_systemd(systemd, "READY=1")

    serve(
        settings,
        data,
        staff=lambda store: kind.staff(data, store, clock, chance),
        clock=clock,
        serving=serving,
        stopping=lambda: tell_systemd(systemd, "STOPPING=1"),
    )
