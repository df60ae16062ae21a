"""`licet onprem pki`: the keys and certificates of a local account, and a new key for its ID tokens."""

import json
from pathlib import Path

import pytest

from licet.service.keyring import Keyring
from licet.service.manifest import fingerprint
from support.two_sides import TwoSides


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager, and an on-prem with a registered local account."""
    sides = TwoSides(tmp_path)
    sides.register("Plant")
    return sides


def keyring(sides: TwoSides) -> Keyring:
    """Return the keys of Plant."""
    account = sides.sat.ask("account show Plant")["id"]
    return Keyring.open(sides.sat.data, file=sides.sat.data.account_file(account))


def test_status_says_all_that_one_must_know(sides: TwoSides) -> None:
    """Nobody would know which root the products trust, or how long the on-prem may be silent."""
    shown = sides.sat.ask("pki status Plant")
    keys = keyring(sides).current()
    assert (shown["authority"], shown["name"], shown["epoch"]) == (keys.authority, "Plant", 0)
    assert (shown["token_master_keys"], shown["restores"]) == ([1], [])
    assert keys.sync is not None
    assert {row["certificate"]: row["sha256"] for row in shown["certificates"][:-1]} == {
        "licensing root 1": fingerprint(keys.root),
        "issuing CA of the manager": fingerprint(keys.issuing_chain[1]),
        "issuing CA": fingerprint(keys.issuing_chain[0]),
        "answers": fingerprint(keys.answer_chain[0]),
        "synchronization": fingerprint(keys.sync.chain[0]),
    }
    assert shown["certificates"][-1]["certificate"] == "HTTPS"
    secret = json.loads(sides.sat.data.account_file(keys.authority).read_bytes())["content"]
    out = sides.sat.do("pki status Plant --json")
    assert secret["master_keys"][0]["secret"] not in out
    assert secret["issuing"]["key"][-40:] not in out


def test_a_new_key_for_tokens_outlives_a_synchronization(sides: TwoSides) -> None:
    """The renewed certificates would bring the old keys back, and every new token be worthless."""
    old = sides.sat.ask("token create")["token"]
    asked = sides.sat.ask(f"sync request Plant --output {sides.folder}")
    assert "give --yes to do it" in sides.sat.refuses("pki rotate-token-key Plant")
    assert sides.sat.ask("pki rotate-token-key Plant --yes")["token_master_keys"] == [1, 2]
    new = sides.sat.ask("token create")["token"]
    answered = sides.manager.ask(f"onprem sync '{asked['file']}' --output {sides.folder}")
    sides.sat.do(f"sync response '{answered['file']}'")
    assert [number for number, _ in keyring(sides).current().master_keys] == [1, 2]
    texts = {
        row["id"]: sides.sat.ask(f"token show {row['id']}") for row in sides.sat.ask("token list")
    }
    assert {shown["token"] for shown in texts.values()} == {old, new}


def test_a_key_is_not_changed_under_who_synchronizes(sides: TwoSides) -> None:
    """Whoever synchronizes writes back the keys that it read before."""
    office = sides.office()
    with office.store.begin() as work:
        [account] = work.local_accounts()
    with office.alone(account):
        assert "is being synchronized" in sides.sat.refuses("pki rotate-token-key --yes")
    office.store.close()  # type: ignore[attr-defined]
    assert len(keyring(sides).current().master_keys) == 1


def test_who_has_no_keys_is_told(sides: TwoSides) -> None:
    """A file that is missing would be shown, and no reason."""
    sides.request("Ship")
    assert "'Ship' is requested, and has no certificates" in sides.sat.refuses("pki status Ship")
    assert "'Ship' is requested" in sides.sat.refuses("pki rotate-token-key Ship --yes")
