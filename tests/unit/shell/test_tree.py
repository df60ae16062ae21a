"""The whole tree of commands: each can be asked for help, prints JSON, and does what its row names."""

import argparse
from dataclasses import replace
from importlib import import_module

import pytest

from licet.manager.cli import parser
from licet.shell.options import DATA
from licet.shell.reference import commands_of
from support.clerk import Clerk, busy_clerk
from support.office import Office
from support.sites import SiteOffice

COMMANDS = dict(commands_of(parser()))
NEVER_EMPTY = ("account list", "virtual-account list", "catalog list", "event list")
LISTS = sorted(words for words in COMMANDS if words.endswith(" list"))


@pytest.fixture(scope="module")
def clerk() -> Clerk:
    """A clerk with something of everything; the tests only look."""
    busy = busy_clerk()
    site = SiteOffice(Office())
    site.bind("Plant")
    lab = busy.books.lab
    on_prem = replace(site.known(), account=lab.account, virtual_account=lab.id)
    busy.books.do(lambda work: work.put_on_prem(on_prem))
    return busy


def options(command: argparse.ArgumentParser) -> set[str]:
    """Return the options of a command."""
    return {text for action in command._actions for text in action.option_strings}


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_has_what_every_command_has(words: str) -> None:
    """Somebody would have to remember which commands print JSON, and which know the directory."""
    command = COMMANDS[words]
    assert {"--data", "--json", "--help"} <= options(command)
    assert (command.description or "").endswith("."), "its help says what it does"
    for action in command._actions:
        assert action.help, f"{action.dest} is not explained"
    assert callable(command.get_default("run"))


@pytest.mark.parametrize("words", COMMANDS)
def test_help_is_no_refusal(words: str) -> None:
    """A person who asks would be told off."""
    ran = Clerk().type(f"{words} --help")
    assert ran.status == 0
    assert ran.out.startswith(f"usage: licet manager {words}")


def lazy() -> list[tuple[str, str]]:
    """Return the commands that load what they do, and where that is."""
    found = ((words, one.get_default("run").__qualname__) for words, one in COMMANDS.items())
    return [(words, where) for words, where in found if "." in where]


@pytest.mark.parametrize(("words", "where"), lazy())
def test_a_command_leads_somewhere(words: str, where: str) -> None:
    """A command would end in a traceback."""
    module, _, name = where.rpartition(".")
    assert callable(getattr(import_module(module), name)), words


@pytest.mark.parametrize("words", LISTS)
def test_a_table_and_json_show_the_same_fields(words: str, clerk: Clerk) -> None:
    """What a person sees could not be had by a program, or the reverse."""
    rows = clerk.ask(words)
    assert rows, "nothing to compare"
    titles = clerk.do(words).splitlines()[0]
    fields = {tuple(row) for row in rows}
    assert len(fields) == 1, "a field is always there"
    [names] = fields
    there = [name.replace("_", " ").upper() for name in names]
    assert titles.split() == " ".join(there).split()


@pytest.mark.parametrize("words", LISTS)
def test_a_list_can_be_cut(words: str, clerk: Clerk) -> None:
    """A list of a million rows could only be had whole."""
    every = clerk.ask(words)
    assert clerk.ask(f"{words} --limit 1") == every[:1]
    for most in ("9999", "9" * 30):
        assert clerk.ask(f"{words} --limit {most}") == every
    for none in ("0", "-1", "many"):
        assert clerk.type(f"{words} --limit {none}").status == 2


@pytest.mark.parametrize("words", [words for words in LISTS if words not in NEVER_EMPTY])
def test_an_empty_list_says_so(words: str) -> None:
    """A person would think that it did not work; a program would read no array."""
    clerk = Clerk()
    where = " --virtual-account lab" if "--virtual-account" in options(COMMANDS[words]) else ""
    assert clerk.ask(words + where) == []
    assert clerk.type(f"{words}{where} --json").out == "[]\n"
    assert len(clerk.do(words + where).splitlines()) == 1


@pytest.mark.parametrize(
    "line", ["", "nothing", "token", "token nothing", "token list extra", "token list --jso"]
)
def test_wrong_usage_is_two(line: str) -> None:
    """A script could not tell a slip of the hand from a refusal."""
    ran = Clerk().type(line)
    assert ran.status == 2
    assert "usage: licet manager" in ran.err
    assert ran.out == ""


def test_what_is_not_utf_8_is_wrong_usage() -> None:
    """A name that no database can hold would end in a traceback."""
    ran = Clerk().type("account open 'Caf\udce9' --domain example.net")
    assert ran.status == 2
    assert "is not text in UTF-8" in ran.err


def test_there_is_one_place_where_data_is_looked_for() -> None:
    """The service and the command line would work on two directories."""
    given = parser().parse_args(["token", "list"])
    assert given.data == DATA
