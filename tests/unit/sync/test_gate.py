"""The gate for documents only opens forward: each way to be wrong has its reason, and changes nothing."""

import io
from dataclasses import replace

import pytest

from licet.ledger.sites import Road, SyncKind
from licet.sync.exchange import answer_request, make_request, take_response
from licet.sync.problems import SyncRefused, Why
from support.exchange import TAGS, Manager, Site, both, days, instances


class Pair:
    """A manager and a site with ten licenses that have synchronized once."""

    def __init__(self) -> None:
        self.manager = Manager()
        self.place = self.manager.open("Plant")
        self.manager.order(self.place, TAGS[0], 10)
        self.site = Site(self.manager, "Sat", "Plant")
        self.site.synchronize(SyncKind.FULL)

    def refused_up(self, request: bytes) -> SyncRefused:
        """Return why the manager does not take a request; it must be as it was."""
        before = instances(self.manager, [self.place.id]), self.manager.on_prem(self.site)
        with pytest.raises(SyncRefused) as raised:
            self.manager.answer(request)
        assert (instances(self.manager, [self.place.id]), self.manager.on_prem(self.site)) == before
        return raised.value

    def refused_down(self, response: bytes, site: Site | None = None) -> SyncRefused:
        """Return why a site does not take a response; it must be as it was."""
        site = site or self.site
        before = site.account
        with pytest.raises(SyncRefused) as raised:
            site.take(response)
        assert site.account == before
        return raised.value


@pytest.fixture
def pair() -> Pair:
    """Return a manager and a site."""
    return Pair()


def test_a_lost_response_is_asked_for_again_with_the_same_request(pair: Pair) -> None:
    """What the site reported would be lost, or counted twice."""
    pair.site.enter("A", TAGS[0], 3)
    request = pair.site.ask()
    first = pair.manager.answer(request)
    known = pair.manager.on_prem(pair.site)
    again = pair.manager.answer(request)
    assert again.letter == first.letter
    assert again.tally is None
    assert pair.manager.on_prem(pair.site) == known
    pair.site.take(again.letter.text)
    account = pair.site.account
    assert pair.site.take(again.letter.text).applied is None
    assert pair.site.account == account
    ours, theirs = both(pair.manager, pair.site)
    assert ours == theirs


def test_a_newer_request_supersedes_an_unanswered_one(pair: Pair) -> None:
    """Two requests would wait for answers, and nobody knew which one counts."""
    old = pair.site.ask()
    new = pair.site.ask()
    late = pair.manager.answer(old).letter.text
    assert pair.refused_down(late).why is Why.SUPERSEDED
    pair.site.take(pair.manager.answer(new).letter.text)
    assert pair.refused_up(old).why is Why.OLDER
    assert pair.refused_down(late).why is Why.OLDER


def test_a_response_that_nobody_waits_for(pair: Pair) -> None:
    """A response could be made for a request that was never made."""
    future = pair.manager.answer(pair.site.ask()).letter.text
    backup = pair.site.backup()
    pair.site.take(future)
    pair.site.restore(backup)
    pair.site.change(
        lambda work: work.put_local_account(replace(pair.site.account, outstanding=None))
    )
    assert pair.refused_down(future).why is Why.NOT_ASKED


def test_another_sites_documents(pair: Pair) -> None:
    """One customer's site could report for another one, or be told what another one has."""
    moon_place = pair.manager.open("Moon")
    pair.manager.order(moon_place, TAGS[0], 5)
    moon = Site(pair.manager, "Moon", "Moon")
    moon.synchronize(SyncKind.FULL)
    letter = pair.manager.answer(moon.ask()).letter.text
    assert pair.refused_down(letter).why is Why.FOREIGN
    moon.take(letter)
    # Moon signs, well, a report about the other site's account.
    out = io.BytesIO()
    stolen = replace(moon.keys, authority=pair.site.keys.authority)
    store = pair.site.backup()[0]
    make_request(
        store,
        stolen,
        out,
        kind=SyncKind.FULL,
        name="Sat",
        version="1",
        now=moon.now,
    )
    assert pair.refused_up(out.getvalue()).why is Why.FOREIGN


def test_another_managers_documents(pair: Pair) -> None:
    """Anybody could run a manager of the same name and give licenses away."""
    other = Manager("another")
    place = other.open("Plant")
    other.order(place, TAGS[0], 1000)
    twin = Site(other, "Sat", "Plant")
    assert pair.refused_up(twin.ask()).why is Why.FOREIGN
    letter = other.answer(twin.request).letter.text
    assert pair.refused_down(letter).why is Why.FOREIGN
    # It calls itself by our manager's id, and cannot sign as it.
    text = letter.replace(twin.id.encode(), pair.site.id.encode())
    text = text.replace(other.keys.authority.encode(), pair.manager.keys.authority.encode())
    pair.site.ask()
    assert pair.refused_down(text).why is Why.UNTRUSTED


def test_a_site_that_nobody_knows(pair: Pair) -> None:
    """A removed site would go on as if nothing had happened, or the reason would not be told."""
    request = pair.site.ask()
    empty = Manager()
    with pytest.raises(SyncRefused) as raised:
        empty.answer(request)
    assert raised.value.why is Why.UNKNOWN_SITE


def test_every_byte_is_signed(pair: Pair) -> None:
    """A quantity could be edited on the way."""
    pair.site.enter("A", TAGS[0], 3)
    request = pair.site.ask()
    response = pair.manager.answer(request).letter.text
    pair.site.enter("B", TAGS[0], 3)
    request = pair.site.ask()
    for at in range(0, len(request), 7):
        damaged = bytearray(request)
        damaged[at] ^= 1
        assert pair.refused_up(bytes(damaged)).why in {
            Why.DAMAGED,
            Why.WRONG_KIND,
            Why.FOREIGN,
            Why.UNTRUSTED,
            Why.UNKNOWN_SITE,
        }
    response = pair.manager.answer(request).letter.text
    for at in range(0, len(response), 7):
        damaged = bytearray(response)
        damaged[at] ^= 1
        assert pair.refused_down(bytes(damaged)).why in {
            Why.DAMAGED,
            Why.WRONG_KIND,
            Why.FOREIGN,
            Why.UNTRUSTED,
        }
    pair.site.take(response)


def test_cut_at_every_line(pair: Pair) -> None:
    """Half a report would count: what is not in it would be gone."""
    pair.site.enter("A", TAGS[0], 3)
    request = pair.site.ask(SyncKind.FULL)
    lines = request.splitlines(keepends=True)
    for count in range(len(lines)):
        why = pair.refused_up(b"".join(lines[:count])).why
        assert why is (Why.DAMAGED if count else Why.WRONG_KIND)
    response = pair.manager.answer(request).letter.text
    lines = response.splitlines(keepends=True)
    for count in range(len(lines)):
        why = pair.refused_down(b"".join(lines[:count])).why
        assert why is (Why.DAMAGED if count else Why.WRONG_KIND)


def test_a_file_of_the_wrong_kind_is_named_for_what_it_is(pair: Pair) -> None:
    """A person would be told that the file is damaged, and carry it again."""
    request = pair.site.ask()
    response = pair.manager.answer(request).letter.text
    up, down = pair.refused_up(response), pair.refused_down(request)
    assert up.why is down.why is Why.WRONG_KIND
    assert "this is a sync response; a sync request is due here" in str(up)
    assert "this is a sync request; a sync response is due here" in str(down)
    assert "not a document of Licet" in str(pair.refused_up(b"hello\n"))


def test_an_expired_document(pair: Pair) -> None:
    """A file that lay in a drawer for months would undo what happened since."""
    request = pair.site.ask()
    pair.manager.now += days(30)
    refused = pair.refused_up(request)
    assert refused.why is Why.EXPIRED
    assert "it is Dec 01" in str(refused)
    pair.manager.now -= days(1)
    response = pair.manager.answer(request).letter.text
    pair.site.now += days(59)
    assert pair.refused_down(response).why is Why.EXPIRED


def test_a_standard_request_over_a_gap_is_refused_and_a_full_one_is_taken(pair: Pair) -> None:
    """After its restore the manager would miss what it was told in between, for ever."""
    backup = pair.manager.backup()
    pair.site.enter("A", TAGS[0], 1)
    pair.site.synchronize()
    pair.site.enter("B", TAGS[0], 1)
    pair.manager.restore(backup)
    assert pair.refused_up(pair.site.ask()).why is Why.NEEDS_FULL
    pair.site.synchronize(SyncKind.FULL)
    ours, theirs = both(pair.manager, pair.site)
    assert ours == theirs
    pair.site.synchronize()


def test_sums_that_differ_are_refused_and_nothing_is_kept(pair: Pair) -> None:
    """The two sides would show different numbers, and drift apart unnoticed."""
    pair.site.enter("A", TAGS[0], 3)
    pair.site.synchronize()
    pair.manager.change(lambda work: work.put_usage_count(pair.place.id, TAGS[0], 1))
    pair.site.enter("B", TAGS[0], 3)
    assert pair.refused_up(pair.site.ask()).why is Why.UNEQUAL


def test_an_instance_that_only_one_side_knows_is_noticed(pair: Pair) -> None:
    """A product that uses nothing would be in one table only, for ever."""
    idle = pair.site.enter("A")
    pair.site.synchronize()
    pair.manager.change(lambda work: work.remove_instance(idle))
    pair.site.enter("B")
    assert pair.refused_up(pair.site.ask()).why is Why.UNEQUAL
    pair.site.synchronize(SyncKind.FULL)
    assert instances(pair.manager, [pair.place.id]) == instances(pair.site, pair.site.places())


def test_what_happens_while_a_response_is_on_its_way_goes_up_the_next_time(pair: Pair) -> None:
    """A product that registers while a file is carried would never be reported."""
    response = pair.manager.answer(pair.site.ask()).letter.text
    pair.site.enter("A")
    pair.site.take(response)
    pair.site.synchronize()
    assert instances(pair.manager, [pair.place.id]) == instances(pair.site, pair.site.places())


def test_a_request_of_before_the_first_full_one(pair: Pair) -> None:
    """A manager would take changes for all that there is."""
    moon_place = pair.manager.open("Moon")
    moon = Site(pair.manager, "Moon", "Moon")
    assert moon_place.name == "Moon"
    assert b'sync: "full"' in moon.ask(SyncKind.STANDARD)


def test_a_dry_run_changes_nothing(pair: Pair) -> None:
    """Looking at what a file would do would do it."""
    pair.site.enter("A", TAGS[0], 3)
    request = pair.site.ask()
    known = pair.manager.on_prem(pair.site)
    answered = answer_request(
        pair.manager.store,
        pair.manager.keys,
        io.BytesIO(request),
        road=Road.FILE,
        now=pair.manager.now,
        chance=pair.manager.chance,
        dry=True,
    )
    assert answered.tally is not None
    assert (answered.tally.new, answered.tally.named) == (1, [("+", "PID:SWITCH,SN:A")])
    assert pair.manager.on_prem(pair.site) == known
    letter = pair.manager.answer(request).letter.text
    account = pair.site.account
    taken = take_response(
        pair.site.store,
        pair.site.keys,
        io.BytesIO(letter),
        road=Road.FILE,
        now=pair.site.now,
        keep=lambda _: pytest.fail("keys were kept"),
        dry=True,
    )
    assert taken.applied is not None
    assert pair.site.account == account


def test_a_commit_that_fails_leaves_the_site_as_it_was(pair: Pair) -> None:
    """Keys that were kept before the ledger would be in the way of the same response."""
    response = pair.manager.answer(pair.site.ask()).letter.text

    class Died(Exception):  # noqa: N818
        """The process ended between the keys and the commit."""

    def keep(keys: object) -> None:
        pair.site.keys = keys  # type: ignore[assignment]
        raise Died

    before = pair.site.account
    with pytest.raises(Died):
        take_response(
            pair.site.store,
            pair.site.keys,
            io.BytesIO(response),
            road=Road.FILE,
            now=pair.site.now,
            keep=keep,
        )
    assert pair.site.account == before
    assert pair.site.take(response).applied is not None
