"""The first start of an authority: its directory, its keys, and a TLS certificate of its own."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from licet.kernel.chance import Chance
from licet.service.certificate import check_name, make_certificate
from licet.service.datadir import DataDir, create_data, open_data
from licet.service.keyring import Keyring
from licet.service.problems import ServiceError


def is_founded(path: Path) -> bool:
    """Tell whether an authority lives in a directory; a first start that was cut short is none."""
    return DataDir(path).authority_file.exists() and DataDir(path).tls_certificate.exists()


def found(
    path: Path, *, authority: str, names: Sequence[str], chance: Chance, now: datetime
) -> DataDir:
    """Make an authority in a directory, or what is missing of one whose first start was cut short.

    Args:
        path: made if it is not there.
        authority: the name that its licensing root carries.
        names: what products reach it by.
        chance: where keys and serial numbers come from.
        now: when the certificates begin.

    Raises:
        ServiceError: it cannot be written, a name is not one, or the keys of a ledger are gone.
    """
    for name in names:
        check_name(name)
    if not names:
        raise ServiceError(
            "the first start needs at least one --name: the DNS name or address that stands in the "
            "products' destination URL"
        )
    if DataDir(path).is_on_prem:
        raise ServiceError(f"{path}: an on-prem lives here; choose an empty directory")
    data = create_data(path)
    if not data.authority_file.exists():
        if data.database.exists():
            raise ServiceError(
                f"{data.database} is there, but the keys that belong to it are not "
                f"({data.authority_file}); bring them back from a backup. New keys would not do: "
                "no product would believe them"
            )
        Keyring.found(data, name=authority, chance=chance, now=now)
    if not data.tls_certificate.exists():
        make_certificate(data, names=names, chance=chance, now=now)
    return open_data(path)


def describe(data: DataDir, *, keys_made: bool) -> str:
    """Return what a person must know after the first start.

    Args:
        data: of the authority.
        keys_made: the authority is new; otherwise it only got its HTTPS certificate, as after a
            restore.
    """
    certificate = f"""\
  {data.tls_certificate}  the HTTPS certificate, self-signed: products must trust it
  {data.tls_key}  its key

If you have a certificate of your own, put its chain and key in the place of these two files, now or
later: they are taken without a restart."""
    if not keys_made:
        return f"An HTTPS certificate was made.\n\n{certificate}"
    return f"""\
A new licensing authority was made in {data.path}.

  {data.authority_file}  the authority's keys, and the master key of all ID tokens
  {data.root_key}  the licensing root's key; it may be kept off this machine
{certificate}

Back up {data.keys} now, and the whole often: see licet manager backup --help. Without
{data.authority_file.name} no product believes this authority any more: every one would have to register again."""
