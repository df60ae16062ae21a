"""Certificates are renewed in time, and where the root's key is missing, somebody is told in time."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from licet.kernel.chance import SeededChance
from licet.kernel.time import DAY, HOUR
from licet.pki.authority import answer_due, issuer_due, issuer_silent, rotate_issuer
from licet.pki.profiles import YEAR
from licet.service.datadir import create_data
from licet.service.keyring import Keyring
from licet.service.renewal import KeyRenewal

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANCE = SeededChance("renewal")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """The keys of a new authority."""
    return Keyring.found(create_data(tmp_path / "data"), name="Example", chance=CHANCE, now=NOW)


def live(renewal: KeyRenewal, begin: datetime, end: datetime) -> list[tuple[datetime, Any]]:
    """Do what falls due, each when it is due, and return what was logged when."""
    said: list[tuple[datetime, Any]] = []
    now = begin
    for _ in range(5000):
        due = renewal.next_due()
        now = max(now, due)
        if now > end:
            return said
        with capture_logs() as logs:
            renewal.tick(now)
        said += [(now, log) for log in logs]
        assert renewal.next_due() > now, "it would be done again without end"
    raise AssertionError("it never comes to rest")


def test_with_the_root_key_here_everything_renews_itself(keyring: Keyring) -> None:
    """Once in five years the whole service would stop, until somebody remembers why."""
    first = keyring.current()
    assert live(KeyRenewal(keyring, CHANCE), NOW, NOW + 8 * YEAR) == []
    now = keyring.current()
    assert now.issuing_chain != first.issuing_chain
    assert answer_due(now) > NOW + 8 * YEAR
    assert issuer_due(now) > NOW + 8 * YEAR


def test_without_it_a_person_is_told_every_day_from_half_a_year_before(keyring: Keyring) -> None:
    """The key lies in a safe far away, and who has it must travel."""
    taken: list[Any] = []
    keyring.remove_root_key(taken.append)
    keys = keyring.current()
    due, silent = issuer_due(keys), issuer_silent(keys)
    said = live(KeyRenewal(keyring, CHANCE), NOW, silent - HOUR)
    first, log = said[0]
    assert due - 180 * DAY <= first <= due - 180 * DAY + DAY
    assert log["log_level"] == "warning"
    assert log["type"] == "licet manager pki rotate-issuer --root-key FILE"
    gaps = {later - earlier for (earlier, _), (later, _) in pairwise(said)}
    assert gaps == {DAY}
    assert answer_due(keyring.current()) > silent - 31 * DAY, "answers are renewed to the last"
    keyring.change(
        lambda keys: rotate_issuer(keys, chance=CHANCE, now=silent - HOUR), root_key=taken[0]
    )
    assert live(KeyRenewal(keyring, CHANCE), silent - HOUR, silent + YEAR) == []


def test_when_it_is_too_late_the_log_says_so_and_the_service_rests(keyring: Keyring) -> None:
    """A duty that cannot be done would be tried every second, or stop the server."""
    keyring.remove_root_key(lambda _: None)
    silent = issuer_silent(keyring.current())
    said = live(KeyRenewal(keyring, CHANCE), silent + HOUR, silent + 10 * DAY)
    assert {log["log_level"] for _, log in said} == {"error"}
    assert len(said) == 10
