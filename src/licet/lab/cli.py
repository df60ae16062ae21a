"""The command line `licet lab`: an interactive prompt, or a script that is played."""

import argparse
import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from licet.lab.lab import Lab
from licet.lab.player import ScriptStopped, do, play
from licet.lab.problems import LabError
from licet.lab.transcript import Transcript

WELCOME = """\
A lab: authorities and switches in this process, under a clock that you move. Nothing leaves it.
'help' lists what you can type. To begin: 'authority cloud', 'switch switch1 pid P sn S'."""


def main(argv: Sequence[str]) -> int:
    """Run `licet lab` with its arguments and return the exit status.

    Returns:
        0; or 1 where a script stopped at a line that failed; or 2 where it could not be read.
    """
    parser = argparse.ArgumentParser(
        prog="licet lab", description="Authorities and switches under one virtual clock."
    )
    parser.add_argument("--seed", default="licet", help="determines every key, id and jitter")
    actions = parser.add_subparsers(dest="action", metavar="run FILE")
    run = actions.add_parser("run", help="play a script and print what a terminal would show")
    run.add_argument("file", type=Path, help="the script")
    run.add_argument("--seed", default=argparse.SUPPRESS, help="as above")
    given = parser.parse_args(argv)
    if given.action == "run":
        return run_script(given.file, seed=given.seed)
    return interact(seed=given.seed)


def run_script(file: Path, *, seed: str = "licet") -> int:
    """Play a script and return the exit status; see `main`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        print(f"licet lab: {file} cannot be read: {error}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        play(Lab(Transcript(_write), seed=seed), lines, name=str(file))
    except ScriptStopped as stopped:
        sys.stdout.flush()
        print(f"licet lab: {stopped}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def interact(*, seed: str = "licet", ask: Callable[[str], str] = input) -> int:
    """Do what is typed until `quit` or the end of the input; a wrong line only says why."""
    lab = Lab(Transcript(_write), seed=seed)
    lab.transcript.echoes = False
    _write(WELCOME)
    while not lab.ended:
        try:
            line = ask(lab.prompt)
        except EOFError:
            _write("")
            if lab.connected is None:
                break
            lab.connected = None
            continue
        except KeyboardInterrupt:
            _write("^C")
            continue
        with contextlib.suppress(KeyboardInterrupt):
            try:
                do(lab, line)
            except LabError as error:
                _write(f"% {error}")
    return 0


def _write(line: str) -> None:
    print(line)  # noqa: T201 - the lab's output is what it is for
