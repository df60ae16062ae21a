"""What a line of the log looks like, and that a traceback tells no values."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from licet.service.logs import LogForm, LogLevel, begin_log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(secret: str) -> None:
    """Fail with a secret in a variable."""
    assert secret
    raise ValueError("it failed")


def lines(form: LogForm, level: LogLevel = LogLevel.INFO) -> str:
    """Return what is logged by ours and by others' loggers."""
    out = io.StringIO()
    begin_log(form, level, out=out)
    log = structlog.get_logger("ours")
    log.debug("not said at info")
    log.info("serving", listen=["[::]:443"])
    logging.getLogger("theirs").warning("a %s of theirs", "word")
    try:
        fail("hunter" + str(2))
    except ValueError:
        log.exception("a duty failed", duty="sweep")
    return out.getvalue()


def test_json_is_one_object_a_line() -> None:
    """A collector of logs would choke on it."""
    found = [json.loads(line) for line in lines(LogForm.JSON).splitlines()]
    assert [line["event"] for line in found] == ["serving", "a word of theirs", "a duty failed"]
    assert [line["level"] for line in found] == ["info", "warning", "error"]
    assert found[0]["listen"] == ["[::]:443"]
    assert "ValueError: it failed" in found[2]["exception"]
    assert all(line["timestamp"].endswith("Z") for line in found)


def test_text_is_for_people() -> None:
    """A person at the journal would read JSON."""
    said = lines(LogForm.TEXT)
    assert "[info] serving listen=['[::]:443']\n" in said
    assert "[error] a duty failed duty=sweep\n" in said


@pytest.mark.parametrize("form", LogForm)
def test_a_traceback_tells_no_values(form: LogForm) -> None:
    """A secret in a variable would be in the log after an error."""
    assert "hunter2" not in lines(form)


def test_less_is_said_where_less_is_wanted() -> None:
    """A busy manager would fill the disk with what nobody reads."""
    assert "serving" not in lines(LogForm.TEXT, LogLevel.WARNING)
    assert "not said at info" in lines(LogForm.TEXT, LogLevel.DEBUG)
