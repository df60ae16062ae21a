"""TLS over any stream, verified against the configured trust points only.

The same code speaks it over TCP and over another TLS, as through a proxy that is itself https.
"""

import ssl
from collections.abc import Callable
from typing import Final, TypeVar

import httpcore2

from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.names import literal
from licet.switch.roads.pace import Pace, Step
from licet.switch.roads.sockets import Pipe

_Did = TypeVar("_Did")
_RECORD_BYTES: Final = 16_384

# OpenSSL's X509_V_ERR_* numbers (x509_vfy.h).
_NOT_YET_VALID, _EXPIRED, _NAME, _ADDRESS = 9, 10, 62, 64
_VERSIONS: Final = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
}
_OTHER_PROTOCOLS: Final = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
    "UNKNOWN_PROTOCOL",
}


def make_context(anchors: tuple[bytes, ...]) -> ssl.SSLContext:
    """Return a context that trusts the anchors only; the machine's CA store where there are none.

    A trust point is believed as it is, also where it is an intermediate CA or a server's own
    certificate. The licensing root has nothing to do with it.

    Raises:
        Stumbled: an anchor is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if not anchors:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    for anchor in anchors:
        try:
            context.load_verify_locations(cadata=anchor)
        except (ssl.SSLError, ValueError) as error:
            raise Stumbled(Fault.TLS_UNTRUSTED, f"a trust point cannot be read: {error}") from error
    return context


class TlsStream:
    """TLS over a stream, after its handshake.

    Args:
        host: what the certificate must name: a DNS name or an address.

    Raises:
        Stumbled: the handshake failed, or the certificate is not believed.
    """

    def __init__(self, inner: Pipe, context: ssl.SSLContext, host: str, pace: Pace) -> None:
        self.heard = 0
        self.ended = False
        self._inner = inner
        self._pace = pace
        self._host = host
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        address = literal(host)
        # OpenSSL finds an address only among a certificate's alternative names, and On-Prems have
        # it in the common name alone: an address is looked for by `_check_address`.
        context.check_hostname = address is None
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        try:
            self._drive(self._tls.do_handshake)
        except ssl.SSLError as error:
            raise self._refused(error) from error
        except httpcore2.NetworkError as error:
            raise self._ended(f"it was cut off ({error})") from error
        if address is not None:
            self._check_address()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came; nothing after a proper end."""
        del timeout
        try:
            data = self._drive(lambda: self._tls.read(max_bytes))
        except ssl.SSLZeroReturnError:
            data = b""
        except ssl.SSLEOFError:
            self.ended = True
            raise httpcore2.ReadError("the connection was cut off") from None
        except ssl.SSLError as error:
            raise Stumbled(Fault.TLS_FAILED, f"TLS failed: {_told(error)}") from error
        self.heard += len(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        del timeout
        view = memoryview(buffer)
        while view:
            done = self._drive(lambda view=view: self._tls.write(view))  # type: ignore[misc]
            view = view[done:]

    def close(self) -> None:
        """Close the connection below."""
        self._inner.close()

    def get_extra_info(self, info: str) -> None:
        """Return nothing: whoever reads it knows the stream."""

    def _drive(self, act: Callable[[], _Did]) -> _Did:
        """Do one thing of TLS, and carry its bytes as long as it wants some."""
        while True:
            try:
                done = act()
            except ssl.SSLWantReadError:
                self._flush()
                data = self._inner.read(_RECORD_BYTES)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
                continue
            except ssl.SSLError:
                self._say_last_words()
                raise
            self._flush()
            return done

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._inner.write(self._outgoing.read())

    def _say_last_words(self) -> None:
        """Send the alert, so that the other side can log why; nothing depends on it."""
        try:
            self._flush()
        except (httpcore2.NetworkError, Stumbled):
            return

    def _refused(self, error: ssl.SSLError) -> Stumbled:
        """Return what a failed handshake comes to."""
        if isinstance(error, ssl.SSLEOFError):
            return self._ended("the other side ended it")
        reason = error.reason or ""
        if isinstance(error, ssl.SSLCertVerificationError):
            fault = {
                _EXPIRED: Fault.TLS_DATES,
                _NOT_YET_VALID: Fault.TLS_DATES,
                _NAME: Fault.TLS_NAME,
                _ADDRESS: Fault.TLS_NAME,
            }.get(error.verify_code, Fault.TLS_UNTRUSTED)
            cause = f"the certificate of {self._host} is not believed: {error.verify_message}"
        elif reason in _VERSIONS:
            fault, cause = Fault.TLS_VERSION, f"{self._host} does not speak TLS 1.2 or newer"
        elif reason in _OTHER_PROTOCOLS:
            fault, cause = Fault.NOT_TLS, f"{self._host} does not answer with TLS"
        else:
            fault, cause = Fault.TLS_FAILED, f"TLS with {self._host} failed: {_told(error)}"
        return self._placed(fault, cause)

    def _ended(self, how: str) -> Stumbled:
        return self._placed(Fault.TLS_FAILED, f"TLS with {self._host} did not come about: {how}")

    def _placed(self, fault: Fault, cause: str) -> Stumbled:
        """Return a fault where it happened: with the proxy, or with the authority."""
        return Stumbled(Fault.PROXY_TLS if self._pace.step is Step.PROXY_TLS else fault, cause)

    def _check_address(self) -> None:
        """Look for the address among the certificate's names.

        The common name counts only where there are no alternative names at all, as with DNS names.
        """
        certificate = self._tls.getpeercert() or {}
        spoken: list[tuple[str, str]] = list(_pairs(certificate.get("subjectAltName", ())))
        if not spoken:
            subject = certificate.get("subject", ())
            spoken = [pair for part in subject for pair in _pairs(part) if pair[0] == "commonName"]
        wanted = literal(self._host)
        kinds = ("IP Address", "commonName")
        if not any(kind in kinds and literal(text.strip()) == wanted for kind, text in spoken):
            names = ", ".join(text for _, text in spoken) or "nobody"
            raise self._placed(
                Fault.TLS_NAME, f"the certificate is for {names}, and not for {self._host}"
            )


def _pairs(values: object) -> list[tuple[str, str]]:
    """Return the pairs of strings of what `getpeercert` gives."""
    if not isinstance(values, tuple):
        return []
    return [(str(pair[0]), str(pair[1])) for pair in values]


def _told(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()
