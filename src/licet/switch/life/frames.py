"""What is said over the control socket: one JSON object a line, one answer to each question.

| question | answer |
| --- | --- |
| `{"ask": "hello"}` | `{"text": "<greeting>", "prompt": "switch# ", …}`: a `Reply` |
| `{"ask": "execute", "line": "show clock"}` | a `Reply` |
| `{"ask": "complete", "line": "show li"}` | `{"words": ["license"]}` |
| `{"ask": "cancel"}` | a `Reply` |

Unasked come `{"log": "<line>"}` and, before the switch hangs up, `{"bye": "<reason>", "again": true}`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

# Longer than any line that a switch takes, with all of JSON's escapes.
QUESTION_BYTES_MAX = 256 * 1024
# What waits for somebody who does not read is kept up to here; then he has hung up.
WAITING_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What a terminal prints after a line, and where the session then is.

    Attributes:
        asking: the next line answers a question, or goes on with a text.
        refused: the line was not taken.
        closed: the session ended.
        page: lines of a page; 0 prints without a stop, None asks the terminal.
        width: columns of the terminal; None asks it.
        timeout_min: minutes without a line after which the terminal hangs up; 0 never does.
    """

    text: str
    prompt: str
    asking: bool = False
    refused: bool = False
    closed: bool = False
    page: int | None = None
    width: int | None = None
    timeout_min: int = 0


class BadFrame(Exception):  # noqa: N818
    """The other side does not speak as we do."""


def write(frame: dict[str, Any] | Reply) -> bytes:
    """Return a frame as bytes."""
    content = asdict(frame) if isinstance(frame, Reply) else frame
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def read(data: bytes) -> dict[str, Any]:
    """Return a frame.

    Raises:
        BadFrame: it is none.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"{error}") from error
    if not isinstance(content, dict):
        raise BadFrame("it is no object")
    return content


def read_reply(content: dict[str, Any]) -> Reply:
    """Return what a reply says.

    Raises:
        BadFrame: it is none.
    """
    try:
        return Reply(**content)
    except TypeError as error:
        raise BadFrame(f"{error}") from error
