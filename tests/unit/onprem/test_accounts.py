"""Local accounts at the command line: from the request to the deletion, and what is refused on the way."""

import json
from pathlib import Path

import pytest

from licet.admin.local_accounts import delete_account
from licet.kernel.ids import AccountId, AuthorityId
from licet.onprem import registration
from licet.onprem.client import Denied
from licet.onprem.staff import staff
from support.sites_tables import Inside
from support.two_sides import TwoSides


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager and an on-prem."""
    return TwoSides(tmp_path)


def test_a_request_waits_until_it_is_approved_or_refused(sides: TwoSides) -> None:
    """Whoever may request would also decide, or nobody learn what became of a request."""
    sides.request("Plant")
    [row] = sides.sat.ask("account requests")
    assert (row["name"], row["state"], row["email"]) == ("Plant", "requested", "ops@example.com")
    sides.sat.do("account refuse Plant --reason 'not here'")
    assert sides.sat.ask("account requests") == []
    [row] = sides.sat.ask("account list")
    assert row["state"] == "refused"
    assert sides.sat.ask("account show plant")["reason"] == "not here"
    for how in ("--manual", "--manager https://localhost --code x"):
        why = sides.sat.refuses(f"account approve Plant {how}")
        assert "refused" in why or "code" in why
    assert "is refused (not here) and cannot be approved" in sides.sat.refuses(
        "account approve Plant --manual"
    )
    sides.sat.do("account delete Plant --yes")
    assert sides.sat.ask("account list") == []
    sides.request("Plant")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("account request plant --smart-account Example --virtual-account Two", "Plant"),
        (
            "account request Two --smart-account EXAMPLE --virtual-account PLANT",
            "each one needs its own",
        ),
        (
            "account request Two --smart-account Example --virtual-account Two --email nobody",
            "is not an e-mail address",
        ),
        ("account request '' --smart-account Example --virtual-account Two", "name"),
        ("account show Nowhere", "no local account is called 'Nowhere'; there are: 'Plant'"),
        (
            "account deactivate Plant",
            "is requested and cannot be deactivated; refuse it (account refuse)",
        ),
        ("account delete Plant --yes", "is requested; refuse it first (account refuse)"),
        ("account delete Plant", "is requested; refuse it first (account refuse)"),
        ("account reach Plant --by-file", "is requested, and has no manager yet"),
        ("account reach Plant", "give --manager URL, --ca FILE, --proxy URL, or --by-file"),
        ("account reach Plant --by-file --proxy none", "--by-file stands alone"),
        ("account approve Plant", "or --manual to carry files"),
        ("account approve Plant --manual --code x", "goes by files"),
        (
            "account approve Plant --manager https://localhost --code x",
            "this is no registration code: it is not whole",
        ),
        ("account authorize nowhere.yml", "nowhere.yml: it cannot be read"),
        ("sync request", "the local account 'Plant' is not registered"),
        ("sync now", "no local account has a manager on the network"),
        ("sync now Plant", "'Plant' is requested, and is not synchronized"),
        ("token create", "no local account is registered yet"),
        ("token create --account Plant", "there is no local account 'Plant'"),
        ("privacy set --withhold names", "--withhold 'names': give host-names, addresses"),
        ("sync response nowhere.yml", "nowhere.yml: it cannot be read"),
    ],
)
def test_what_is_refused_says_why(sides: TwoSides, line: str, why: str) -> None:
    """A slip would end in a traceback, or in something half done."""
    sides.request("Plant")
    before = sides.sat.do("account list --json")
    assert why in sides.sat.refuses(line)
    assert sides.sat.do("account list --json") == before


def test_an_authorization_is_for_one_request_of_one_account(sides: TwoSides) -> None:
    """A file that was swapped, or an older one, would bind a site to somebody else's manager."""
    sides.request("Plant")
    out = f"--output {sides.folder}"
    first = sides.sat.ask(f"account approve Plant --manual {out}")["file"]
    again = sides.sat.ask(f"account approve Plant --manual {out}")["file"]
    assert Path(first).read_bytes() == Path(again).read_bytes()
    added = sides.manager.ask(f"onprem add {first} {out}")
    file = added["file"]
    assert "give that: --fingerprint TEXT" in sides.sat.refuses(f"account authorize {file}")
    assert "this is a registration request" in sides.sat.refuses(
        f"account authorize {first} --fingerprint x"
    )
    assert "this is a registration authorization" in sides.sat.refuses(f"sync response {file}")
    data = Path(file).read_bytes()
    for at in (10, len(data) // 2, len(data) - 20):
        Path(file).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        sides.sat.refuses(f"account authorize {file} --fingerprint {added['fingerprint']}")
    Path(file).write_bytes(data)
    assert sides.sat.ask("account list")[0]["state"] == "approved"
    told = sides.sat.ask(f"account authorize {file} --fingerprint {added['fingerprint']}")
    assert (told["state"], told["manager_url"]) == ("registered", None)
    assert "is registered already" in sides.sat.refuses(
        f"account authorize {file} --fingerprint {added['fingerprint']}"
    )
    other = TwoSides(_made(sides.folder / "other"))
    assert "for another on-prem, 'Sat'" in other.sat.refuses(f"account authorize {file}")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_two_local_accounts_are_two_authorities(sides: TwoSides) -> None:
    """Products of one customer would be let in by tokens of another one, or be counted there."""
    sides.register("Plant")
    sides.register("Ship")
    for name in ("Plant", "Ship"):
        sides.synchronize(name)
    names = [row["satellite_name"] for row in sides.sat.ask("sync list")]
    assert names == ["Sat", "Sat-Ship"], "a manager tells its on-prems apart by their names"
    assert [row["name"] for row in sides.manager.ask("onprem list")] == names
    assert "name the local account with --account; there are: Plant, Ship" in sides.sat.refuses(
        "token create"
    )
    tokens = {
        sides.sat.ask(f"token create --account {name}")["token"] for name in ("Plant", "Ship")
    }
    assert len(tokens) == 2
    keys = [path.read_bytes() for path in sides.sat.data.account_keys.iterdir()]
    assert len(set(keys)) == 2
    assert json.loads(keys[0])["content"]["sync"] != json.loads(keys[1])["content"]["sync"]


def test_an_on_prem_whose_name_is_taken_can_have_another_one(sides: TwoSides) -> None:
    """Two sites whose machines have the same name could not both belong to one customer."""
    sides.register("Plant")
    folder = _made(sides.folder / "other")
    other = TwoSides(folder)
    other.manager = sides.manager
    other.request("Ship")
    out = f"--output {folder}"
    file = other.sat.ask(f"account approve Ship --manual {out}")["file"]
    assert "there is an on-prem 'Sat' already" in sides.manager.refuses(f"onprem add {file} {out}")
    line = "account request Boat --smart-account Example --virtual-account Boat --satellite-name"
    assert "letters, digits" in other.sat.refuses(f"{line} 'a b'")
    other.sat.do(f"{line} Boat-7")
    file = other.sat.ask(f"account approve Boat --manual {out}")["file"]
    assert file.endswith("license-registration-request-Boat-7.yml")
    sides.manager.do(f"onprem add {file} {out}")
    assert [row["name"] for row in sides.manager.ask("onprem list")] == ["Boat-7", "Sat"]


def test_local_accounts_of_two_smart_accounts_have_different_names(sides: TwoSides) -> None:
    """The files of both would have the same names, and one be carried for the other."""
    out = f"--output {sides.folder}"
    line = "account request {0} --smart-account {0} --virtual-account V {1}"
    for name in ("One", "Two"):
        sides.sat.do(line.format(name, ""))
    files = [
        Path(sides.sat.ask(f"account approve {name} --manual {out}")["file"]).name
        for name in ("One", "Two")
    ]
    assert files == [f"license-registration-request-{name}.yml" for name in ("Sat", "Sat-Two")]
    why = sides.sat.refuses(line.format("Three", "--satellite-name sat-two"))
    assert why == "the local account 'Two' is called 'Sat-Two' at its manager; choose another name"


def test_the_name_at_the_manager_is_there_before_the_request_counts(sides: TwoSides) -> None:
    """A crash in between would leave a request that is registered under another name than was asked."""
    line = (
        "account request Plant --smart-account Example --virtual-account Plant --satellite-name P7"
    )
    sides.sat.data.sync.write_text("no directory\n")
    sides.sat.refuses(line)
    assert sides.sat.ask("account list") == []
    sides.sat.data.sync.unlink()
    sides.sat.do(line)
    assert sides.sat.ask("account show Plant")["satellite_name"] == "P7"


def test_a_file_of_certificates_is_taken_whole_or_not_at_all(sides: TwoSides) -> None:
    """The certificate that counts would be cut off, and nobody know why the manager is not believed."""
    sides.register("Plant")
    ca = sides.folder / "ca.pem"
    data = (sides.manager.data.tls / "certificate.pem").read_bytes()
    line = f"account reach Plant --manager https://localhost --ca {ca}"
    ca.write_bytes(b"#" * 1024 * 1024 + b"\n" + data)
    assert "it has over 1048576 bytes; give a file with only" in sides.sat.refuses(line)
    assert sides.sat.ask("sync status")["manager_url"] is None
    ca.write_bytes(data)
    sides.sat.do(line)
    [kept] = sides.sat.data.sync.glob("*/manager-ca.pem")
    assert kept.read_bytes() == data


def test_what_is_not_named_of_a_way_stays_as_it_is(sides: TwoSides) -> None:
    """Who changes the URL would lose CA and proxy without a word, and the next synchronization fail."""
    sides.register("Plant")
    ca = sides.manager.data.tls / "certificate.pem"
    assert "knows no URL of its manager; give --manager URL too" in sides.sat.refuses(
        "account reach Plant --proxy http://proxy:3128"
    )
    sides.sat.do(f"account reach Plant --manager https://a --ca {ca} --proxy http://proxy:3128")
    assert way(sides) == ("https://a", True, "http://proxy:3128")
    sides.sat.do("account reach Plant --manager https://b")
    assert way(sides) == ("https://b", True, "http://proxy:3128")
    sides.sat.do("account reach Plant --proxy http://other:3128")
    assert way(sides) == ("https://b", True, "http://other:3128")
    sides.sat.do("account reach Plant --by-file")
    assert way(sides) == (None, True, "http://other:3128")
    sides.sat.do("account reach Plant --manager https://b --ca system")
    assert way(sides) == ("https://b", False, "http://other:3128")
    sides.sat.do("account reach Plant --proxy none")
    assert way(sides) == ("https://b", False, None)
    assert list(sides.sat.data.sync.glob("*/manager-ca.pem")) == []


def way(sides: TwoSides) -> tuple[str | None, bool, str | None]:
    """Return the URL of the manager, whether a CA was named, and the proxy."""
    shown = sides.sat.ask("account show Plant")
    return shown["manager_url"], shown["manager_ca"], shown["proxy"]


def test_a_misspelled_request_has_a_way_out(
    sides: TwoSides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong capital would block the name, and every command send people to another one in a circle."""
    sides.sat.do("account request Plant --smart-account example --virtual-account Plant")

    class Refusing:
        def __init__(self, *_: object) -> None:
            """Stand in the place of the client."""

        def register(self, _: bytes) -> bytes:
            """Refuse, as a manager does."""
            raise Denied("the manager refuses: names must match exactly")

    monkeypatch.setattr(registration, "Client", Refusing)
    code = sides.manager.ask("onprem invite --virtual-account Plant")["code"]
    why = sides.sat.refuses(f"account approve Plant --manager https://localhost --code {code}")
    assert why == (
        "the manager refuses: names must match exactly; it was asked for 'Plant' of 'example': where a "
        "name is wrong, refuse the request (account refuse), delete it (account delete) and request it "
        "with the right one"
    )
    for command in ("delete Plant --yes", "deactivate Plant"):
        assert "(account refuse)" in sides.sat.refuses(f"account {command}")
    sides.sat.do("account refuse Plant")
    sides.sat.do("account delete Plant --yes")
    sides.register("Plant")


def test_the_order_of_an_end(sides: TwoSides) -> None:
    """Products would be left without anybody, and the manager show what is not there any more."""
    sides.register("Plant")
    sides.synchronize("Plant")
    tag = sides.sat.ask("catalog list")[0]["tag"]
    inside = Inside(sides.sat.data.path, "Plant")
    inside.enter(1, tag)
    assert "has product instances; remove them first" in sides.sat.refuses(
        "account deactivate Plant"
    )
    sides.synchronize("Plant")
    sides.sat.do("instance remove SN0000000")
    assert "synchronize it first" in sides.sat.refuses("account deactivate Plant")
    sides.synchronize("Plant")
    assert "is registered; deactivate it first" in sides.sat.refuses("account delete Plant --yes")
    said = sides.sat.do("account deactivate Plant --reason moved")
    assert "remove it at the manager" in said
    assert "Its licenses count there again when its lease ends on" in said
    assert "is deactivated, and is not synchronized" in sides.sat.refuses("sync now Plant")
    files = [path.name for path in sides.sat.data.account_keys.iterdir()]
    assert files == [f"{inside.account.id}.json"], "its products are told to register elsewhere"
    sides.sat.do("account delete Plant --yes")
    assert list(sides.sat.data.account_keys.iterdir()) == []
    assert list(sides.sat.data.sync.iterdir()) == []
    with inside.store.begin() as work:
        assert work.account(AccountId(inside.account.id)) is not None, "its events stay"
    inside.close()
    assert "no local account is registered yet" in sides.sat.refuses("token list")
    sides.manager.do("onprem remove Sat --yes")
    # The name is free for another one.
    sides.register("Plant", "Plant2")


def test_a_local_account_whose_manager_forgot_it_can_be_given_up(sides: TwoSides) -> None:
    """It could be synchronized never again, and therefore never be deleted, nor its name be used."""
    sides.register("Plant")
    sides.synchronize("Plant")
    inside = Inside(sides.sat.data.path, "Plant")
    inside.enter(700, sides.sat.ask("catalog list")[0]["tag"])
    sides.manager.do("onprem remove Sat --yes")
    assert "Nobody can be asked here; give --yes" in sides.sat.refuses(
        "account deactivate Plant --abandon"
    )
    sides.sat.do("account deactivate Plant --abandon --yes")
    assert inside.rows() == []
    inside.close()
    sides.sat.do("account delete Plant --yes")
    sides.register("Plant", "Again")


def test_a_local_account_that_ended_stays_so(sides: TwoSides) -> None:
    """A file that was on its way would let it grant licenses again that its manager counts elsewhere."""
    sides.register("Plant")
    sides.synchronize("Plant")
    out = f"--output {sides.folder}"
    asked = sides.sat.ask(f"sync request Plant {out}")
    answered = sides.manager.ask(f"onprem sync {asked['file']} {out}")
    office = sides.office()
    with office.store.begin() as work:
        [account] = work.local_accounts()
    with office.alone(account):
        why = sides.sat.refuses("account deactivate Plant --abandon --yes")
    office.store.close()  # type: ignore[attr-defined]
    assert "is being synchronized by another command" in why
    sides.sat.do("account deactivate Plant --abandon --yes")
    assert "'Plant' is deactivated" in sides.sat.refuses(f"sync response {answered['file']}")
    [row] = sides.sat.ask("account list")
    assert row["state"] == "deactivated"


def test_a_deletion_that_was_cut_short_is_completed(sides: TwoSides) -> None:
    """Keys that somebody has deleted would lie on the disk for ever, and in every backup."""
    sides.register("Plant")
    sides.synchronize("Plant")
    sides.request("Ship")
    sides.sat.do("account deactivate Plant")
    office = sides.office()
    data, site = office.data, sides.sat.ask("account show Plant")["id"]
    # The power fails behind the commit.
    with office.store.begin(alone=True) as work:
        account = work.local_account(site)
        assert account is not None
        delete_account(office.store, work, account, who="ann", now=office.clock.now())
        work.commit()
    assert data.accounts() == [site]
    # The keys of an account of which this ledger never heard are another ledger's, perhaps.
    strange = "00000000-0000-4000-8000-000000000001"
    data.account_file(AuthorityId(strange)).write_bytes(data.account_file(site).read_bytes())
    data.account_file(AuthorityId(strange)).chmod(0o600)
    staff(data, office.store, office.clock, office.chance)  # type: ignore[arg-type]
    assert data.accounts() == [strange]
    assert site not in [path.name for path in data.sync.iterdir()]
    office.call(site, "Again")
    assert [row["name"] for row in sides.sat.ask("account list")] == ["Ship"]
    assert site not in [path.name for path in data.sync.iterdir()]
    assert data.accounts() == [strange]
    office.store.close()  # type: ignore[attr-defined]


def test_a_virtual_account_that_an_on_prem_cannot_have(sides: TwoSides) -> None:
    """The person would stand on one side, and the reason on the other."""
    out = f"--output {sides.folder}"
    sides.register("Plant")
    sides.manager.do("virtual-account open Other")
    for name, place, why in (
        ("A", "Default", "is the default virtual account"),
        ("B", "OTHER", "names must match exactly"),
    ):
        sides.request(name, place)
        file = sides.sat.ask(f"account approve {name} --manual {out}")["file"]
        assert why in sides.manager.refuses(f"onprem add {file} {out}")
    assert [row["name"] for row in sides.manager.ask("onprem list")] == ["Sat"]
