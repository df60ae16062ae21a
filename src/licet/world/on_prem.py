"""An on-prem of a world: its local accounts over one store, its schedule, and its backups."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO

from licet.admin.refusal import AdminRefused
from licet.admin.sweep import Sweep
from licet.agent import schedule
from licet.endpoint.endpoint import Call
from licet.endpoint.reception import Reception
from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId
from licet.kernel.problems import NoAnswer
from licet.kernel.time import DAY
from licet.ledger.model import Policy
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, Outstanding, Privacy, Road, SyncKind
from licet.ledger.works import work_in
from licet.pki.authority import AuthorityKeys, begin_epoch
from licet.pki.sites import SitePrivate
from licet.store.memory import MemoryStore
from licet.sync.deadlines import lapsed, next_look, review
from licet.sync.exchange import Taken, keep_request, make_request, note_failure, take_response
from licet.sync.problems import SyncRefused, Why
from licet.sync.registration import Authorized
from licet.wire.tokens import Token
from licet.world.clock import MachineClock
from licet.world.enrolling import Desk, ask, believe, enter
from licet.world.network import UNREACHABLE, UNRESOLVED, Network, Port
from licet.world.site import Site
from licet.world.upstream import (
    REGISTRATION_PATH,
    SYNCHRONIZATION_PATH,
    name_answer,
    name_request,
    read_refusal,
)

WHO = "admin"
# A request whose response was lost is sent again for so long; then a newer one says more.
REPEATED_FOR = DAY
_REASONS = {
    UNREACHABLE: "the manager cannot be reached",
    UNRESOLVED: "nothing takes on-prems at the manager's address",
}
# The name of one that is over is free for another.
_OVER = (LocalState.REFUSED, LocalState.REMOVED, LocalState.DEACTIVATED)
# A manager that cannot follow what changed is told all.
_WANTS_ALL = {Why.NEEDS_FULL.value, Why.UNEQUAL.value}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as a file, as people carry it."""

    name: str
    data: bytes


@dataclass(eq=False)
class Errand:
    """A document that is under way to the manager, and what becomes of it.

    Attributes:
        gives_up_at: true time at which no answer is waited for any more.
        kind: of the synchronization; None where a registration is asked for.
        said: what became of it, for a person; None while it is under way.
        failed: whether it came to nothing.
    """

    site: AuthorityId
    gives_up_at: datetime
    take: Callable[[bytes], str]
    kind: SyncKind | None = None
    said: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """All of an on-prem as it was at an instant of its own."""

    at: datetime
    store: MemoryStore
    keys: tuple[AuthorityKeys, ...]
    waiting: dict[AuthorityId, SitePrivate]
    called: dict[AuthorityId, str]


@dataclass(slots=True)
class _Sent:
    """A request that went over the network and was not answered; privacy as it was."""

    made: Outstanding
    data: bytes
    privacy: Privacy


@dataclass
class OnPrem:
    """An on-prem in memory; a participant of its world.

    Attributes:
        name: what the world calls it, and the manager.
        store: of all its local accounts.
        sites: the local accounts that were taken on.
    """

    name: str
    clock: MachineClock
    chance: Chance
    network: Network
    version: str
    store: MemoryStore = field(default_factory=MemoryStore)
    sites: dict[AuthorityId, Site] = field(default_factory=dict)
    _waiting: dict[AuthorityId, SitePrivate] = field(default_factory=dict)
    _called: dict[AuthorityId, str] = field(default_factory=dict)
    _sent: dict[AuthorityId, _Sent] = field(default_factory=dict)
    _errands: dict[AuthorityId, Errand] = field(default_factory=dict)
    _looks: dict[AuthorityId, datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Plug it in."""
        self._begin()

    def _begin(self) -> None:
        self._sweep = Sweep(self.store, Policy())
        self._port = Port(
            self.network,
            self.name,
            standing=lambda: None,
            typed=lambda: False,
            kind=name_request,
            outcome=name_answer,
        )

    @property
    def _desk(self) -> Desk:
        return Desk(self.store, self.chance, self.clock.wall, self.version)

    def called(self, account: LocalAccount) -> str:
        """Return what the manager calls a local account's on-prem; a second account has a number."""
        if account.id not in self._called:
            with self.store.begin() as work:
                there = {one.id for one in work.local_accounts() if one.state not in _OVER}
            taken = {name for site, name in self._called.items() if site in there}
            names = (f"{self.name}-{number}" for number in range(2, len(taken) + 3))
            self._called[account.id] = next(
                name for name in (self.name, *names) if name not in taken
            )
        return self._called[account.id]

    def ask(self, account: LocalAccount, invitation: Token | None = None) -> Paper:
        """Return the registration request of an approved local account.

        Raises:
            SyncRefused: it is not approved.
        """
        private, name = self._waiting.get(account.id), self.called(account)
        data, keys = ask(self._desk, account, name=name, private=private, invitation=invitation)
        self._waiting[account.id] = keys
        return Paper(f"license-registration-request-{name}.yml", data)

    def believe(self, data: bytes) -> tuple[LocalAccount, Authorized]:
        """Return what an authorization that a person brings says; see `enrolling.believe`."""
        return believe(self._desk, data, invitation=None)

    def accept(
        self, data: bytes, *, invitation: Token | None = None, url: str | None = None
    ) -> Site:
        """Enter a local account by its authorization.

        Raises:
            SyncRefused: it is not to be believed.
            AdminRefused: the local account cannot be entered.
        """
        account, authorized = believe(self._desk, data, invitation=invitation)
        private = self._waiting[account.id]
        keys = enter(self._desk, account, authorized, private, url=url, who=WHO)
        site = self._open(keys)
        del self._waiting[account.id]
        return site

    def _open(self, keys: AuthorityKeys) -> Site:
        site = Site(self.name, clock=self.clock, chance=self.chance, store=self.store, keys=keys)
        self.sites[site.id] = site
        self._plan(site)
        return site

    def register(self, account: LocalAccount, code: Token, url: str) -> Errand:
        """Ask a manager to take a local account on, over the network.

        Raises:
            SyncRefused: it is not approved.
        """
        paper = self.ask(account, code)

        def take(answer: bytes) -> str:
            self.accept(answer, invitation=code, url=url)
            return "registered"

        return self._send(url + REGISTRATION_PATH, paper.data, Errand(account.id, self._end, take))

    def write_request(self, site: Site, kind: SyncKind) -> Paper:
        """Return the next request for synchronization of a local account, as a file.

        Raises:
            SyncRefused: it is not registered.
        """
        made, data = self._write(site, kind)
        self._sent.pop(site.id, None)
        return Paper(made.file, data)

    def _write(self, site: Site, kind: SyncKind) -> tuple[Outstanding, bytes]:
        out, now = BytesIO(), self.clock.wall
        name = self._called[site.id]
        made = make_request(
            self.store, site.keys, out, kind=kind, name=name, version=self.version, now=now
        )
        keep_request(self.store, made, site.id)
        return made, out.getvalue()

    def take(self, site: Site, data: bytes, *, road: Road) -> Taken:
        """Take a response of the manager.

        Raises:
            SyncRefused: it is not to be applied.
        """
        taken = take_response(
            self.store,
            site.keys,
            BytesIO(data),
            road=road,
            now=self.clock.wall,
            keep=site.keep,
        )
        self._sent.pop(site.id, None)
        self._plan(site)
        return taken

    def synchronize(self, site: Site, kind: SyncKind) -> Errand:
        """Begin to synchronize over the network; one that is under way is overtaken.

        Raises:
            SyncRefused: the local account is not registered, or only by file.
        """
        account = site.local
        upstream = account.upstream if account else None
        if account is None or upstream is None or upstream.url is None:
            raise SyncRefused(Why.NOT_READY, "its manager is reached by file only")
        sent = self._sent.get(site.id)
        if sent is None or not self._says_enough(sent, account, kind):
            made, data = self._write(site, kind)
            self._sent[site.id] = sent = _Sent(made, data, account.privacy)

        def take(answer: bytes) -> str:
            return self.take(site, answer, road=Road.NETWORK).text

        errand = Errand(site.id, self._end, take, sent.made.kind)
        return self._send(upstream.url + SYNCHRONIZATION_PATH, sent.data, errand)

    def _says_enough(self, sent: _Sent, account: LocalAccount, kind: SyncKind) -> bool:
        """Tell whether a request that was not answered is the one to send again."""
        wanted = SyncKind.FULL if account.needs_full else kind
        return (
            account.outstanding == sent.made
            and account.privacy == sent.privacy
            and sent.made.kind in (wanted, SyncKind.FULL)
            and self.clock.wall - sent.made.at < REPEATED_FOR
        )

    @property
    def _end(self) -> datetime:
        return self.network.clock.now + schedule.EXCHANGE

    def _send(self, url: str, data: bytes, errand: Errand) -> Errand:
        self._errands[errand.site] = errand
        self._port.post(url, data, lambda came: self._deliver(errand, came))
        return errand

    def _deliver(self, errand: Errand, came: bytes | NoAnswer) -> None:
        if self._errands.get(errand.site) is not errand:
            return
        if isinstance(came, NoAnswer):
            self._fail(errand, _REASONS.get(came.reason, came.reason))
            return
        refusal = read_refusal(came)
        if refusal is not None:
            self._fail(errand, refusal.text, wants_all=refusal.why in _WANTS_ALL)
            return
        try:
            errand.said = errand.take(came)
        except (SyncRefused, AdminRefused) as refused:
            self._fail(errand, str(refused))
            return
        del self._errands[errand.site]

    def _fail(self, errand: Errand, why: str, *, wants_all: bool = False) -> None:
        del self._errands[errand.site]
        errand.said, errand.failed = why, True
        if errand.kind is None:
            return
        kind, now = errand.kind, self.clock.wall
        note_failure(self.store, errand.site, kind=kind, road=Road.NETWORK, why=why, now=now)
        if wants_all:
            self._change(errand.site, lambda account: replace(account, needs_full=True))

    def _change(self, site: AuthorityId, change: Callable[[LocalAccount], LocalAccount]) -> None:
        def job(work: Work) -> None:
            account = work.local_account(site)
            if account is not None:
                work.put_local_account(change(account))

        work_in(self.store, job)

    def respond(self, request: bytes, peer: str) -> bytes | None:
        """Return the signed answer to one request of a device; None where nobody here can give one."""
        reception = Reception({site.id: site.endpoint for site in self._served()})
        [reply] = reception.handle([Call(request, peer)], now=self.clock.wall)
        return None if reply is None else reply.data

    def _served(self) -> Iterator[Site]:
        """Yield the local accounts that were not deleted."""
        return (site for site in self.sites.values() if site.local is not None)

    def next_due(self) -> datetime | None:
        """Return when `tick` has something to do, in true time."""
        dues = [self._sweep.next_due(), *self._looks.values()]
        for site in self._served():
            account = site.local
            if account is not None and site.id not in self._errands:
                dues.append(account.due_at)
        instants = [self.clock.true_time_of(due) for due in dues if due is not None]
        instants += [errand.gives_up_at for errand in self._errands.values()]
        return min(instants, default=None)

    def tick(self) -> None:
        """Do what is due: sweep, give up, look at deadlines, synchronize by schedule."""
        now = self.clock.wall
        self._sweep.tick(now)
        for errand in list(self._errands.values()):
            if errand.gives_up_at <= self.network.clock.now:
                self._fail(errand, "no answer came in time")
        for site in self._served():
            look = self._looks.get(site.id)
            if look is not None and look <= now:
                self.look(site)
            account = site.local
            due = account.due_at if account else None
            if due is not None and due <= now and site.id not in self._errands:
                self.synchronize(site, SyncKind.STANDARD)

    def look(self, site: Site) -> None:
        """Look at the deadlines of a local account; they are where its clock says."""
        now = self.clock.wall

        def job(work: Work) -> None:
            account = work.local_account(site.id)
            if account is not None and account.state is LocalState.REGISTERED:
                review(work, account, account=AccountId(site.id), source=None, now=now)

        work_in(self.store, job)
        self._plan(site)

    def _plan(self, site: Site) -> None:
        account = site.local
        registered = account is not None and account.state is LocalState.REGISTERED
        look = next_look(account, self.clock.wall) if account and registered else None
        self._looks[site.id] = look

    def backup(self) -> Backup:
        """Return a backup of all of it."""
        return Backup(
            self.clock.wall,
            self.store.copy(),
            tuple(site.keys for site in self.sites.values()),
            dict(self._waiting),
            dict(self._called),
        )

    def restore(self, backup: Backup) -> None:
        """Go on from a backup, in a new epoch; nothing is granted until it has synchronized.

        The request that waited then is forgotten: its response would bring back an older lease.
        """
        self._port.closed = True
        now = self.clock.wall
        self.store = backup.store.copy()
        self.sites, self._looks, self._errands, self._sent = {}, {}, {}, {}
        self._waiting, self._called = dict(backup.waiting), dict(backup.called)
        self._begin()

        for keys in backup.keys:
            self._change(keys.authority, lambda account: lapsed(account, now))
            self._open(begin_epoch(keys, backup_at=backup.at, now=now))
