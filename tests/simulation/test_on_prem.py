"""On-prems over virtual months: away and back, removed, restored, and switches that move between them."""

import pytest
from cryptography import x509

from licet.kernel.time import DAY
from licet.ledger.sites import LocalState
from licet.sync.deadlines import DEADLINE, OVERDUE, REMOVED
from support.plants import AT_THE_MANAGER, Played

LAPSED = "The on-prem authority has not synchronized in time"


def plant(*, removal: int = 90, licenses: int = 1) -> Played:
    """Return a lab with one on-prem, and one switch behind it."""
    played = Played()
    played.found("lans", "Plant", licenses=licenses, removal=removal)
    played.behind("leaf1", "lans")
    played.play("lans sync now")
    return played


def ends(certificate: bytes) -> object:
    """Return when a certificate ends."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


@pytest.mark.parametrize(("removal", "away"), [(90, 80), (364, 360)])
def test_an_on_prem_that_was_away_comes_back_without_a_person(removal: int, away: int) -> None:
    """Synchronization would die unnoticed when a credential ends, until somebody types a password."""
    played = plant(removal=removal)
    lab = played.lab
    office, on_prem = lab.offices["cloud"], lab.plants["lans"].on_prem
    answered_by = office.authority.keys.answer_chain[0]
    first = lab.plants["lans"].account
    played.play(f"network down lans\nadvance {away} days")
    assert "Status: AUTHORIZED" in played.status("leaf1")
    waiting = lab.plants["lans"].account.outstanding
    assert waiting is not None
    assert waiting.mark.number > first.number + 1, "its first request was not good for so long"
    if away > 90:
        assert ends(answered_by) < lab.world.clock.now  # type: ignore[operator]
    assert office.authority.keys.answer_chain[0] != answered_by
    played.play("network up lans\nadvance 1 hour")
    account = lab.plants["lans"].account
    assert not account.failed
    assert account.last_down_at is not None
    assert account.last_down_at > first.last_down_at + away * DAY  # type: ignore[operator]
    assert ends(on_prem.sites[account.id].keys.answer_chain[0]) == account.lease_ends_at
    assert "Synchronization Successful" in played.ask("lans show synchronization")
    assert "(Major 0, Minor 0)" in played.ask("cloud show on-prems")
    played.play("leaf1# license smart renew auth\nadvance 1 minute")
    assert "SUCCEEDED" in played.status("leaf1").split("License Authorization")[1]


def test_both_sides_say_when_a_removal_is_thirty_days_off() -> None:
    """Somebody on one side would wonder why nobody on the other had said anything."""
    played = plant()
    played.play("lans schedule never\nnetwork down lans\nadvance 59 days\nadvance 23 hours")
    for side in ("cloud", "lans"):
        shown = played.ask(f"{side} show alerts")
        assert OVERDUE in shown
        assert DEADLINE not in shown
    played.play("advance 2 hours")
    for side in ("cloud", "lans"):
        lines = played.ask(f"{side} show alerts").splitlines()
        [said] = [line for line in lines if DEADLINE in line]
        assert said.startswith("Major")
        assert "it is removed on Jan 30 08:01:00 2027 UTC" in said


def test_switches_of_a_lapsed_on_prem_keep_what_they_have_until_their_deadline() -> None:
    """A plant would stand still on the day on which its on-prem is late; or never notice."""
    played = plant()
    played.play("network down lans\nadvance 89 days")
    played.play("leaf1# license smart renew auth\nadvance 2 days\nleaf1# license smart renew auth")
    status = played.status("leaf1")
    assert "Status: AUTHORIZED" in status
    assert LAPSED in status
    played.play("advance 87 days")
    assert "Status: AUTHORIZED on" in played.status("leaf1")
    played.play("advance 1 day")
    assert "Status: AUTHORIZATION EXPIRED" in played.status("leaf1")


def test_an_on_prem_that_was_removed_tells_its_switches_to_register_again() -> None:
    """They would wait for an on-prem that grants nothing any more."""
    played = plant(licenses=2)
    played.play(
        "cloud remove on-prem lans\nlans sync request as last\ncloud file-sync last as told\n"
        "network down lans\nlans sync response told"
    )
    assert REMOVED in played.ask("lans show synchronization")
    played.play("leaf1# license smart renew auth")
    assert "Please re-register the instance" in played.status("leaf1")
    assert played.books("lans") == {"Default": (0, 1)}
    assert played.books("cloud") == {"Default": (8, 0), "Plant": (0, 0)}, "two are held"
    played.play("network up lans\nadvance 1 hour")
    assert played.books("cloud") == {"Default": (8, 0), "Plant": (2, 0)}, (
        "it has said that it knows"
    )


def test_an_account_that_was_removed_is_registered_anew_at_the_same_address() -> None:
    """After its removal an on-prem would be of no use to anybody, for ever."""
    played = plant()
    played.play("network down lans\nadvance 91 days\nnetwork up lans\nadvance 1 hour")
    assert played.lab.plants["lans"].account.state is LocalState.REMOVED
    played.play(
        "cloud invite Plant as code\n"
        "lans request again smart-account Example virtual-account Plant\nlans approve\n"
        "lans register code $code at https://tools.cisco.com\n"
        "lans token days 30 as token-lans"
    )
    played.behind("leaf1", "lans", "force")
    status = played.status("leaf1")
    assert "Smart Account: again" in status
    assert "Status: AUTHORIZED" in status
    played.play("lans sync now")
    assert played.books("lans") == {"Default": (1, 1)}
    assert played.books("cloud") == {"Default": (9, 0), "Plant": (1, 1)}


def test_an_on_prem_follows_two_rotations_of_the_root() -> None:
    """A manager could never replace its root, for some on-prem is always away."""
    played = plant()
    played.play(
        "network down lans\nadvance 20 days\ncloud rotate root\nadvance 20 days\n"
        "cloud rotate root\nadvance 20 days\nnetwork up lans\nadvance 1 hour"
    )
    lab = played.lab
    assert "Synchronization Successful" in played.ask("lans show synchronization")
    [site] = lab.plants["lans"].on_prem.sites.values()
    keys = lab.offices["cloud"].authority.keys
    assert site.keys.root == keys.root
    assert site.keys.trust_lists == keys.trust_lists
    played.play("leaf1# license smart renew auth\nleaf1# license smart renew id")
    assert "FAILED" not in played.status("leaf1")
    played.behind("leaf2", "lans")
    assert "Status: REGISTERED" in played.status("leaf2")


def test_a_switch_moves_and_no_license_is_counted_twice() -> None:
    """A move would leave a license in use at a place where no product is, or free one in use."""
    played = Played()
    played.play("cloud token days 300 as token-cloud")
    played.found("east", "East")
    played.found("west", "West")

    def check(cloud: tuple[int, int, int], onsite: tuple[int, int]) -> None:
        books = played.books("cloud")
        assert tuple(books[name][1] for name in ("Default", "East", "West")) == cloud
        assert (played.books("east")["Default"][1], played.books("west")["Default"][1]) == onsite
        assert sum(bought for bought, _ in books.values()) == 10

    played.register("leaf1", "token-cloud", AT_THE_MANAGER)
    check((1, 0, 0), (0, 0))
    played.behind("leaf1", "east", "force")
    check((1, 0, 0), (1, 0))
    played.play("east sync now")  # brings the leave note, and the new instance
    check((0, 1, 0), (1, 0))
    played.behind("leaf1", "west", "force")
    check((0, 1, 0), (1, 1))
    played.play("west sync now")
    check((0, 1, 1), (1, 1))
    played.play("east sync now")  # its response has the note that west sent up
    check((0, 1, 1), (0, 1))
    played.play("east sync now")
    check((0, 0, 1), (0, 1))
    played.register("leaf1", "token-cloud", AT_THE_MANAGER, "force")
    check((1, 0, 1), (0, 1))
    played.play("west sync now")
    check((1, 0, 1), (0, 0))
    played.play("west sync now")
    check((1, 0, 0), (0, 0))
    assert "FAILED" not in played.status("leaf1")


def test_a_leave_note_is_carried_where_the_switch_cannot_reach() -> None:
    """A switch behind an on-prem reaches nothing else: its license would stay at the old place."""
    played = Played()
    played.play("cloud token days 300 as token-cloud")
    played.found("east", "East")
    played.found("west", "West")
    played.register("leaf1", "token-cloud", AT_THE_MANAGER)
    played.play("cloud no address tools.cisco.com")
    played.behind("leaf1", "east", "force")
    assert played.books("cloud")["Default"][1] == 1, "nobody could tell it yet"
    played.play("cloud address tools.cisco.com\neast sync now")
    assert played.books("cloud") == {"Default": (8, 0), "East": (1, 1), "West": (1, 0)}
    played.play("east no address east.example.com")
    played.behind("leaf1", "west", "force")
    assert played.books("east")["Default"] == (1, 1), "nor this one"
    played.play("west sync now\neast sync now\neast sync now")
    assert played.books("east")["Default"] == (1, 0)
    assert played.books("cloud") == {"Default": (8, 0), "East": (1, 0), "West": (1, 1)}


def test_a_restored_on_prem_grants_nothing_until_it_has_synchronized() -> None:
    """It would grant by a lease that was made smaller after its backup."""
    played = plant(licenses=2)
    played.play("lans backup as before")
    played.play(
        "cloud transfer LAN_ENTERPRISE_SERVICES_PKG quantity 1 from Plant to Default\n"
        "lans sync now\nlans sync now\nnetwork down lans\nlans restore before"
    )
    assert played.books("cloud") == {"Default": (9, 0), "Plant": (1, 1)}
    assert "Restored" in played.ask("lans show synchronization")
    played.play("leaf1# license smart renew auth")
    assert LAPSED in played.status("leaf1")
    played.play("network up lans\nadvance 1 hour\nleaf1# license smart renew auth")
    assert played.books("lans") == {"Default": (1, 1)}
    assert played.books("cloud") == {"Default": (9, 0), "Plant": (1, 1)}
    assert "FAILED" not in played.status("leaf1")


def test_two_local_accounts_at_one_address_are_two_authorities() -> None:
    """A plant with two tenants would need two machines, or mix them up."""
    played = plant()
    played.play(
        "cloud virtual-account Second\n"
        "cloud transfer LAN_ENTERPRISE_SERVICES_PKG quantity 1 from Default to Second\n"
        "cloud invite Second as code\n"
        "lans request second smart-account Example virtual-account Second\nlans approve\n"
        "lans register code $code at https://tools.cisco.com\nlans token days 30 as token-lans"
    )
    assert played.lab.plants["lans"].on_prem.called(played.lab.plants["lans"].account) == "lans-2"
    played.behind("leaf1", "lans", "force")
    assert "Smart Account: second" in played.status("leaf1")
    assert played.books("lans") == {"Default": (1, 1)}
    played.play("lans use lans")
    assert played.books("lans") == {"Default": (1, 0)}
    played.play("lans sync now\nlans use second\nlans sync now")
    assert played.books("cloud") == {"Default": (8, 0), "Plant": (1, 0), "Second": (1, 1)}
