"""The road from an on-prem to its manager: HTTPS, perhaps through a proxy, with a limit on every step."""

import base64
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import SplitResult, unquote, urlsplit

import httpcore2

from licet.admin.refusal import AdminRefused

CONNECT_S: Final = 20.0
STEP_S: Final = 30.0
# A whole exchange: one part of a document there and its answer back.
EXCHANGE_S: Final = 180.0
ANSWER_BYTES_MAX: Final = 1024 * 1024 + 4096
# Nothing under it is ever contacted (README, "What it does not do").
_FORBIDDEN_ZONE: Final = "cisco.com"
_PORTS: Final = {"https": 443, "http": 80}
PROXY_BYTES_MAX: Final = 4096
# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL.
_OTHER_NAME: Final = (62, 64)
_PROXY_DENIES: Final = ("401", "407")


class Unreached(Exception):  # noqa: N818 - one of the three families: no answer came
    """No answer of the manager came; the text says where the road ended."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole response.

    Attributes:
        fields: its headers, in lower case.
    """

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """What its body is."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()


def check_url(text: str) -> str:
    """Return the URL of a manager in its one form, such as https://manager.example.com:8443.

    Raises:
        AdminRefused: it is none, or leads to where nothing of ours goes.
    """
    parts = _split(text, "the manager's URL")
    if parts.scheme != "https" or parts.username is not None or parts.path not in {"", "/"}:
        raise AdminRefused(
            f"{text!r} is no URL of a manager; give https://HOST or https://HOST:PORT"
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"https://{host}" + (f":{parts.port}" if parts.port not in {None, 443} else "")


def check_proxy(text: str) -> str:
    """Return the URL of a proxy.

    Raises:
        AdminRefused: it is none.
    """
    parts = _split(text, "the proxy's URL")
    if parts.scheme not in _PORTS or parts.path not in {"", "/"} or parts.port is None:
        raise AdminRefused("give the proxy as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT")
    if len(text.encode()) > PROXY_BYTES_MAX:
        raise AdminRefused(f"the proxy's URL has over {PROXY_BYTES_MAX} bytes")
    return text.rstrip("/")


def print_proxy(url: str) -> str:
    """Return the URL of a proxy without the password in it."""
    parts = urlsplit(url)
    user = "" if parts.username is None else f"{parts.username}@"
    return f"{parts.scheme}://{user}{parts.hostname}:{parts.port}"


def trust_of(ca: Path | None) -> ssl.SSLContext:
    """Return what a manager's TLS certificate is checked with: one CA file, or the system's.

    Raises:
        AdminRefused: the file holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as error:
        raise AdminRefused(f"{ca}: it holds no certificates in PEM: {error}") from error


class Road:
    """Exchanges with one manager; connections are kept between them. Used by one thread.

    Args:
        url: as `check_url` returned it.
        trust: what its TLS certificate is checked with.
        proxy: of the HTTP proxy on the way; None where there is none.
        elapsed_s: seconds that only ever grow.
        mended_by: the command that takes another URL or CA; empty where the one that was typed does.
    """

    def __init__(
        self,
        url: str,
        trust: ssl.SSLContext,
        *,
        proxy: str | None,
        elapsed_s: Callable[[], float],
        mended_by: str = "",
    ) -> None:
        self._url = url
        self._mended_by = f"{mended_by} " if mended_by else ""
        self._host = urlsplit(url).hostname or ""
        self._sockets = _Sockets(elapsed_s)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            proxy=None if proxy is None else _proxy(proxy),
            max_connections=1,
            network_backend=cast("httpcore2.NetworkBackend", self._sockets),
        )
        self._via = "" if proxy is None else f" through the proxy {print_proxy(proxy)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    def post(self, path: str, content_type: str, body: bytes) -> Heard:
        """Post a body and return the whole response; no redirect is followed.

        Raises:
            Unreached: none came.
        """
        self._sockets.begin(EXCHANGE_S)
        timeouts = {"connect": CONNECT_S, "read": STEP_S, "write": STEP_S, "pool": STEP_S}
        headers = (("Content-Type", content_type), ("User-Agent", "Licet"), ("Accept", "*/*"))
        with (
            self._explained(),
            self._pool.stream(
                "POST",
                self._url + path,
                headers=headers,
                content=body,
                extensions={"timeout": timeouts},
            ) as response,
        ):
            found = bytearray()
            for piece in response.iter_stream():
                found += piece
                if len(found) > ANSWER_BYTES_MAX:
                    raise Unreached(f"the manager {self._url} answers with too much")
            fields = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            return Heard(response.status, fields, bytes(found))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        where = f"the manager {self._url}{self._via}"
        try:
            yield
        except httpcore2.ProxyError as error:
            said = str(error)
            what = "wants a user and a password" if said[:3] in _PROXY_DENIES else "makes no way"
            raise Unreached(f"the proxy {what} to {self._host}: it answers {said}") from error
        except httpcore2.ConnectTimeout as error:
            raise Unreached(f"{where} cannot be connected to: no answer in time") from error
        except httpcore2.TimeoutException as error:
            raise Unreached(f"{where} did not answer in time") from error
        except httpcore2.ConnectError as error:
            raise Unreached(self._why_not_connected(where, error)) from error
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as error:
            raise Unreached(f"{where} ended the connection: {error}") from error

    def _why_not_trusted(self, where: str, error: ssl.SSLCertVerificationError) -> str:
        if error.verify_code in _OTHER_NAME:
            return (
                f"{where}: its TLS certificate is not for '{self._host}'; get it one that is, or name "
                f"the manager as it is named there: {self._mended_by}--manager URL"
            )
        return (
            f"{where}: its TLS certificate cannot be validated ({error.verify_message}); name the CA "
            f"that signed it: {self._mended_by}--ca FILE"
        )

    def _why_not_connected(self, where: str, error: Exception) -> str:
        cause = error.__cause__ or error.__context__ or error
        match cause:
            case ssl.SSLCertVerificationError():
                return self._why_not_trusted(where, cause)
            case ssl.SSLError():
                return f"{where}: TLS failed ({cause.reason or cause})"
            case socket.gaierror():
                return f"{where}: its name cannot be resolved ({cause.strerror})"
            case ConnectionRefusedError():
                return f"{where} refuses connections"
            case OSError():
                return f"{where} cannot be connected to: {cause.strerror or cause}"
            case _:
                return f"{where} cannot be connected to: {cause}"


def _split(text: str, what: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AdminRefused(f"{what} is none: {error}") from error
    host = (parts.hostname or "").rstrip(".")
    if not host or not host.isascii() or port == 0 or parts.query or parts.fragment:
        raise AdminRefused(f"{what} names no host: {text!r}")
    if host == _FORBIDDEN_ZONE or host.endswith(f".{_FORBIDDEN_ZONE}"):
        raise AdminRefused(f"{host} is never contacted: Licet has nothing to do with it")
    return parts


def _proxy(url: str) -> httpcore2.Proxy:
    parts = urlsplit(url)
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if parts.username is None:
        return httpcore2.Proxy(bare)
    user, password = unquote(parts.username), unquote(parts.password or "")
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return httpcore2.Proxy(bare, headers={"Proxy-Authorization": f"Basic {pair}"})


class _Sockets:
    """Opens connections whose every step ends within what is left of an exchange."""

    def __init__(self, elapsed_s: Callable[[], float]) -> None:
        self._backend = httpcore2.SyncBackend()
        self._elapsed_s = elapsed_s
        self._until = 0.0

    def begin(self, within_s: float) -> None:
        """Begin an exchange."""
        self._until = self._elapsed_s() + within_s

    def left(self, timeout: float | None) -> float:
        """Return how long a step may take."""
        left = max(self._until - self._elapsed_s(), 0.001)
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of a host's addresses that can be connected to."""
        failed: Exception | None = None
        for address in self._resolve(host, port, timeout):
            try:
                opened = self._backend.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _on_time(opened, self)
        raise failed or httpcore2.ConnectError(f"{host} has no address")

    def _resolve(self, host: str, port: int, timeout: float | None) -> list[str]:
        """Return a host's addresses; the resolver cannot be told to hurry, so that it is left alone."""
        told: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                told.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
            except OSError as error:
                told.put(error)

        threading.Thread(target=ask, name="resolver", daemon=True).start()
        try:
            answer = told.get(timeout=self.left(timeout))
        except queue.Empty:
            raise httpcore2.ConnectTimeout(f"{host} was not resolved in time") from None
        if isinstance(answer, OSError):
            raise httpcore2.ConnectError(str(answer)) from answer
        return answer


class _Stream:
    """A stream whose every step ends within what is left of its exchange."""

    def __init__(self, stream: httpcore2.NetworkStream, sockets: _Sockets) -> None:
        self._stream = stream
        self._sockets = sockets

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, at most so much."""
        return self._stream.read(max_bytes, self._sockets.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._stream.write(buffer, self._sockets.left(timeout))

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Speak TLS from now on."""
        timeout = self._sockets.left(timeout)
        secure = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _on_time(secure, self._sockets)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


def _on_time(stream: httpcore2.NetworkStream, sockets: _Sockets) -> httpcore2.NetworkStream:
    return cast("httpcore2.NetworkStream", _Stream(stream, sockets))
