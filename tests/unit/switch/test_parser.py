"""Reading a line: abbreviations, carets, the question mark."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.switch.changes import CHANGES
from licet.switch.commands import HANDLERS
from licet.switch.grammar import PARAMETERS, TABLE, Kind, Mode
from licet.switch.help import completions
from licet.switch.parser import Command, Fault, Offers, Unmodeled, Unread, offers, parse
from licet.switch.tree import Node, tree

SAMPLE = {
    Kind.WORD: "word",
    Kind.LINE: "a line of words",
    Kind.NUMBER: "7",
    Kind.NAME: "name",
    Kind.PHONE: "+491",
    Kind.URL: "https://licenses.example.com/x",
    Kind.HOST: "proxy.example.com",
    Kind.ADDRESS: "2001:db8::7",
    Kind.IPV4: "192.0.2.7",
    Kind.PREFIX: "192.0.2.7/24",
    Kind.PREFIX6: "2001:db8::7/64",
    Kind.INTERFACE: "Ethernet1/7",
    Kind.PORT: "1/7",
    Kind.TIME: "09:30",
    Kind.ZONE: "CET",
    Kind.FILE: "bootflash:file",
}


def given_for(name: str) -> str:
    """Return a value that a parameter takes."""
    parameter = PARAMETERS[name]
    if parameter.kind is Kind.NUMBER:
        return str(max(parameter.least, min(7, parameter.most)))
    return SAMPLE[parameter.kind]


def places(mode: Mode) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield every node of a mode's tree with a line that leads to it."""
    waiting: list[tuple[tuple[str, ...], Node]] = [((), tree(mode))]
    while waiting:
        line, node = waiting.pop()
        yield line, node
        waiting += [((*line, word), then) for word, then in node.words.items()]
        if node.parameter is not None:
            name, then = node.parameter
            waiting.append(((*line, given_for(name)), then))


PLACES = [(mode, line, node) for mode in Mode for line, node in places(mode)]
COMMANDS = [(mode, line, node.leaf) for mode, line, node in PLACES if node.leaf is not None]


def test_the_table_and_the_handlers_fit() -> None:
    """A command could be typed that nothing does, or be done by nothing that can be typed."""
    assert {row.handler for row in TABLE} == HANDLERS.keys() | CHANGES.keys()
    assert not HANDLERS.keys() & CHANGES.keys()
    assert {row.mark for row in TABLE} <= {"S", "V", "D", "B", "M", "ours"}


def test_every_row_can_be_typed() -> None:
    """A command of the table would be hidden by another one."""
    assert {leaf.row for _, _, leaf in COMMANDS} == set(TABLE)
    for mode, line, leaf in COMMANDS:
        read = parse(" ".join(line), mode)
        assert isinstance(read, Command)
        assert (read.row, read.negative, read.words) == (leaf.row, leaf.negative, leaf.words)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_unique_abbreviation_means_the_command(data: st.DataObject) -> None:
    """A habit like `sh lic st` would do something else than its full command, or nothing."""
    mode, line, leaf = data.draw(st.sampled_from(COMMANDS))
    node = tree(mode)
    short = []
    for word in line:
        if word not in node.words:
            assert node.parameter is not None
            short.append(word)
            node = node.parameter[1]
            continue
        begins = [
            word[:length]
            for length in range(1, len(word) + 1)
            if sum(other.startswith(word[:length]) for other in node.words) == 1
        ]
        short.append(data.draw(st.sampled_from([*begins, word])))
        node = node.words[word]
    read = parse("  ".join(short), mode)
    assert isinstance(read, Command)
    assert (read.row, read.negative, read.words) == (leaf.row, leaf.negative, leaf.words)


@pytest.mark.parametrize(("mode", "line", "node"), PLACES)
def test_the_question_mark_lists_what_is_read(
    mode: Mode, line: tuple[str, ...], node: Node
) -> None:
    """`?` would offer a word that is then refused, or keep one back that is taken."""
    before = "".join(f"{word} " for word in line)
    found = offers(before, mode)
    if line and node.parameter is None and not node.words and line[-1] == SAMPLE[Kind.LINE]:
        assert isinstance(found, Offers)
        assert (found.words, found.parameter) == ((), None)
        return
    assert isinstance(found, Offers)
    listed = [word for word, said in found.words if said]
    assert listed == sorted(node.words)
    for word in listed:
        read = parse(before + word, mode)
        assert (
            not isinstance(read, Unread)
            or read.fault is Fault.INCOMPLETE
            or (read.column > len(before))
        )
    assert (found.parameter is None) == (node.parameter is None)
    if node.parameter is not None:
        assert found.parameter is PARAMETERS[node.parameter[0]]
    ends = isinstance(parse(before, mode), Command)
    assert (found.leaf is not None) == ends == (node.leaf is not None)
    unknown = parse(f"{before}qqq", mode)
    if node.parameter is None:
        assert unknown == Unread(Fault.INVALID, len(before))


@pytest.mark.parametrize(
    ("mode", "line", "fault", "column"),
    [
        (Mode.EXEC, "shw license status", Fault.INVALID, 0),
        (Mode.EXEC, "show license stat us", Fault.INVALID, 18),
        (Mode.EXEC, "show  licenze  status", Fault.INVALID, 6),
        (Mode.EXEC, "  show", Fault.INCOMPLETE, 7),
        (Mode.EXEC, "license smart ", Fault.INCOMPLETE, 14),
        (Mode.EXEC, "license smart re", Fault.AMBIGUOUS, 14),
        (Mode.EXEC, "e", Fault.AMBIGUOUS, 0),
        (Mode.EXEC, "no feature bgp", Fault.INVALID, 3),
        (Mode.EXEC, "callhome", Fault.INCOMPLETE, 9),
        (Mode.EXEC, "license smart enable", Fault.INVALID, 14),
        (Mode.CONFIG, "no", Fault.INCOMPLETE, 3),
        (Mode.CONFIG, "no configure terminal", Fault.INVALID, 3),
        (Mode.CONFIG, "feature bpg", Fault.INVALID, 8),
        (Mode.CONFIG, "feature n", Fault.AMBIGUOUS, 8),
        (Mode.CONFIG, "hostname a_b c", Fault.INVALID, 13),
        (Mode.CONFIG, "hostname -a", Fault.INVALID, 9),
        (Mode.CALLHOME, "phone-contact 919", Fault.INVALID, 14),
        (Mode.CALLHOME, "destination-profile CiscoTAC-1 http ftp://x", Fault.INVALID, 36),
        (Mode.CALLHOME, "destination-profile CiscoTAC-1 index 0 http", Fault.INVALID, 37),
        (Mode.CALLHOME, "destination-profile CiscoTAC-1 index 65536", Fault.INVALID, 37),
        (Mode.CALLHOME, "destination-profile CiscoTAC-1 index 1", Fault.INCOMPLETE, 39),
        (Mode.CALLHOME, "en", Fault.AMBIGUOUS, 0),
    ],
)
def test_the_caret_stands_under_the_word_to_blame(
    mode: Mode, line: str, fault: Fault, column: int
) -> None:
    """A person would look for the mistake in the wrong word."""
    assert parse(line, mode) == Unread(fault, column)


@pytest.mark.parametrize(
    ("mode", "line", "words"),
    [
        (Mode.EXEC, "ping tools.cisco.com vrf management", "ping"),
        (Mode.CONFIG, "ping tools.cisco.com vrf management", "ping"),
        (Mode.EXEC, "sh mod", "show module"),
        (Mode.EXEC, "show ip route", "show ip"),
        (Mode.EXEC, "copy tftp: running-config", "copy tftp:"),
        (Mode.EXEC, "callhome send diagnostic", "callhome send"),
        (Mode.EXEC, "license smart conversion start", "license smart conversion"),
        (Mode.EXEC, "traceroute 192.0.2.1", "traceroute"),
        (Mode.CONFIG, "router bgp 65000", "router"),
        (Mode.CONFIG, "no ip route 0.0.0.0/0 192.0.2.1", "ip route"),
        (Mode.CONFIG, "license smart reservation", "license smart reservation"),
        (Mode.CALLHOME, "alert-group All user-def-cmd x", "alert-group"),
        (Mode.CALLHOME, "commit", "commit"),
    ],
)
def test_a_command_that_is_not_modeled_is_known(mode: Mode, line: str, words: str) -> None:
    """A person would look for a mistake in a command that is right."""
    assert parse(line, mode) == Unmodeled(words)
    if line != words:
        assert offers(line, mode) == Unmodeled(words)


@pytest.mark.parametrize("line", ["", "   ", "! a comment", "  !", "\t\r\n"])
def test_nothing_and_comments_are_nothing(line: str) -> None:
    """A pasted configuration would stop at its comments."""
    assert parse(line, Mode.EXEC) is None


def test_capitals_are_taken() -> None:
    """The source document's `Switch#` recipes, typed with capitals, would be refused."""
    read = parse("Destination-Profile ciscotac-1 Transport-Method HTTP", Mode.CALLHOME)
    assert isinstance(read, Command)
    assert read.values == {"profile": "CiscoTAC-1", "method": "http"}


def test_the_tab_key_completes() -> None:
    """A half typed word would become another one."""
    assert completions("sh", Mode.EXEC) == ("show",)
    assert completions("license smart re", Mode.EXEC) == ("register", "renew")
    assert completions("license smart ", Mode.EXEC) == ("deregister", "register", "renew")
    assert completions("feature nv ", Mode.CONFIG) == ("overlay",)
    assert completions("bogus ", Mode.EXEC) == ()
    assert completions("hostname x", Mode.CONFIG) == ()
