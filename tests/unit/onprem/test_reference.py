"""The reference of `licet onprem` says what its parser reads, and every command leads somewhere."""

from importlib import import_module
from pathlib import Path

import pytest

from licet.onprem.cli import main, parser
from licet.onprem.reference import page
from licet.shell.reference import commands_of

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "onprem-cli.md"
COMMANDS = dict(commands_of(parser()))


def test_the_page_is_up_to_date() -> None:
    """People would type what is not there; `python -m licet.onprem.reference` makes it anew."""
    assert PAGE.read_text() == page()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_has_what_every_command_has(words: str) -> None:
    """Somebody would have to remember which commands print JSON, and which know the directory."""
    command = COMMANDS[words]
    options = {text for action in command._actions for text in action.option_strings}
    assert {"--data", "--json", "--help"} <= options
    assert (command.description or "").endswith("."), "its help says what it does"
    for action in command._actions:
        assert action.help, f"{action.dest} is not explained"


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_leads_somewhere(words: str) -> None:
    """A command would end in a traceback."""
    run = COMMANDS[words].get_default("run")
    module, _, name = run.__qualname__.rpartition(".")
    if module.startswith("licet."):
        assert callable(getattr(import_module(module), name)), words


@pytest.mark.parametrize("words", COMMANDS)
def test_help_is_no_refusal(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A person who asks would be told off."""
    with pytest.raises(SystemExit) as left:
        main([*words.split(), "--help"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: licet onprem {words}")


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("order add X 5 --order 1", "licet manager order add"),
        ("account open Example --domain example.com", "licet manager account open"),
        ("catalog import --sample", "licet manager catalog import"),
    ],
)
def test_what_is_done_at_the_manager_says_so(
    line: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person who is used to the manager would look for a command that is not here, and give up."""
    assert main(line.split()) == 1
    assert where in capsys.readouterr().err
