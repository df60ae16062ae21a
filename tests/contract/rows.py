"""Rows for the contract suite: every one differs only in what the test says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from licet.kernel.ids import AccountId, InstanceId, Tag, TokenId, Udi, VirtualAccountId
from licet.ledger.model import (
    Alert,
    CertificateOrder,
    Decision,
    Event,
    Fork,
    Holding,
    IdToken,
    Instance,
    License,
    LicenseKind,
    Product,
    RetiredKey,
    Severity,
    SmartAccount,
    UdiRecord,
    Usage,
    VirtualAccount,
)
from licet.wire.messages import Compliance

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TAG = Tag("regid.2026-11.com.example.LAN,1.0_6f1d9c1e-0000-4000-8000-000000000001")
OTHER_TAG = Tag("regid.2026-11.com.example.WAN,1.0_6f1d9c1e-0000-4000-8000-000000000002")


def uuid(number: int) -> str:
    """Return an id that a number names."""
    return f"6f1d9c1e-0000-4000-8000-{number:012d}"


ACCOUNT = SmartAccount(
    AccountId(uuid(1)), "Example", "example.com", export_allowed=True, created_at=NOW
)
PLACE = VirtualAccount(
    VirtualAccountId(uuid(2)), ACCOUNT.id, "Default", "", default=True, created_at=NOW
)
OTHER_PLACE = replace(PLACE, id=VirtualAccountId(uuid(3)), name="Lab", default=False)


def token(number: int, *, minutes: int = 0) -> IdToken:
    """Return a token that was made some minutes after `NOW`."""
    return IdToken(
        id=TokenId(uuid(100 + number)),
        virtual_account=PLACE.id,
        description="for tests",
        created_by="admin",
        created_at=NOW + timedelta(minutes=minutes),
        expires_at=NOW + timedelta(days=30),
        export_allowed=False,
        master_key=1,
        uses_max=7,
        uses=2,
        revoked_at=None,
    )


def instance(number: int, *, due_in: int | None = None) -> Instance:
    """Return an instance that falls due some hours after `NOW`; every field has a value."""
    identifier = InstanceId(uuid(200 + number))
    udi = Udi("N9K", f"SN{number:06d}")
    order = CertificateOrder(b"key", 5, identifier, udi, ACCOUNT.id, NOW, NOW + timedelta(days=1))
    return Instance(
        id=identifier,
        account=ACCOUNT.id,
        virtual_account=PLACE.id,
        udi=udi,
        key=f"key-{number}",
        host_name="switch",
        product="product",
        export_allowed=True,
        registered_at=NOW,
        last_contact_at=NOW,
        certified_until=NOW + timedelta(days=365),
        number=4,
        seen=((4, "four"), (3, "three")),
        deadline=NOW + timedelta(days=90),
        contact_due_at=NOW + timedelta(days=30),
        contact_alerted=True,
        usage=(Usage(TAG, 2, Compliance.IN_COMPLIANCE),),
        usage_released=False,
        decision=Decision("four", b'{"kind":"left"}', order),
        fork=Fork(NOW, "forked", taken=True),
        cloned=False,
        due_at=None if due_in is None else NOW + timedelta(hours=due_in),
    )


def holding(number: int, *, due_in: int | None = None) -> Holding:
    """Return a holding that falls due some hours after `NOW`."""
    return Holding(
        id=uuid(300 + number),
        virtual_account=PLACE.id,
        tag=TAG,
        kind=LicenseKind.TERM,
        quantity=10 + number,
        starts_at=NOW,
        ends_at=NOW + timedelta(days=365),
        order=f"order {number}",
        due_at=None if due_in is None else NOW + timedelta(hours=due_in),
    )


def alert(number: int, *, severity: Severity = Severity.MINOR, due_in: int | None = None) -> Alert:
    """Return an alert whose action is due some hours after `NOW`."""
    return Alert(
        key=f"alert:{number}",
        kind="Licenses Expiring",
        severity=severity,
        account=ACCOUNT.id,
        source=PLACE.id,
        message=f"alert {number}",
        raised_at=NOW,
        action_due_at=None if due_in is None else NOW + timedelta(hours=due_in),
    )


def event(number: int) -> Event:
    """Return an event."""
    return Event(NOW, "admin", ACCOUNT.id, PLACE.id, uuid(number), f"event {number}")


LICENSE = License(TAG, "LAN", "LAN features", export_controlled=True)
PRODUCT = Product("product", "N9K", "A switch")
RETIRED = RetiredKey("retired", InstanceId(uuid(9)), NOW)
RECORD = UdiRecord(ACCOUNT.id, Udi("N9K", "SN1"), 3600, 2)
