"""Reads JSON objects one by one, each with the line that it stands in."""

import json
from collections.abc import Iterator, Mapping
from typing import NoReturn

from licet.admin.lines import Wrong
from licet.admin.refusal import AdminRefused

Fields = Mapping[str, object]
BLANKS = " \t\r\n"


def lined_items(text: str) -> Iterator[tuple[str, Fields | Wrong]]:
    """Yield the objects of JSON lines: one object a line."""
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"line {number}"
        if line.strip(BLANKS):
            try:
                yield where, _object(_DECODER.decode(line))
            except (ValueError, RecursionError) as error:
                yield where, Wrong(where, f"it is not a JSON object: {_why(error)}")


def array_items(text: str) -> Iterator[tuple[str, Fields | Wrong]]:
    """Yield the objects of one JSON array.

    Raises:
        AdminRefused: from some line on it is no JSON.
    """
    at = _blanks(text, text.index("[") + 1)
    counted, line = 0, 1
    closed = text[at : at + 1] == "]"
    while not closed:
        line, counted = line + text.count("\n", counted, at), at
        where = f"line {line}"
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            place = _place(text, error, where)
            raise AdminRefused(f"{place}: it is not JSON from there on: {_why(error)}") from error
        try:
            yield where, _object(value)
        except ValueError as error:
            yield where, Wrong(where, str(error))
        at = _blanks(text, at)
        closed = text[at : at + 1] == "]"
        if not closed and text[at : at + 1] != ",":
            where = f"line {text.count(chr(10), 0, at) + 1}"
            found = repr(text[at]) if at < len(text) else "the end of the file"
            raise AdminRefused(f"{where}: a ',' or ']' is expected, not {found}")
        at = at if closed else _blanks(text, at + 1)
    if _blanks(text, at + 1) != len(text):
        raise AdminRefused("there is something behind the JSON array")


def _blanks(text: str, at: int) -> int:
    while text[at : at + 1] in BLANKS and at < len(text):
        at += 1
    return at


def _object(value: object) -> Fields:
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - all are told alike
    return value


def _place(text: str, error: Exception, where: str) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {text.count(chr(10), 0, error.pos) + 1}"
    return where


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return error.msg.removesuffix(" starting at")
    return str(error)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)
