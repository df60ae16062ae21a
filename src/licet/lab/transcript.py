"""What a person at the lab would see: typed lines, answers, narration, and the consoles of switches."""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

WIDTH = 96
# Within one command a console line is shown so often; then it is counted.
REPEATS_SHOWN = 2
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class _Repeated:
    """A console line that came again and again: its mnemonic, how often, and when last."""

    mnemonic: str
    count: int = 0
    last: str = ""


class Transcript:
    """Prints what happens, line by line.

    Args:
        write: takes one line, without its end.
        repeats_shown: how often one console line is shown within one command; 0 shows all.

    Attributes:
        echoes: whether typed lines are shown; at a prompt the terminal has shown them already.
    """

    def __init__(self, write: Callable[[str], None], *, repeats_shown: int = REPEATS_SHOWN) -> None:
        self._print = write
        self._blank = True
        self.repeats_shown = repeats_shown
        self.echoes = True
        self._repeated: dict[tuple[str, str], _Repeated] = {}

    def _write(self, line: str) -> None:
        self._blank = not line
        self._print(line)

    def typed(self, prompt: str, line: str) -> None:
        """Show a line that somebody types after a prompt."""
        if self.echoes:
            self._write(f"{prompt}{line}")

    def say(self, text: str) -> None:
        """Show narration."""
        if not self._blank:
            self._write("")
        for line in textwrap.wrap(text, WIDTH - 3) or [""]:
            self._write(f"-- {line}")
        self._write("")

    def printed(self, text: str) -> None:
        """Show what a command printed."""
        for line in text.split("\n") if text else ():
            self._write(line)

    def console(self, device: str, line: str) -> None:
        """Show a line of a switch's log, as its console would; `flush` tells of the repeated ones."""
        stamp, _, text = line.partition(" %")
        key = (device, _DIGITS.sub("#", text))
        repeated = self._repeated.setdefault(key, _Repeated(text.partition(":")[0]))
        repeated.count += 1
        repeated.last = stamp.rpartition(" ")[0]
        if not self.repeats_shown or repeated.count <= self.repeats_shown:
            self._write(line)

    def flush(self) -> None:
        """Tell of the console lines that were counted and not shown, at the end of a command."""
        for (device, _), repeated in self._repeated.items():
            more = repeated.count - self.repeats_shown
            if self.repeats_shown and more > 0:
                times = "once more" if more == 1 else f"{more} times more"
                what = f"%{repeated.mnemonic} {times}; last: {repeated.last}"
                self._write(f"   ({device} logged {what})")
        self._repeated = {}
