"""What falls due on the authority's side, to the second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from licet.admin import sweep
from licet.admin.alerts import dismiss_alert
from licet.kernel.ids import InstanceId
from licet.kernel.time import DAY, HOUR, SECOND
from licet.ledger.model import Policy, RetiredKey, Severity
from licet.ledger.ports import Needs, Work
from support.books import NOW, Books

SHORT = "Insufficient Licenses"
MISSED = "Product Instance Failed to Connect"
REMOVED = "Product Instance Failed to Renew and was Removed"
EXPIRING, EXPIRED = "Licenses Expiring", "Licenses Expired"
RELEASE = NOW + 90 * DAY + HOUR


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def live(books: Books, until: datetime) -> list[datetime]:
    """Let the sweep run whenever it says that it is due; return when it did."""
    ran = []
    while (due := books.sweep.next_due()) is not None and due <= until:
        assert books.tick(due) > 0, "it is due and does nothing"
        ran.append(due)
    books.tick(until)
    return ran


def test_nothing_is_due_where_nothing_is(books: Books) -> None:
    """An idle authority would be kept busy."""
    assert books.sweep.next_due() is None
    assert books.tick(NOW) == 0


def test_a_silent_instance_is_looked_at_three_times(books: Books) -> None:
    """A step of silence would be missed, or the sweep would spin (RULES.md 25 and 26)."""
    books.instance(lan=1)
    assert live(books, NOW + 1000 * DAY) == [NOW + 31 * DAY, RELEASE, NOW + 365 * DAY]
    assert books.sweep.next_due() is None


def test_silence_is_told_a_day_after_contact_was_due(books: Books) -> None:
    """A person would not hear of a product that was switched off, or of one that is just late."""
    books.order(1)
    instance = books.instance(lan=1)
    books.tick(NOW + 31 * DAY - SECOND)
    assert books.alerts() == {}
    books.tick(NOW + 31 * DAY)
    alert = books.alerts()[MISSED]
    assert (alert.severity, alert.source) == (Severity.MINOR, books.default.id)
    assert alert.action_due_at == NOW + 90 * DAY
    assert "last contact Nov 01 12:00:00 2026 UTC" in alert.message
    assert (books.events()[0].who, books.events()[0].subject) == ("sweep", instance.id)


def test_silence_is_told_once(books: Books) -> None:
    """A dismissed alert would come back every day."""
    instance = books.instance(lan=1)
    books.tick(NOW + 31 * DAY)
    books.do(
        lambda work: dismiss_alert(
            work, books.account.id, f"connect:{instance.id}", who="ann", now=books.now
        )
    )
    live(books, NOW + 80 * DAY)
    assert MISSED not in books.alerts()


def test_use_is_released_an_hour_after_the_deadline(books: Books) -> None:
    """A silent product would hold licenses for ever, or lose them while its deadline runs."""
    books.order(1)
    silent = books.instance("SN1", lan=1)
    books.tick(RELEASE - SECOND)
    assert books.pool().in_use == 1
    books.tick(RELEASE)
    assert books.pool().in_use == 0
    stored = books.stored(silent)
    assert stored is not None
    assert (stored.usage, stored.usage_released) == ((), True)
    assert stored.due_at == NOW + 365 * DAY
    assert "its licenses were released" in books.told()


def test_a_release_ends_a_shortage(books: Books) -> None:
    """Those who went on speaking would be out of compliance for one who does not."""
    books.order(1)
    books.instance("SILENT", lan=1, silent_for=60 * DAY)
    books.instance("SPEAKING", lan=1)
    assert SHORT in books.alerts()
    books.tick(NOW + 30 * DAY + HOUR)
    assert SHORT not in books.alerts()


def test_the_policy_says_how_long_after_the_deadline(books: Books) -> None:
    """An operator's number would be ignored."""
    strict = Books(Policy(release_grace_s=60))
    strict.instance(lan=1)
    strict.tick(NOW + 90 * DAY + 59 * SECOND)
    assert strict.pool().in_use == 1
    strict.tick(NOW + 90 * DAY + 60 * SECOND)
    assert strict.pool().in_use == 0
    assert books.policy.release_grace_s == 3600


def test_an_instance_goes_when_its_certificate_ends(books: Books) -> None:
    """Products that were scrapped would stay in every list."""
    instance = books.instance(lan=1)
    books.tick(NOW + 365 * DAY - SECOND)
    assert books.stored(instance) is not None
    assert MISSED in books.alerts()
    books.tick(NOW + 365 * DAY)
    assert books.stored(instance) is None
    assert list(books.alerts()) == [REMOVED], "that it failed to connect is old news"
    assert books.alerts()[REMOVED].severity is Severity.MAJOR
    assert "not heard since Nov 01 12:00:00 2026 UTC" in books.told()


def test_a_key_that_silence_removed_may_come_back(books: Books) -> None:
    """A wrong clock at the authority would lock honest products out for good."""
    instance = books.instance(lan=1)
    books.tick(NOW + 400 * DAY)
    assert books.stored(instance) is None
    assert books.pool().in_use == 0
    assert books.look(lambda work: work.retired_key(instance.key)) is None


def test_the_end_of_a_term_is_told_on_the_days_of_the_document(books: Books) -> None:
    """A customer would be warned on other days than the document says, or not again."""
    books.order(5, lasts=100 * DAY)
    warned = []
    for day in range(100):
        books.tick(NOW + day * DAY - SECOND)
        before = books.alerts().get(EXPIRING)
        books.tick(NOW + day * DAY)
        if books.alerts().get(EXPIRING) != before:
            warned.append(100 - day)
    assert warned == [90, 60, 30, 14, 7, 3, 1]
    alert = books.alerts()[EXPIRING]
    assert (alert.severity, alert.source) == (Severity.MINOR, books.default.id)
    assert alert.action_due_at == NOW + 100 * DAY
    assert alert.message == "5 of LAN license (TERM), end: Feb 09 12:00:00 2027 UTC"


def test_a_start_warns_of_nothing(books: Books) -> None:
    """A customer would be warned of an end on a day of no meaning."""
    books.order(5, starts=5 * DAY, lasts=45 * DAY)
    books.tick(NOW + 5 * DAY)
    assert books.alerts() == {}
    books.tick(NOW + 20 * DAY)
    assert EXPIRING in books.alerts()


def test_an_end_is_told_and_puts_its_users_short(books: Books) -> None:
    """Licenses would go, and nobody would know why products are out of compliance."""
    books.order(5, lasts=100 * DAY)
    live(books, NOW + 99 * DAY)
    books.instance(lan=2)
    assert SHORT not in books.alerts()
    books.tick(NOW + 100 * DAY - SECOND)
    assert SHORT not in books.alerts()
    books.tick(NOW + 100 * DAY)
    assert set(books.alerts()) == {EXPIRED, SHORT}


def test_an_end_is_not_told_where_its_warning_was_dismissed(books: Books) -> None:
    """Who said that he knows would be told again ("only displayed if ... not been dismissed")."""
    holding = books.order(5, lasts=100 * DAY)
    live(books, NOW + 99 * DAY)
    books.do(
        lambda work: dismiss_alert(
            work, books.account.id, f"expiring:{holding.id}", who="ann", now=books.now
        )
    )
    live(books, NOW + 100 * DAY)
    assert books.alerts() == {}


def test_a_warning_that_was_dismissed_comes_at_the_next_day_of_warning(books: Books) -> None:
    """Who dismissed a warning of 90 days would hear nothing until the last day has passed."""
    holding = books.order(5, lasts=100 * DAY)
    books.tick(NOW + 10 * DAY)
    books.do(
        lambda work: dismiss_alert(
            work, books.account.id, f"expiring:{holding.id}", who="ann", now=books.now
        )
    )
    books.tick(NOW + 39 * DAY)
    assert books.alerts() == {}
    books.tick(NOW + 40 * DAY)
    assert EXPIRING in books.alerts()


@pytest.mark.parametrize("length", [HOUR, DAY - SECOND, 100 * DAY])
def test_an_end_is_told_where_nobody_could_have_been_warned(
    books: Books, length: timedelta
) -> None:
    """An authority that was switched off, or a short trial, would end without a word."""
    books.order(5, lasts=length)
    books.tick(NOW + length)
    assert list(books.alerts()) == [EXPIRED]
    assert books.sweep.next_due() is None


def test_a_future_start_counts_from_then_on_and_ends_the_shortage(books: Books) -> None:
    """A renewal that was ordered in time would leave products out of compliance."""
    books.order(1, lasts=10 * DAY)
    books.order(1, starts=12 * DAY, lasts=365 * DAY)
    books.instance(lan=1, silent_for=-DAY)
    live(books, NOW + 10 * DAY)
    assert SHORT in books.alerts(), "the two do not meet"
    books.tick(NOW + 12 * DAY - SECOND)
    assert SHORT in books.alerts()
    books.tick(NOW + 12 * DAY)
    assert SHORT not in books.alerts()


def test_a_long_sleep_is_made_up_for(books: Books) -> None:
    """What fell due while the authority was off would be done in the wrong order, or never."""
    books.order(2)
    released = books.instance("SN1", lan=1)
    removed = books.instance("SN2", lan=1, silent_for=270 * DAY)
    assert books.tick(NOW + 100 * DAY) == 2
    stored = books.stored(released)
    assert stored is not None
    assert stored.usage_released
    assert stored.contact_alerted
    assert books.stored(removed) is None
    assert books.tick(NOW + 100 * DAY) == 0


def test_retired_keys_are_forgotten_when_their_certificates_end(books: Books) -> None:
    """The list would grow for ever, or a key would come back while its certificate is good."""
    books.do(
        lambda work: work.put_retired_key(RetiredKey("key", InstanceId("gone"), NOW + 9 * DAY))
    )
    books.tick(NOW + 9 * DAY - SECOND)
    assert books.look(lambda work: work.retired_key("key")) is not None
    books.tick(NOW + 9 * DAY)
    assert books.look(lambda work: work.retired_key("key")) is None


@dataclass
class Traffic:
    """How often a store was opened, and how often somebody else shall be first."""

    begun: int = 0
    overtaken: int = 0


@pytest.fixture
def traffic(books: Books, monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Put seven silent instances into the books, and watch their store from then on."""
    for number in range(7):
        books.instance(f"SN{number}")
    watched, begin = Traffic(), books.store.begin

    @contextmanager
    def busy(needs: Needs = Needs(), *, alone: bool = False) -> Iterator[Work]:  # noqa: B008
        watched.begun += 1
        with begin(needs, alone=alone) as work:
            if watched.overtaken and not alone:
                watched.overtaken -= 1
                with begin() as other:
                    other.commit()
            yield work

    monkeypatch.setattr(books.store, "begin", busy)
    return watched


def test_a_crowd_is_done_in_bounded_pieces(
    books: Books, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million products that fall due at once would stop everything for minutes."""
    monkeypatch.setattr(sweep, "BATCH", 3)
    assert books.tick(NOW + 31 * DAY) == 7
    assert traffic.begun == 4, "three pieces, and one look that finds no more"


def test_a_sweep_that_devices_overtake_runs_again(books: Books, traffic: Traffic) -> None:
    """A busy authority would end its sweep with an error, or forget what is due."""
    traffic.overtaken = 1000
    assert books.tick(NOW + 31 * DAY) == 7
    assert traffic.overtaken < 1000
