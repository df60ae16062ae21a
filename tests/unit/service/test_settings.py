"""Settings of the command line and of the file, and what a person reads when one is wrong."""

from pathlib import Path

import pytest

from licet.service.logs import LogForm
from licet.service.problems import ServiceError
from licet.service.settings import Limits, Settings, parse_address, read_settings

PACKAGING = Path(__file__).parents[3] / "packaging"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0.0.0.0:443", ("0.0.0.0", 443)),  # noqa: S104 - a text, nothing listens
        ("[::]:443", ("::", 443)),
        ("[2001:db8::1]:0", ("2001:db8::1", 0)),
        ("localhost:8443", ("localhost", 8443)),
    ],
)
def test_an_address_is_read(text: str, address: tuple[str, int]) -> None:
    """The server would listen elsewhere."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "443", ":443", "host", "host:", "host:x", "host:65536", "::1:443", "[::1]", "[h:1"]
)
def test_another_address_is_refused_with_an_example(text: str) -> None:
    """A person would guess what the right form is."""
    with pytest.raises(ServiceError, match=r"give HOST:PORT, such as 0\.0\.0\.0:443"):
        parse_address(text)


def test_what_is_typed_counts_more_than_the_file(tmp_path: Path) -> None:
    """An administrator could not try another port without editing the file."""
    config = tmp_path / "manager.toml"
    config.write_text('listen = ["[::]:443"]\nname = ["a.example"]\nlog = "json"\n')
    typed = {"listen": ["127.0.0.1:0"], "name": [], "log": None}
    settings = read_settings(config, typed)
    assert settings.listen == ("127.0.0.1:0",)
    assert settings.name == ("a.example",)
    assert settings.log is LogForm.JSON


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lisen = []", "unknown field `lisen`"),
        ("listen = 443", "Expected `array`, got `int` - at `$.listen`"),
        ("[limits]\nconnections_max = 0", "`$.limits.connections_max`"),
        ("log = 'xml'", "Invalid enum value 'xml'"),
        ("listen = [", "it is not TOML"),
    ],
)
def test_a_wrong_file_says_where(text: str, said: str, tmp_path: Path) -> None:
    """A slip in the file would be passed over, or end in a traceback."""
    config = tmp_path / "manager.toml"
    config.write_text(text)
    with pytest.raises(ServiceError) as refused:
        read_settings(config, {})
    assert str(config) in str(refused.value)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The server would start with settings that nobody chose."""
    with pytest.raises(ServiceError, match="No such file"):
        read_settings(tmp_path / "none.toml", {})


@pytest.mark.parametrize(("kind", "others"), [("manager", "site"), ("onprem", "authority")])
def test_the_example_is_good_and_has_every_setting(kind: str, others: str) -> None:
    """The first thing that a person copies would not work, or hide a setting."""
    example = (PACKAGING / f"{kind}.toml").read_text()
    settings = read_settings(PACKAGING / f"{kind}.toml", {})
    for name in {*Settings.__struct_fields__, *Limits.__struct_fields__} - {others}:
        assert f"{name} " in example.replace("=", " ").replace("]", " "), name
    assert settings.limits == Limits(), "what the example shows is what counts without it"
