"""What `account approve`, `authorize` and `reach` do: a local account and its manager come to know each other."""

import argparse
import io
import sys
import threading
from dataclasses import replace
from pathlib import Path

from licet.admin.local_accounts import current_local_account, find_local_account
from licet.admin.refusal import AdminRefused
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, SyncKind, Upstream
from licet.ledger.works import work_in
from licet.onprem import registering
from licet.onprem.accounts import named, whole
from licet.onprem.client import Client, Denied
from licet.onprem.office import Office
from licet.onprem.road import Road, check_proxy, check_url, trust_of
from licet.onprem.synchronizing import Done, Failed, synchronize
from licet.onprem.words import NONE, SYSTEM
from licet.service.files import trouble
from licet.shell.asking import confirm
from licet.shell.document_files import open_file, write_out
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Record
from licet.sync.deadlines import next_sync
from licet.wire.sites import REGISTRATION_REQUEST
from licet.wire.tokens import Token, parse_token

_CA_BYTES_MAX = 1024 * 1024


def approve(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Approve a request, and register it."""
    account = named(office, given.account)
    if given.manual:
        if given.manager or given.code:
            raise AdminRefused("--manual goes by files: give it without --manager and --code")
        _by_file(office, account, given, printer)
        return DONE
    if not given.manager or not given.code:
        raise AdminRefused(
            "give --manager URL and --code CODE to register over the network, or --manual to carry files"
        )
    return _by_network(office, account, given, printer)


def authorize(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Take an authorization file."""
    with open_file(given.file) as file:
        account = registering.addressee(office, file)
        shown: list[str] = []

        def compare(fingerprint: str) -> None:
            shown.append(fingerprint)
            _compare(fingerprint, given.fingerprint)

        with office.alone(account):
            entered = registering.enter(
                office, file, account, invitation=None, upstream=Upstream, compare=compare
            )
    text = (
        f"the local account '{entered.name}' is registered: virtual account "
        f"'{entered.virtual_account}' of '{entered.smart_account}'.\n"
        "It grants nothing before its first synchronization: sync request"
    )
    printer.done(text, {**_told(office, entered), "fingerprint": shown[0]})
    return DONE


def reach(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Say where the manager of a local account is from now on."""
    named_new = any(one is not None for one in (given.manager, given.ca, given.proxy))
    if given.by_file and named_new:
        raise AdminRefused("--by-file stands alone: give it without --manager, --ca and --proxy")
    if not given.by_file and not named_new:
        raise AdminRefused("give --manager URL, --ca FILE, --proxy URL, or --by-file")
    url = None if given.manager is None else check_url(given.manager)
    proxy, certificates = _read_proxy(given.proxy), _read_ca(given.ca)
    now = office.clock.now()

    def job(work: Work) -> LocalAccount:
        account = find_local_account(work, given.account)
        if account.upstream is None or account.state is not LocalState.REGISTERED:
            raise AdminRefused(f"'{account.name}' is {account.state}, and has no manager yet")
        to = None if given.by_file else url or account.upstream.url
        if to is None and not given.by_file:
            raise AdminRefused(
                f"'{account.name}' knows no URL of its manager; give --manager URL too"
            )
        changed = replace(account, upstream=replace(account.upstream, url=to))
        changed = replace(changed, due_at=next_sync(changed, now))
        work.put_local_account(changed)
        return changed

    account = named(office, given.account)
    with office.alone(account):
        account = work_in(office.store, job)
        office.keep_way(account.id, certificates=certificates, proxy=proxy)
    where = (account.upstream and account.upstream.url) or "by file only"
    printer.done(f"the manager of '{account.name}' is reached: {where}", _told(office, account))
    return DONE


def _by_file(
    office: Office, account: LocalAccount, given: argparse.Namespace, printer: Printer
) -> None:
    with office.alone(account):
        asked = registering.ask(office, account, None)
    name = f"license-registration-request-{office.document_name(account)}.yml"
    path = write_out(
        given.output, name, REGISTRATION_REQUEST, asked.data, is_over=office.was_deleted
    )
    text = (
        f"the local account '{account.name}' is approved; its registration request is in {path}.\n"
        f"Carry it to the manager (licet manager onprem add {path.name}), and the authorization that "
        "it writes back here (account authorize FILE).\n"
        "Both sides show a fingerprint then: it must be the same, or a file was swapped on its way."
    )
    printer.done(text, {**_told(office, asked.account), "file": str(path)})


def _by_network(
    office: Office, account: LocalAccount, given: argparse.Namespace, printer: Printer
) -> int:
    url = check_url(given.manager)
    # Of an attempt before nothing stays.
    proxy, certificates = _read_proxy(given.proxy) or "", _read_ca(given.ca) or b""
    code = _read_code(given.code)
    wait = threading.Event().wait
    with office.alone(account):
        asked = registering.ask(office, account, code)
        office.keep_way(account.id, certificates=certificates, proxy=proxy)
        trust = trust_of(office.ca_file(account.id) if certificates else None)
        with Road(url, trust, proxy=proxy or None, elapsed_s=office.clock.elapsed_s) as road:
            data = _ask(Client(road, wait), asked)
        entered = registering.enter(
            office,
            io.BytesIO(data),
            asked.account,
            invitation=code,
            upstream=lambda manager: Upstream(manager, url),
            compare=lambda _: None,
        )
    done = _first(office, entered)
    text = (
        f"the local account '{entered.name}' is registered: virtual account "
        f"'{entered.virtual_account}' of '{entered.smart_account}'; it was synchronized"
    )
    printer.done(text, _told(office, done.account))
    return DONE


def _ask(client: Client, asked: registering.Asked) -> bytes:
    """Return the authorization; a refusal says what was asked for, since that may be misspelled."""
    try:
        return client.register(asked.data)
    except Denied as denied:
        account = asked.account
        raise AdminRefused(
            f"{denied}; it was asked for '{account.virtual_account}' of '{account.smart_account}': "
            "where a name is wrong, refuse the request (account refuse), delete it (account delete) and "
            "request it with the right one"
        ) from denied


def _first(office: Office, account: LocalAccount) -> Done:
    try:
        return synchronize(office, account, SyncKind.FULL, threading.Event().wait)
    except Failed as failed:
        raise AdminRefused(
            f"'{account.name}' is registered, but its first synchronization failed: {failed}; the "
            "server tries again by itself, and so does: sync now"
        ) from failed


def _read_code(text: str) -> Token:
    try:
        return parse_token(text)
    except ValueError as error:
        said = str(error).replace("Token", "it", 1)
        raise AdminRefused(f"--code: this is no registration code: {said}") from error


def _read_proxy(text: str | None) -> str | None:
    """Return the URL of a proxy; empty where none is wanted, and None where nothing was typed."""
    if text is None:
        return None
    return "" if text == NONE else check_proxy(text)


def _read_ca(path: Path | None) -> bytes | None:
    """Return a file of CA certificates that was looked at; empty for those that the system trusts."""
    if path is None:
        return None
    if path == Path(SYSTEM):
        return b""
    try:
        with path.open("rb") as file:
            data = file.read(_CA_BYTES_MAX + 1)
    except OSError as error:
        raise trouble(path, error) from error
    if len(data) > _CA_BYTES_MAX:
        raise AdminRefused(
            f"{path}: it has over {_CA_BYTES_MAX} bytes; give a file with only the certificates of who "
            "signed the manager's"
        )
    trust_of(path)
    return data


def _compare(shown: str, given: str | None) -> None:
    """Pass if the manager shows the same fingerprint."""
    if given is not None:
        if _bare(given) != _bare(shown):
            raise AdminRefused(
                f"the fingerprint of this authorization is {shown}, and the manager shows {given}: a "
                "file was swapped on its way; nothing was done"
            )
        return
    if not sys.stdin.isatty():
        raise AdminRefused(
            f"the fingerprint of this authorization is {shown}: compare it with what the manager "
            "shows, and give that: --fingerprint TEXT"
        )
    confirm(
        f"The fingerprint of this authorization is {shown}. Does the manager show the same?",
        yes=False,
    )


def _bare(text: str) -> str:
    return "".join(one for one in text.upper() if one.isalnum())


def _told(office: Office, account: LocalAccount) -> Record:
    with office.store.begin() as work:
        return whole(office, work, current_local_account(work, account))
