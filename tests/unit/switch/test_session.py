"""A terminal session: modes, help, filters, and that no line ends it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from licet.switch.grammar import TABLE
from licet.switch.session import LINE_CHARS_MAX, TOO_LONG, Session
from support.terminal import Lab, type_lines


def fresh() -> Session:
    """Return a session at a new switch."""
    return Session(Lab().switch())


def test_modes_and_prompts() -> None:
    """Automation that waits for NX-OS's prompts would hang."""
    session = fresh()
    assert type_lines(session, "conf t", "callhome", "exit", "callhome", "end") == snapshot("""\
switch# conf t
Enter configuration commands, one per line. End with CNTL/Z.
switch(config)# callhome
switch(config-callhome)# exit
switch(config)# callhome
switch(config-callhome)# end
""")
    session.execute("conf t")
    session.execute("hostname DC-DMZ")
    assert session.prompt == "DC-DMZ(config)# "
    session.execute("callhome")
    session.execute("feature bgp")
    assert session.prompt == "DC-DMZ(config)# "
    session.execute("exit")
    assert (session.prompt, session.closed) == ("DC-DMZ# ", False)
    session.execute("exit")
    assert session.closed


def test_commands_of_exec_work_in_every_mode() -> None:
    """The source document's session, which pings from `(config)#`, could not be typed."""
    session = fresh()
    before = session.execute("show license status")
    for line in ("configure terminal", "callhome"):
        session.execute(line)
        assert session.execute("show license status") == before
    assert session.prompt == "switch(config-callhome)# "


def test_carets_count_the_prompt() -> None:
    """The caret would point beside the word to blame."""
    session = fresh()
    typed = type_lines(
        session,
        "show licnse status",
        "configure terminal",
        "callhome",
        "destination-profile CiscoTAC-1 transport-methd http",
        "destination-profile CiscoTAC-1 index",
        "e",
        "show clock | grap x",
        "ping tools.cisco.com vrf management",
    )
    assert typed == snapshot("""\
switch# show licnse status
             ^
% Invalid command at '^' marker.
switch# configure terminal
Enter configuration commands, one per line. End with CNTL/Z.
switch(config)# callhome
switch(config-callhome)# destination-profile CiscoTAC-1 transport-methd http
                                                        ^
% Invalid command at '^' marker.
switch(config-callhome)# destination-profile CiscoTAC-1 index
                                                              ^
% Incomplete command at '^' marker.
switch(config-callhome)# e
                         ^
% Ambiguous command at '^' marker.
switch(config-callhome)# show clock | grap x
                                      ^
% Invalid command at '^' marker.
switch(config-callhome)# ping tools.cisco.com vrf management
% 'ping' is a command of NX-OS that this switch does not model
""")


def test_help() -> None:
    """A person who asks what may be typed would not be told."""
    session = fresh()
    typed = type_lines(
        session,
        "?",
        "license smart ?",
        "license smart re?",
        "license smart register idtoken ?",
        "license smart register idtoken x ?",
        "show running-config ?",
        "show bogus ?",
        "configure terminal",
        "callhome",
        "destination-profile CiscoTAC-1 index ?",
        "streetaddress ?",
    )
    assert typed == snapshot("""\
switch# ?
  callhome    Call home
  checkpoint  Keep the running configuration under a name
  clear       Clear what was collected
  configure   Enter configuration mode
  copy        Copy a configuration or a file
  delete      Remove a file
  dir         List the files
  end         Go to EXEC mode
  exit        Leave this mode
  license     Licenses
  no          Negate a command or set its default
  reload      Restart the switch
  rollback    Go back to an earlier configuration
  show        Show what the switch knows
  terminal    Settings of this session
  where       Show the mode that this session is in
  write       The startup configuration
switch# license smart ?
  deregister  End the registration
  register    Register with a virtual account
  renew       Renew before it is due
switch# license smart re?
  register  Register with a virtual account
  renew     Renew before it is due
switch# license smart register idtoken ?
  WORD  ID token of the virtual account (Max Size 255)
switch# license smart register idtoken x ?
  <CR>
  force  Although it is registered already
switch# show running-config ?
  <CR>
  all       With what is set by default
  callhome  Of call home
  >         Redirect it to a file
  >>        Redirect it to a file in append mode
  |         Pipe command output to filter
switch# show bogus ?
             ^
% Invalid command at '^' marker.
switch# configure terminal
Enter configuration commands, one per line. End with CNTL/Z.
switch(config)# callhome
switch(config-callhome)# destination-profile CiscoTAC-1 index ?
  <1-65535>  Index of the destination
switch(config-callhome)# streetaddress ?
  LINE  Street address (Max Size 255)
""")


def test_help_behind_a_bar() -> None:
    """A person would not find the filters."""
    typed = type_lines(
        fresh(),
        "show clock | ?",
        "show clock | in?",
        "show clock | include ?",
        "show clock | count ?",
        "show clock | grep ?",
    )
    assert typed == snapshot("""\
switch# show clock | ?
  begin        Begin with the first line that matches
  count        Count the lines
  exclude      Leave out the lines that match
  head         Only the first lines
  include      Only the lines that match
  json         As JSON, where the command has it
  json-pretty  As JSON for people
  last         Only the last lines
  no-more      Do not stop at the end of a page
  section      Lines that match, each with what is indented below it
switch# show clock | in?
  include  Only the lines that match
switch# show clock | include ?
  WORD  The pattern to look for
switch# show clock | count ?
  <CR>
switch# show clock | grep ?
% '| grep' is a command of NX-OS that this switch does not model
""")


def test_filters() -> None:
    """Scripts that read one line of `show license status` would read all of it."""
    session = fresh()
    session.execute("configure terminal")
    session.execute("license smart enable")
    typed = type_lines(
        session,
        "show license status | begin License Authorization | include Status",
        "show lic sta | in Status: | count",
        "show license status | exclude Status | no-more | count",
    )
    assert typed == snapshot("""\
switch(config)# show license status | begin License Authorization | include Status
  Status: No Licenses in Use
  Status: Not started
switch(config)# show lic sta | in Status: | count
3
switch(config)# show license status | exclude Status | no-more | count
10
""")


def test_a_bar_in_a_configuration_is_text() -> None:
    """An address with a bar in it would be cut."""
    session = fresh()
    type_lines(session, "configure terminal", "callhome", "streetaddress Gate 3 | Berlin")
    assert "  streetaddress Gate 3 | Berlin\n" in session.execute("show run callhome")


def test_tab() -> None:
    """The tab key would not complete filters, or complete what is none."""
    session = fresh()
    assert session.complete("show cl") == ("clock",)
    assert session.complete("show clock | i") == ("include",)
    assert session.complete("license smart register idtoken x f") == ("force",)


def test_a_line_without_end_is_refused() -> None:
    """A pasted file would occupy the switch."""
    assert fresh().execute("show " * LINE_CHARS_MAX) == TOO_LONG


@pytest.mark.parametrize(
    "line", ["hostname a\x1b[2Jb", "hostname a\nexit", "streetaddress \x07\x1b]0;x\x07 here"]
)
def test_nothing_that_moves_a_cursor_is_kept(line: str) -> None:
    """A configuration shown to an operator would write over his screen."""
    session = fresh()
    type_lines(session, "configure terminal", "callhome", line)
    assert all(char.isprintable() or char == "\n" for char in session.execute("show running"))


WORDS = sorted({word for row in TABLE for word in row.pattern.split()} | {"no", "|", "?", "!"})
LINES = st.one_of(
    st.binary(max_size=80).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=7).map(" ".join),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_no_line_ends_a_session(lines: list[str]) -> None:
    """A line of any bytes would end the session, or the switch."""
    session = fresh()
    for line in lines:
        printed = session.execute(line)
        assert printed == "" or printed.endswith("\n")
        session.complete(line)
        session.execute(f"{line}?")
