"""The page `docs/reference/manager-cli.md`, made from the parser of `licet manager`."""

from licet.manager.cli import parser
from licet.shell.reference import reference

HEAD = """\
# `licet manager`

Everything that an administrator does with a manager, at a shell of the machine that it stands on, while
it serves. This page is made from the parser that reads what is typed
(`python -m licet.manager.reference > docs/reference/manager-cli.md`).

## How commands are written

A noun, a verb, and what it is about: `licet manager token create --uses 5`. Every command has:

| argument | what it is |
| --- | --- |
| `--data DIR` | data directory of the authority (default: `/var/lib/licet`) |
| `--json` | print JSON, with the same fields |
| `--help` | print what the command does and takes, and do nothing |

- **Who may.** Whoever may read and write the data directory: file permissions are the credential. The
  system user is named in every event. Where the command runs with another user's rights than those of
  the person who logged in (`sudo -u licet licet manager ...`), the kernel's login user is named too, as
  in `licet (login ann)`; the variable `SUDO_USER` is not believed, because anybody may set it.
- **Exit status.** 0 it is done; 1 it was refused, one message on standard error says why, and nothing
  was changed; 2 it was typed wrongly.
- **Smart accounts** are named by name or domain; where there is only one, `--account` can be left out.
  **Virtual accounts** are named inside their smart account; where none is named, the default one is
  meant, and by a list all of them. **Licenses** are named as in `catalog list`, or by tag. **Product
  instances** are named by UDI (`PID:X,SN:Y`), serial number or id; for a serial number alone all
  instances of the account are looked through, so prefer the others where there are very many. **Tokens**
  and **alerts** are named by the first characters of their ids. Case does not matter. What is ambiguous
  is refused, and told apart.
- **Instants** are in UTC. A day that is typed (`2027-01-31`) is its first instant.
- **Tables** are for people: where they are wider than the terminal, texts are broken; in a file or a pipe
  each row is one line. Lists show the day of an instant, `show` all of it. Colors are added on a terminal
  only, never say anything that the text does not, and go with `NO_COLOR=1`.
- **JSON** is for programs: a list is one array, with one object a line; anything else is one object.
  Fields have the names of the table's columns, in lower case with `_`; one that is not known is `null`;
  instants are ISO 8601, as in `2027-01-31T12:00:00Z`. Lists are read and printed page by page, whatever
  their length.

## Files of orders

`order import FILE` (`-` is standard input) reads CSV (`,`, `;` or tab) with a header, a JSON array of
objects, or a JSON object a line. All of it is taken, or nothing; wrong lines are named, up to 20 of them.

| field | what it is |
| --- | --- |
| `license` | needed; its name in the catalog, or its tag |
| `quantity` | needed; a whole number |
| `order` | number of the order; may be left out where `--order` is given |
| `virtual_account` | where the licenses go (default: `--virtual-account`, or the default one) |
| `kind` | `PERPETUAL` (the default), `TERM`, `SUBSCRIPTION`, `DEMO` |
| `starts_at` | they count from then on (default: now) |
| `ends_at` | they count until then; needed but with `PERPETUAL` |

These are the fields that `order list --json` prints, so what it prints can be imported elsewhere. An order
that was taken before is refused, as far as its licenses are still in the account: the same file twice
would double them. `--again` takes it all the same, and raises the alert *Duplicate Licenses*.

`catalog import FILE` reads a JSON object with the lists `products` and `licenses`; an entry has `tag`,
`name` and `description`, a license also `export_controlled`. What the catalog knows already is replaced.
"""


def page() -> str:
    """Return the whole page."""
    return reference(parser(), HEAD)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page is its output
