"""A registration that takes its time: what people do to the local account meanwhile counts."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from licet.admin.local_accounts import find_local_account, refuse_account, set_privacy
from licet.admin.refusal import AdminRefused
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, Privacy, Upstream
from licet.ledger.works import work_in
from licet.onprem import registering
from licet.onprem.office import Office
from licet.service.clock import SystemClock
from licet.store.sqlite.store import SqliteStore
from licet.sync.problems import SyncRefused, Why
from support.two_sides import TwoSides


class Desk:
    """An on-prem with an authorization that waits for a person to compare fingerprints."""

    def __init__(self, folder: Path) -> None:
        self.sides = TwoSides(folder)
        self.sides.request("Plant")
        out = f"--output {folder}"
        asked = self.sides.sat.ask(f"account approve Plant --manual {out}")
        added = self.sides.manager.ask(f"onprem add {asked['file']} {out}")
        self.file = io.BytesIO(Path(added["file"]).read_bytes())
        self.office: Office = self.sides.office()

    def set_clock(self, by: timedelta) -> None:
        """Set the clock of the on-prem."""
        now = self.office.clock.now() + by

        class Wrong(SystemClock):
            @override
            def now(self) -> datetime:
                return now

        self.office = replace(self.office, clock=Wrong())

    def account(self) -> LocalAccount:
        """Return the local account as it is now."""
        with self.office.store.begin() as work:
            return find_local_account(work, None)

    def change(self, job: Callable[[Work, LocalAccount], LocalAccount]) -> None:
        """Let somebody else change it."""
        work_in(self.office.store, lambda work: job(work, find_local_account(work, None)))

    def enter(self, meanwhile: Callable[[], None]) -> LocalAccount:
        """Take the authorization; something happens while the fingerprints are compared."""
        return registering.enter(
            self.office,
            self.file,
            registering.addressee(self.office, self.file),
            invitation=None,
            upstream=Upstream,
            compare=lambda _: meanwhile(),
        )

    def refuse(self, work: Work, account: LocalAccount) -> LocalAccount:
        """Refuse it."""
        now = self.office.clock.now()
        return refuse_account(work, account, reason="not ours", who="bob", now=now)

    def withhold(self, work: Work, account: LocalAccount) -> LocalAccount:
        """Withhold everything."""
        privacy, now = Privacy(True, True, True, True), self.office.clock.now()  # noqa: FBT003
        return set_privacy(work, account, privacy=privacy, who="bob", now=now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An on-prem whose local account is approved."""
    desk = Desk(tmp_path)
    yield desk
    assert isinstance(desk.office.store, SqliteStore)
    desk.office.store.close()


def test_what_is_set_meanwhile_stays(desk: Desk) -> None:
    """The first synchronization would send everything that a person has withheld in time."""
    entered = desk.enter(lambda: desk.change(desk.withhold))
    assert entered == desk.account()
    assert entered.state is LocalState.REGISTERED
    assert entered.privacy == Privacy(True, True, True, True)  # noqa: FBT003


def test_what_is_refused_meanwhile_is_not_registered(desk: Desk) -> None:
    """A site would grant licenses for somebody whom its people have just refused."""
    with pytest.raises(AdminRefused, match=r"it is refused \(not ours\); nothing was done"):
        desk.enter(lambda: desk.change(desk.refuse))
    assert desk.account().state is LocalState.REFUSED
    assert desk.office.data.accounts() == [], "no keys are left of it"


class Slow(Office):
    """An on-prem at which something else happens while a request is written."""

    meanwhile: Callable[[], None]

    @override
    def document_name(self, account: LocalAccount) -> str:
        """Return what the manager calls it."""
        self.meanwhile()
        return super().document_name(account)


def test_what_is_refused_while_it_asks_is_not_asked_for(desk: Desk) -> None:
    """The refusal would be lost without a word, and the account be approved again."""
    account, office = desk.account(), desk.office
    slow = Slow(office.data, office.store, office.clock, office.chance, office.who)
    object.__setattr__(slow, "meanwhile", lambda: desk.change(desk.refuse))
    office.registration_file(account.id).unlink()
    with pytest.raises(AdminRefused, match="changed meanwhile"):
        registering.ask(slow, account, None)
    assert desk.account().state is LocalState.REFUSED


def test_a_clock_that_is_too_far_behind(desk: Desk) -> None:
    """Who is told that certificates cannot be believed looks for a forger, and sets no clock."""
    desk.set_clock(timedelta(hours=-2))
    with pytest.raises(SyncRefused) as caught:
        desk.enter(lambda: None)
    assert caught.value.why is Why.CLOCKS
    assert desk.account().state is LocalState.APPROVED
    desk.set_clock(timedelta(hours=2) - timedelta(minutes=50))
    assert desk.enter(lambda: None).state is LocalState.REGISTERED
