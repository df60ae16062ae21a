"""The words of a lab line, and the kinds of things that they can say."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from licet.kernel.time import DAY, HOUR, MINUTE, SECOND

UNITS = {
    "second": SECOND,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
    "year": 365 * DAY,
}
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?\Z")
_NUMBER = re.compile(r"\d{1,9}\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}\Z")


class NotThat(ValueError):  # noqa: N818
    """A word does not say what is expected there; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line; `quoted` where it stood between double quotes."""

    text: str
    quoted: bool = False


def split(line: str) -> list[Word]:
    """Return the words of a line; double quotes keep blanks together, a backslash a double quote.

    Raises:
        NotThat: a double quote is not closed.
    """
    words = []
    for found in _WORD.finditer(line):
        if found[1] is not None:
            words.append(Word(re.sub(r"\\(.)", r"\1", found[1]), quoted=True))
        elif '"' in found[2]:
            raise NotThat("a closing double quote")
        else:
            words.append(Word(found[2]))
    return words


Value = str | int | timedelta | datetime
Reader = Callable[[Sequence[Word], int], tuple[Value, int]]


def _at(words: Sequence[Word], place: int, expected: str) -> str:
    if place >= len(words):
        raise NotThat(expected)
    return words[place].text


def _text(words: Sequence[Word], place: int) -> tuple[Value, int]:
    expected = "a word, or a text in double quotes"
    text = _at(words, place, expected)
    if not text:
        raise NotThat(expected)
    return text, place + 1


def _name(words: Sequence[Word], place: int) -> tuple[Value, int]:
    expected = "a name: a letter, then letters, digits, - and _"
    text = _at(words, place, expected)
    if words[place].quoted or not _NAME.match(text):
        raise NotThat(expected)
    return text, place + 1


def _number(words: Sequence[Word], place: int) -> tuple[Value, int]:
    expected = "a whole number"
    if not _NUMBER.match(_at(words, place, expected)):
        raise NotThat(expected)
    return int(words[place].text), place + 1


def _length(words: Sequence[Word], place: int) -> tuple[Value, int]:
    expected = "a length of time, such as '31 days' or '1 hour 30 minutes'"
    total, start = timedelta(0), place
    while place + 1 < len(words) and _NUMBER.match(words[place].text):
        unit = UNITS.get(words[place + 1].text.removesuffix("s"))
        if unit is None:
            break
        try:
            total += int(words[place].text) * unit
        except OverflowError:
            raise NotThat(expected) from None
        place += 2
    if place == start:
        raise NotThat(expected)
    return total, place


def _shift(words: Sequence[Word], place: int) -> tuple[Value, int]:
    expected = "+ or - and a length of time, such as '+2 hours' or '-1 day'"
    first = _at(words, place, expected)
    if first[0] not in "+-":
        raise NotThat(expected)
    try:
        length, end = _length([Word(first[1:]), *words[place + 1 :]], 0)
    except NotThat:
        raise NotThat(expected) from None
    if not isinstance(length, timedelta):
        raise NotThat(expected)
    return (-length if first[0] == "-" else length), place + end


def _instant(words: Sequence[Word], place: int) -> tuple[Value, int]:
    expected = "a date in UTC, such as '2022-06-22' or '2022-06-22 16:14:37'"
    date = _at(words, place, expected)
    if not _DATE.match(date):
        raise NotThat(expected)
    time, end = "00:00:00", place + 1
    if end < len(words) and _CLOCK.match(words[end].text):
        time, end = words[end].text, end + 1
    try:
        return datetime.fromisoformat(f"{date} {time}").replace(tzinfo=UTC), end
    except ValueError:
        raise NotThat(expected) from None


READERS: dict[str, Reader] = {
    "text": _text,
    "name": _name,
    "number": _number,
    "length": _length,
    "shift": _shift,
    "instant": _instant,
}
