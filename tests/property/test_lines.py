"""Whatever is typed at a switch: nothing raises, and a configuration is its own text."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from licet.switch.configuration import Configuration
from licet.switch.grammar import PARAMETERS, TABLE, Kind, Mode
from licet.switch.retyping import Retyped, retype
from licet.switch.session import Session
from licet.switch.tree import Node, tree
from support.terminal import Lab

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
ANYTHING = st.one_of(
    WORDS,
    st.binary(max_size=60).map(lambda data: data.decode("latin-1")),
    st.sampled_from([row.pattern for row in TABLE]),
    st.sampled_from(
        ["configure", "callhome", "exit", "end", "y", "END OF INPUT", "show | include ["]
    ),
)
# Values that each kind of parameter takes, several of each, so that commands meet.
VALUES = {
    Kind.WORD: st.sampled_from(["word", "a@b.example", "X-1"]),
    Kind.LINE: st.sampled_from(["#hello there#", "a line of words"]),
    Kind.NAME: st.sampled_from(["one", "two", "management"]),
    Kind.HOST: st.sampled_from(["proxy.example.com", "192.0.2.1"]),
    Kind.PHONE: st.sampled_from(["+491", "+1 555 0100"]),
    Kind.URL: st.sampled_from(["https://a.example/x", "https://b.example:8443/y"]),
    Kind.ADDRESS: st.sampled_from(["192.0.2.7", "2001:db8::7"]),
    Kind.IPV4: st.sampled_from(["192.0.2.7", "198.51.100.1"]),
    Kind.PREFIX: st.sampled_from(["192.0.2.7/24", "198.51.100.1/30"]),
    Kind.PREFIX6: st.sampled_from(["2001:db8::7/64"]),
    Kind.TIME: st.sampled_from(["09:30", "2359"]),
    Kind.ZONE: st.sampled_from(["CET", "est"]),
    Kind.FILE: st.sampled_from(["bootflash:a", "bootflash:///b.txt"]),
    Kind.INTERFACE: st.sampled_from(["mgmt0", "Vlan27", "Ethernet1/7", "po10"]),
    Kind.PORT: st.sampled_from(["1/7", "1/48"]),
}


def told(session: Session) -> tuple[Configuration, str]:
    """Return the running configuration as a value, and as text without what says when it was printed."""
    session.cancel()
    configuration = replace(session._terminal.configuration, changed_at=None)
    return configuration, session.execute("show running-config | exclude ^!")


def retyped(text: str) -> tuple[Configuration, str]:
    """Return the running configuration of a new switch into which a text was typed."""
    session = Session(Lab().switch())
    session.execute("configure terminal")
    for line in text.splitlines():
        session.execute(line)
    return told(session)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANYTHING, max_size=12))
def test_no_line_raises_or_leaves_half_of_anything(lines: list[str]) -> None:
    """One odd character would end every session, or leave what no command made."""
    session = Session(Lab().switch())
    for line in lines:
        printed = session.execute(line)
        assert isinstance(printed, str)
        session.complete(line)
        session.execute(f"{line}?")
    running = told(session)
    assert retyped(running[1]) == running


@st.composite
def commands(draw: st.DrawFn) -> str:
    """Return a configuration command with good values, as the tree of a mode reads it."""
    mode = draw(st.sampled_from([mode for mode in Mode if mode is not Mode.EXEC]))
    return " ".join(draw(walk(tree(mode))))


@st.composite
def walk(draw: st.DrawFn, node: Node) -> list[str]:
    """Return a way from a node to a command's end."""
    line: list[str] = []
    while True:
        ways: list[str | None] = list(node.words)
        if node.parameter is not None:
            ways.append(None)
        if not ways or (node.leaf is not None and draw(st.booleans())):
            return line
        word = draw(st.sampled_from(ways))
        if word is not None:
            line.append(word)
            node = node.words[word]
            continue
        assert node.parameter is not None
        name, node = node.parameter
        parameter = PARAMETERS[name]
        if parameter.kind is Kind.NUMBER:
            line.append(str(draw(st.integers(parameter.least, min(parameter.most, 99)))))
        else:
            line.append(draw(VALUES[parameter.kind]))


@settings(max_examples=150, deadline=None)
@given(st.lists(commands(), max_size=30))
def test_a_configuration_typed_anew_is_the_same(lines: list[str]) -> None:
    """A backup of a configuration would make another switch."""
    session = Session(Lab().switch())
    session.execute("configure terminal")
    for line in lines:
        session.execute(line)
    running = told(session)
    assert retyped(running[1]) == running
    everything = session.execute("show running-config all")
    assert retyped(everything)[0] == running[0]
    # What boots a switch, and rolls it back, reads a text as a session does.
    assert retype(everything) == Retyped(running[0], ())
