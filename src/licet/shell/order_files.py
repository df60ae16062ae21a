"""Reads files of orders: CSV with a header, or JSON; the fields are those that `order list` prints."""

import argparse
import csv
import io
import re
from collections.abc import Iterator
from typing import Protocol

from licet.admin.lines import Wrong
from licet.admin.naming import suggest
from licet.admin.orders import WrittenLine
from licet.admin.refusal import AdminRefused
from licet.ledger.model import LicenseKind
from licet.shell.dates import read_instant
from licet.shell.json_items import Fields, array_items, lined_items

LINES_MAX = 100_000
NEEDED = ("license", "quantity")
FIELDS = ("order", "virtual_account", *NEEDED, "kind", "starts_at", "ends_at")
# What `order list` prints beside them says nothing that could be ordered.
PASSED_OVER = ("status",)
DELIMITERS = ",;\t"
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")


class _Reader(Protocol):
    """What the standard library's CSV reader is."""

    @property
    def line_num(self) -> int:
        """How many lines were read."""
        ...

    def __next__(self) -> list[str]:
        """Return the next row."""
        ...


def read_orders(text: str, given: argparse.Namespace) -> list[WrittenLine | Wrong]:
    """Return the lines of a file of orders; where one cannot be read, what is wrong with it.

    Args:
        text: CSV, or JSON: an array of objects, or an object a line.
        given: the order and the virtual account that are meant where a line names none.

    Raises:
        AdminRefused: it is not such a file, or has too many lines.
    """
    start = text.lstrip()[:1]
    if not start:
        raise AdminRefused("it is empty")
    readers = {"[": array_items, "{": lined_items}
    rows = readers.get(start, _csv)(text)
    lines: list[WrittenLine | Wrong] = []
    for where, fields in rows:
        lines.append(fields if isinstance(fields, Wrong) else _line(where, fields, given))
        if len(lines) > LINES_MAX:
            raise AdminRefused(f"it has more than {LINES_MAX} lines; split it")
    return lines


def _line(where: str, fields: Fields, given: argparse.Namespace) -> WrittenLine | Wrong:
    try:
        _check_names(fields)
        starts, ends = _text(fields, "starts_at"), _text(fields, "ends_at")
        return WrittenLine(
            where=where,
            order=_order(fields, given),
            place=_text(fields, "virtual_account") or given.virtual_account or "",
            license=_text(fields, "license"),
            quantity=_quantity(fields["quantity"]),
            kind=_kind(fields),
            starts_at=read_instant(starts) if starts else None,
            ends_at=read_instant(ends) if ends else None,
        )
    except ValueError as error:
        return Wrong(where, str(error))


def _order(fields: Fields, given: argparse.Namespace) -> str:
    order: str = _text(fields, "order") or given.order or ""
    if not order:
        raise ValueError("it names no order; write one there, or give --order")
    return order


def _kind(fields: Fields) -> LicenseKind:
    kind = _text(fields, "kind").upper() or LicenseKind.PERPETUAL
    if kind not in LicenseKind.__members__:
        raise ValueError(f"'{kind}' is no kind of license: {', '.join(LicenseKind)}")
    return LicenseKind[kind]


def _check_names(fields: Fields) -> None:
    for name in fields:
        if name not in FIELDS and name not in PASSED_OVER:
            raise ValueError(f"there is no field '{name}'{suggest(name, FIELDS)}")
    for name in NEEDED:
        if fields.get(name) in (None, ""):
            raise ValueError(f"it has no {name}")


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text: {value!r}")  # noqa: TRY004 - all are told alike
    return value.strip()


def _quantity(value: object) -> int:
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and _WHOLE.match(text):
        text = int(text)
    if not isinstance(text, int) or isinstance(text, bool):
        why = f"{value!r} is not a quantity: a whole number, 1 or more"
        raise ValueError(why)  # noqa: TRY004 - all are told alike
    return text


def _csv(text: str) -> Iterator[tuple[str, Fields | Wrong]]:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = [name.strip().casefold() for name in next(_guarded(reader), (0, []))[1]]
    _check_header(header)
    for number, cells in _guarded(reader):
        where = f"line {number}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            yield where, Wrong(where, f"it has {len(cells)} values, the header has {len(header)}")
        else:
            yield where, dict(zip(header, cells, strict=True))


def _check_header(header: list[str]) -> None:
    """Refuse what is not the header of a file of orders."""
    if not set(header) & set(FIELDS):
        raise AdminRefused(
            f"line 1: a header is expected, of these fields: {', '.join(FIELDS)}; "
            f"needed are {' and '.join(NEEDED)}"
        )
    for name in header:
        if name not in (*FIELDS, *PASSED_OVER):
            raise AdminRefused(f"line 1: there is no field '{name}'{suggest(name, FIELDS)}")
        if header.count(name) > 1:
            raise AdminRefused(f"line 1: the field '{name}' stands there twice")
    for name in NEEDED:
        if name not in header:
            raise AdminRefused(f"line 1: the field '{name}' is missing")


def _guarded(reader: _Reader) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the numbers of the lines that they begin in."""
    while True:
        number = reader.line_num + 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise AdminRefused(f"line {number}: it is not CSV from there on: {error}") from error
