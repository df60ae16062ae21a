"""The server's log: one line an occurrence, as JSON or for people, on standard error.

A line has what happened and where; never a body, a token, a proof or a key. Tracebacks come without
the values of variables for that reason.
"""

import logging
import sys
from enum import StrEnum
from typing import TextIO

import structlog
from structlog.dev import plain_traceback
from structlog.typing import Processor


class LogForm(StrEnum):
    """What the lines look like."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """How much is said."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def begin_log(form: LogForm, level: LogLevel, *, out: TextIO | None = None) -> None:
    """Send what this program logs, through structlog or through `logging`, to one place.

    Args:
        form: of the lines.
        level: what is below it is not said.
        out: standard error, if nothing else is said.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level.value),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(form),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())


def _renderer(form: LogForm) -> Processor:
    if form is LogForm.JSON:
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=0, pad_level=False, exception_formatter=plain_traceback
    )
