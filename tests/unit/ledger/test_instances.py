"""When the sweep must look at an instance, and what goes with one that goes."""

from dataclasses import replace

import pytest

from licet.kernel.time import DAY, HOUR
from licet.ledger.instances import due_of, missed_at, release_at, remove
from licet.ledger.model import Alert, Policy, Severity
from licet.ledger.ports import Work
from support.books import NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def test_silence_is_looked_at_in_its_order(books: Books) -> None:
    """An instance would be released or removed late, or before its time."""
    policy = Policy()
    instance = books.instance(lan=1)
    assert missed_at(instance) == due_of(instance, policy) == NOW + 31 * DAY
    alerted = replace(instance, contact_alerted=True)
    assert missed_at(alerted) is None
    assert release_at(alerted, policy) == due_of(alerted, policy) == NOW + 90 * DAY + HOUR
    released = replace(alerted, usage=(), usage_released=True)
    assert release_at(released, policy) is None
    assert due_of(released, policy) == NOW + 365 * DAY


def test_what_holds_nothing_is_not_released(books: Books) -> None:
    """An event would tell of licenses that nobody held (RULES.md 12)."""
    assert release_at(books.instance(), Policy()) is None
    assert release_at(replace(books.instance("SN2", lan=1), deadline=None), Policy()) is None


@pytest.mark.parametrize("retire", [True, False])
def test_what_goes_frees_its_licenses_and_its_alerts(books: Books, *, retire: bool) -> None:
    """A product that is gone would still hold licenses, alarm people, or speak on."""
    instance = books.instance(lan=2)

    def alarm(work: Work) -> None:
        for kind in ("clone", "connect"):
            work.put_alert(
                Alert(
                    key=f"{kind}:{instance.id}",
                    kind=kind,
                    severity=Severity.MINOR,
                    account=instance.account,
                    source=instance.virtual_account,
                    message=kind,
                    raised_at=NOW,
                )
            )

    books.do(alarm)
    assert len(books.alerts()) == 3
    books.do(
        lambda work: remove(work, instance, who="ann", why="sold", now=books.now, retire=retire)
    )
    assert books.alerts() == {}
    assert books.pool().in_use == 0
    assert books.stored(instance) is None
    retired = books.look(lambda work: work.retired_key(instance.key))
    assert (retired is not None) is retire
    if retired is not None:
        assert retired.until == instance.certified_until, "its certificate speaks until then"
    [event] = [event for event in books.events() if event.subject == instance.id]
    assert (event.who, event.text) == ("ann", "PID:N9K,SN:SN1 was removed: sold")
