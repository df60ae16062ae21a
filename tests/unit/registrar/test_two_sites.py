"""One product between two local accounts of one on-prem: two authorities over one ledger."""

from dataclasses import replace
from datetime import datetime

import pytest
from typing_extensions import override

from licet.agent.events import Enable, Register, Request
from licet.agent.tables import Authorization, Registration
from licet.endpoint.endpoint import Call
from licet.endpoint.reception import Reception
from licet.kernel.ids import Udi
from licet.kernel.problems import Code
from licet.kernel.time import DAY, HOUR
from licet.ledger.model import Instance
from licet.ledger.ports import Work
from licet.store.memory import MemoryStore
from licet.wire.messages import Authorized, Outcome, Problem, Registered
from licet.wire.tokens import print_token
from support.device import AUTHORIZE
from support.harness import START, Device
from support.office import LAN, Customer, Office
from support.sites import SiteOffice


class NamedOffice(SiteOffice):
    """A local account that is called as its authority is."""

    @override
    def customer(self, name: str, *, export: bool = True) -> Customer:
        return super().customer(self.keys.name, export=export)


class OnPrem:
    """Two local accounts of one on-prem, with five licenses each, as the harness's devices ask them."""

    def __init__(self) -> None:
        manager, store = Office(now=START), MemoryStore()
        self.north = NamedOffice(manager, seed="north", store=store)
        self.south = NamedOffice(manager, seed="south", store=store)
        self.sites = (self.north, self.south)
        for site in self.sites:
            site.give(LAN, 5)

    def answer(self, requests: list[bytes], now: datetime) -> list[bytes]:
        """Let each request be answered by the account that it is for."""
        reception = Reception({site.site: site.endpoint for site in self.sites})
        replies = reception.handle([Call(request) for request in requests], now=now)
        return [reply.data for reply in replies if reply is not None]


@pytest.fixture
def on_prem() -> OnPrem:
    """Return an on-prem."""
    return OnPrem()


def behind(on_prem: OnPrem) -> Device:
    """Return a device that asks for one license."""
    device = Device(on_prem, udi=Udi("N9K-C93180YC-EX", "FDO21120U5B"))  # type: ignore[arg-type]
    device.runtime.handle(Enable())
    device.runtime.handle(Request(LAN))
    return device


def type_token(device: Device, site: SiteOffice) -> None:
    """Register with a token of one account, and let a day pass."""
    device.runtime.handle(Register(print_token(site.token(days=365))))
    device.advance(DAY)


def instances(site: SiteOffice) -> list[Instance]:
    """Return the instances of an account."""
    return site.look(lambda work: list(work.page_instances(site.example.virtual, None, 10)))


def code(outcome: Outcome) -> Code:
    """Return the code of a refusal."""
    assert isinstance(outcome, Problem), outcome
    return outcome.code


def test_an_answer_was_lost_before_the_other_accounts_token_was_typed(on_prem: OnPrem) -> None:
    """The product would be answered with another account's instance, and could never register again."""
    device = behind(on_prem)
    device.lose_answers = 1
    device.runtime.handle(Register(print_token(on_prem.north.token())))
    assert device.view().registration.state is Registration.RETRY
    type_token(device, on_prem.south)
    view = device.view().registration
    assert view.state is Registration.FAILED
    assert view.initial is not None
    assert view.initial.reason == "The registration was withdrawn by the authority"
    type_token(device, on_prem.south)
    assert device.view().registration.state is Registration.COMPLETE
    assert device.view().registration.smart_account == "south"
    assert device.view().authorization.state is Authorization.AUTHORIZED
    assert [len(instances(site)) for site in on_prem.sites] == [0, 1]
    assert [site.in_use(LAN) for site in on_prem.sites] == [0, 1]
    assert [site.alert_kinds() for site in on_prem.sites] == [set(), set()]
    [event] = [one for one in on_prem.north.events() if "was removed" in one.text]
    assert "south" not in event.text


def test_it_goes_back_to_the_first_account(on_prem: OnPrem) -> None:
    """Who changes his mind would have to know that `force` is needed, for what never was in use."""
    device = behind(on_prem)
    device.lose_answers = 1
    device.runtime.handle(Register(print_token(on_prem.north.token())))
    type_token(device, on_prem.south)
    type_token(device, on_prem.north)
    assert device.view().registration.state is Registration.COMPLETE
    assert device.view().registration.smart_account == "north"
    assert [site.in_use(LAN) for site in on_prem.sites] == [1, 0]


def test_what_has_spoken_stays(on_prem: OnPrem) -> None:
    """A late copy of a registration would end the one that came after it."""
    north, south = on_prem.sites
    device = north.device()
    late = device.register(south.token(), now=south.now)
    north.register(device)
    assert isinstance(north.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    assert code(south.ask(device, late)) is Code.KEY_RETIRED
    assert len(instances(north)) == 1
    assert north.in_use(LAN) == 1


@pytest.mark.parametrize("ended", ["expired", "revoked", "used up"])
def test_a_token_that_lets_nobody_in_removes_nobody(on_prem: OnPrem, ended: str) -> None:
    """The product would be registered nowhere, by a token that is good for nothing."""
    north, south = on_prem.sites
    device = north.device()
    token = south.token(uses=1, days=1)
    if ended == "used up":
        south.registered("FDO21120U6C", token)

    def revoke(work: Work) -> None:
        row = work.token(token.token)
        assert row is not None
        work.put_token(replace(row, revoked_at=south.now))

    if ended == "revoked":
        south.change(revoke)
    south.now += DAY if ended == "expired" else HOUR
    assert isinstance(north.register(device), Registered)
    said = code(south.register(device, token))
    assert said in {Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.TOKEN_USED_UP}
    assert len(instances(north)) == 1


def test_another_products_key_removes_nobody(on_prem: OnPrem) -> None:
    """A product would be removed by what says that it is another one."""
    north, south = on_prem.sites
    device = north.device()
    north.register(device)
    device.udi = Udi("N9K-C93180YC-EX", "FDO21120U7D")
    assert code(south.register(device)) is Code.MALFORMED
    assert len(instances(north)) == 1


def test_at_a_manager_the_accounts_are_one_authority() -> None:
    """A product whose answer was lost would have to register twice where nothing is in its way."""
    office = Office()
    other = office.customer("Other")
    device = office.device()
    first = office.register(device, office.token())
    second = office.register(device, office.token(at=other))
    assert isinstance(first, Registered)
    assert isinstance(second, Registered)
    assert second.instance == first.instance
