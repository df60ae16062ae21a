"""The reference of the command line, as a document: `docs/reference/switch-commands.md`."""

from collections.abc import Iterable

from licet.switch.grammar import HELP, TABLE, Mode, Row
from licet.switch.tree import NO

_HEAD = """\
# Commands of the switch

`licet switch` reads the licensing part of an NX-OS style command line. Words may be shortened as long as
they mean one thing, `?` lists what may stand at a place, Tab completes. Commands of EXEC are taken in every
mode. Behind `show` commands: `| include|exclude|begin|section|head|last|count|no-more|json`, and `> bootflash:NAME`.

This page is made from the tables that read the lines (`python -m licet.switch.reference`). The mark of a
command says where it comes from: S the source document, V verbatim text found elsewhere, D documented,
B named but no source found, M recalled, ours where NX-OS has none. `<...>` is a parameter, `{...}` one of
several words, `[...]` may be left out; `<interface>` is one word or two (`vlan27`, `vlan 27`). A command that
NX-OS has and this switch does not model says so.
"""
_TITLES = {
    Mode.EXEC: "EXEC",
    Mode.CONFIG: "Global configuration",
    Mode.CALLHOME: "`callhome`",
    Mode.VRF: "`vrf context`",
    Mode.INTERFACE: "`interface`",
    Mode.TRUSTPOINT: "`crypto ca trustpoint`",
}


def page() -> str:
    """Return the whole page."""
    return "\n".join((_HEAD, *_sections()))


def _sections() -> Iterable[str]:
    for mode, title in _TITLES.items():
        rows = sorted((row for row in TABLE if row.mode is mode), key=lambda row: row.pattern)
        lines = "".join(_line(row) for row in rows)
        yield f"## {title}\n\n| command | `no` form | mark | |\n| --- | --- | --- | --- |\n{lines}"


def _line(row: Row) -> str:
    no = f"`{_escaped(f'{NO} {row.no}')}`" if row.no is not None else ""
    return f"| `{_escaped(row.pattern)}` | {no} | {row.mark} | {row.does or _said(row)} |\n"


def _said(row: Row) -> str:
    """Return what `?` says of a command's words, one after the other."""
    words: list[str] = []
    said: list[str] = []
    for word in row.pattern.replace("[", "").replace("]", "").split():
        words.append(word)
        paths = (" ".join(words[start:]) for start in range(len(words)))
        found = next((HELP[path] for path in paths if path in HELP), None)
        said += [] if found is None else [found]
    return ": ".join(said)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - it is redirected into the page
