"""When a local account grants nothing any more, and what its devices hear then."""

from dataclasses import replace
from datetime import datetime

import pytest

from licet.endpoint.endpoint import Call
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import Code
from licet.kernel.time import DAY, SECOND
from licet.ledger.sites import LocalAccount, LocalState
from licet.registrar.lapse import closed
from licet.wire.messages import Authorized, Explained, Left, Problem, Registered, Renewed
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device
from support.office import LAN, NOW, Office
from support.sites import SiteOffice

LOCAL = LocalAccount(
    id=AuthorityId("6f1d9c1e-0000-4000-8000-00000000000d"),
    name="Local",
    smart_account="Example",
    virtual_account="Plant",
    email="",
    state=LocalState.REGISTERED,
    requested_at=NOW,
    requested_by="ann",
    lease=1,
    lease_ends_at=NOW + 90 * DAY,
)


@pytest.mark.parametrize(
    ("account", "at", "code"),
    [
        (LOCAL, NOW, None),
        (LOCAL, NOW + 90 * DAY - SECOND, None),
        (LOCAL, NOW + 90 * DAY, Code.AUTHORITY_LAPSED),
        (replace(LOCAL, restored=True), NOW, Code.AUTHORITY_LAPSED),
        (replace(LOCAL, lease=0, lease_ends_at=None), NOW, Code.AUTHORITY_LAPSED),
        (
            replace(LOCAL, state=LocalState.REQUESTED, lease_ends_at=None),
            NOW,
            Code.AUTHORITY_LAPSED,
        ),
        (replace(LOCAL, state=LocalState.REMOVED), NOW, Code.UNKNOWN_INSTANCE),
        (replace(LOCAL, state=LocalState.REMOVED), NOW + 91 * DAY, Code.AUTHORITY_LAPSED),
        (replace(LOCAL, state=LocalState.DEACTIVATED), NOW, Code.UNKNOWN_INSTANCE),
    ],
)
def test_a_local_account_grants_while_its_lease_is_in_force(
    account: LocalAccount, at: datetime, code: Code | None
) -> None:
    """A site would grant what its manager has given to others, or refuse what it has leased."""
    assert closed(account, at) is code


@pytest.fixture
def site() -> SiteOffice:
    """A site with a lease of 90 days."""
    return SiteOffice(Office())


def refused(site: SiteOffice, device: Device, request: bytes) -> tuple[Code, str, int | None]:
    """Hand a request in that is refused; return the code, its detail and when to come again."""
    heard, _ = device.open_answer(site.post(request)[0], root_mark=site.root_mark)
    assert isinstance(heard.outcome, Problem), heard.outcome
    return heard.outcome.code, heard.outcome.detail, heard.outcome.retry_after_s


@pytest.mark.parametrize("why", ["lease", "restored"])
def test_who_lapsed_refuses_all_but_leave(site: SiteOffice, why: str) -> None:
    """A site would grant licenses that nobody has leased to it, or keep those of who left."""
    site.give(LAN, 5)
    device, leaving = site.registered("A1"), site.registered("A2")
    site.say(device, AUTHORIZE, (LAN, 1))
    if why == "restored":
        site.set(restored=True)
    else:
        site.later(90 * DAY)
    before = site.instance(device)
    lapsed = (Code.AUTHORITY_LAPSED, "", 3600)
    requests = [
        device.say(AUTHORIZE, (LAN, 2), now=site.now),
        device.say(RENEW, now=site.now),
        device.say(EXPLAIN, now=site.now),
        site.device("A3").register(site.token(), now=site.now),
    ]
    for request in requests:
        # An answer is judged at its own time: the site's certificate has ended with the lease.
        replies = site.endpoint.handle([Call(request)], now=site.now)
        assert [(reply.problem, reply.retry_after_s) for reply in replies] == [lapsed[::2]]
    assert site.instance(device) == before
    assert site.in_use(LAN) == 1
    [reply] = site.endpoint.handle([Call(leaving.leave(now=site.now))], now=site.now)
    assert reply.problem is None
    assert site.instance(leaving) is None


def test_a_lapse_counts_as_no_failure(site: SiteOffice) -> None:
    """Once the site has synchronized, its devices would be asked to slow down."""
    site.set(restored=True)
    device, token = site.device("A1"), site.token()
    for _ in range(100):
        code, _, _ = refused(site, device, device.register(token, now=site.now))
        assert code is Code.AUTHORITY_LAPSED
    site.set(restored=False)
    assert isinstance(site.register(device, token), Registered)


def test_who_has_synchronized_goes_on(site: SiteOffice) -> None:
    """Every device would have to register again after a lease that ended once."""
    device = site.registered("A1")
    site.set(restored=True)
    request = device.say(AUTHORIZE, (LAN, 1), now=site.now)
    assert refused(site, device, request)[0] is Code.AUTHORITY_LAPSED
    site.set(restored=False)
    for kind, outcome in ((AUTHORIZE, Authorized), (RENEW, Renewed), (EXPLAIN, Explained)):
        assert isinstance(site.say(device, kind, (LAN, 1)), outcome)


@pytest.mark.parametrize("state", [LocalState.REMOVED, LocalState.DEACTIVATED])
def test_a_removed_account_tells_its_devices_to_register_again(
    site: SiteOffice, state: LocalState
) -> None:
    """Devices of a site that is no more would try in vain for 90 days."""
    device, leaving = site.registered("A1"), site.registered("A2")
    site.set(state=state)
    for kind in (AUTHORIZE, RENEW, EXPLAIN):
        request = device.say(kind, (LAN, 1), now=site.now)
        assert refused(site, device, request) == (Code.UNKNOWN_INSTANCE, device.instance, None)
    newcomer = site.device("A3")
    request = newcomer.register(site.token(), now=site.now)
    assert refused(site, newcomer, request) == (Code.TOKEN_INVALID, "", None)
    assert isinstance(site.ask(leaving, leaving.leave(now=site.now)), Left)
