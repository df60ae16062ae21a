"""One row of the lab's command table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from licet.lab.grammar import Expectation, Given, Part, compile_pattern, fit
from licet.lab.problems import LabError
from licet.lab.words import Word

Subject_contra = TypeVar("Subject_contra", contravariant=True)


@dataclass(frozen=True)
class Row(Generic[Subject_contra]):
    """A line that a person may write.

    Attributes:
        pattern: what it looks like (see `lab.grammar`).
        help: what it does.
        handler: does it, and returns what it prints; None where it is no command with an output.
        shown: whether the transcript shows the line itself.
    """

    pattern: str
    help: str
    handler: Callable[[Subject_contra, Given], str | None]
    shown: bool = True

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pattern, taken apart."""
        return compile_pattern(self.pattern)


def find(
    rows: Sequence[Row[Subject_contra]],
    words: Sequence[Word],
    *,
    names: Sequence[str] = (),
    skipped: int = 0,
) -> tuple[Row[Subject_contra], Given]:
    """Return the row that a line fits, and what the line says.

    Args:
        rows: the table, first row first.
        words: the line.
        names: what else the line could begin with.
        skipped: how many words of the line stand before `words`.

    Raises:
        LabError: it fits none; it tells what was expected at the furthest place that any row reached.
    """
    expectation = Expectation()
    for row in rows:
        values = fit(row.parts, words, expectation)
        if values is not None:
            return row, Given(values)
    place = expectation.place
    expected = [*expectation.expected, *(names if place == 0 else ())]
    found = f"'{words[place].text}'" if place < len(words) else "the line ends there"
    raise LabError(
        f"word {place + skipped + 1}: expected {either(expected)}; "
        + (f"got {found}" if place < len(words) else found)
    )


def either(options: Sequence[str]) -> str:
    """Return options as a person lists them: `a, b or c`."""
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last
