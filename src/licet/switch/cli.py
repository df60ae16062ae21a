"""The command line `licet switch`: a terminal at a switch, lines for it, and its daemon."""

import argparse
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from licet.switch.life.problems import LifeError

if TYPE_CHECKING:
    from licet.switch.life.reaching import Wish

PROGRAM = "licet switch"
DONE, REFUSED = 0, 1
_EPILOG = """\
other commands:
  licet switch exec --data DIR 'COMMAND' ...   do commands, print what they print, and return
  licet switch run --data DIR                  be the switch until told to stop: keep its timers

Lines on standard input are done without prompts. The exit status is 1 where one was refused.
"""


def main(arguments: Sequence[str]) -> int:
    """Run `licet switch` and return its exit status: 0 done, 1 refused; argparse leaves with 2."""
    word = arguments[0] if arguments else ""
    try:
        match word:
            case "exec":
                return _execute(arguments[1:])
            case "run":
                return _run(arguments[1:])
            case _:
                return _sit(arguments)
    except LifeError as error:
        sys.stderr.write(f"{PROGRAM}: {error}\n")
        return REFUSED


def _parser(name: str, text: str, **more: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} {name}".strip(),
        description=text,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        **more,  # type: ignore[arg-type]
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, required=True, help="the directory that is the switch"
    )
    parser.add_argument("--pid", metavar="PID", help="product id of a new switch")
    parser.add_argument("--sn", metavar="SN", help="serial number; makes a new switch in DIR")
    parser.add_argument(
        "--host",
        metavar="NAME=ADDRESS",
        action="append",
        default=[],
        type=_host,
        help="where a name leads while this process is the switch; goes before ip host",
    )
    return parser


def _host(text: str) -> tuple[str, str]:
    import ipaddress  # noqa: PLC0415 - few map a host

    name, found, address = text.partition("=")
    try:
        address = str(ipaddress.ip_address(address.strip("[]")))
    except ValueError:
        found = ""
    if not (found and name):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=ADDRESS")
    return name, address


def _sit(arguments: Sequence[str]) -> int:
    given = _parser("", "A terminal at a switch.", epilog=_EPILOG).parse_args(arguments)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from licet.switch.life.terminal import sit  # noqa: PLC0415 - scripts need no terminal

        return sit(_wish(given))
    return _play(given, _typed(sys.stdin))


def _execute(arguments: Sequence[str]) -> int:
    parser = _parser("exec", "Do commands at a switch, print what they print, and return.")
    parser.add_argument("command", metavar="COMMAND", nargs="+", help="a line, as it is typed")
    given = parser.parse_args(arguments)
    return _play(given, itertools.chain.from_iterable(map(str.splitlines, given.command)))


def _run(arguments: Sequence[str]) -> int:
    given = _parser("run", "Be a switch until told to stop.").parse_args(arguments)
    from licet.switch.life.daemon import run  # noqa: PLC0415 - nobody else needs it

    systemd = os.environ.get("NOTIFY_SOCKET")  # noqa: TID251 - there systemd says where it listens
    return run(_wish(given), systemd=systemd)


def _play(given: argparse.Namespace, lines: Iterator[str]) -> int:
    from licet.switch.life.lines import play  # noqa: PLC0415 - a terminal does not need it
    from licet.switch.life.reaching import Reach  # noqa: PLC0415 - the same

    with Reach(_wish(given)) as reach:
        return play(reach, lines, sys.stdout)


def _typed(source: TextIO) -> Iterator[str]:
    """Yield lines as they come, whatever bytes are in them."""
    while line := source.buffer.readline():
        yield line.decode(errors="replace").rstrip("\r\n")


def _wish(given: argparse.Namespace) -> "Wish":
    from licet.switch.life.reaching import Wish  # noqa: PLC0415 - `--help` does not need it

    return Wish(given.data, given.pid, given.sn, dict(given.host))
