"""An on-prem as its commands and its duties work on it: the ledger, and the files of each local account.

site                          the name of the on-prem
sync/<local account>/lock     held by whoever synchronizes it
sync/<local account>/name     what the manager calls it, in the names of files
sync/<local account>/registration.yml, request.yml   handed out, and not answered yet
sync/<local account>/response.part                   comes over the network
sync/<local account>/manager-ca.pem                  signs the manager's TLS certificate
sync/<local account>/proxy                           URL of the proxy on the way, with its password
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from licet.admin.refusal import AdminRefused
from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId
from licet.ledger.ports import Store, Work
from licet.ledger.sites import LocalAccount, Outstanding
from licet.onprem.road import PROXY_BYTES_MAX, check_proxy
from licet.pki.authority import AuthorityKeys
from licet.service.clock import Clock
from licet.service.datadir import DataDir
from licet.service.files import (
    locked,
    make_directory,
    read_secret,
    remove_file,
    trouble,
    write_file,
)
from licet.service.keyring import Keyring
from licet.service.problems import ServiceError
from licet.wire.keys import to_base64url

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_BLOCK: Final = 1024 * 1024


def check_site_name(name: str) -> str:
    """Return a name that can be part of a file's name.

    Raises:
        ServiceError: it cannot.
    """
    if not _NAME.match(name):
        raise ServiceError(
            f"{name!r}: a name has letters, digits, '.', '_' and '-', begins with a letter or a digit, "
            "and has at most 64 characters"
        )
    return name


@dataclass(frozen=True)
class Office:
    """One on-prem.

    Attributes:
        data: its data directory.
        store: its ledger, shared with the server that runs.
        clock: the machine's.
        chance: where keys and ids are drawn from.
        who: named in every event.
    """

    data: DataDir
    store: Store
    clock: Clock
    chance: Chance
    who: str

    @property
    def version(self) -> str:
        """What its documents say of the software."""
        return version("licet")

    @property
    def name(self) -> str:
        """The name of the on-prem."""
        try:
            return self.data.site_file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ServiceError(
                f"{self.data.site_file}: the name of this on-prem cannot be read; write it into this "
                "file again"
            ) from error

    def folder(self, account: AuthorityId) -> Path:
        """Return the directory of what a local account exchanges; it is there."""
        make_directory(self.data.sync)
        made = self.data.sync / account
        make_directory(made)
        return made

    def request_file(self, account: AuthorityId) -> Path:
        """Return where the request is that waits for its response."""
        return self.folder(account) / "request.yml"

    def response_file(self, account: AuthorityId) -> Path:
        """Return where a response is gathered."""
        return self.folder(account) / "response.part"

    def registration_file(self, account: AuthorityId) -> Path:
        """Return where the registration request is that waits for its authorization."""
        return self.folder(account) / "registration.yml"

    def ca_file(self, account: AuthorityId) -> Path:
        """Return where the CA of the manager's TLS certificate is, if it is not one of the system's."""
        return self.folder(account) / "manager-ca.pem"

    def proxy(self, account: AuthorityId) -> str | None:
        """Return the URL of the HTTP proxy on the way to the manager; None where there is none.

        Raises:
            ServiceError: it cannot be read.
            AdminRefused: somebody wrote something else there.
        """
        file = self._proxy_file(account)
        if not file.exists():
            return None
        url = read_secret(file, bytes_max=PROXY_BYTES_MAX)
        return check_proxy(url.decode(errors="replace"))

    def keep_way(
        self, account: AuthorityId, *, certificates: bytes | None, proxy: str | None
    ) -> None:
        """Remember how the manager of a local account is reached; what is None stays as it was.

        Args:
            account: whose.
            certificates: who signs the manager's TLS certificate; empty where the system trusts them.
            proxy: the URL of a proxy, perhaps with a password in it: it never lies in the ledger.
                Empty where there is none.
        """
        url = None if proxy is None else proxy.encode()
        kept = ((self.ca_file(account), certificates), (self._proxy_file(account), url))
        for file, content in kept:
            if content:
                write_file(file, content)
            elif content is not None:
                remove_file(file)

    def document_name(self, account: LocalAccount) -> str:
        """Return what documents, and the manager, call a local account of this on-prem.

        It is the name of the on-prem. A second local account has its own name behind it: a manager
        tells its on-prems apart by their names, and people their files.
        """
        try:
            return (self.folder(account.id) / "name").read_text("ascii").strip()
        except OSError:
            name = self._new_name(account)
            self.call(account.id, name)
            return name

    def check_unused(self, name: str, work: Work) -> None:
        """Pass if no local account of this on-prem is called so.

        Raises:
            AdminRefused: one is; its files would have the same names.
        """
        for other in work.local_accounts():
            used = self._name_of(other.id)
            if used.casefold() == name.casefold():
                raise AdminRefused(
                    f"the local account '{other.name}' is called '{used}' at its manager; choose "
                    "another name"
                )

    def call(self, account: AuthorityId, name: str) -> None:
        """Say what the manager is to call a local account that is not registered yet."""
        write_file(self.folder(account) / "name", f"{name}\n".encode())

    @contextmanager
    def alone(self, account: LocalAccount) -> Iterator[None]:
        """Hold the right to exchange documents for a local account.

        Raises:
            AdminRefused: somebody else does.
        """
        lock = self.folder(account.id) / "lock"
        try:
            with locked(lock, wait=False):
                yield
        except BlockingIOError:
            raise AdminRefused(
                f"'{account.name}' is being synchronized by another command or the server; try again"
            ) from None

    def keyring(self, account: AuthorityId) -> Keyring:
        """Return the keys of a local account that is registered.

        Raises:
            ServiceError: they cannot be read.
        """
        return Keyring.open(self.data, file=self.data.account_file(account))

    def keep_keys(self, account: AuthorityId, keys: AuthorityKeys) -> None:
        """Make the keys of a local account durable, new ones or renewed ones.

        Raises:
            ServiceError: they cannot be written.
        """
        file = self.data.account_file(account)
        if file.exists():
            Keyring.open(self.data, file=file).change(lambda _: keys)
        else:
            Keyring.bring(self.data, keys, None, file=file)

    def is_kept(self, account: AuthorityId, outstanding: Outstanding) -> bool:
        """Tell whether the bytes of a request that waits are here as they were written."""
        path = self.request_file(account)
        hashed = hashlib.sha256()
        try:
            if path.stat().st_size != outstanding.size:
                return False
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    hashed.update(block)
        except OSError:
            return False
        return to_base64url(hashed.digest()) == outstanding.mark.digest

    def forget_request(self, account: AuthorityId) -> None:
        """Remove a request that was answered, and what came for it."""
        remove_file(self.request_file(account))
        remove_file(self.response_file(account))

    def forget(self, account: AuthorityId) -> None:
        """Remove every file of a local account that was deleted.

        Raises:
            ServiceError: they cannot be removed.
        """
        for path in (self.data.account_file(account), self.data.pending_file(account)):
            remove_file(path)
        folder = self.data.sync / account
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise trouble(folder, error) from error

    def was_deleted(self, account: AuthorityId) -> bool:
        """Tell whether a local account was here once, and is not any more."""
        with self.store.begin() as work:
            return _is_deleted(work, account)

    def finish_deletions(self) -> list[AuthorityId]:
        """Remove what a deletion that was cut short has left of local accounts; return which.

        Only what this ledger knew and has deleted: the keys of an account that it never heard of may
        belong to another ledger, which somebody brings back.

        Raises:
            ServiceError: it cannot be removed.
        """
        with self.store.begin() as work:
            left = [one for one in self._with_files() if _is_deleted(work, one)]
        for account in left:
            self.forget(account)
        return left

    def _with_files(self) -> list[AuthorityId]:
        folder = self.data.sync
        try:
            exchanged = [AuthorityId(path.name) for path in folder.iterdir()]
        except FileNotFoundError:
            exchanged = []
        except OSError as error:
            raise trouble(folder, error) from error
        return sorted({*self.data.accounts(), *self.data.waiting(), *exchanged})

    def _proxy_file(self, account: AuthorityId) -> Path:
        return self.folder(account) / "proxy"

    def _new_name(self, account: LocalAccount) -> str:
        with self.store.begin() as work:
            others = [one for one in work.local_accounts() if one.id != account.id]
        taken = {self._name_of(one.id).casefold() for one in others}
        if self.name.casefold() not in taken:
            return self.name
        own = re.sub(r"[^A-Za-z0-9_.-]+", "-", account.name).strip("-") or account.id[:8]
        name = f"{self.name}-{own}"[:64]
        return name if name.casefold() not in taken else f"{self.name[:50]}-{account.id[:8]}"

    def _name_of(self, account: AuthorityId) -> str:
        try:
            return (self.data.sync / account / "name").read_text("ascii").strip()
        except OSError:
            return ""


def _is_deleted(work: Work, account: AuthorityId) -> bool:
    """Tell whether a local account was here, by its events, and is not any more."""
    if work.local_account(account) is not None:
        return False
    return bool(work.events_after(AccountId(account), 0, 1))
