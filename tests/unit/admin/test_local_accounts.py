"""The end of a local account: what it still owes its manager, and what it leaves behind."""

import pytest

from licet.admin.licenses import OrderLine, take_order
from licet.admin.local_accounts import deactivate_account, delete_account
from licet.admin.refusal import AdminRefused
from licet.admin.tokens import create_token
from licet.kernel.chance import draw_uuid
from licet.kernel.ids import AccountId, AuthorityId, InstanceId
from licet.ledger.model import LicenseKind
from licet.ledger.sites import CarriedNote, LocalState
from support.exchange import TAGS, WHO, Manager, Site, days


@pytest.fixture
def site() -> Site:
    """A site that has synchronized."""
    site = Site(Manager(), "Plant", "Plant")
    site.synchronize()
    return site


def deactivate(site: Site) -> None:
    """Deactivate it."""
    account = site.account
    site.change(lambda work: deactivate_account(work, account, reason="", who=WHO, now=site.now))


def test_leave_notes_that_it_carries_are_handed_on_first(site: Site) -> None:
    """A product that left for it would stand at its old authority for ever, with its licenses."""
    note = CarriedNote(
        instance=InstanceId(draw_uuid(site.chance)),
        authority=AuthorityId(draw_uuid(site.chance)),
        local_account=site.id,
        note="a.b.c",
        at=site.now,
    )
    site.change(lambda work: work.put_carried_note(note))
    with pytest.raises(AdminRefused, match=r"carries leave notes .* synchronize it first"):
        deactivate(site)
    site.synchronize()
    deactivate(site)
    assert site.account.state is LocalState.DEACTIVATED


def test_nothing_of_a_deleted_one_falls_due(site: Site) -> None:
    """The server would warn, for years, of the licenses of a customer who is gone."""
    manager = site.manager
    place = manager.look(lambda work: work.virtual_account(manager.on_prem(site).virtual_account))
    assert place is not None
    line = OrderLine(TAGS[0], 10, LicenseKind.TERM, manager.now, manager.now + days(100))
    manager.change(
        lambda work: take_order(
            work, place, [line], order="1", who=WHO, now=manager.now, chance=manager.chance
        )
    )
    site.synchronize()
    default = site.look(lambda work: work.virtual_account(site.default))
    assert default is not None
    token = site.change(
        lambda work: create_token(
            work,
            default,
            site.keys,
            description="",
            who=WHO,
            now=site.now,
            chance=site.chance,
        )
    )
    site.now += days(15)
    site.sweep()
    account_id = AccountId(site.id)
    assert [one.kind for one in site.store.list_alerts(account_id).items] == ["Licenses Expiring"]
    deactivate(site)
    account = site.account
    site.change(lambda work: delete_account(site.store, work, account, who=WHO, now=site.now))
    assert site.store.next_due() is None
    assert site.store.list_alerts(account_id).items == ()
    assert site.look(lambda work: work.tags_in(default.id)) == []
    [listed] = site.store.list_tokens(default.id).items
    assert (listed.id, listed.revoked_at) == (token.id, site.now)
