"""One door, many authorities: each request goes to the one that it names."""

from collections import Counter
from typing import Any

import pytest

from licet.endpoint.endpoint import Call, Endpoint, Reply
from licet.endpoint.reception import Reception
from licet.kernel.problems import Code
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.messages import ANSWERS, Answer, Authorized, Left, Registered
from support.device import AUTHORIZE
from support.office import LAN, Office
from support.sites import SiteOffice


@pytest.fixture
def sites() -> list[SiteOffice]:
    """Two sites of one manager."""
    manager = Office()
    return [SiteOffice(manager, seed=name) for name in ("north", "south")]


def reception(sites: list[SiteOffice]) -> Reception:
    """Return the reception of sites."""
    return Reception({site.keys.authority: site.endpoint for site in sites})


def handle(sites: list[SiteOffice], *requests: bytes) -> list[Reply | None]:
    """Hand requests in at the one door."""
    calls = [Call(request) for request in requests]
    return reception(sites).handle(calls, now=sites[0].now)


def authority_of(reply: Reply | None) -> str:
    """Return who signed an answer."""
    assert reply is not None
    answer = ANSWERS.decode(open_envelope(reply.data, max_bytes=limits.MAX_ANSWER_BYTES).payload)
    assert isinstance(answer, Answer)
    return answer.authority


def test_each_request_goes_to_the_authority_that_it_names(sites: list[SiteOffice]) -> None:
    """A device of one local account would be refused by another one, for good."""
    north, south = sites
    token = {site: site.token() for site in sites}
    asked = []
    for number in range(6):
        site = sites[number % 2]
        device = site.device(f"A{number}")
        asked.append((site, device, device.register(token[site], now=site.now)))
    replies = handle(sites, *(request for _, _, request in asked))
    for (site, device, request), reply in zip(asked, replies, strict=True):
        assert reply is not None
        heard = device.believe(reply.data, request=request, root_mark=site.root_mark)
        assert isinstance(heard.outcome, Registered)
        assert heard.authority == site.keys.authority
    spoken = [device.say(AUTHORIZE, (LAN, 1), now=site.now) for site, device, _ in asked]
    left = [device.leave(now=site.now) for site, device, _ in asked]
    for requests, kind in ((spoken, Authorized), (left, Left)):
        for (_, device, _), request, reply in zip(
            asked, requests, handle(sites, *requests), strict=True
        ):
            assert reply is not None
            assert isinstance(device.believe(reply.data, request=request).outcome, kind)
    assert north.in_use(LAN) == south.in_use(LAN) == 0


def test_one_batch_is_one_call_of_each_endpoint(
    sites: list[SiteOffice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred devices would cost a hundred commits again."""
    devices = [(site, site.registered(f"A{number}")) for number in range(4) for site in sites]
    counted: Counter[str] = Counter()
    real = Endpoint.handle

    def count(self: Endpoint, calls: Any, **given: Any) -> list[Reply]:
        counted[self.keys.authority] += 1
        return real(self, calls, **given)

    monkeypatch.setattr(Endpoint, "handle", count)
    requests = [device.say(AUTHORIZE, (LAN, 1), now=site.now) for site, device in devices]
    replies = handle(sites, *requests)
    assert [authority_of(reply) for reply in replies] == [
        site.keys.authority for site, _ in devices
    ]
    assert counted == {site.keys.authority: 1 for site in sites}


def test_nobody_answers_for_an_authority_that_is_not_here(sites: list[SiteOffice]) -> None:
    """A local account would sign answers to another one's devices, which believe none of them."""
    north, south = sites
    device = south.registered()
    strangers = [
        device.say(AUTHORIZE, (LAN, 1), now=south.now),
        south.device("A2").register(south.token(), now=south.now),
    ]
    known = north.device("A3").register(north.token(), now=north.now)
    replies = handle([north], *strangers, known)
    assert replies[:2] == [None] * 2
    assert authority_of(replies[2]) == north.keys.authority
    nobody = Reception({})
    assert nobody.handle([Call(known), Call(b"rubbish")], now=north.now) == [None, None]


def test_a_leave_note_for_elsewhere_is_taken_where_it_can_go_on(sites: list[SiteOffice]) -> None:
    """A note would wait for ever in a local account that never synchronizes again."""
    north, south = sites
    gone = SiteOffice(north.manager, seed="gone")
    device = gone.registered()
    north.set(lease_ends_at=north.now)
    [reply] = handle(sites, device.leave(now=gone.now))
    assert authority_of(reply) == south.keys.authority
    [note] = south.look(lambda work: work.notes_carried_by(south.keys.authority))
    assert (note.instance, note.authority) == (device.instance, gone.keys.authority)
    south.set(lease_ends_at=south.now)
    assert handle(sites, device.leave(now=gone.now)) == [None], "the product keeps it"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.MALFORMED),
        (b"a.b.c", Code.MALFORMED),
        (b"x" * (limits.MAX_REQUEST_BYTES + 1), Code.TOO_LARGE),
    ],
)
def test_what_names_nobody_is_answered(sites: list[SiteOffice], data: bytes, code: Code) -> None:
    """A product whose messages are broken would never be told so."""
    [reply] = handle(sites, data)
    assert reply is not None
    assert reply.problem is code


def test_an_authority_that_is_taken_on_is_served_at_once(sites: list[SiteOffice]) -> None:
    """A new local account would be dead until the on-prem is started anew."""
    north, south = sites
    served = {north.keys.authority: north.endpoint}
    door = Reception(served)
    request = south.device().register(south.token(), now=south.now)
    assert door.handle([Call(request)], now=south.now) == [None]
    served[south.keys.authority] = south.endpoint
    [reply] = door.handle([Call(request)], now=south.now)
    assert authority_of(reply) == south.keys.authority
