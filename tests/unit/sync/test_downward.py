"""Responses of a manager: whatever its ledger holds, a site can read them."""

from licet.ledger.model import Alert, Severity
from licet.ledger.sites import SyncKind
from support.exchange import Manager, Site


def test_an_alert_of_any_length_reaches_the_site() -> None:
    """An order that was imported twice would keep a site from ever synchronizing again."""
    manager = Manager()
    place = manager.open("Plant")
    site = Site(manager, "Sat", "Plant")
    orders = ", ".join("N" * 128 for _ in range(8))
    alert = Alert(
        key="duplicate:1",
        kind="Duplicate Order",
        severity=Severity.MINOR,
        account=place.account,
        source=place.id,
        message=f"taken again, though 9 licenses are there from before: {orders}",
        raised_at=manager.now,
    )
    manager.change(lambda work: work.put_alert(alert))
    site.synchronize(SyncKind.FULL)
    site.synchronize()
    assert site.account.acknowledged == 2
