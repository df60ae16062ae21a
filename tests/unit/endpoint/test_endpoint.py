"""The front: one signed answer to whatever comes, one commit for many, nothing by halves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec import structs

from licet.endpoint.limits import FAILURES_MAX
from licet.kernel.ids import InstanceId
from licet.kernel.problems import Code
from licet.kernel.time import DAY
from licet.ledger.ports import Conflict, Needs, Work
from licet.pki.authority import rotate_issuer, rotate_master_key, rotate_root
from licet.wire import limits
from licet.wire.envelope import Kind, open_envelope, seal
from licet.wire.keys import to_base64
from licet.wire.messages import (
    ANSWERS,
    LEAVE_NOTES,
    REQUESTS,
    Answer,
    Authorized,
    Outcome,
    Problem,
    Registered,
    Renewed,
)
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device
from support.office import LAN, Office


@pytest.fixture
def office() -> Office:
    """An authority with one account."""
    return Office()


def outcome_of(answer: bytes) -> Outcome:
    """Return the outcome of an answer whose signature is of no interest here."""
    opened = open_envelope(answer, max_bytes=limits.MAX_ANSWER_BYTES)
    message = ANSWERS.decode(opened.payload)
    assert isinstance(message, Answer)
    return message.outcome


def code(outcome: Outcome) -> Code:
    """Return the code of a refusal."""
    assert isinstance(outcome, Problem), outcome
    return outcome.code


class Watched:
    """A unit of work whose commits are counted, and may be made to fail."""

    def __init__(self, work: Work, store: "Watching") -> None:
        self._work, self._store = work, store

    def __getattr__(self, name: str) -> Any:
        """Pass on what is not watched."""
        return getattr(self._work, name)

    def instance(self, instance: InstanceId) -> Any:
        """Fail for the instance that is poisoned."""
        if instance == self._store.poisoned:
            raise ZeroDivisionError("poisoned")
        return self._work.instance(instance)

    def commit(self) -> None:
        """Count, fail, or commit."""
        if self._store.failures:
            raise self._store.failures.pop()
        self._work.commit()
        self._store.commits += 1


class Watching:
    """A store around the office's own, which fails where a test says so."""

    def __init__(self, office: Office) -> None:
        self.inner: Any = office.store
        self.commits = 0
        self.begun: list[Needs] = []
        self.failures: list[Exception] = []
        self.poisoned: str | None = None

    def __getattr__(self, name: str) -> Any:
        """Pass on what is not watched."""
        return getattr(self.inner, name)

    @contextmanager
    def begin(self, needs: Needs = Needs(), *, alone: bool = False) -> Iterator[Any]:  # noqa: B008
        """Open a unit of work."""
        self.begun.append(needs)
        with self.inner.begin(needs, alone=alone) as work:
            yield Watched(work, self)


@pytest.fixture
def watching(office: Office) -> Watching:
    """The office's store, watched."""
    store = Watching(office)
    office.endpoint._store = store
    return store


def dump(office: Office) -> Any:
    """Return everything that the memory store holds; rows are immutable."""
    store: Any = office.store
    rows = {table.shape.name: dict(table.rows) for table in store._tables.every}
    assert rows["instance"], "a dump of nothing would compare well"
    return rows, list(store._events), store.next_due()


def speaking(office: Office, count: int) -> tuple[list[Device], list[bytes]]:
    """Return registered devices and one authorization request of each."""
    devices = [office.registered(f"A{number}") for number in range(count)]
    return devices, [device.say(AUTHORIZE, (LAN, 1), now=office.now) for device in devices]


def test_many_messages_are_one_commit(office: Office, watching: Watching) -> None:
    """A disk that syncs 100 times a second would answer 100 devices a second."""
    devices, requests = speaking(office, 8)
    before = watching.commits
    answers = office.post(*requests)
    assert watching.commits == before + 1
    for device, request, answer in zip(devices, requests, answers, strict=True):
        assert isinstance(device.believe(answer, request=request).outcome, Authorized)
    assert office.in_use(LAN) == 8
    assert set(watching.begun[-1].instances) >= {device.instance for device in devices}


def test_nothing_to_decide_opens_no_unit_of_work(office: Office, watching: Watching) -> None:
    """Rubbish from the network would cost the database."""
    assert [code(outcome_of(answer)) for answer in office.post(b"", b"rubbish")] == [
        Code.MALFORMED,
        Code.MALFORMED,
    ]
    assert office.post() == []
    assert watching.begun == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x" * (limits.MAX_REQUEST_BYTES + 1), Code.TOO_LARGE),
        (b"\xff\x00", Code.MALFORMED),
        (b"a.b.c", Code.MALFORMED),
    ],
)
def test_bad_input_gets_one_clear_problem(office: Office, data: bytes, expected: Code) -> None:
    """A device would wait for an answer that never comes."""
    [answer] = office.post(data)
    assert code(outcome_of(answer)) is expected


def test_an_answer_is_no_request(office: Office) -> None:
    """An answer reflected to the authority would be read as a message."""
    device = office.registered()
    [answer] = office.post(device.say(AUTHORIZE, now=office.now))
    [reflected] = office.post(answer)
    assert code(outcome_of(reflected)) is Code.MALFORMED


def test_a_message_in_the_envelope_of_another_kind_is_refused(office: Office) -> None:
    """A leave note could stand in for another message of the same bytes."""
    device = office.registered()
    opened = open_envelope(device.leave(now=office.now), max_bytes=limits.MAX_REQUEST_BYTES)
    note = LEAVE_NOTES.decode(opened.payload)
    for kind in (Kind.REQUEST, Kind.REGISTER, Kind.ANSWER):
        [answer] = office.post(seal(note, kind=kind, key=device.key, chain=device.chain))
        assert code(outcome_of(answer)) is Code.MALFORMED
    assert office.instance(device) is not None


@pytest.mark.parametrize("kind", ["register", "authorize", "renew", "explain", "leave"])
def test_no_flipped_byte_survives(office: Office, kind: str) -> None:
    """Somebody on the way could change what a device says."""
    office.give(LAN, 5)
    device = office.registered("A1")
    office.say(device, AUTHORIZE, (LAN, 1))
    request = {
        "register": lambda: office.device("A2").register(office.token(), now=office.now),
        "authorize": lambda: device.say(AUTHORIZE, (LAN, 2), now=office.now),
        "renew": lambda: device.say(RENEW, (LAN, 2), now=office.now),
        "explain": lambda: device.say(EXPLAIN, (LAN, 2), now=office.now),
        "leave": lambda: device.leave(now=office.now),
    }[kind]()
    before = dump(office)
    for place in range(len(request)):
        bad = bytearray(request)
        bad[place] ^= 1
        [answer] = office.post(bytes(bad))
        assert isinstance(outcome_of(answer), Problem), f"byte {place} of {kind}"
    assert dump(office) == before
    [answer] = office.post(request)
    assert not isinstance(outcome_of(answer), Problem)


def test_no_refusal_changes_anything(office: Office) -> None:
    """A request that is refused would have half of an effect."""
    office.give(LAN, 5)
    device = office.registered("A1")
    office.say(device, AUTHORIZE, (LAN, 1))
    office.say(device, AUTHORIZE, (LAN, 1))
    gone = office.registered("A2")
    office.ask(gone, gone.leave(now=office.now))
    used_up = office.token(uses=1)
    office.registered("A3", used_up)
    twin = office.device("A1")
    twin.notes = (office.registered("A4").leave(now=office.now), b"rubbish")
    stranger = Office(seed="stranger").registered("A5")
    token, unknown = office.token(), office.token(stored=False)
    requests = {
        Code.ALREADY_REGISTERED: twin.register(token, now=office.now),
        Code.TOKEN_INVALID: twin.register(unknown, now=office.now),
        Code.TOKEN_USED_UP: twin.register(used_up, now=office.now, force=True),
        Code.KEY_RETIRED: gone.register(token, now=office.now),
        Code.UNKNOWN_INSTANCE: gone.say(AUTHORIZE, (LAN, 1), now=office.now),
        Code.WRONG_AUTHORITY: stranger.say(AUTHORIZE, (LAN, 1), now=office.now),
        Code.MALFORMED: device.say(AUTHORIZE, (LAN, 2), (LAN, 1), now=office.now),
        Code.STALE: device.sent[1],
    }
    before = dump(office)
    answers = office.post(*requests.values())
    assert [code(outcome_of(answer)) for answer in answers] == list(requests)
    assert dump(office) == before


def test_one_that_fails_does_not_take_others_with_it(
    office: Office, watching: Watching, caplog: pytest.LogCaptureFixture
) -> None:
    """One row that a fault has damaged would stop a whole fleet."""
    devices, requests = speaking(office, 4)
    watching.poisoned = devices[2].instance
    outcomes = [outcome_of(answer) for answer in office.post(*requests)]
    assert [isinstance(outcome, Authorized) for outcome in outcomes] == [True, True, False, True]
    assert code(outcomes[2]) is Code.INTERNAL
    assert office.in_use(LAN) == 3
    assert "poisoned" in caplog.text


def test_a_commit_that_fails_is_no_success(office: Office, watching: Watching) -> None:
    """A device would believe what the authority has forgotten."""
    device = office.registered()
    request = device.say(AUTHORIZE, (LAN, 1), now=office.now)
    before = office.instance(device)
    watching.failures = [OSError("disk full")]
    assert code(outcome_of(office.post(request)[0])) is Code.INTERNAL
    assert office.instance(device) == before
    assert isinstance(office.ask(device, request), Authorized)


def test_a_batch_whose_commit_fails_is_tried_one_by_one(office: Office, watching: Watching) -> None:
    """One failed commit would fail many devices."""
    _, requests = speaking(office, 3)
    watching.failures = [OSError("too large")]
    outcomes = [outcome_of(answer) for answer in office.post(*requests)]
    assert all(isinstance(outcome, Authorized) for outcome in outcomes)
    assert office.in_use(LAN) == 3


def test_a_conflict_is_run_again_and_has_one_effect(office: Office, watching: Watching) -> None:
    """An administrator who works at the same time would make devices fail."""
    token = office.token(uses=2)
    device = office.device()
    watching.failures = [Conflict()]
    assert isinstance(office.register(device, token), Registered)
    assert office.uses(token) == 1
    assert len(office.of_udi(device.udi)) == 1


def test_the_same_request_twice_in_one_batch_has_one_effect(office: Office) -> None:
    """A network that doubles packets would double registrations."""
    token = office.token(uses=1)
    device = office.device()
    request = device.register(token, now=office.now)
    first, second = office.post(request, request)
    one, two = outcome_of(first), outcome_of(second)
    assert isinstance(one, Registered)
    assert one == two
    assert office.uses(token) == 1


def test_who_fails_again_and_again_is_told_to_wait(office: Office) -> None:
    """Registrations that fail in a loop would occupy the authority."""
    assert isinstance(office.register(office.device()), Registered)
    for _ in range(FAILURES_MAX["udi"]):
        assert code(office.register(office.device())) is Code.ALREADY_REGISTERED
    outcome = office.register(office.device())
    assert isinstance(outcome, Problem)
    assert outcome.code is Code.SLOW_DOWN
    assert outcome.retry_after_s == 15 * 60
    assert isinstance(office.register(office.device("A2")), Registered)


def test_who_proves_no_token_counts_against_no_product(office: Office) -> None:
    """Anybody who reads a label could keep that product from registering."""
    device = office.device()
    bad = office.token(stored=False)
    for _ in range(FAILURES_MAX["udi"] * 2):
        assert code(office.register(device, bad)) is Code.TOKEN_INVALID
    assert isinstance(office.register(device), Registered)


def test_only_who_holds_a_key_counts_against_a_serial_number(office: Office) -> None:
    """Damaged copies of a registration, sent by anybody, would keep its product out."""
    device = office.device()
    request = bytearray(device.register(office.token(), now=office.now))
    request[-3] ^= 1
    for _ in range(FAILURES_MAX["udi"] * 2):
        assert code(outcome_of(office.post(bytes(request))[0])) in (
            Code.BAD_SIGNATURE,
            Code.MALFORMED,
        )
    assert isinstance(office.register(device), Registered)


def test_a_device_that_was_away_over_two_root_rotations_comes_back(office: Office) -> None:
    """Every product would have to be visited after a root is replaced."""
    device = office.registered()
    held = device.trust
    assert held is not None
    for _ in range(2):
        office.keys = rotate_root(office.keys, chance=office.chance, now=office.now)
    office.endpoint.keys = office.keys
    assert isinstance(office.say(device, AUTHORIZE), Authorized)
    assert device.trust is not None
    assert device.trust.version == held.version + 2
    assert isinstance(office.say(device, RENEW), Renewed)
    assert isinstance(office.register(office.device("A2")), Registered)


def test_old_tokens_live_on_after_a_new_master_key(office: Office) -> None:
    """Rotating the master key would end every token that was handed out."""
    token = office.token()
    office.keys = rotate_master_key(office.keys, chance=office.chance)
    office.endpoint.keys = office.keys
    assert isinstance(office.register(office.device("A1"), token), Registered)
    assert isinstance(office.register(office.device("A2")), Registered)


def test_a_new_issuer_serves_devices_of_the_old_one(office: Office) -> None:
    """Replacing the issuing CA would throw every product out."""
    device = office.registered()
    office.keys = rotate_issuer(office.keys, chance=office.chance, now=office.now)
    office.endpoint.keys = office.keys
    assert isinstance(office.say(device, AUTHORIZE), Authorized)
    assert isinstance(office.say(device, RENEW), Renewed)


def test_a_leave_is_believed_after_a_rotation_too(office: Office) -> None:
    """A product that deregisters could not understand the answer and would carry its note on."""
    device = office.registered()
    office.keys = rotate_root(office.keys, chance=office.chance, now=office.now)
    office.endpoint.keys = office.keys
    request = device.leave(now=office.now)
    assert not isinstance(office.ask(device, request), Problem)


def test_an_issuer_in_its_last_months_is_no_silence(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """An authority whose issuing CA was not renewed would answer nothing, or something worthless."""
    keys, token = office.keys, office.token(days=3000)
    device = office.device()
    request = device.register(token, now=office.now)
    office.later(5 * 365 * DAY)
    renewed, office.endpoint.keys = office.keys, keys
    [answer] = office.post(request)
    assert code(outcome_of(answer)) is Code.INTERNAL
    assert "could not be signed" in caplog.text
    office.endpoint.keys = renewed
    assert isinstance(office.register(device, token), Registered)
    assert office.uses(token) == 1


@pytest.mark.parametrize("csr", [b"", b"rubbish", bytes(300)])
def test_a_registration_without_a_good_csr_is_malformed(office: Office, csr: bytes) -> None:
    """Bytes that are no CSR would stop the authority."""
    device = office.device()
    good = REQUESTS.decode(
        open_envelope(
            device.register(office.token(), now=office.now), max_bytes=limits.MAX_REQUEST_BYTES
        ).payload
    )
    bad = structs.replace(good, csr=to_base64(csr))
    [answer] = office.post(seal(bad, kind=Kind.REGISTER, key=device.key))
    assert code(outcome_of(answer)) in (Code.MALFORMED, Code.BAD_SIGNATURE)


def test_a_registration_brings_no_certificates(office: Office) -> None:
    """A registration could be signed under somebody else's certificate."""
    device = office.registered("A1")
    good = REQUESTS.decode(
        open_envelope(device.sent[0], max_bytes=limits.MAX_REQUEST_BYTES).payload
    )
    [answer] = office.post(seal(good, kind=Kind.REGISTER, key=device.key, chain=device.chain))
    assert code(outcome_of(answer)) is Code.MALFORMED


def test_a_message_of_a_later_version_is_told_so(office: Office) -> None:
    """A newer agent would be called malformed, and nobody would know which side to upgrade."""
    device = office.registered()
    opened = open_envelope(
        device.say(AUTHORIZE, now=office.now), max_bytes=limits.MAX_REQUEST_BYTES
    )
    later = structs.replace(REQUESTS.decode(opened.payload), v=2)
    [answer] = office.post(seal(later, kind=Kind.REQUEST, key=device.key, chain=device.chain))
    assert code(outcome_of(answer)) is Code.UNSUPPORTED_VERSION
