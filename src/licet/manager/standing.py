"""Makes a standing manager of its settings: the first start, the paths, and who is told."""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from licet.host.systemd import tell_systemd
from licet.kernel.chance import Chance, SystemChance
from licet.service.clock import SystemClock
from licet.service.datadir import DataDir, open_data
from licet.service.desk import MANAGER_PATHS
from licet.service.founding import describe, found, is_founded
from licet.service.logs import begin_log
from licet.service.notifying import write_ready_file
from licet.service.serving import serve
from licet.service.settings import Settings, addresses_of, read_settings
from licet.shell.printer import Printer


def stand(config: Path | None, typed: Mapping[str, Any], printer: Printer) -> None:
    """Serve as a manager until told to stop.

    Args:
        config: a configuration file.
        typed: settings from the command line.
        printer: where a person reads what the first start made.

    Raises:
        ServiceError: it could not begin.
    """
    settings = read_settings(config, typed)
    addresses_of(settings)  # before anything is made
    begin_log(settings.log, settings.log_level)
    clock, chance, path = SystemClock(), SystemChance(), Path(settings.data)
    if is_founded(path):
        data = open_data(path)
    else:
        data = _found(settings, printer, chance=chance, now=clock.now())
    systemd = os.environ.get("NOTIFY_SOCKET")  # noqa: TID251 - there systemd says where it listens

    def serving(addresses: Sequence[str]) -> None:
        if settings.ready_file:
            write_ready_file(Path(settings.ready_file), addresses)
        tell_systemd(systemd, "READY=1")

    serve(
        settings,
        data,
        paths=MANAGER_PATHS,
        clock=clock,
        chance=chance,
        serving=serving,
        stopping=lambda: tell_systemd(systemd, "STOPPING=1"),
    )


def _found(settings: Settings, printer: Printer, *, chance: Chance, now: datetime) -> DataDir:
    """Make what the first start makes, and tell the person who is there."""
    path = Path(settings.data)
    keys_made = not DataDir(path).authority_file.exists()
    data = found(path, authority=settings.authority, names=settings.name, chance=chance, now=now)
    printer.done(
        describe(data, keys_made=keys_made),
        {
            "data": str(data.path),
            "keys_made": keys_made,
            "authority_file": str(data.authority_file),
            "root_key": str(data.root_key),
            "tls_certificate": str(data.tls_certificate),
            "tls_key": str(data.tls_key),
        },
    )
    # It serves for months from here on: what is said must not wait for the end.
    sys.stdout.flush()
    return data
