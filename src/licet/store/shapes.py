"""The tables of a ledger: what a row's key is, and by what else rows are looked for."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from licet.kernel.ids import (
    AccountId,
    AuthorityId,
    InstanceId,
    Tag,
    TokenId,
    Udi,
    VirtualAccountId,
)
from licet.ledger.model import (
    Alert,
    Event,
    Holding,
    IdToken,
    Instance,
    License,
    Product,
    RetiredKey,
    Severity,
    SmartAccount,
    UdiRecord,
    VirtualAccount,
)
from licet.ledger.sites import CarriedNote, Change, Invitation, Letter, LocalAccount, OnPrem

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")
PoolKey = tuple[VirtualAccountId, Tag]


@dataclass(frozen=True, slots=True)
class InUse:
    """A pool's counter of use."""

    virtual_account: VirtualAccountId
    tag: Tag
    in_use: int


@dataclass(frozen=True)
class Shape(Generic[Key, Row]):
    """One table.

    Attributes:
        name: of the table.
        row: what its rows are.
        key: gives a row's key.
        indexes: name to what gives the value that leads to a row.
        unique: the indexes that lead to one row at most.
        due: when the sweep must look at a row; None where it looks at none.
    """

    name: str
    row: type[Row]
    key: Callable[[Row], Key]
    indexes: Mapping[str, Callable[[Row], Hashable]] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    due: Callable[[Row], datetime | None] | None = None


ACCOUNTS: Shape[AccountId, SmartAccount] = Shape(
    "account",
    SmartAccount,
    lambda row: row.id,
    {"name": lambda row: row.name.casefold(), "domain": lambda row: row.domain.casefold()},
)
VIRTUAL_ACCOUNTS: Shape[VirtualAccountId, VirtualAccount] = Shape(
    "virtual_account", VirtualAccount, lambda row: row.id, {"account": lambda row: row.account}
)
TOKENS: Shape[TokenId, IdToken] = Shape("token", IdToken, lambda row: row.id)
INSTANCES: Shape[InstanceId, Instance] = Shape(
    "instance",
    Instance,
    lambda row: row.id,
    {"key": lambda row: row.key, "udi": lambda row: (row.udi.pid, row.udi.sn)},
    unique=("key",),
    due=lambda row: row.due_at,
)
RETIRED_KEYS: Shape[str, RetiredKey] = Shape(
    "retired_key", RetiredKey, lambda row: row.key, due=lambda row: row.until
)
UDI_RECORDS: Shape[tuple[AccountId, str, str], UdiRecord] = Shape(
    "udi_record", UdiRecord, lambda row: udi_key(row.account, row.udi)
)
HOLDINGS: Shape[str, Holding] = Shape(
    "holding",
    Holding,
    lambda row: row.id,
    {"pool": lambda row: (row.virtual_account, row.tag)},
    due=lambda row: row.due_at,
)
IN_USE: Shape[PoolKey, InUse] = Shape("in_use", InUse, lambda row: (row.virtual_account, row.tag))
LICENSES: Shape[Tag, License] = Shape("license", License, lambda row: row.tag)
PRODUCTS: Shape[str, Product] = Shape("product", Product, lambda row: row.tag)
ALERTS: Shape[str, Alert] = Shape("alert", Alert, lambda row: row.key)
ON_PREMS: Shape[AuthorityId, OnPrem] = Shape(
    "on_prem",
    OnPrem,
    lambda row: row.id,
    {"account": lambda row: row.account, "virtual_account": lambda row: row.virtual_account},
    due=lambda row: row.due_at,
)
LETTERS: Shape[AuthorityId, Letter] = Shape("letter", Letter, lambda row: row.on_prem)
INVITATIONS: Shape[TokenId, Invitation] = Shape(
    "invitation", Invitation, lambda row: row.id, {"account": lambda row: row.account}
)
# One site has few local accounts: all of them are found under the empty text, with which every name
# begins.
LOCAL_ACCOUNTS: Shape[AuthorityId, LocalAccount] = Shape(
    "local_account", LocalAccount, lambda row: row.id, {"beginning": lambda _: ""}
)
CHANGES: Shape[InstanceId, Change] = Shape("change", Change, lambda row: row.instance)
CARRIED_NOTES: Shape[InstanceId, CarriedNote] = Shape(
    "carried_note",
    CarriedNote,
    lambda row: row.instance,
    {"authority": lambda row: row.authority, "local_account": lambda row: row.local_account},
)

# Events have no key: nobody looks for one, and none is ever replaced.
EVENTS: Shape[None, Event] = Shape("event", Event, lambda _: None)

SHAPES: tuple[Shape[Any, Any], ...] = (
    ACCOUNTS,
    VIRTUAL_ACCOUNTS,
    TOKENS,
    INSTANCES,
    RETIRED_KEYS,
    UDI_RECORDS,
    HOLDINGS,
    IN_USE,
    LICENSES,
    PRODUCTS,
    ALERTS,
    ON_PREMS,
    LETTERS,
    INVITATIONS,
    LOCAL_ACCOUNTS,
    CHANGES,
    CARRIED_NOTES,
)


def udi_key(account: AccountId, udi: Udi) -> tuple[AccountId, str, str]:
    """Return the key of what a UDI has reported to an account."""
    return account, udi.pid, udi.sn


def urgency(alert: Alert) -> str:
    """Return the place of an alert in its list: the worst first, then what is due first."""
    severities = (Severity.MAJOR, Severity.MINOR, Severity.INFORMATIONAL)
    due = alert.action_due_at.isoformat() if alert.action_due_at else "~"
    return "\x1f".join((str(severities.index(alert.severity)), due, alert.key))
