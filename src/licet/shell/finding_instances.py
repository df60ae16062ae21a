"""Finds the product instance that a person means: by UDI, by serial number, or by id."""

import argparse
import re
from collections.abc import Iterable, Iterator
from functools import partial

from licet.admin.refusal import AdminRefused
from licet.kernel.ids import InstanceId, Udi, check_udi
from licet.ledger.listing import every
from licet.ledger.model import Instance
from licet.ledger.ports import Work
from licet.shell.finding import account_of, accounts_of, one_of
from licet.shell.site import Site

_UDI = re.compile(r"PID:([^,]*),\s*SN:(.*)\Z", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


def instance_of(site: Site, work: Work, given: argparse.Namespace) -> Instance:
    """Return the product instance that was typed, in the account that is meant or in any.

    A UDI or an id is looked up; for a serial number all instances are looked through.

    Raises:
        AdminRefused: it is none of the three, there is none, or more than one.
    """
    text = given.instance.strip()
    what = f"product instance {text}"
    found = _find(site, work, given, text)
    if given.account is not None:
        account = account_of(site, work, given.account)
        what += f" in '{account.name}'"
        found = (instance for instance in found if instance.account == account.id)
    return one_of(found, what, partial(_tell, work))


def _find(site: Site, work: Work, given: argparse.Namespace, text: str) -> Iterable[Instance]:
    udi = _UDI.match(text)
    if udi:
        pid, sn = udi[1].strip(), udi[2].strip()
        found = work.instances_of_udi(_check(pid, sn))
        return found or work.instances_of_udi(_check(pid.upper(), sn.upper()))
    if _ID.match(text):
        instance = work.instance(InstanceId(text.lower()))
        return [] if instance is None else [instance]
    if ":" in text or "," in text:
        raise AdminRefused(f"'{text}' is not a UDI: write PID:X,SN:Y, or the serial number alone")
    return _of_serial(site, work, given.account, _check("PID", text).sn)


def _check(pid: str, sn: str) -> Udi:
    try:
        return check_udi(pid, sn)
    except ValueError as error:
        raise AdminRefused(f"it is not a UDI: {error}") from error


def _of_serial(site: Site, work: Work, account: str | None, sn: str) -> Iterator[Instance]:
    for one in accounts_of(site, work, account):
        for place in work.virtual_accounts(one.id):
            for instance in every(partial(site.store.list_instances, place.id)):
                if instance.udi.sn.casefold() == sn.casefold():
                    yield instance


def _tell(work: Work, instance: Instance) -> str:
    account, place = work.account(instance.account), work.virtual_account(instance.virtual_account)
    where = f"'{account.name if account else '?'}', '{place.name if place else '?'}'"
    return f"{instance.udi.text} ({where}, id {instance.id})"
