"""Why an instance is out of compliance: the causes of the source document, told apart."""

from dataclasses import replace

import pytest

from licet.kernel.problems import Finding
from licet.kernel.time import DAY
from licet.ledger.explain import why
from licet.ledger.model import Instance
from support.books import LAN, MPLS, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def faults(books: Books, instance: Instance) -> dict[str, Finding]:
    """Return what is not well about an instance, by what was checked."""
    found = books.look(lambda work: why(work, instance, books.now))
    return {finding.check: finding for finding in found if not finding.ok}


def test_what_is_covered_is_fine(books: Books) -> None:
    """A person would look for a fault where there is none."""
    books.order(2)
    instance = books.instance(lan=2)
    account, license_ = books.look(lambda work: why(work, instance, books.now))
    assert (account.ok, account.seen) == (True, "'Example', virtual account 'Default'")
    assert (license_.ok, license_.seen) == (True, "2 purchased, 2 in use, balance 0")


def test_no_use_is_fine(books: Books) -> None:
    """A product that uses nothing would be told that something is wrong."""
    instance = books.instance()
    assert faults(books, instance) == {}
    last = books.look(lambda work: why(work, instance, books.now))[-1]
    assert (last.check, last.seen) == ("licenses in use", "none are reported by this product")


def test_too_few_licenses(books: Books) -> None:
    """A person would not learn how many to buy."""
    books.order(1)
    instance = books.instance(lan=3)
    found = faults(books, instance)
    assert list(found) == ["enough of 'LAN license'"]
    assert found["enough of 'LAN license'"].seen == "1 purchased, 3 in use, balance -2"
    assert found["enough of 'LAN license'"].cause.startswith("2 more are in use")


def test_the_wrong_license(books: Books) -> None:
    """A person would buy what the product was never meant to use."""
    books.order(5, tag=MPLS)
    found = faults(books, books.instance(lan=1, mpls=1))
    wrong = found["'LAN license' is the license that was meant"]
    assert wrong.seen == "none purchased here; 1 of 2 licenses in use are covered"
    assert "license level" in wrong.cause


def test_a_subscription_that_has_ended(books: Books) -> None:
    """A person would not find out that a date has passed."""
    books.order(5, lasts=10 * DAY)
    books.order(4, lasts=20 * DAY)
    instance = books.instance(lan=1)
    books.now += 19 * DAY
    assert faults(books, instance) == {}, "the longer one suffices"
    books.now += DAY
    ended = faults(books, instance)["the term of 'LAN license'"]
    assert ended.seen == "9 have ended, the last on Nov 21 12:00:00 2026 UTC"
    assert ended.cause == "The license subscription has expired."


def test_idle_licenses_in_another_virtual_account(books: Books) -> None:
    """A person would buy what lies idle next door: the token was of the wrong account."""
    books.order(4, at=books.lab)
    books.instance("SN2", at=books.lab, lan=1)
    found = faults(books, books.instance(lan=1))
    assert found["'LAN license' in other virtual accounts"].seen == "idle: 3 in 'Lab'"


def test_what_is_in_use_elsewhere_is_not_idle(books: Books) -> None:
    """A person would transfer licenses that the other department needs."""
    books.order(1, at=books.lab)
    books.instance("SN2", at=books.lab, lan=1)
    assert "'LAN license' in other virtual accounts" not in faults(books, books.instance(lan=1))


def test_what_a_stranger_has_is_not_told(books: Books) -> None:
    """One customer would learn what another one owns."""
    _, place = books.open("Stranger", "stranger.example")
    books.order(4, at=place)
    assert "'LAN license' in other virtual accounts" not in faults(books, books.instance(lan=1))


def test_a_clone_is_told_first(books: Books) -> None:
    """A product that is refused for its copy would be sent to buy licenses."""
    instance = replace(books.instance(lan=1), cloned=True)
    assert next(iter(faults(books, instance))) == "one product speaks as this instance"


def test_what_the_catalog_forgot_is_called_by_its_tag(books: Books) -> None:
    """A finding would fail where it is needed."""
    stranger = LAN.replace("LAN", "FORGOTTEN")
    instance = books.instance(lan=1)
    [usage] = instance.usage
    renamed = replace(instance, usage=(replace(usage, tag=type(usage.tag)(stranger)),))
    found = books.look(lambda work: why(work, renamed, books.now))
    assert found[-1].check == f"enough of '{stranger}'"


def test_an_order_that_has_not_started(books: Books) -> None:
    """A person would order a second time."""
    books.order(5, starts=3 * DAY)
    books.order(2, starts=9 * DAY)
    coming = faults(books, books.instance(lan=1))["the start of 'LAN license'"]
    assert coming.seen == "7 start later, the first on Nov 04 12:00:00 2026 UTC"


def test_what_silence_released(books: Books) -> None:
    """A product that holds nothing any more would be told that it uses nothing."""
    silent = books.instance(lan=1)
    books.tick(books.now + 91 * DAY)
    stored = books.stored(silent)
    assert stored is not None
    found = faults(books, stored)
    assert list(found) == ["licenses held by this product"]
    assert "silent past Jan 30 12:00:00 2027 UTC" in found["licenses held by this product"].seen
