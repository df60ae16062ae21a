"""What a row of the command table is.

A pattern is words and `<parameter>`s; `{name}` is any phrase of `CHOICES[name]`; what stands in
`[...]` may be left out, and may have more `[...]` in it. `no` is the pattern of the negative form,
without the word. `<interface>` is one word (`vlan27`), or a kind and its number (`vlan 27`).

Marks say where a row comes from, as in device.md 0: S the source document, V verbatim text, D
documented, B named but no source found, M recalled, ours where NX-OS has no such command.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Where a session is; the value is what stands in the prompt before `#`."""

    EXEC = ""
    CONFIG = "(config)"
    CALLHOME = "(config-callhome)"
    VRF = "(config-vrf)"
    INTERFACE = "(config-if)"
    TRUSTPOINT = "(config-trustpoint)"


# Commands of EXEC are taken in every mode (source document: ping at `DC-DMZ(config)#`), and global
# configuration commands in a submode, which they leave.
REACHES: Mapping[Mode, tuple[Mode, ...]] = {
    Mode.EXEC: (Mode.EXEC,),
    Mode.CONFIG: (Mode.CONFIG, Mode.EXEC),
    Mode.CALLHOME: (Mode.CALLHOME, Mode.CONFIG, Mode.EXEC),
    Mode.VRF: (Mode.VRF, Mode.CONFIG, Mode.EXEC),
    Mode.INTERFACE: (Mode.INTERFACE, Mode.CONFIG, Mode.EXEC),
    Mode.TRUSTPOINT: (Mode.TRUSTPOINT, Mode.CONFIG, Mode.EXEC),
}


class Kind(StrEnum):
    """What a parameter takes; the value is how `?` names it."""

    WORD = "WORD"
    LINE = "LINE"
    NUMBER = "NUMBER"
    NAME = "NAME"
    HOST = "HOST"
    PHONE = "PHONE"
    URL = "URL"
    ADDRESS = "A.B.C.D|A:B::C:D"
    IPV4 = "A.B.C.D"
    PREFIX = "A.B.C.D/LEN"
    PREFIX6 = "A:B::C:D/LEN"
    INTERFACE = "INTERFACE"
    PORT = "SLOT/PORT"
    TIME = "HH:MM"
    ZONE = "ZONE"
    FILE = "bootflash:NAME"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command.

    Attributes:
        most: characters of a text, or the largest number.
    """

    kind: Kind
    help: str
    most: int = 255
    least: int = 1


@dataclass(frozen=True, slots=True)
class InterfaceKind:
    """A kind of interface.

    Attributes:
        shown: how NX-OS spells it before its number.
        number: the parameter that its number is.
    """

    shown: str
    help: str
    number: str


@dataclass(frozen=True, slots=True)
class Row:
    """One command; see the module.

    Attributes:
        handler: the name of what it does, in `commands` or in `changes`.
        enters: the submode that the positive form leads to.
        does: a sentence for the reference, where the help of its words does not say enough.
    """

    mode: Mode
    pattern: str
    handler: str
    mark: str
    no: str | None = None
    enters: Mode | None = None
    does: str = ""
