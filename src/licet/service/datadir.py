"""The one directory that holds everything of a manager or an on-prem, and who may touch it.

    licet.db            accounts, tokens, instances, pools, events: the ledger (SQLite)
    keys/authority.json the authority's keys and certificates, but the root's key
    keys/root-key.pem   the licensing root's key; it may be kept elsewhere
    keys/accounts/      at an on-prem, in place of both: the key file of each local account
    site                at an on-prem, its name; and
    sync/               what each local account exchanges with its manager
    tls/certificate.pem what the HTTPS front shows, and
    tls/key.pem         its key
    spool/              at a manager, what on-prems are sending; worth nothing once the server ended
    serve.lock          held by the server that runs on this directory

Only the user that the server runs as may enter it: file permissions are the credential.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from licet.kernel.ids import AuthorityId
from licet.service.files import check_owner, check_private, locked, make_directory, trouble
from licet.service.problems import ServiceError

# Where a restore makes everything before it moves it into its place.
RESTORING = ".restoring"
_PID_CHARS_MAX = 20
# What a data directory may hold before its keys are there: another one is somebody else's.
_OURS = {
    "keys",
    "tls",
    "licet.db",
    "licet.db-wal",
    "licet.db-shm",
    "serve.lock",
    "spool",
    "site",
    "sync",
    "lost+found",
}


@dataclass(frozen=True, slots=True)
class DataDir:
    """Where everything of one manager or on-prem is.

    Attributes:
        keys_name: of the directory of its keys; a copy of them may have another one.
    """

    path: Path
    keys_name: str = "keys"

    @property
    def database(self) -> Path:
        """The ledger."""
        return self.path / "licet.db"

    @property
    def keys(self) -> Path:
        """The directory of the key files."""
        return self.path / self.keys_name

    @property
    def authority_file(self) -> Path:
        """The authority's keys and certificates."""
        return self.keys / "authority.json"

    @property
    def root_key(self) -> Path:
        """The licensing root's key, where it is on this machine."""
        return self.keys / "root-key.pem"

    @property
    def account_keys(self) -> Path:
        """The directory of the key files of an on-prem's local accounts."""
        return self.keys / "accounts"

    def account_file(self, account: AuthorityId) -> Path:
        """Return where the keys and certificates of a local account are."""
        return self.account_keys / f"{account}.json"

    def pending_file(self, account: AuthorityId) -> Path:
        """Return where the keys of a local account are that waits for its certificates."""
        return self.account_keys / f"{account}.pending.json"

    def accounts(self) -> list[AuthorityId]:
        """Return the local accounts whose key files are here, in the order of their ids.

        Raises:
            ServiceError: the directory cannot be read.
        """
        return self._named("json")

    def waiting(self) -> list[AuthorityId]:
        """Return the local accounts whose keys wait for their certificates.

        Raises:
            ServiceError: the directory cannot be read.
        """
        return self._named("pending.json")

    def _named(self, wanted: str) -> list[AuthorityId]:
        names = (path.name.partition(".") for path in _account_files(self))
        return [AuthorityId(name) for name, _, ending in names if ending == wanted]

    @property
    def founded(self) -> bool:
        """Whether a manager or an on-prem lives here."""
        return self.authority_file.exists() or self.account_keys.is_dir()

    @property
    def is_on_prem(self) -> bool:
        """Whether it is an on-prem that lives here."""
        return self.account_keys.is_dir()

    @property
    def site_file(self) -> Path:
        """The name of an on-prem, in the names of its files."""
        return self.path / "site"

    @property
    def sync(self) -> Path:
        """Where an on-prem keeps what each of its local accounts exchanges with its manager."""
        return self.path / "sync"

    @property
    def tls(self) -> Path:
        """The directory of the HTTPS front's certificate."""
        return self.path / "tls"

    @property
    def tls_certificate(self) -> Path:
        """What the HTTPS front shows: its certificate, then its issuers."""
        return self.tls / "certificate.pem"

    @property
    def tls_key(self) -> Path:
        """The key of the HTTPS front's certificate."""
        return self.tls / "key.pem"

    @property
    def spool(self) -> Path:
        """What on-prems are sending, part by part."""
        return self.path / "spool"

    @property
    def serve_lock(self) -> Path:
        """Held by the server that runs on this directory."""
        return self.path / "serve.lock"


def create_data(path: Path, *, accounts: bool = False) -> DataDir:
    """Make a data directory, or finish one whose making was interrupted; an empty one may be there.

    Args:
        path: where.
        accounts: it is an on-prem's, and holds the keys of local accounts.

    Raises:
        ServiceError: it cannot be made, holds something else, or others may use it.
    """
    make_directory(path)
    data = DataDir(path)
    try:
        strange = sorted({entry.name for entry in path.iterdir()} - _OURS - {RESTORING})
    except OSError as error:
        raise trouble(path, error) from error
    if strange and not data.founded:
        raise ServiceError(
            f"{path}: it holds other things ({', '.join(strange[:3])}); choose an empty directory"
        )
    check_directory(data)
    make_directory(data.keys)
    make_directory(data.tls)
    if accounts:
        make_directory(data.account_keys)
    return open_data(path)


def open_data(path: Path) -> DataDir:
    """Return a data directory that is there and safe.

    Raises:
        ServiceError: it is not there, is another user's, or others may use its key files.
    """
    data = DataDir(path)
    # Before its permissions: nobody is told to change those of a directory that is not ours.
    begun = (path / RESTORING).exists()
    if path.is_dir() and not data.keys.is_dir() and not begun:
        raise ServiceError(f"{path}: it is no data directory (no {data.keys.name}/ in it)")
    check_directory(data)
    secrets = (data.keys, data.authority_file, data.root_key, data.tls_key, data.account_keys)
    for secret in secrets:
        _check_secret(secret)
    for secret in _account_files(data):
        _check_secret(secret)
    return data


@contextmanager
def hold(data: DataDir) -> Iterator[None]:
    """Hold a data directory for the one server that may run on it.

    Raises:
        ServiceError: another server runs on it; its process id is named.
    """
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(locked(data.serve_lock, wait=False))
        except BlockingIOError:
            raise ServiceError(
                f"{data.path}: a server runs on it already{_holder(data)}; "
                "stop that one, or use another directory"
            ) from None
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        except OSError as error:
            raise trouble(data.serve_lock, error) from error
        yield


def check_directory(data: DataDir) -> None:
    """Pass if the directory itself is this user's, and nobody else may change what is in it.

    Raises:
        ServiceError: it is not so, or a restore into it was interrupted.
    """
    found = _look(data.path)
    if found is None:
        raise ServiceError(
            f"{data.path}: there is no such data directory; the first `serve` makes it"
        )
    if not stat.S_ISDIR(found.st_mode):
        raise ServiceError(f"{data.path}: it is not a directory")
    check_owner(data.path, found)
    mode = stat.S_IMODE(found.st_mode)
    if (data.path / RESTORING).exists() and not data.founded:
        raise ServiceError(f"{data.path}: a restore was interrupted here; restore again")
    if mode & 0o022:
        raise ServiceError(
            f"{data.path}: others than its owner may change what is in it (mode {mode:04o}); "
            f"if nobody has, type: chmod go-rwx {data.path}"
        )


def _account_files(data: DataDir) -> list[Path]:
    try:
        return sorted(data.account_keys.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise trouble(data.account_keys, error) from error


def _check_secret(path: Path) -> None:
    found = _look(path)
    if found is not None:
        check_private(path, found)


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise trouble(path, error) from error


def _holder(data: DataDir) -> str:
    """Return who holds it, as far as the lock file tells."""
    try:
        pid = data.serve_lock.read_text("ascii")[:_PID_CHARS_MAX].strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return f" (process {pid})" if pid.isdecimal() else ""
