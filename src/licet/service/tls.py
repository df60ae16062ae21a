"""The TLS of the front: what is spoken, and the certificate, taken anew when its files change."""

import ssl
from collections.abc import Sequence
from datetime import datetime

import structlog
from cryptography import x509

from licet.kernel.time import DAY, print_instant
from licet.service.certificate import missing_names
from licet.service.datadir import DataDir
from licet.service.files import check_private, trouble
from licet.service.problems import ServiceError

# Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
ENDS_SOON = 30 * DAY

_LOG = structlog.get_logger(__name__)
_Mark = tuple[tuple[int, int, int], ...]


class Tls:
    """The context for the next handshake.

    Connections that are open keep what they began with.

    Args:
        data: where the certificate and its key are.
        names: what products reach this authority by; one that is missing is said in the log.

    Raises:
        ServiceError: the files are not there, do not fit each other, or others may read the key.
    """

    def __init__(self, data: DataDir, names: Sequence[str], *, now: datetime) -> None:
        self._data = data
        self._names = names
        self._mark = _mark_of(data)
        self._trouble = ""
        self._ends_at = now
        self._warned_at: datetime | None = None
        self.context = self._load(now)

    def look(self, now: datetime, *, anyway: bool = False) -> None:
        """Take the files anew if they changed; where they are not good, go on with the old ones.

        Args:
            now: to say when a certificate has ended.
            anyway: do it even if they look the same.
        """
        try:
            mark = _mark_of(self._data)
            if mark != self._mark or anyway:
                # Taken note of first: what is not good is said once, not at every look.
                self._mark = mark
                self.context = self._load(now)
                self._trouble = ""
            self._warn(now)
        except ServiceError as error:
            if str(error) != self._trouble or anyway:
                self._trouble = str(error)
                _LOG.error("the TLS certificate stays as it was", error=self._trouble)

    def _load(self, now: datetime) -> ssl.SSLContext:
        path = self._data.tls_certificate
        try:
            check_private(self._data.tls_key, self._data.tls_key.stat())
            context = _context()
            context.load_cert_chain(path, self._data.tls_key, password=_no_password)
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except ssl.SSLError as error:
            raise ServiceError(
                f"{path} and {self._data.tls_key}: not a certificate chain and the key that belongs "
                f"to it, in PEM, the key without a password ({error.reason or error})"
            ) from error
        except OSError as error:
            raise trouble(self._data.tls, error) from error
        except ValueError as error:
            raise ServiceError(f"{path}: {error}") from error
        self._say(certificate, now)
        return context

    def _say(self, certificate: x509.Certificate, now: datetime) -> None:
        ends = certificate.not_valid_after_utc
        _LOG.info(
            "TLS certificate", ends=print_instant(ends), serial=f"{certificate.serial_number:x}"
        )
        self._ends_at, self._warned_at = ends, None
        self._warn(now)
        missing = missing_names(certificate, self._names)
        if missing:
            _LOG.warning(
                "the TLS certificate does not speak for every --name; "
                "products that use these will refuse it",
                names=missing,
            )

    def _warn(self, now: datetime) -> None:
        """Say every day that the certificate ends soon."""
        if self._ends_at - now >= ENDS_SOON:
            return
        if self._warned_at is None or now - self._warned_at >= DAY:
            self._warned_at = now
            _LOG.warning("the TLS certificate ends soon", ends=print_instant(self._ends_at))


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def _no_password() -> str:
    """Answer OpenSSL, which would ask at the terminal, that there is none."""
    return ""


def _mark_of(data: DataDir) -> _Mark:
    try:
        found = [path.stat() for path in (data.tls_certificate, data.tls_key)]
    except OSError as error:
        raise trouble(data.tls, error) from error
    return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)
