"""What `backup`, `verify` and `restore` of an authority do, and what they print."""

import argparse
from collections.abc import Sequence

from licet.kernel.chance import SystemChance
from licet.kernel.time import instant, print_period
from licet.service import backup as backups
from licet.service import restore as restores
from licet.service import verify as verifying
from licet.service.clock import SystemClock
from licet.service.datadir import open_data
from licet.service.losses import Loss
from licet.service.manifest import AnyManifest, Manifest, SiteManifest
from licet.service.problems import ServiceError
from licet.service.stock import SiteStock, Stock
from licet.service.verify import Check, Result
from licet.shell.asking import ask_passphrase, passphrase_in
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.site import check_trade
from licet.shell.values import Mark, Record, Shown, Value
from licet.shell.who import system_user

REFUSED = 1
_ABOUT_CHARS = len("synchronization")
_MARKS = {Result.GOOD: Mark.GOOD, Result.BAD: Mark.BAD, Result.NOT_CHECKED: Mark.WARN}


def back_up(given: argparse.Namespace, printer: Printer) -> int:
    """Write a backup.

    Raises:
        ServiceError: it could not be.
    """
    if given.passphrase_file and not given.with_keys:
        raise ServiceError("--passphrase-file seals private keys: give --with-keys as well")
    passphrase = None
    if given.with_keys:
        what = "the keys in the backup"
        passphrase = ask_passphrase(what, path=given.passphrase_file, twice=True)
    data = open_data(given.data)
    check_trade(data, given.trade)
    manifest = backups.back_up(
        data,
        given.to,
        passphrase=passphrase,
        chance=SystemChance(),
        now=SystemClock().now(),
        report=printer.share,
    )
    keys = _keys_text(manifest)
    printer.record({"file": str(given.to), **_describe(manifest)})
    printer.say("")
    printer.say(f"{given.to} was written and checked. {keys}")
    return DONE


def verify(given: argparse.Namespace, printer: Printer) -> int:
    """Examine a backup, and return 1 on any doubt.

    Raises:
        ServiceError: it cannot be read.
    """
    passphrase = None if given.passphrase_file is None else passphrase_in(given.passphrase_file)
    examined = verifying.verify(given.file, passphrase=passphrase, report=printer.share)
    described = _describe(examined.manifest) if examined.manifest else {}
    printer.record(
        {
            "file": str(given.file),
            "good": examined.good,
            **described,
            "checks": [_row(check) for check in examined.checks],
        }
    )
    if not examined.good:
        printer.refuse(f"{given.parser.prog}: {given.file}: {_first_bad(examined.checks)}")
        return REFUSED
    left = [check.what for check in examined.checks if check.result is Result.NOT_CHECKED]
    printer.say("")
    printer.say(f"It is good, but not checked was whether {left[0]}." if left else "It is good.")
    return DONE


def restore(given: argparse.Namespace, printer: Printer) -> int:
    """Restore a backup, and print what may be lost.

    Raises:
        ServiceError: it could not be; nothing was restored.
    """
    passphrase = None if given.passphrase_file is None else passphrase_in(given.passphrase_file)
    now = SystemClock().now()
    request = restores.Request(
        backup=given.file,
        to=given.data,
        passphrase=passphrase,
        keys=given.keys,
        names=given.name,
        who=system_user(),
        on_prem=given.trade.local,
    )
    restored = restores.restore(request, chance=SystemChance(), now=now, report=printer.share)
    if restored.data is None or restored.stock is None or restored.backup_at is None:
        checks = [_row(check) for check in restored.checks]
        printer.record({"file": str(given.file), "restored": False, "checks": checks})
        printer.refuse(
            f"{given.parser.prog}: {given.file}: {_first_bad(restored.checks)}; not restored"
        )
        return REFUSED
    record: dict[str, Value] = {
        "file": str(given.file),
        "restored": True,
        "data": str(restored.data.path),
        **_keys_of(restored.stock),
        "backup_at": restored.backup_at,
        "restored_at": now,
        "tls_names": list(given.name),
    }
    if printer.as_json:
        checks = [_row(check) for check in restored.checks]
        lost = [_loss(loss) for loss in restored.losses]
        printer.record({**record, "checks": checks, "may_be_lost": lost})
        return DONE
    printer.record(record)
    gone = print_period(now - restored.backup_at)
    printer.say("")
    printer.say(f"May be lost, of the {gone} between the backup and now:")
    for loss in restored.losses:
        printer.item(Shown(loss.about, f"  {loss.about.ljust(_ABOUT_CHARS)}"), _sentence(loss))
    printer.say("")
    goes_on = "wait until it has synchronized" if given.trade.local else "go on by themselves"
    printer.say(f"The backup was good. Products {goes_on}. Start the server:")
    serve = f"{given.parser.prog} serve --data {restored.data.path}"
    printer.say(f"  {serve} --listen HOST:PORT{_names(given)}")
    return DONE


def _loss(loss: Loss) -> Record:
    return {"about": loss.about, "subject": loss.subject, "what": loss.what, "remedy": loss.remedy}


def _sentence(loss: Loss) -> str:
    subject = f"{loss.subject} in " if loss.about == "tokens" else ""
    return f"{subject}{loss.what}. To do: {loss.remedy}."


def _names(given: argparse.Namespace) -> str:
    return "".join(f" --name {name}" for name in given.name) or " --name NAME"


def _describe(manifest: AnyManifest) -> Record:
    rows = manifest.rows
    return {
        "taken_at": instant(manifest.taken_at),
        **_whose(manifest),
        "licet": manifest.licet,
        "schema": manifest.schema,
        "database_bytes": manifest.database_bytes,
        "accounts": rows.get("account"),
        "instances": rows.get("instance"),
        "tokens": rows.get("token"),
        "events": rows.get("event"),
        "private_keys": manifest.with_keys,
        **({"root_key": manifest.with_root_key} if isinstance(manifest, Manifest) else {}),
    }


def _whose(manifest: AnyManifest) -> Record:
    if isinstance(manifest, SiteManifest):
        return {
            "site": manifest.site,
            "local_accounts": [one.name for one in manifest.accounts],
            "waiting": len(manifest.waiting),
        }
    return {"authority": manifest.authority, "name": manifest.name, "epoch": manifest.epoch}


def _keys_of(stock: Stock) -> Record:
    """Return whose keys go on."""
    if isinstance(stock, SiteStock):
        names = [one.keys.name for one in stock.local if one.keys]
        return {"site": stock.site, "local_accounts": names}
    keys = stock.keys
    return {
        "authority": keys.authority,
        "name": keys.name,
        "epoch": keys.epoch,
        "root_key_here": stock.root_key is not None,
    }


def _keys_text(manifest: AnyManifest) -> str:
    if not manifest.with_keys:
        return "The private keys are not in it: keep a copy of keys/ apart, or give --with-keys."
    if isinstance(manifest, Manifest) and not manifest.with_root_key:
        return "The licensing root's key is not in it, because it is kept off this machine."
    return "All private keys are in it: keep the passphrase apart from it."


def _row(check: Check) -> Record:
    result = Shown(check.result.value, check.result.value, _MARKS[check.result])
    return {"check": check.what, "result": result, "detail": check.detail}


def _first_bad(checks: Sequence[Check]) -> str:
    bad = next(check for check in checks if check.result is Result.BAD)
    return f"not so that {bad.what}: {bad.detail}"
