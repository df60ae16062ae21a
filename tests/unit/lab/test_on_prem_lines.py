"""Lines about on-prems and files: each does what it says, and a wrong one says why and changes nothing."""

import pytest

from licet.lab.player import do
from licet.lab.problems import LabError
from support.plants import AT_THE_MANAGER, Played

REQUEST = "plant request Local smart-account Example virtual-account Plant email ops@example.com"
BY_HAND = """
plant registration as registration1
cloud add registration1 as authorization1
plant authorization authorization1
expect "fingerprint: $authorization1"
plant accept authorization1
"""
FULL_TURN = """
plant sync request as request
cloud file-sync request as response
plant sync response response
"""


def requested() -> Played:
    """Return a lab with an on-prem whose local account was requested."""
    played = Played()
    played.play(f"on-prem plant\n{REQUEST}")
    return played


@pytest.fixture
def by_hand() -> Played:
    """Return a lab with an on-prem that is registered by hand, and was not synchronized yet."""
    played = requested()
    played.play(f"plant approve{BY_HAND}")
    return played


@pytest.fixture
def connected() -> Played:
    """Return a lab with an on-prem that is registered over the network, and a switch behind it."""
    played = Played()
    played.found("plant", "Plant", licenses=2)
    played.behind("leaf1", "plant")
    return played


def refused(played: Played, line: str) -> str:
    """Return why a line is refused, and that no time went by."""
    now = played.lab.world.clock.now
    with pytest.raises(LabError) as raised:
        do(played.lab, line)
    assert played.lab.world.clock.now == now
    return str(raised.value)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("on-prem cloud", "there is a cloud already"),
        ("authority plant", "there is a plant already"),
        ("on-prem edit", "'edit' begins other lines"),
        ("plant show licenses", "'Local' is requested; it is not registered yet"),
        ("plant sync now", "'Local' is requested; it is not registered yet"),
        ("plant use Nobody", "no local account is called 'Nobody'; there are: 'Local'"),
        ("plant delete", "'Local' is requested; refuse it first (account refuse)"),
        ("plant register code abc at https://a", "Token is not whole"),
        ("plant accept nothing", "there is no file called nothing; known files: none"),
        ("plant restore nothing", "there is no backup called nothing"),
        (REQUEST, "for that virtual account already"),
        ("plant order MPLS_PKG quantity 1 kind PERPETUAL", "word 2: expected 'address'"),
        ("cloud file-sync nothing as x", "there is no file called nothing"),
        ("cloud cut plant", "there is no on-prem called 'plant'; there are: none yet"),
        ("cloud remove on-prem plant", "there is no on-prem called 'plant'"),
        ("cloud use Nobody", "there is no smart account called 'Nobody'"),
        ("cloud invite Plant removal 400 as c", "1 to 364 days, not 400"),
        ("read nothing", "there is no file called nothing"),
        ("lose next answer of nobody", "there is no switch called nobody"),
        ("jump nobody +1 day", "known names: cloud, plant"),
    ],
)
def test_a_wrong_line_says_why(line: str, complaint: str) -> None:
    """A person would see that nothing happens, and not know what to type."""
    assert complaint in refused(requested(), line)


def test_an_on_prem_without_an_account_says_what_to_type() -> None:
    """The first line that a newcomer tries would say nothing to him."""
    played = Played()
    played.play("on-prem plant")
    assert "request a local account first: plant request NAME" in refused(played, "plant approve")
    assert played.ask("plant show accounts") == "(none)"
    assert played.ask("plant show synchronization") == "(none)"
    assert "(none)" in played.ask("cloud show on-prems")


def test_only_what_is_approved_is_registered() -> None:
    """Anybody at a plant could bind a virtual account of the company."""
    played = requested()
    assert "refused: the local account 'Local' is requested, not approved" in played.ask(
        "plant registration as registration1"
    )
    assert played.ask("files") == "(none)"
    played.play('plant refuse "not budgeted"')
    assert "not budgeted" in played.ask("plant show accounts")
    assert "refused (not budgeted) and cannot be approved" in refused(played, "plant approve")
    played.play("plant delete")
    assert played.ask("plant show accounts") == "(none)"


def test_registration_by_hand_shows_one_fingerprint_on_both_sides(by_hand: Played) -> None:
    """A swapped file would be noticed by nobody."""
    assert by_hand.lab.names["authorization1"] in by_hand.ask("read authorization1")
    assert "refused: 'Local'" not in by_hand.ask("plant show accounts")
    again = by_hand.ask("plant accept authorization1")
    assert again.startswith("refused: the local account 'Local' is registered already")
    by_hand.play("on-prem other\nother request x smart-account Example virtual-account Other")
    foreign = by_hand.ask("other authorization authorization1")
    assert foreign.startswith("refused: the authorization is for another on-prem, 'plant'")


def test_a_virtual_account_that_cannot_be_an_on_prems_own_is_named(by_hand: Played) -> None:
    """The person at the manager would not know which of the two sides to mend."""
    for place, why in (
        ("Default", "is the default virtual account"),
        ("Plant", "belongs to the on-prem 'plant'"),
        ("plant", "names must match exactly"),
    ):
        name = f"for-{place}"
        by_hand.play(
            f"on-prem {name}\n{name} request a smart-account Example virtual-account {place}\n"
            f"{name} approve\n{name} registration as registration-{name}"
        )
        assert why in refused(by_hand, f"cloud add registration-{name} as x")


def test_files_are_listed_read_and_edited(by_hand: Played) -> None:
    """A person could not see what is carried to and fro."""
    by_hand.play(FULL_TURN)
    listed = by_hand.ask("files")
    assert "license-sync-request-plant_20261101-1.yml: sync request" in listed
    assert "license-sync-response-plant_20261101-1.yml: sync response" in listed
    assert "request   1: full" in by_hand.ask("read request")
    assert "lease     1, until 2027-Jan-30 08:00:00" in by_hand.ask("read response")
    assert "from      plant, local account Local" in by_hand.ask("read registration1")
    by_hand.play("edit request replace full with fool as request-edited")
    assert "cannot be read" in by_hand.ask("read request-edited")
    assert "refused: " in by_hand.ask("cloud file-sync request-edited as x")
    assert "x" not in by_hand.lab.files
    by_hand.play("edit request replace licet with other as request-other")
    assert "no document" in by_hand.ask("read request-other")
    assert "there is no 'zebra' in" in refused(by_hand, "edit request replace zebra with x as y")
    assert by_hand.ask("cloud file-sync request as again").startswith("applied: nothing")
    assert by_hand.lab.files["again"] == by_hand.lab.files["response"]


def test_an_on_prem_by_file_has_no_network_to_synchronize_over(by_hand: Played) -> None:
    """A person would wait for a synchronization that cannot be."""
    assert by_hand.ask("plant sync now").startswith("refused: its manager is reached by file only")
    by_hand.play("advance 40 days")
    assert all(each.device != "plant" for each in by_hand.lab.world.journal.attempts)


def test_the_network_to_the_manager_fails_as_any_other(connected: Played) -> None:
    """A script could not show what a plant does on a bad day."""
    connected.play("network down plant")
    assert connected.ask("plant sync now") == "failed: the manager cannot be reached"
    assert "Synchronization Failed" in connected.ask("plant show synchronization")
    connected.play("network up plant\ncloud no address tools.cisco.com")
    assert "failed: nothing takes on-prems" in connected.ask("plant sync now")
    connected.play("cloud address tools.cisco.com\nlose next request of plant")
    assert connected.ask("plant sync now") == "the request is on its way"
    connected.play("advance 1 minute")
    assert "no answer came in time" in connected.ask("plant show history")
    connected.play("duplicate next request of plant")
    assert connected.ask("plant sync now").startswith("done: ")
    connected.play("delay next answer by 2 minutes of plant\nplant sync now\nadvance 3 minutes")
    assert connected.lab.plants["plant"].account.failed == "no answer came in time"
    assert connected.ask("plant sync now").startswith("done: ")


def test_what_is_withheld_is_not_in_the_file(connected: Played) -> None:
    """A host name would leave a plant that keeps it for itself."""
    connected.play("plant sync request full as before\nplant withhold host-names")
    connected.play("plant withhold user-names\nplant sync request as after")
    files = connected.lab.files
    assert b"leaf1" in files["before"].data
    assert b"admin" in files["before"].data
    for secret in (b"leaf1", b"admin"):
        assert secret not in files["after"].data
    assert "withheld  host names, user names" in connected.ask("read after")
    connected.play("cloud file-sync after as response\nplant sync response response")
    assert "withheld by the site" in connected.ask("cloud show instances")
    connected.play("plant withhold nothing\nplant sync now")
    assert "leaf1" in connected.ask("cloud show instances")


def test_an_instance_is_removed_by_its_on_prem(connected: Played) -> None:
    """The manager would free a license that a product in the plant goes on using."""
    connected.play("plant sync now")
    said = connected.ask("cloud remove instance leaf1")
    assert said == "'plant' is asked to remove it when it synchronizes"
    assert connected.books("cloud")["Plant"] == (2, 1)
    connected.play("plant sync now\nplant sync now")
    assert connected.books("cloud")["Plant"] == (2, 0)
    assert connected.ask("plant show instances") == "(none)"
    connected.play("plant deactivate sold\nplant delete")
    assert connected.ask("plant show accounts") == "(none)"


def test_a_cut_is_forced(connected: Played) -> None:
    """Licenses in a plant that burned down could be given to nobody for months."""
    connected.play(
        "plant sync now\n"
        "cloud transfer LAN_ENTERPRISE_SERVICES_PKG quantity 2 from Plant to Default"
    )
    assert "2 pending synchronization" in connected.ask("cloud show licenses")
    said = connected.ask("cloud cut plant")
    assert said == "2 licenses may be used twice until 2027-Jan-30 08:01:00"
    assert "pending" not in connected.ask("cloud show licenses")


def test_what_an_account_does_is_done_at_an_on_prem_too(connected: Played) -> None:
    """The administrators of a plant would have half of the lines only."""
    connected.play(
        "plant virtual-account Lab\n"
        "plant transfer LAN_ENTERPRISE_SERVICES_PKG quantity 1 from Default to Lab\n"
        "plant move instance leaf1 to Lab\nplant rotate tokens\nplant revoke token-plant"
    )
    assert connected.books("plant") == {"Default": (1, 0), "Lab": (1, 1)}
    assert "revoked" in connected.ask("plant show tokens")
    assert "Virtual Account" in connected.ask("plant show instances")
    assert "LAN_ENTERPRISE_SERVICES_PKG" in connected.ask("plant show catalog")
    assert "ok " in connected.ask("plant explain leaf1")
    connected.play("plant sync now")
    assert connected.books("cloud")["Plant"] == (2, 1), "the manager sees both together"


def test_an_on_prem_has_its_own_clock(connected: Played) -> None:
    """A plant with a wrong clock could not be shown."""
    connected.play("jump plant +2 hours")
    assert "plant  2026-11-01 10:01:00" in connected.ask("time")
    connected.play("jump plant +20 days\nadvance 1 second")
    assert "Synchronization Successful" in connected.ask("plant show synchronization")


def test_a_switch_at_an_address_without_its_account_is_told_so(connected: Played) -> None:
    """A product of another on-prem would get an answer that it cannot believe, and no reason."""
    connected.play("cloud token days 30 as token-cloud")
    connected.play("cloud address plant.example.com\nleaf1# license smart renew auth")
    assert "FAILED" in connected.status("leaf1")
    connected.play("plant address plant.example.com")
    connected.register(
        "leaf2", "token-cloud", AT_THE_MANAGER.replace("tools.cisco", "plant.example")
    )
    status = connected.status("leaf2")
    assert "Communication message send response error" in status


def test_a_schedule_is_kept_and_can_be_disabled(connected: Played) -> None:
    """A plant would synchronize when nobody wants it to, or not when somebody does."""
    connected.play("plant schedule daily\nadvance 3 days")
    daily = len(connected.lab.plants["plant"].account.history)
    assert daily == 4
    connected.play("plant schedule never\nadvance 20 days")
    assert len(connected.lab.plants["plant"].account.history) == daily
