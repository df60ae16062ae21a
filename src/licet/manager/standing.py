"""Makes a standing manager of its settings: the first start, the paths, and who is told."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from licet.kernel.chance import SystemChance
from licet.service.clock import SystemClock
from licet.service.datadir import open_data
from licet.service.desk import MANAGER_PATHS
from licet.service.founding import describe, found, is_founded
from licet.service.logs import begin_log
from licet.service.notifying import tell_systemd, write_ready_file
from licet.service.serving import serve
from licet.service.settings import read_settings
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
    begin_log(settings.log, settings.log_level)
    clock, chance, path = SystemClock(), SystemChance(), Path(settings.data)
    if is_founded(path):
        data = open_data(path)
    else:
        data = found(
            path,
            authority=settings.authority,
            names=settings.name,
            chance=chance,
            now=clock.now(),
        )
        printer.say(describe(data))
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
