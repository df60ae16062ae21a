"""A person at the manager's command line, over the books of a test instead of a data directory."""

import io
import json
import shlex
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from licet.admin.catalog import import_catalog, sample_catalog
from licet.kernel.ids import Udi
from licet.kernel.time import DAY
from licet.ledger.model import Event, Instance, VirtualAccount
from licet.manager.cli import main
from licet.pki.authority import AuthorityKeys, found_authority
from licet.registrar.alerts import cloned
from licet.shell.site import Site
from support.books import Books

WHO = "ann"


@dataclass(frozen=True)
class Ran:
    """What became of a line that was typed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as a program reads it."""
        return json.loads(self.out)


def type_line(site: Site, line: str) -> Ran:
    """Type a line behind `licet manager` and return what became of it."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(shlex.split(line), site=site)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    return Ran(status, out.getvalue(), err.getvalue())


class Clerk:
    """Types lines behind `licet manager`; without books there is nothing yet."""

    def __init__(self, books: Books | None = None) -> None:
        self.books = books or Books()

    @cached_property
    def keys(self) -> AuthorityKeys:
        """The keys of the authority."""
        return found_authority(name="clerk", chance=self.books.chance, now=self.books.now)

    @property
    def site(self) -> Site:
        """What is worked on, now."""
        return Site(
            self.books.store, lambda _=None: self.keys, WHO, self.books.now, self.books.chance
        )

    def events(self) -> Sequence[Event]:
        """Return the events of the account, newest first."""
        return self.books.events()

    def type(self, line: str) -> Ran:
        """Type a line and return what became of it."""
        return type_line(self.site, line)

    def ask(self, line: str) -> Any:
        """Return what a line that is done prints with `--json`."""
        ran = self.type(f"{line} --json")
        assert ran.status == 0, ran.err
        return ran.json

    def do(self, line: str) -> str:
        """Return what a line that is done prints for people."""
        ran = self.type(line)
        assert ran.status == 0, ran.err
        assert ran.err == ""
        return ran.out

    def refused(self, line: str) -> str:
        """Return why a line is refused; nothing else may be printed, and no event be added."""
        before = self.events()
        ran = self.type(line)
        assert ran.status == 1, ran
        assert ran.out == ""
        assert ran.err.startswith("licet manager: ")
        assert self.events() == before, "nothing half done"
        return ran.err.removeprefix("licet manager: ").rstrip("\n")


def busy_clerk() -> Clerk:
    """Return a clerk whose account has something of everything that can be listed."""
    clerk = Clerk()
    books = clerk.books
    books.do(lambda work: import_catalog(work, sample_catalog()))
    books.order(2)
    books.order(5, at=books.lab, lasts=95 * DAY)
    spine = device(books, "FDO21120U5B", host="spine-1.example.com", lan=3, mpls=1)
    device(books, "FDO21120U5C", host="leaf-17", at=books.lab, lan=2)
    device(books, "FOC1843X0AB", pid="WS-C3850-24T-E", at=books.lab)
    copied = replace(spine, cloned=True)
    books.do(lambda work: work.put_instance(copied))
    books.do(lambda work: cloned(work, copied, books.now))
    clerk.do("token create --description 'Lab switches' --uses 3 --virtual-account lab")
    clerk.do("token create --days 10")
    return clerk


def device(
    books: Books,
    sn: str,
    *,
    pid: str = "N9K-C93180YC-EX",
    host: str | None = None,
    at: VirtualAccount | None = None,
    lan: int = 0,
    mpls: int = 0,
    silent_for: timedelta = timedelta(0),
) -> Instance:
    """Put a product instance that has a host name."""
    put = books.instance(f"{pid} {sn}", at=at, lan=lan, mpls=mpls, silent_for=silent_for)
    named = replace(put, udi=Udi(pid, sn), host_name=host)
    books.do(lambda work: work.put_instance(named))
    return named
