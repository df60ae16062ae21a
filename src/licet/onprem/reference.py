"""The page `docs/reference/onprem-cli.md`, made from the parser of `licet onprem`."""

from licet.onprem.cli import parser
from licet.shell.reference import reference

HEAD = """\
# `licet onprem`

Everything that an administrator does with an on-prem, at a shell of the machine that it stands on, while it
serves. This page is made from the parser that reads what is typed
(`python -m licet.onprem.reference > docs/reference/onprem-cli.md`).

Commands are written, refused and printed as those of the manager are
([how](manager-cli.md#how-commands-are-written)): `--data DIR`, `--json` and `--help` everywhere, exit status
0, 1 or 2, and file permissions as the credential. Here the accounts are *local accounts*, named by their
names; where there is only one, it need not be named.

Smart accounts, orders and the catalog are the manager's: the commands for them say so.

## Exchanging files

| file | from | to |
| --- | --- | --- |
| `license-registration-request-<Name>.yml` | `account approve NAME --manual` | `licet manager onprem add FILE` |
| `license-registration-authorization-<Name>.yml` | the manager | `account authorize FILE` |
| `license-sync-request-<Name>_<YYYYMMDD>-<n>.yml` | `sync request` | `licet manager onprem sync FILE` |
| `license-sync-response-<Name>_<YYYYMMDD>-<n>.yml` | the manager | `sync response FILE` |

`<Name>` is the name of the on-prem; a second local account has its own name behind it. A file of another local
account is not overwritten. Nothing in these files is secret, and nothing in them can be changed unnoticed.
"""


def page() -> str:
    """Return the whole page."""
    return reference(parser(), HEAD)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page is its output
