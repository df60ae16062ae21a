"""An on-prem of a world: what it sends again, what it gives up, and what it forgets."""

from dataclasses import replace

import pytest

from licet.kernel.time import DAY
from licet.ledger.sites import SyncKind
from licet.sync.deadlines import OVERDUE
from licet.sync.problems import SyncRefused, Why
from licet.world.on_prem import OnPrem
from licet.world.site import Site
from licet.world.upstream import answer_site, name_answer, name_request, read_refusal
from support.plants import Played


@pytest.fixture
def played() -> Played:
    """Return a lab with an on-prem that is registered over the network."""
    played = Played()
    played.found("plant", "Plant")
    return played


def site_of(played: Played) -> tuple[OnPrem, Site]:
    """Return the on-prem and its local account."""
    on_prem = played.lab.world.on_prems["plant"]
    [site] = on_prem.sites.values()
    return on_prem, site


def requests(played: Played) -> list[bool]:
    """Return for each request of the on-prem whether it was the same bytes as the one before."""
    attempts = played.lab.world.journal.attempts
    return [each.repeats for each in attempts if each.kind == "sync-request"]


def number(played: Played) -> int:
    """Return the number of the last request."""
    local = site_of(played)[1].local
    assert local is not None
    return local.number


def test_a_lost_response_is_asked_for_with_the_same_request(played: Played) -> None:
    """The manager would have to think that the site went on without its answer."""
    played.play("lose next answer\nplant sync now\nadvance 1 minute\nplant sync now")
    assert requests(played)[-2:] == [False, True]
    played.play("plant sync now")
    assert requests(played)[-1] is False


def test_a_request_that_says_too_little_is_not_sent_again(played: Played) -> None:
    """Somebody who asks for everything would get what has changed; who withholds, would tell."""
    played.play("network down plant\nplant sync now\nplant sync now")
    first = number(played)
    assert requests(played)[-1] is True
    played.play("plant sync now full")
    assert number(played) == first + 1
    played.play("plant sync now")
    assert number(played) == first + 1, "the full one says all"
    played.play("plant withhold host-names\nplant sync now")
    assert number(played) == first + 2
    played.play("advance 2 days\nplant sync now")
    assert number(played) == first + 3, "it is too old"


def test_an_answer_that_comes_too_late_is_nobodys(played: Played) -> None:
    """Two exchanges would be mixed up."""
    played.play("delay next answer by 5 minutes\nplant sync now\nadvance 1 minute")
    _, site = site_of(played)
    assert site.local is not None
    waiting = site.local.outstanding
    assert waiting is not None
    played.play("advance 10 minutes")
    assert site.local.outstanding == waiting
    played.play("plant sync now")
    assert site.local.outstanding is None


def test_a_manager_that_forgot_is_told_all_the_next_time(played: Played) -> None:
    """A site would be refused with the same words every hour, until a person comes."""
    office = played.lab.offices["cloud"]
    played.play("plant sync now\nplant sync now")
    with office.work() as work:
        [site] = work.on_prems(office.account)
        work.put_on_prem(replace(site, needs_full=True))
    said = played.ask("plant sync now")
    assert "failed: " in said
    assert "make a full synchronization" in said
    assert "done: " in played.ask("plant sync now")


def test_a_backup_forgets_what_was_waited_for(played: Played) -> None:
    """A response from before a restore would bring back a lease that was given up since."""
    played.play("plant sync request as request\ncloud file-sync request as response")
    played.play("plant backup as before\nplant restore before")
    said = played.ask("plant sync response response")
    assert said.startswith("refused: ")
    on_prem, site = site_of(played)
    assert site.local is not None
    assert not site.local.restored, "it has synchronized over the network meanwhile"
    assert on_prem.store is not played.lab.backups["before"].store


def test_deadlines_are_looked_at_when_the_clock_was_set(played: Played) -> None:
    """A plant whose clock was wrong would warn of nothing, or go on warning."""
    on_prem, site = site_of(played)
    played.play("network down plant\nplant schedule never\njump plant +40 days")
    assert OVERDUE in played.ask("plant show alerts")
    played.play("jump plant -40 days")
    assert OVERDUE not in played.ask("plant show alerts")
    due = on_prem.next_due()
    assert due is not None
    assert due - played.lab.world.clock.now == 30 * DAY
    assert site.clock is on_prem.clock


def test_an_on_prem_is_never_due_for_nothing(played: Played) -> None:
    """The world would stand still, or turn round for ever."""
    on_prem, _ = site_of(played)
    played.play("network down plant")
    for _ in range(300):
        due = on_prem.next_due()
        assert due is not None
        assert due > played.lab.world.clock.now
        played.lab.world.advance_to(due)
        assert on_prem.next_due() != due


def test_what_is_refused_on_the_network_is_read_as_that(played: Played) -> None:
    """A refusal would be taken for a damaged document."""
    authority = played.lab.offices["cloud"].authority
    answer = answer_site(authority, b"rubbish")
    refusal = read_refusal(answer)
    assert refusal is not None
    assert refusal.why == Why.WRONG_KIND
    assert name_answer(answer) == "refused: wrong-kind"
    assert name_request(b"rubbish") == "unreadable"


def test_a_file_account_has_no_errand(played: Played) -> None:
    """Somebody would wait for an answer to what was never sent."""
    on_prem, site = site_of(played)
    with site.store.begin() as work:
        work.remove_local_account(site.id)
        work.commit()
    with pytest.raises(SyncRefused):
        on_prem.synchronize(site, SyncKind.FULL)
    assert on_prem.respond(b"rubbish", "switch1") is None, "it serves nobody any more"
