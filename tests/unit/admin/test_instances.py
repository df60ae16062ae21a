"""Product instances in the hands of a person: moved, removed, and chosen between two."""

from dataclasses import replace

import pytest

from licet.admin.alerts import dismiss_alert
from licet.admin.instances import find_instance, keep_clone, remove_instance, transfer_instance
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import Udi
from licet.kernel.time import DAY
from licet.ledger.model import Fork, Instance, Usage, VirtualAccount
from licet.wire.messages import Authorized, Compliance, Problem
from support.books import LAN, MPLS, NOW, Books
from support.device import AUTHORIZE
from support.office import LAN as OFFICE_LAN
from support.office import Office

SHORT = "Insufficient Licenses"


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def move(books: Books, instance: Instance, target: VirtualAccount) -> Instance:
    """Move an instance."""
    return books.do(
        lambda work: transfer_instance(work, instance, target, who="ann", now=books.now)
    )


def test_an_instance_is_found_in_its_own_account_only(books: Books) -> None:
    """One customer could move or remove another one's product by its serial number."""
    _, elsewhere = books.open("Stranger", "stranger.example")
    books.instance("TWIN", at=elsewhere)
    with pytest.raises(AdminRefused, match="PID:N9K,SN:TWIN"):
        books.look(lambda work: find_instance(work, books.account.id, Udi("N9K", "TWIN")))
    mine = books.instance("TWIN")
    found = books.look(lambda work: find_instance(work, books.account.id, Udi("N9K", "TWIN")))
    assert found == mine


def test_an_instance_moves_with_what_it_uses(books: Books) -> None:
    """Licenses would be counted in the old department, or in both."""
    books.order(1, at=books.lab)
    instance = books.instance(lan=1, mpls=2)
    moved = move(books, instance, books.lab)
    assert books.stored(instance) == moved
    assert moved.virtual_account == books.lab.id
    assert moved.usage == (
        Usage(LAN, 1, Compliance.IN_COMPLIANCE),
        Usage(MPLS, 2, Compliance.OUT_OF_COMPLIANCE),
    )
    for tag, count in ((LAN, 1), (MPLS, 2)):
        assert (books.pool(tag).in_use, books.pool(tag, at=books.lab).in_use) == (0, count)
    assert books.alerts()[SHORT].source == books.lab.id
    by_place = {event.virtual_account: event.text for event in books.events()[:2]}
    assert by_place == {
        books.default.id: "PID:N9K,SN:SN1 was transferred to 'Lab'",
        books.lab.id: "PID:N9K,SN:SN1 was transferred from 'Default'",
    }


def test_a_move_changes_nothing_else(books: Books) -> None:
    """A transfer would look like contact, or give a silent product its time again."""
    instance = replace(books.instance(silent_for=100 * DAY), usage_released=True)
    books.do(lambda work: work.put_instance(instance))
    moved = move(books, instance, books.lab)
    assert moved == replace(instance, virtual_account=books.lab.id)


def test_a_move_stays_in_the_smart_account(books: Books) -> None:
    """A product would be given to another customer; or be moved to where it is."""
    instance = books.instance(lan=1)
    _, stranger = books.open("Stranger", "stranger.example")
    for target, why in ((stranger, "another smart account"), (books.default, "already")):
        with pytest.raises(AdminRefused, match=why):
            move(books, instance, target)


def test_what_a_person_removes_frees_its_licenses_and_may_not_come_back(books: Books) -> None:
    """A stolen product would be removed, and register again by itself."""
    instance = books.instance(lan=1)
    books.do(lambda work: remove_instance(work, instance, who="ann", now=books.now))
    assert books.stored(instance) is None
    assert (books.pool().in_use, books.alerts()) == (0, {})
    assert books.look(lambda work: work.retired_key(instance.key)) is not None
    assert books.told() == "PID:N9K,SN:SN1 was removed: by ann"


def test_a_kept_clone_speaks_again(books: Books) -> None:
    """A product would be refused for ever because somebody once copied its storage."""
    fork = Fork(NOW, "digest", taken=True)
    instance = replace(books.instance(), cloned=True, fork=fork)
    books.do(lambda work: work.put_instance(instance))
    kept = books.do(lambda work: keep_clone(work, instance, who="ann", now=books.now))
    assert books.stored(instance) == kept == replace(instance, cloned=False, fork=None)
    assert "was kept" in books.told()
    with pytest.raises(AdminRefused, match="not refused as cloned"):
        books.do(lambda work: keep_clone(work, kept, who="ann", now=books.now))


def test_a_device_hears_what_a_person_did() -> None:
    """What people do at the authority would never reach the product."""
    office = Office()
    branch = office.department(office.example.account, "Branch")
    office.give(OFFICE_LAN, 1, at=branch)
    device = office.registered()
    first = office.say(device, AUTHORIZE, (OFFICE_LAN, 1))
    assert isinstance(first, Authorized)
    assert [item.status for item in first.entitlements] == [Compliance.OUT_OF_COMPLIANCE]
    instance = office.instance(device)
    target = office.look(lambda work: work.virtual_account(branch.virtual))
    assert instance is not None
    assert target is not None
    with office.store.begin() as work:
        transfer_instance(work, instance, target, who="ann", now=office.now)
        work.commit()
    second = office.say(device, AUTHORIZE, (OFFICE_LAN, 1))
    assert isinstance(second, Authorized)
    assert second.place.virtual_account == "Branch"
    assert [item.status for item in second.entitlements] == [Compliance.IN_COMPLIANCE]
    moved = office.instance(device)
    assert moved is not None
    office.change(lambda work: remove_instance(work, moved, who="ann", now=office.now))
    gone = office.say(device, AUTHORIZE, (OFFICE_LAN, 1))
    assert isinstance(gone, Problem)
    assert gone.code == "unknown-instance"
    again = office.register(device)
    assert isinstance(again, Problem)
    assert again.code == "key-retired"


def test_an_alert_is_dismissed_once(books: Books) -> None:
    """An alert that was seen would stay, or its end would leave no trace."""
    holding = books.order(5, lasts=100 * DAY)
    books.tick(NOW + 10 * DAY)
    key = f"expiring:{holding.id}"
    books.do(lambda work: dismiss_alert(work, books.account.id, key, who="bob", now=books.now))
    assert books.alerts() == {}
    event = books.events()[0]
    assert (event.who, event.virtual_account) == ("bob", books.default.id)
    assert event.text.startswith("the alert 'Licenses Expiring' was dismissed: 5 of LAN license")
    with pytest.raises(AdminRefused, match="no such alert"):
        books.do(lambda work: dismiss_alert(work, books.account.id, key, who="bob", now=books.now))


def test_a_shortage_cannot_be_dismissed(books: Books) -> None:
    """A department would use what it has not bought, and nobody would see it."""
    books.instance(lan=1)
    key = books.alerts()[SHORT].key
    with pytest.raises(AdminRefused, match="goes when the licenses suffice"):
        books.do(lambda work: dismiss_alert(work, books.account.id, key, who="bob", now=books.now))
    assert SHORT in books.alerts()
