"""Files in a person's hands: what they say, and what becomes of them under way."""

from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO

from licet.kernel.ids import Udi, tag_name
from licet.kernel.problems import RulesBroken
from licet.kernel.time import instant
from licet.lab.on_prem_tables import dated
from licet.lab.problems import LabError
from licet.sync.registration import fingerprint
from licet.wire.documents import Document, WrongKind, kind_of, open_document, spoken
from licet.wire.keys import from_base64
from licet.wire.sites import (
    FORMS,
    AlertItem,
    EventItem,
    InstanceItem,
    LeaseItem,
    RegistrationAuthorization,
    RegistrationRequest,
    RemoveItem,
    SyncRequest,
    SyncResponse,
)
from licet.world.on_prem import Paper

_ITEMS_SHOWN = 20


def title(paper: Paper) -> str:
    """Return the name of a file, what it is and how long."""
    kind = kind_of(BytesIO(paper.data))
    what = "no document" if kind is None else spoken(kind)
    return f"{paper.name}: {what}, {len(paper.data.splitlines())} lines, {len(paper.data)} bytes"


def edited(paper: Paper, old: str, new: str) -> Paper:
    """Return a file in which somebody replaced a text.

    Raises:
        LabError: the text is not in it.
    """
    if old.encode() not in paper.data:
        raise LabError(f"there is no '{old}' in {paper.name}")
    return Paper(paper.name, paper.data.replace(old.encode(), new.encode()))


def describe(paper: Paper) -> str:
    """Return what a file says; whether its signature is good is seen where it is taken."""
    lines = [title(paper)]
    try:
        document = open_document(BytesIO(paper.data), FORMS)
        lines += _head(document)
        lines += _items(document)
    except (WrongKind, RulesBroken) as broken:
        lines.append(f"  cannot be read: {broken}")
    return "\n".join(lines)


def _head(document: Document) -> Iterator[str]:
    head = document.head
    match head:
        case RegistrationRequest():
            yield f"  from      {head.name}, local account {head.local_account}"
            yield f"  into      {head.smart_account}, virtual account {head.virtual_account}"
        case RegistrationAuthorization():
            yield f"  for       {head.name}, into {head.smart_account}, {head.virtual_account}"
            yield f"  removed   after {head.removal_days} days without synchronization"
            root = from_base64(head.trust_lists[-1].list.roots[0])
            yield f"  fingerprint  {fingerprint(head.request, head.manager, root)}"
        case SyncRequest():
            yield f"  from      {head.name}, version {head.version}"
            since = f", what changed since request {head.base}" if head.sync == "standard" else ""
            yield f"  request   {head.number}: {head.sync}{since}"
            yield f"  lease     {head.lease} is in force there"
            yield f"  withheld  {_withheld(head)}"
        case SyncResponse():
            yield f"  for       {head.name}, in {head.smart_account}, {head.virtual_account}"
            yield f"  answers   request {head.number}"
            if head.removed:
                yield f"  removed   {head.reason}"
            else:
                yield f"  lease     {head.lease}, until {dated(instant(head.lease_ends_at))}"
        case _:
            return
    if isinstance(head, SyncRequest | SyncResponse):
        yield f"  written   {dated(instant(head.at))}, good until {dated(instant(head.expires_at))}"


def _withheld(head: SyncRequest) -> str:
    withheld = head.withheld
    fields = {
        "host names": withheld.host_names,
        "addresses": withheld.addresses,
        "instance names": withheld.instance_names,
        "user names": withheld.user_names,
    }
    return ", ".join(name for name, kept in fields.items() if kept) or "nothing"


def _items(document: Document) -> Iterator[str]:
    head = document.head
    if not isinstance(head, SyncRequest | SyncResponse):
        return
    counted: Counter[str] = Counter()
    shown = 0
    for item in document.items():
        said = _SAID.get(type(item))
        if said is None or shown == _ITEMS_SHOWN:
            counted[str(type(item).__struct_config__.tag)] += 1
        else:
            shown += 1
            yield f"  {said(item)}"
    if counted:
        also = ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
        yield f"  and items: {also}"


def _instance(item: InstanceItem) -> str:
    used = ", ".join(f"{tag_name(one.tag)} {one.count} {one.status}" for one in item.usage)
    return (
        f"instance  {Udi(item.pid, item.sn).text} {item.host_name or '-'}: {used or 'uses nothing'}"
    )


def _lease(item: LeaseItem) -> str:
    end = "" if item.ends_at is None else f", until {dated(instant(item.ends_at))}"
    return f"license   {item.quantity} {tag_name(item.tag)}, {item.kind}{end}"


def _event(item: EventItem) -> str:
    return f"event     {dated(instant(item.at))} {item.who}: {item.text}"


def _alert(item: AlertItem) -> str:
    return f"alert     {item.severity}: {item.message}"


def _remove(item: RemoveItem) -> str:
    return f"remove    {item.instance}, asked by {item.who}"


_SAID: dict[type, Callable[..., str]] = {
    InstanceItem: _instance,
    LeaseItem: _lease,
    EventItem: _event,
    AlertItem: _alert,
    RemoveItem: _remove,
}
