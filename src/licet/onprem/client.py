"""What a site asks its manager over the network: to be registered, and to be synchronized in parts.

The documents carry their own signatures; what is lost on the way is asked for again, where it was
lost: an upload goes on at the manager's offset, a response at ours.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from licet.onprem.road import Heard, Road, Unreached
from licet.sync.problems import REMEDIES, SyncRefused, Why
from licet.wire.envelope import Kind, seal
from licet.wire.keys import PrivateKey
from licet.wire.sites import MIB, RESPONSE_BYTES_MAX, Upload

REGISTRATION, BEGIN, PART, RESULT = (
    f"/onprem/v1/{name}" for name in ("registration", "begin", "part", "result")
)
# Times in a row that nothing came of it; who gets on begins to count anew.
TRIES: Final = 5
WAIT_S_MAX: Final = 60
PART_BYTES_MIN: Final = 32 * 1024
# A manager may apply hundreds of thousands of instances.
APPLIED_WITHIN_S: Final = 3600
_SAID_CHARS_MAX: Final = 400


class Denied(Exception):  # noqa: N818 - they refused, and not the document
    """A manager refused for a reason that is none of a document's; the text is its sentence."""


class Stopped(Exception):  # noqa: N818 - what became of it
    """It was broken off, because the server ends; the next one goes on with it."""


class _Again(Exception):  # noqa: N818 - what to do
    """It is to be tried again: a part, an answer or an upload was lost, or the manager is busy."""

    def __init__(self, text: str, after_s: int | None = None) -> None:
        self.after_s = after_s
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Sending:
    """A request that goes up.

    Attributes:
        said: what announces it.
        key: of the site's synchronization.
        file: holds the bytes.
    """

    said: Upload
    key: PrivateKey
    file: BinaryIO


class Client:
    """Talks to one manager.

    Args:
        road: leads there.
        wait: waits for so many seconds, and tells whether to break off.
    """

    def __init__(self, road: Road, wait: Callable[[float], bool]) -> None:
        self._road = road
        self._wait = wait
        self._got_on = False
        self._part_bytes = MIB

    def register(self, request: bytes) -> bytes:
        """Return the authorization that answers a registration request.

        Raises:
            Unreached: no answer came.
            Denied: the manager does not take it.
            SyncRefused: it found the document damaged.
        """
        heard = self._road.post(REGISTRATION, "application/yaml", request)
        if heard.status == 200 and heard.media == "application/yaml":  # noqa: PLR2004 - HTTP
            return heard.body
        raise _refusal(heard)

    def exchange(self, sending: Sending, into: BinaryIO) -> None:
        """Send a request, and write the response that comes for it into an empty file.

        Raises:
            Unreached: no answer came, though it was tried again.
            Denied: the manager does not take it now.
            SyncRefused: it refused the document.
            Stopped: it was broken off.
        """
        tries, begun = 0, False
        while True:
            self._got_on = False
            try:
                upload, offset = self._begin(sending)
                begun = True
                self._send(upload, offset, sending)
                self._fetch(upload, into)
            except (Unreached, _Again) as error:
                tries = 1 if self._got_on else tries + 1
                if not self._got_on:
                    # Over a bad line smaller parts arrive where larger ones never do.
                    self._part_bytes = max(self._part_bytes // 2, PART_BYTES_MIN)
                # Who was never reached is tried again when it is due again, or by whoever waits.
                gives_up = not begun and isinstance(error, Unreached)
                if gives_up or tries >= TRIES:
                    raise Unreached(str(error)) from error
                after_s = error.after_s if isinstance(error, _Again) else None
                self._pause(min(2.0 ** (tries - 1) if after_s is None else after_s, WAIT_S_MAX))
            else:
                return

    def _begin(self, sending: Sending) -> tuple[str, int]:
        body = seal(sending.said, kind=Kind.UPLOAD, key=sending.key)
        said = _said(self._post(BEGIN, "application/jose", body), 200)
        upload, offset = said.get("upload"), said.get("offset")
        if not isinstance(upload, str) or not _is_offset(offset, sending.said.size):
            raise Denied("the manager answers with what is no beginning of an upload")
        return upload, int(str(offset))

    def _send(self, upload: str, offset: int, sending: Sending) -> None:
        """Send what the manager does not have yet."""
        size = sending.said.size
        while offset < size:
            sending.file.seek(offset)
            part = sending.file.read(self._part_bytes)
            if not part:
                raise Denied("the request in the data directory is shorter than it was")
            heard = self._post(PART, "application/octet-stream", _about(upload, offset) + part)
            said = _said(heard, 200, 409) if _is_wrong_offset(heard) else _said(heard, 200)
            found = said.get("offset")
            if not _is_offset(found, size):
                raise _Again("the manager answers with what is no offset")
            self._got_on = self._got_on or int(str(found)) > offset
            offset = int(str(found))

    def _fetch(self, upload: str, into: BinaryIO) -> None:
        """Append the rest of the response to what is there of it."""
        waited_s = 0
        while True:
            offset = into.seek(0, 2)
            heard = self._post(RESULT, "application/octet-stream", _about(upload, offset))
            if heard.status == 202:  # noqa: PLR2004 - HTTP: it is being applied
                after_s = max(_retry_after(heard) or 1, 1)
                waited_s += after_s
                if waited_s > APPLIED_WITHIN_S:
                    raise Unreached("the manager has been applying it for too long")
                self._pause(after_s)
                continue
            if _is_wrong_offset(heard):
                # Another answer than the one that we have the beginning of.
                into.truncate(0)
                raise _Again("the manager's response begins anew")
            if heard.status != 200 or heard.media != "application/yaml":  # noqa: PLR2004 - HTTP
                raise _refusal(heard)
            size = _size(heard)
            into.write(heard.body)
            self._got_on = self._got_on or bool(heard.body)
            if offset + len(heard.body) == size:
                return
            if not heard.body or offset + len(heard.body) > size:
                into.truncate(0)
                raise _Again("the manager's response has another size than it says")

    def _post(self, path: str, content_type: str, body: bytes) -> Heard:
        if self._wait(0):
            raise Stopped
        return self._road.post(path, content_type, body)

    def _pause(self, seconds: float) -> None:
        if self._wait(seconds):
            raise Stopped


def _about(upload: str, offset: int) -> bytes:
    return f"{upload}\n{offset}\n".encode()


def _is_offset(value: object, size: int) -> bool:
    return isinstance(value, int) and 0 <= value <= size


def _size(heard: Heard) -> int:
    text = heard.fields.get("licet-size", "")
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:12]) <= RESPONSE_BYTES_MAX:
        raise _Again("the manager does not say how long its response is")
    return int(text[:12])


def _is_wrong_offset(heard: Heard) -> bool:
    return heard.status == 409 and _content(heard).get("why") == "offset"  # noqa: PLR2004 - HTTP


def _said(heard: Heard, *good: int) -> dict[str, object]:
    """Return what a response says, if it is one of those that are due.

    Raises:
        Denied, SyncRefused: it is a refusal.
        _Again: it may go better the next time.
    """
    if heard.status in good and heard.media == "application/json":
        return _content(heard)
    raise _refusal(heard)


def _content(heard: Heard) -> dict[str, object]:
    if heard.media != "application/json":
        return {}
    try:
        content = json.loads(heard.body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _refusal(heard: Heard) -> Exception:
    """Return what a response that is not the one that is due means."""
    content = _content(heard)
    why, text = str(content.get("why", "")), _printable(str(content.get("text", "")))
    if heard.status == 409 and why in set(Why):  # noqa: PLR2004 - HTTP
        # A refusal says its remedy by itself.
        return SyncRefused(Why(why), text.removesuffix(f"; {REMEDIES[Why(why)]}") or why)
    if heard.status in {404, 503} and content:
        return _Again(f"the manager says: {text or heard.status}", _retry_after(heard))
    if content and text:
        return Denied(f"the manager refuses: {text}")
    first = heard.body[:_SAID_CHARS_MAX].decode("utf-8", "replace").split("\n", 1)[0]
    said = _printable(first) if heard.media.startswith("text/plain") else heard.media or "nothing"
    return Denied(
        f"what is there is no manager that takes on-prems: it answers {heard.status}, {said}"
    )


def _retry_after(heard: Heard) -> int | None:
    text = heard.fields.get("retry-after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None  # noqa: PLR2004 - days


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:_SAID_CHARS_MAX])
