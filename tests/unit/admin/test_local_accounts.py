"""The end of a local account: what it still owes its manager, and what it leaves behind."""

import pytest

from licet.admin.local_accounts import deactivate_account
from licet.admin.refusal import AdminRefused
from licet.kernel.chance import draw_uuid
from licet.kernel.ids import AuthorityId, InstanceId
from licet.ledger.sites import CarriedNote, LocalState
from support.exchange import WHO, Manager, Site


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
