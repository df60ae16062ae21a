"""Requests for synchronization that come in part by part, and what became of each.

A site announces a document, sends it in parts that are appended to a spool file, and asks for the
result; meanwhile it is applied by one worker beside everything else. Nothing here must survive a
crash: a site that finds its upload gone begins again, and what was committed is answered with the
letter that the ledger keeps.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from threading import Lock
from typing import Any

import structlog

from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import RulesBroken
from licet.kernel.time import HOUR, MINUTE
from licet.ledger.ports import Store
from licet.ledger.sites import Letter, OnPrem, Road
from licet.pki.authority import AuthorityKeys
from licet.service.clock import Clock
from licet.service.spool import Spool
from licet.sync.exchange import answer_request, note_refusal
from licet.sync.problems import SyncRefused, Why
from licet.wire import limits
from licet.wire.envelope import Kind, check_signature, open_envelope
from licet.wire.keys import load_public, to_base64url
from licet.wire.sites import MIB, UPLOADS, Upload

PART_BYTES_MAX = MIB
KEPT_MAX = 8  # answers that nobody took yet
# Of what has come, and of answers: what is announced takes no room from others.
BYTES_MAX = 2 * 1024 * MIB
SILENT = HOUR
# Ours. Where the room is needed, who is too slow to bring the whole in so long, after a first minute,
# gives way: at 300,000 product instances (150 MB) that is less than 42 kB a second.
WHOLE_WITHIN = HOUR
GIVES_WAY = MINUTE
_CAPABILITY_BYTES = 32
_LOG = structlog.get_logger(__name__)


class Stage(Enum):
    """How far an upload has come."""

    COMING = auto()
    APPLYING = auto()
    ANSWERED = auto()
    REFUSED = auto()
    FAILED = auto()


class NoRoom(Exception):  # noqa: N818 - what became of an upload
    """Nothing more can be kept now: others have brought too much, or the disk is full."""


class WrongOffset(Exception):  # noqa: N818
    """A part does not begin where the last one ended.

    Attributes:
        offset: where the next one begins.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"the next part begins at {offset}")


@dataclass(slots=True, eq=False)
class Coming:
    """One upload.

    Attributes:
        capability: who knows it may go on with the upload.
        offset: how many bytes are there.
        announced_at: by the clock of its site, seconds since 1970.
        begun_at: when it was announced first.
        heard_at: when its site was last heard.
        answer_size: of the response, once it is there.
        refused: why it was not applied.
        at_work: the worker is applying it.
        replaced: another one has its place.
    """

    capability: str
    site: AuthorityId
    number: int
    digest: str
    size: int
    announced_at: int
    begun_at: datetime
    heard_at: datetime
    offset: int = 0
    stage: Stage = Stage.COMING
    answer_size: int = 0
    refused: SyncRefused | None = None
    at_work: bool = False
    replaced: bool = False
    hashed: Any = field(default_factory=hashlib.sha256)

    @property
    def live(self) -> bool:
        """Whether it is under way."""
        return self.stage in {Stage.COMING, Stage.APPLYING}

    def goes_on(self, said: Upload) -> bool:
        """Whether an announcement is of this one, and it can still come to something."""
        same = (self.digest, self.size) == (said.digest, said.size)
        return same and self.stage not in {Stage.REFUSED, Stage.FAILED}

    def precedes(self, said: Upload) -> bool:
        """Whether an announcement is older than this one, which is on its way: somebody repeats it."""
        return self.live and (said.at, said.number) < (self.announced_at, self.number)

    @property
    def held(self) -> int:
        """How many bytes of the disk it takes."""
        return self.offset if self.live else self.answer_size

    def is_behind(self, now: datetime) -> bool:
        """Whether it comes too slowly to be whole in time."""
        had = now - self.begun_at - GIVES_WAY
        return self.stage is Stage.COMING and self.offset * WHOLE_WITHIN < self.size * had

    @property
    def request_file(self) -> str:
        """Name of the file of what came."""
        return f"{self.capability}.request"

    @property
    def answer_file(self) -> str:
        """Name of the file of the response."""
        return f"{self.capability}.response"


class SiteUploads:
    """The uploads of one manager, one a site; threads may use it at once. A duty, too: what is silent goes.

    Args:
        spool: where they are kept.
        store: the manager's.
        keys: the manager's, asked each time.
        apply: has a job done in the worker's thread, in its turn.
        clock: the machine's.
        chance: where capabilities and serial numbers come from.
    """

    def __init__(
        self,
        spool: Spool,
        store: Store,
        *,
        keys: Callable[[], AuthorityKeys],
        apply: Callable[[Callable[[], None]], None],
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._spool = spool
        self._store = store
        self._keys = keys
        self._submit = apply
        self._clock = clock
        self._chance = chance
        self._lock = Lock()
        self._all: dict[str, Coming] = {}

    def find(self, capability: str) -> Coming | None:
        """Return an upload."""
        return self._all.get(capability)

    def begin(self, envelope: bytes) -> Coming:
        """Begin what a site announces, or go on with it where it is there already.

        Raises:
            SyncRefused: the announcement is not a site's of ours.
            NoRoom: not now.
        """
        said, on_prem = self._believe(envelope)
        letter = self._applied(said, on_prem)
        now = self._clock.now()
        with self._lock:
            coming = self._of_site(on_prem.id)
            if coming is not None:
                if coming.goes_on(said):
                    coming.heard_at = now
                    return coming
                if coming.precedes(said):
                    raise SyncRefused(
                        Why.SUPERSEDED,
                        f"request {said.number} was announced before request {coming.number}, which "
                        "is on its way",
                    )
                self._let_go(coming)
            self._drop_answers()
            self._make_room(0 if letter is None else len(letter.text), now)
            coming = Coming(
                to_base64url(self._chance.random_bytes(_CAPABILITY_BYTES)),
                on_prem.id,
                said.number,
                said.digest,
                said.size,
                said.at,
                begun_at=now,
                heard_at=now,
            )
            try:
                if letter is None:
                    self._spool.create(coming.request_file)
                else:
                    self._spool.create(coming.answer_file, letter.text)
                    coming.offset, coming.stage = said.size, Stage.ANSWERED
                    coming.answer_size = len(letter.text)
            except OSError as error:
                _LOG.error("an upload cannot be kept", error=str(error))
                raise NoRoom from error
            self._all[coming.capability] = coming
            return coming

    def add(self, coming: Coming, offset: int, data: bytes) -> int:
        """Take a part, and return where the next one begins; after the last one it is applied.

        Raises:
            WrongOffset: it does not begin where the last one ended.
            SyncRefused: more came than was announced, or something else.
            NoRoom: not now; the same part can be sent again.
        """
        with self._lock:
            coming.heard_at = now = self._clock.now()
            if offset != coming.offset or coming.stage is not Stage.COMING:
                raise WrongOffset(coming.offset)
            if offset + len(data) > coming.size:
                self._forget(coming)
                raise SyncRefused(Why.DAMAGED, f"more than the announced {coming.size} bytes came")
            self._make_room(len(data), now, coming)
            try:
                self._spool.append(coming.request_file, offset, data)
            except OSError as error:
                _LOG.error("a part cannot be kept", error=str(error))
                raise NoRoom from error
            coming.hashed.update(data)
            coming.offset += len(data)
            if coming.offset == coming.size:
                self._complete(coming)
        return coming.offset

    def read(self, coming: Coming, offset: int) -> bytes:
        """Return the next part of a response.

        Raises:
            WrongOffset: it does not have that many bytes.
            OSError: it cannot be read.
        """
        coming.heard_at = self._clock.now()
        if offset > coming.answer_size:
            raise WrongOffset(coming.answer_size)
        return self._spool.read(coming.answer_file, offset, PART_BYTES_MAX)

    def next_due(self) -> datetime | None:
        """Return when the next one will have been silent for too long."""
        with self._lock:
            return min((one.heard_at + SILENT for one in self._idle()), default=None)

    def tick(self, now: datetime) -> int:
        """Remove those that have been silent for too long, and return how many."""
        with self._lock:
            silent = [one for one in self._idle() if one.heard_at + SILENT <= now]
            for one in silent:
                self._forget(one)
        return len(silent)

    def _believe(self, envelope: bytes) -> tuple[Upload, OnPrem]:
        """Return what a site has announced, and who it is.

        Raises:
            SyncRefused: it was not a site of ours.
        """
        keys = self._keys()
        try:
            opened = open_envelope(envelope, max_bytes=limits.MAX_REQUEST_BYTES)
            said = UPLOADS.decode(opened.payload)
        except RulesBroken as broken:
            raise SyncRefused(Why.DAMAGED, f"the announcement is damaged: {broken}") from broken
        if opened.kind is not Kind.UPLOAD or not isinstance(said, Upload):
            raise SyncRefused(Why.WRONG_KIND, "it is no announcement of a request")
        if said.manager != keys.authority:
            raise SyncRefused(Why.FOREIGN, f"it is for another manager ({said.manager})")
        with self._store.begin() as work:
            on_prem = work.on_prem(AuthorityId(said.site))
        if on_prem is None:
            raise SyncRefused(Why.UNKNOWN_SITE, f"no on-prem {said.site} is registered here")
        try:
            check_signature(opened, load_public(on_prem.keys.sync))
        except RulesBroken as broken:
            raise SyncRefused(Why.UNTRUSTED, "the on-prem that it names has not signed it") from (
                broken
            )
        return said, on_prem

    def _applied(self, said: Upload, on_prem: OnPrem) -> Letter | None:
        """Return the response to a request that was applied before, or the last one where it is asked for.

        Raises:
            SyncRefused: there is none to ask for.
        """
        accepted = on_prem.accepted
        if said.size and (accepted is None or accepted.digest != said.digest):
            return None
        with self._store.begin() as work:
            letter = work.letter(on_prem.id)
        if letter is None and not said.size:
            raise SyncRefused(Why.NOT_ASKED, f"'{on_prem.name}' has had no response yet")
        return letter

    def _of_site(self, site: AuthorityId) -> Coming | None:
        return next((one for one in self._all.values() if self._is_of(one, site)), None)

    @staticmethod
    def _is_of(coming: Coming, site: AuthorityId) -> bool:
        return coming.site == site and not coming.replaced

    def _idle(self) -> list[Coming]:
        return [one for one in self._all.values() if one.stage is not Stage.APPLYING]

    def _let_go(self, coming: Coming) -> None:
        """Remove what another one replaces; what is being applied goes when it is done."""
        coming.replaced = True
        if not coming.at_work:
            self._forget(coming)

    def _forget(self, coming: Coming) -> None:
        self._all.pop(coming.capability, None)
        for name in (coming.request_file, coming.answer_file):
            self._spool.remove(name)

    def _drop_answers(self) -> None:
        """Let one more answer wait for its site, and none of the oldest beyond."""
        done = [one for one in self._all.values() if not one.live]
        done.sort(key=lambda one: one.heard_at)
        for one in done[: max(len(done) - KEPT_MAX + 1, 0)]:
            self._forget(one)

    def _make_room(self, count: int, now: datetime, asking: Coming | None = None) -> None:
        """Pass if so many bytes more can be kept; others give way to them where that is needed.

        First go answers, then who is behind, then who has brought most, if it is more than the asking
        one has by then. So each site has its share of the room, whatever others announce and send;
        only what is being applied stays.

        Raises:
            NoRoom: not now.
        """
        lacking = sum(one.held for one in self._all.values()) + count - BYTES_MAX
        if lacking <= 0:
            return
        own = count + (asking.offset if asking else 0)
        others = [one for one in self._all.values() if not one.at_work and one is not asking]
        others.sort(key=lambda one: one.heard_at)
        done = [one for one in others if not one.live]
        behind = [one for one in others if one.is_behind(now)]
        most = sorted((one for one in others if one.held > own), key=lambda one: -one.held)
        giving = [one for one in dict.fromkeys((*done, *behind, *most)) if one.held]
        if lacking > sum(one.held for one in giving):
            raise NoRoom
        while lacking > 0:
            lacking -= giving[0].held
            self._let_go(giving.pop(0))

    def _complete(self, coming: Coming) -> None:
        """Have a document that is whole applied.

        Raises:
            SyncRefused: it is not what was announced.
        """
        if to_base64url(coming.hashed.digest()) != coming.digest:
            self._forget(coming)
            raise SyncRefused(Why.DAMAGED, "what came is not what was announced")
        coming.stage = Stage.APPLYING
        self._submit(lambda: self._apply(coming))

    def _apply(self, coming: Coming) -> None:
        """Apply a document, in the worker's thread."""
        if not self._take_up(coming):
            return
        stage, answer_size = Stage.FAILED, 0
        try:
            letter = self._answer(coming)
            self._spool.create(coming.answer_file, letter.text)
            stage, answer_size = Stage.ANSWERED, len(letter.text)
        except SyncRefused as refused:
            stage, coming.refused = Stage.REFUSED, refused
            _LOG.warning("a synchronization was refused", site=coming.site, why=str(refused))
            self._note(coming, refused)
        except Exception:  # noqa: BLE001 - whatever it is, the next one may be better
            _LOG.exception("a synchronization failed", site=coming.site)
        with self._lock:
            self._spool.remove(coming.request_file)
            coming.heard_at, coming.answer_size = self._clock.now(), answer_size
            coming.stage, coming.at_work = stage, False
            if coming.replaced:
                self._forget(coming)

    def _take_up(self, coming: Coming) -> bool:
        """Note that the worker begins with it; it does not where the place was given to another one."""
        with self._lock:
            coming.at_work = not coming.replaced
            return coming.at_work

    def _answer(self, coming: Coming) -> Letter:
        with self._spool.path(coming.request_file).open("rb") as file:
            answered = answer_request(
                self._store,
                self._keys(),
                file,
                road=Road.NETWORK,
                now=self._clock.now(),
                chance=self._chance,
                by=coming.site,
            )
        changed = answered.tally.text if answered.tally else "applied before"
        _LOG.info("synchronized", site=coming.site, number=coming.number, changed=changed)
        return answered.letter

    def _note(self, coming: Coming, refused: SyncRefused) -> None:
        """Let the people at the manager see why a site does not get on."""
        try:
            with self._spool.path(coming.request_file).open("rb") as file:
                note_refusal(
                    self._store,
                    coming.site,
                    file,
                    number=coming.number,
                    why=str(refused),
                    now=self._clock.now(),
                )
        except Exception:  # noqa: BLE001 - it was refused all the same
            _LOG.exception("a refusal could not be noted", site=coming.site)
