"""Passwords in configurations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.switch.obscure import obscure, reveal, veil
from licet.switch.session import Session
from support.terminal import Lab, type_lines

PASSWORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)


@given(PASSWORDS)
def test_what_is_obscured_is_revealed(password: str) -> None:
    """A proxy would refuse the password of a configuration that was pasted."""
    assert reveal(obscure(password)) == password
    assert len(password) < 3 or password not in obscure(password)


@pytest.mark.parametrize("text", ["", "7", "07", "07G0", "-1AA", "99", "xxAA", "07FF"])
def test_what_hides_no_password_is_refused(text: str) -> None:
    """A typing error would become a password."""
    with pytest.raises(ValueError, match="hides no password"):
        reveal(text)


@pytest.mark.parametrize(
    ("line", "veiled"),
    [
        ("license smart register idtoken TOKEN force", "license smart register idtoken ..."),
        ("lic sm reg i TOKEN", "lic sm reg i ..."),
        ("licet proxy user a password 0 opensesame", "licet proxy user a password ..."),
        ("Licet pro u a pas opensesame", "Licet pro u a pas ..."),
        ("license smart renew id", "license smart renew id"),
        ("show running-config | i bgp", "show running-config | i bgp"),
        ("hostname user", "hostname user"),
    ],
)
def test_what_is_kept_of_a_line_has_no_secret(line: str, veiled: str) -> None:
    """A token or a password would stand in the log or in the history, if it was typed shortened."""
    assert veil(line) == veiled


def test_no_password_is_shown() -> None:
    """Whoever looks over a shoulder, or at a ticket, would read it."""
    session = Session(Lab().switch())
    type_lines(
        session,
        "configure",
        "callhome",
        "transport http proxy server proxy.example.com",
        "licet proxy user licet password 0 opensesame",
    )
    shown = session.execute("show running-config")
    assert "opensesame" not in shown
    assert f"  licet proxy user licet password 7 {obscure('opensesame')}\n" in shown
    assert session.execute("licet proxy user licet password 7 zz") == (
        "% That is no password of type 7\n"
    )
    proxy = session._terminal.callhome.proxy
    assert proxy is not None
    assert proxy.password == "opensesame"
