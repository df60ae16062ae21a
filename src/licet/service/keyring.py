"""The keys of a standing authority: read by the server at every batch, changed by whoever rotates."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from licet.kernel.chance import Chance
from licet.pki.authority import AuthorityKeys, found_authority
from licet.service.datadir import DataDir
from licet.service.files import locked, read_secret, remove_file, trouble, write_file
from licet.service.keyfile import BYTES_MAX, certifies, print_keys, print_root_keys, read_keys
from licet.service.problems import ServiceError
from licet.wire.keys import PrivateKey

_LOG = logging.getLogger(__name__)
_ROOT_BYTES_MAX = 64 * 1024
_PEM_END = b"-----END PRIVATE KEY-----\n"

Step = Callable[[AuthorityKeys], AuthorityKeys]
_Mark = tuple[int, int, int]


class Keyring:
    """The key files of one authority in a data directory.

    The root's key is read only for the moment of a change that needs it: a server holds none. A
    local account of an on-prem has a key file of its own, and no root's key.

    Args:
        data: where.
        file: the key file.
        keys: what it holds.
        mark: of the file when it was read.
    """

    def __init__(self, data: DataDir, file: Path, keys: AuthorityKeys, mark: _Mark) -> None:
        self._data = data
        self._file = file
        self._keys = keys
        self._mark = mark
        self._trouble = ""

    @classmethod
    def found(cls, data: DataDir, *, name: str, chance: Chance, now: datetime) -> "Keyring":
        """Make a new manager and write its keys.

        Raises:
            ServiceError: an authority lives in this directory already, or it cannot be written.
        """
        keys = found_authority(name=name, chance=chance, now=now)
        return cls.bring(data, keys, keys.root_key)

    @classmethod
    def bring(
        cls,
        data: DataDir,
        keys: AuthorityKeys,
        root_key: PrivateKey | None,
        *,
        file: Path | None = None,
    ) -> "Keyring":
        """Write keys that come from elsewhere into a directory that has none.

        Args:
            data: where.
            keys: all but the root's key.
            root_key: the root's key, where it is to be on this machine.
            file: the key file, where it is a local account's.

        Raises:
            ServiceError: an authority lives there already, or it cannot be written.
        """
        path = file or data.authority_file
        with locked(data.keys / "lock"):
            if path.exists():
                raise ServiceError(f"{path}: an authority lives here already")
            _write(data, path, replace(keys, root_key=None), root_key, former=None)
        return cls.open(data, file=file)

    @classmethod
    def open(cls, data: DataDir, *, file: Path | None = None) -> "Keyring":
        """Return the keys of a data directory.

        Args:
            data: where.
            file: the key file, where it is a local account's.

        Raises:
            ServiceError: not there, damaged, another user's, or others may read them.
        """
        path = file or data.authority_file
        mark = _mark_of(path)
        return cls(data, path, _read(path), mark)

    def current(self) -> AuthorityKeys:
        """Return the keys as they are on the disk now, without the root's key.

        It costs one look at the file unless that was replaced. A file that cannot be read any more
        is logged, and the keys stay as they were: who is served goes on being served.
        """
        try:
            # Looked at before it is read: what comes in between is read again the next time.
            mark = _mark_of(self._file)
            if mark != self._mark:
                self._keys, self._mark = _read(self._file), mark
            self._trouble = ""
        except ServiceError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                _LOG.error("the key file cannot be read, the keys stay as they were: %s", error)
        return self._keys

    def root_key_here(self) -> bool:
        """Tell whether the root's key is on this machine."""
        return self._data.root_key.exists()

    def change(self, step: Step, *, root_key: PrivateKey | None = None) -> AuthorityKeys:
        """Change the keys, durably, one changer at a time; return them without the root's key.

        Args:
            step: is given the keys with the root's key, where there is one, and returns new ones.
            root_key: the root's key, where it is kept off this machine; it is not written to it.

        Raises:
            ServiceError: the files cannot be read or written, or the root's key is another one's.
            Exception: what `step` raises; nothing was changed.
        """
        data = self._data
        with locked(data.keys / "lock"):
            stored = _read(self._file)
            if root_key is not None and not certifies(stored.root, root_key):
                raise ServiceError("that root key is not the one of this authority's newest root")
            kept = self._kept_root_key(stored)
            changed = step(replace(stored, root_key=root_key or kept))
            written = replace(changed, root_key=None)
            rotated = changed.root != stored.root
            if written != stored:
                root = changed.root_key if rotated else None
                _write(data, self._file, written, root, former=kept)
            self._mark, self._keys = _mark_of(self._file), written
        return written

    def read_root_key(self) -> PrivateKey:
        """Return the root's key.

        Raises:
            ServiceError: it is kept elsewhere, or the file is damaged.
        """
        return find_root_key(_read(self._file), self._kept())

    def remove_root_key(self, copied: Callable[[PrivateKey], None]) -> None:
        """Take the root's key off this machine, once `copied` has a copy that was read again.

        Raises:
            ServiceError: it is kept elsewhere already, or cannot be removed.
            Exception: what `copied` raises; the key is still here.
        """
        with locked(self._data.keys / "lock"):
            copied(self.read_root_key())
            remove_file(self._data.root_key)

    def _kept(self) -> bytes:
        return read_secret(self._data.root_key, bytes_max=_ROOT_BYTES_MAX)

    def _kept_root_key(self, keys: AuthorityKeys) -> PrivateKey | None:
        """Return the root's key if it is here and good; most changes do without it."""
        if not self.root_key_here():
            return None
        try:
            return find_root_key(keys, self._kept())
        except ServiceError as error:
            _LOG.warning("going on without the root key: %s", error)
            return None


def find_root_key(keys: AuthorityKeys, data: bytes) -> PrivateKey:
    """Return the key of an authority's newest root from what a root key file holds.

    For a moment of a rotation the file holds the former root's key too.

    Raises:
        ServiceError: it is not there, or the file is damaged.
    """
    for part in data.split(_PEM_END)[:-1]:
        try:
            key = serialization.load_pem_private_key(part + _PEM_END, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ServiceError("the root key file is damaged; bring a copy back") from error
        if isinstance(key, ec.EllipticCurvePrivateKey) and certifies(keys.root, key):
            return key
    raise ServiceError("the root key file does not hold the key of this authority's newest root")


def _read(file: Path) -> AuthorityKeys:
    raw = read_secret(file, bytes_max=BYTES_MAX)
    try:
        return read_keys(raw)
    except ValueError as error:
        raise ServiceError(f"{file}: {error}; bring it back from a copy or a backup") from error


def _write(
    data: DataDir,
    file: Path,
    keys: AuthorityKeys,
    root_key: PrivateKey | None,
    *,
    former: PrivateKey | None,
) -> None:
    """Write the key files so that a crash between any two steps leaves keys that work.

    While the key file still names the former root, the root key file holds the keys of both.
    """
    if root_key is not None:
        both = (root_key, former) if former is not None else (root_key,)
        write_file(data.root_key, print_root_keys(*both))
    write_file(file, print_keys(keys))
    if root_key is not None and former is not None:
        write_file(data.root_key, print_root_keys(root_key))


def _mark_of(file: Path) -> _Mark:
    """Return what changes whenever the key file is replaced."""
    try:
        found = file.stat()
    except OSError as error:
        raise trouble(file, error) from error
    return (found.st_ino, found.st_mtime_ns, found.st_size)
