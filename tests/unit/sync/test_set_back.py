"""A site whose machine was set back to an older state, without a restore that would say so."""

import io

import pytest

from licet.admin.licenses import transfer_licenses
from licet.ledger.sites import Road, SyncKind
from licet.pki.authority import AuthorityKeys
from licet.sync.exchange import take_response
from licet.sync.problems import SyncRefused, Why
from support.exchange import TAGS, WHO, Manager, Site, both, days

TAG = TAGS[0]


class Pair:
    """A manager with a spare virtual account, and a site with ten licenses."""

    def __init__(self) -> None:
        self.manager = Manager()
        self.place, self.spare = self.manager.open("Plant"), self.manager.open("Spare")
        self.manager.order(self.place, TAG, 10)
        self.site = Site(self.manager, "Sat", "Plant")
        self.site.synchronize(SyncKind.FULL)
        self.site.synchronize()

    def later(self) -> None:
        """Let a day pass."""
        for side in (self.manager, self.site):
            side.now += days(1)

    def take_away(self) -> None:
        """Move the site's licenses elsewhere, and let it acknowledge that."""
        manager = self.manager
        manager.change(
            lambda work: transfer_licenses(
                work,
                self.place,
                self.spare,
                TAG,
                10,
                who=WHO,
                now=manager.now,
                chance=manager.chance,
            )
        )
        for _ in range(3):
            self.later()
            self.site.synchronize()

    def last_response(self) -> bytes:
        """Return what the manager answered last."""
        letter = self.manager.look(lambda work: work.letter(self.site.id))
        assert letter is not None
        return letter.text


@pytest.fixture
def pair() -> Pair:
    """Return both sides."""
    return Pair()


def test_a_number_that_was_given_twice(pair: Pair) -> None:
    """What the other request told would stand at the manager, and differ from the site for ever."""
    site, manager = pair.site, pair.manager
    state = site.backup()
    site.enter("A", TAG, 1)
    manager.answer(site.ask())
    site.set_back(state)
    site.enter("B", TAG, 1)
    with pytest.raises(SyncRefused) as caught:
        manager.answer(site.ask())
    assert caught.value.why is Why.SUPERSEDED
    assert site.take(pair.last_response()).set_back
    site.synchronize()
    ours, theirs = both(manager, site)
    assert ours == theirs


@pytest.mark.parametrize("kind", list(SyncKind))
def test_it_finds_out_and_comes_back(pair: Pair, kind: SyncKind) -> None:
    """It would grant what counts elsewhere by now, until it is removed."""
    site, manager = pair.site, pair.manager
    state, synchronized_at = pair.site.backup(), site.account.last_down_at
    site.enter("A", TAG, 1)
    pair.take_away()
    site.set_back(state)
    site.enter("B", TAG, 2)
    with pytest.raises(SyncRefused) as caught:
        manager.answer(site.ask(kind))
    assert caught.value.why is Why.OLDER
    taken = site.take(pair.last_response())
    assert (taken.set_back, taken.applied) == (True, None)
    assert not site.is_open()
    assert site.keys.epoch > state[1].epoch
    assert site.keys.gaps[-1].since == synchronized_at
    site.synchronize()
    assert site.is_open()
    ours, theirs = both(manager, site)
    assert ours == theirs
    assert site.account.history[0].kind is SyncKind.FULL


def test_it_is_cut_short_while_it_finds_out(pair: Pair) -> None:
    """It would go on with licenses that count elsewhere, under a new epoch that hides how it stands."""
    site, manager = pair.site, pair.manager
    state = site.backup()
    pair.take_away()
    site.set_back(state)

    def fail(_: AuthorityKeys) -> None:
        raise OSError("the power is gone")

    with pytest.raises(OSError, match="power"):
        take_response(
            site.store,
            site.keys,
            io.BytesIO(pair.last_response()),
            road=Road.FILE,
            now=site.now,
            keep=fail,
        )
    assert not site.is_open()
    with pytest.raises(SyncRefused):
        manager.answer(site.ask())
    assert site.take(pair.last_response()).set_back
    site.synchronize()
    assert site.is_open()
    ours, theirs = both(manager, site)
    assert ours == theirs


def test_a_clock_that_ran_ahead_at_a_restore(pair: Pair) -> None:
    """Restored once more, with the right clock, it would be older than itself for ever."""
    site, manager = pair.site, pair.manager
    backup = site.backup()
    now = site.now
    site.now = now + days(1900)
    site.restore(backup)
    site.now = now + days(1)
    site.synchronize()
    far = site.keys.epoch
    site.restore(backup)
    assert site.keys.epoch < far
    pair.later()
    with pytest.raises(SyncRefused):
        manager.answer(site.ask())
    assert site.take(pair.last_response()).set_back
    assert site.keys.epoch > far
    site.synchronize()
    assert site.is_open()


def test_what_was_asked_for_sets_nothing_back(pair: Pair) -> None:
    """An old file that somebody carries would stop a site."""
    site, manager = pair.site, pair.manager
    old = pair.last_response()
    backup = site.backup()
    request = site.ask()
    answered = manager.answer(request).letter.text
    site.ask()
    for late in (old, answered):
        if late == old:
            assert site.take(late).set_back is False
            continue
        with pytest.raises(SyncRefused) as caught:
            site.take(late)
        assert caught.value.why is Why.SUPERSEDED
    pair.later()
    site.restore(backup)
    with pytest.raises(SyncRefused):
        site.take(answered)
    assert site.is_open() is False
    site.synchronize()
    assert site.is_open()
