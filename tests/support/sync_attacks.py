"""Hostile documents of synchronization, the doors that they come through, and what stands behind those.

As a program it is the child process in which a command line reads many files, one after the other:
it prints what each came to, and how much memory it took at most.
"""

import contextlib
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from licet.cli import main
from licet.kernel.chance import SystemChance
from licet.ledger.sites import SyncKind
from licet.pki.authority import AuthorityKeys
from licet.service.datadir import DataDir, create_data
from licet.service.keyring import Keyring
from licet.store.sqlite.store import SqliteStore
from licet.sync.problems import REMEDIES, Why
from licet.wire.codec import Part
from licet.wire.documents import Form, open_document, write_document
from licet.wire.keys import PrivateKey, sign_digest, to_base64url
from licet.wire.sites import SYNC_REQUEST, SYNC_RESPONSE
from support.office import LAN, Customer
from support.site_client import SiteClient
from support.sites import SiteOffice, populate
from support.standing import Standing, standing

MIB = 1024 * 1024
KIB_MAX = 100 * 1024
CHANCE = SystemChance()
_IGNORED = {("sqlite_sequence",)}


@dataclass(frozen=True)
class Said:
    """What somebody heard of a document: the reason, where a program hears it, and the sentence."""

    why: str | None
    text: str

    def check(self, why: Why, *words: str) -> None:
        """Pass if it was refused for that reason, and a person reads these words."""
        assert self.why in {None, why}, self
        for word in (REMEDIES[why], *words):
            assert word in self.text, self
        assert self.text.isprintable(), "nothing in it moves a cursor"


def signed(body: bytes, key: PrivateKey) -> bytes:
    """Return a text of any shape, signed as its writer signs: only its shape can be wrong."""
    signature = to_base64url(sign_digest(key, hashlib.sha256(body).digest()))
    return body + b"# sig " + signature.encode() + b"\n"


def signed_again(document: bytes, key: PrivateKey) -> bytes:
    """Return a document that was edited, signed by `key`."""
    return signed(document[: document.rindex(b"# sig ")], key)


def edited(
    document: bytes,
    key: PrivateKey,
    *,
    form: Form = SYNC_REQUEST,
    more: Iterable[Part] = (),
    **head: object,
) -> bytes:
    """Return a document with other fields in its head, and further items before its last one."""
    opened = open_document(io.BytesIO(document), (form,))
    items = list(opened.items())
    end = items[-1:] if form is SYNC_REQUEST else []
    fields = {name: getattr(opened.head, name) for name in opened.head.__struct_fields__}
    return written(
        type(opened.head)(**{**fields, **head}),
        [*items[: len(items) - len(end)], *more, *end],
        key,
        form,
    )


def head_of(document: bytes, form: Form = SYNC_REQUEST) -> Any:
    """Return the head of a document."""
    return open_document(io.BytesIO(document), (form,)).head


def written(head: Part, items: Iterable[Part], key: PrivateKey, form: Form = SYNC_REQUEST) -> bytes:
    """Return a document of any content that its form allows."""
    out = io.BytesIO()
    write_document(out, form, head, items, sign=lambda digest: sign_digest(key, digest))
    return out.getvalue()


def tables(database: Path) -> dict[str, str]:
    """Return a digest of each table; who was refused stands in the history of a site, which is left out."""
    found = {}
    # Not with the standard library's SQLite: closing a second one takes the locks of the first away.
    opened = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    with contextlib.closing(opened):
        names = list(opened.execute("SELECT name FROM sqlite_master WHERE type='table'"))
        for (name,) in sorted({*names} - _IGNORED):
            rows = [list(map(str, row)) for row in opened.execute(f'SELECT * FROM "{name}"')]  # noqa: S608
            if name == "on_prem":
                for row in rows:
                    row[-1] = json.dumps({**json.loads(row[-1]), "history": []})
            text = "\n".join(sorted(map("|".join, rows)))
            found[str(name)] = hashlib.sha256(text.encode()).hexdigest()
    return found


def peak_kib(process: int | str = "self") -> int:
    """Return the most memory that a process ever held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


class Child:
    """A process that reads files as the command line does; its memory is its own.

    Args:
        folder: where files are put.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.peak_kib = 0

    def run(self, *commands: Sequence[str]) -> list[tuple[int, str, str]]:
        """Return status, output and errors of each command."""
        ran = subprocess.run(
            [sys.executable, "-m", "support.sync_attacks"],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parent.parent,
            timeout=280,
        )
        assert ran.returncode == 0, ran.stderr
        said = json.loads(ran.stdout)
        self.peak_kib = int(said["peak_kib"])
        assert self.peak_kib < KIB_MAX
        return [tuple(one) for one in said["came"]]

    def refused(self, *commands: Sequence[str]) -> list[Said]:
        """Return what a person read of each of these commands, all of which must be refused."""
        came = self.run(*commands)
        for status, out, _ in came:
            assert (status, out) == (1, ""), came
        return [Said(None, error.rstrip("\n")) for _, _, error in came]

    def files(self, documents: Iterable[bytes]) -> list[str]:
        """Return the names of files with these documents."""
        names = []
        for number, document in enumerate(documents):
            path = self.folder / f"{number}.yml"
            path.write_bytes(document)
            names.append(str(path))
        return names


class Town:
    """A manager that serves, and two sites whose documents a test changes, signs and carries.

    Attributes:
        plant: has synchronized once; what it reports next is not known at the manager.
        moon: another customer's site.
        ship: an on-prem on the disk; the response to its request was written, and not applied.
        letter: that response.
    """

    def __init__(self, manager: Standing, folder: Path) -> None:
        self.manager = manager
        self.folder = folder
        self.office = manager.office
        self.child = Child(folder)
        self.plant = self.enrolled("Plant", 3)
        self.plant.synchronize()
        self.moon = self.enrolled("Moon", 2)
        self.data, store = make_on_prem(folder / "ship")
        self.ship = self.enrolled("Ship", 2, store=store)
        at = self.plant.example
        populate(
            self.plant.store,
            at.virtual,
            2,
            account=at.account,
            tag=LAN,
            now=self.plant.now,
            first=3,
        )
        self.request = self.plant.request()
        self.old_letter = self.ship.answered(self.ship.request()).letter.text
        self.ship.take(self.old_letter)
        Keyring.bring(self.data, self.ship.keys, None, file=self.data.account_file(self.ship.site))
        self.late_letter = self.ship.answered(self.ship.request()).letter.text
        self.letter = self.ship.answered(self.ship.request()).letter.text
        self.twice = self.enrolled("Twice", 1)
        self.twice_request = self.twice.request()
        self.twice_letter = self.twice.answered(self.twice_request).letter.text
        self.idle_kib = self.reset_peak()

    def enrolled(self, name: str, products: int, store: SqliteStore | None = None) -> SiteOffice:
        """Return a site that has synchronized once, with products that use a license each."""
        site = SiteOffice(self.office, seed=name, store=store)
        place = site.enroll(name)
        self.office.give(LAN, 10, at=Customer(self.office.example.account, place))
        at = site.example
        populate(site.store, at.virtual, products, account=at.account, tag=LAN, now=site.now)
        site.synchronize(SyncKind.FULL)
        return site

    @property
    def sync_key(self) -> PrivateKey:
        """The key with which the plant's administrator signs whatever they like."""
        return self.plant.private.sync

    @property
    def answer_key(self) -> PrivateKey:
        """The key that the manager signs with."""
        keys: AuthorityKeys = self.office.keys
        return keys.answer_key

    def tables(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the tables of the manager and of the on-prem."""
        return tables(self.manager.data.database), tables(self.data.database)

    def up_by_file(self, documents: Sequence[bytes]) -> list[Said]:
        """Give documents to the manager's command line, which must refuse each, and would have."""
        data = ("--data", str(self.manager.data.path))
        files = self.child.files(documents)
        looked = self.child.run(*(("sync", "diff", file, *data) for file in files))
        out = ("--output", str(self.folder / "out.yml"))
        said = self.child.refused(
            *(("manager", "onprem", "sync", file, *data, *out) for file in files)
        )
        assert not (self.folder / "out.yml").exists()
        for (status, _, error), one in zip(looked, said, strict=True):
            assert status == 1
            assert _sentence(error) == _sentence(one.text), "as it would be"
        return said

    def up_by_network(
        self, documents: Sequence[bytes], *, site: SiteOffice | None = None
    ) -> list[Said]:
        """Send documents to the manager's server, which must refuse each; the plant is who sends."""
        self.reset_peak()
        said = []
        with self.manager.client() as opened:
            client = SiteClient(opened)
            for document in documents:
                capability = client.send(site or self.plant, document, part=MIB)
                status, answer = client.outcome(capability)
                assert status == 409, answer
                said.append(Said(answer["why"], answer["text"]))
        self.check_server()
        return said

    def down_by_file(self, documents: Sequence[bytes]) -> list[Said]:
        """Give documents to the on-prem's command line, which must refuse each."""
        data = ("--data", str(self.data.path))
        files = self.child.files(documents)
        return self.child.refused(*(("onprem", "sync", "response", file, *data) for file in files))

    def reset_peak(self) -> int:
        """Begin to measure the server's memory anew, and return what it holds."""
        Path(f"/proc/{self.manager.process.pid}/clear_refs").write_text("5")
        self.before_kib = self.manager.resident_kib()
        return self.before_kib

    def check_server(self) -> None:
        """Pass if the server kept its memory, its spool and its temper."""
        kept_kib = max(self.before_kib - self.idle_kib, 0)  # of what came before
        assert peak_kib(self.manager.process.pid) < KIB_MAX + kept_kib
        assert self.manager.process.poll() is None
        assert list(self.manager.data.spool.glob("*.request")) == []
        assert '"level": "error"' not in self.manager.said(), self.manager.said()[-3000:]

    @property
    def directions(
        self,
    ) -> dict[str, tuple[Callable[[Sequence[bytes]], list[Said]], bytes, PrivateKey, Form]]:
        """Each door with a good document for it, the key of its writer, and its form."""
        return {
            "up by file": (self.up_by_file, self.request, self.sync_key, SYNC_REQUEST),
            "up by network": (self.up_by_network, self.request, self.sync_key, SYNC_REQUEST),
            "down by file": (self.down_by_file, self.letter, self.answer_key, SYNC_RESPONSE),
        }


def _sentence(error: str) -> str:
    """Return what was said but for who said it, and when."""
    return error.partition(": ")[2].partition("; it is")[0].rstrip("\n")


def make_on_prem(path: Path) -> tuple[DataDir, SqliteStore]:
    """Make the data directory of an on-prem that never served."""
    data = create_data(path, accounts=True)
    data.site_file.write_text("Ship")
    return data, SqliteStore.open(data.database)


@contextlib.contextmanager
def town(folder: Path) -> Any:
    """Yield a town; its processes end with it."""
    with ExitStack() as stack:
        yield Town(stack.enter_context(standing(folder)), folder)


def read_all(commands: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Run commands in this process, and tell what each came to."""
    came = []
    for command in commands:
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            try:
                status = main(command)
            except SystemExit as left:
                status = int(left.code or 0)
        came.append((status, out.getvalue(), error.getvalue()))
    return {"came": came, "peak_kib": peak_kib()}


if __name__ == "__main__":
    json.dump(read_all(json.load(sys.stdin)), sys.stdout)
