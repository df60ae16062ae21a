"""Attacks by strangers on the network, by who carries files, and by who asks to be taken on."""

import base64
import contextlib
import io
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from licet.admin.on_prems import invite, show_invitation
from licet.kernel.chance import draw_uuid
from licet.kernel.ids import AuthorityId
from licet.kernel.time import epoch_seconds
from licet.pki.authority import found_authority
from licet.sync.gate import read
from licet.sync.problems import SyncRefused, Why
from licet.sync.registration import admit_authorization, write_authorization
from licet.wire import limits
from licet.wire.codec import Part
from licet.wire.documents import Document
from licet.wire.envelope import Kind, seal
from licet.wire.keys import draw_key, public_bytes, to_base64
from licet.wire.messages import SignedTrustList
from licet.wire.sites import (
    REGISTRATION_AUTHORIZATION,
    REGISTRATION_REQUEST,
    REQUEST_BYTES_MAX,
)
from licet.wire.tokens import Token, parse_token
from support.applicant import Applicant
from support.site_client import BYTES, PART, SiteClient
from support.sites import certified
from support.sync_attacks import CHANCE, KIB_MAX, MIB, Town, edited, head_of, peak_kib, town


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a manager with its sites."""
    with town(tmp_path_factory.mktemp("town")) as there:
        yield there


@contextlib.contextmanager
def client_of(place: Town, source: str | None = None) -> Iterator[SiteClient]:
    """Return a connection to the manager; `source` is another machine's."""
    with place.manager.client(source=source) as opened:
        yield SiteClient(opened)


def spooled(place: Town) -> list[str]:
    """Return what is in the spool."""
    return sorted(path.name for path in place.manager.data.spool.iterdir())


def code_for(place: Town, name: str) -> Token:
    """Return a code with which an on-prem may register."""
    office = place.office
    with office.store.begin(alone=True) as work:
        account = work.account(office.example.account)
        assert account is not None
        made = invite(
            work,
            account,
            office.keys,
            virtual_account=name,
            removal_days=90,
            days=1,
            who="ann",
            now=office.now,
            chance=CHANCE,
        )
        work.commit()
    return parse_token(show_invitation(made, office.keys))


class Loose(Part, frozen=True, kw_only=True, tag_field="kind", tag="upload"):
    """An announcement with any size."""

    v: int = 1
    manager: str
    site: str
    number: int
    digest: str
    size: int
    at: int


# --- who is on the network -------------------------------------------------------------------


def test_guessing_capabilities(place: Town) -> None:
    """A stranger could go on with somebody's upload, or end it."""
    request = place.plant.request()
    with client_of(place, "127.0.0.2") as site, client_of(place, "127.0.0.9") as stranger:
        _, begun = site.begin(place.plant.announcement(request))
        half = len(request) // 2
        assert site.part(begun["upload"], 0, request[:half])[0] == 200
        true = begun["upload"]
        near = [true[:-1] + one for one in "ABCDEFGHIJKLMNOP" if one != true[-1]]
        for guess in ("A" * 43, true.swapcase(), true[::-1], *near):
            assert stranger.part(guess, half, request[half:])[0] == 404
            assert stranger.result(guess)[0] == 404
        for body in (b"../../keys\n0\nx", b"%s/\n0\nx" % true[:42].encode(), b"\n0\nx", b"\0" * 60):
            status, _, _ = stranger.client.post(body, path=PART, content_type=BYTES)
            assert status == 400
        assert site.part(true, half, request[half:])[0] == 200
        assert site.outcome(true)[0] == 200


def test_a_storm_of_announcements(place: Town) -> None:
    """A stranger could cancel a site's upload, fill the spool, or keep the manager from answering."""
    request = place.moon.request()
    forged = [
        place.moon.announcement(request, key=draw_key(CHANCE)),
        place.moon.announcement(request, key=place.plant.private.sync),
        place.plant.announcement(request, lies={"site": place.moon.site}),
        place.moon.announcement(request, lies={"manager": draw_uuid(CHANCE)}),
        place.moon.announcement(request, lies={"site": draw_uuid(CHANCE)}),
        place.moon.announcement(request)[:-4],
        b"",
        b"x" * limits.MAX_REQUEST_BYTES,
    ]
    place.reset_peak()
    with client_of(place, "127.0.0.2") as site:
        _, begun = site.begin(place.moon.announcement(request))
        half = len(request) // 2
        assert site.part(begun["upload"], 0, request[:half])[0] == 200
        before = spooled(place)
        heard: Counter[int] = Counter()
        with client_of(place, "127.0.0.8") as stranger:
            for number in range(2_000):
                heard[stranger.begin(forged[number % len(forged)])[0]] += 1
        assert heard == {409: 256, 429: 2_000 - 256}
        assert spooled(place) == before
        again = site.begin(place.moon.announcement(request))[1]
        assert (again["upload"], again["offset"]) == (begun["upload"], half)
        assert site.part(begun["upload"], half, request[half:])[0] == 200
        place.moon.take(site.answer(begun["upload"]))
    place.check_server()


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.nightly)])
def test_a_site_announces_again_and_again(place: Town, count: int) -> None:
    """A site could fill the disk, or take the places of all others, by announcing."""
    before = spooled(place)
    with client_of(place, "127.0.0.3") as site:
        for number in range(count):
            lies: dict[str, str | int] = {
                "number": number + 1,
                "digest": f"{number:043}",
                "size": REQUEST_BYTES_MAX,
            }
            assert site.begin(place.plant.announcement(b"", lies=lies))[0] == 200
            assert len(spooled(place)) <= len(before) + 1
    # Later ones by the clock of the site are on its way; the next true one is newer still.
    place.plant.now = place.office.now = place.plant.now.replace(microsecond=0)
    with client_of(place, "127.0.0.3") as site:
        request = place.plant.request()
        last = {"number": count + 1, "at": epoch_seconds(place.plant.now)}
        assert site.begin(place.plant.announcement(request, lies=last))[0] == 200
    assert len(spooled(place)) <= len(before) + 1


def test_sizes_that_lie(place: Town) -> None:
    """A peer could have more kept than it announced, or than a request may have."""
    moon = place.moon
    before = [name for name in spooled(place) if name.endswith(".request")]

    def announced(size: int, at: int = 0) -> bytes:
        said = Loose(
            manager=place.office.keys.authority,
            site=moon.site,
            number=99,
            digest="A" * 43,
            size=size,
            at=epoch_seconds(moon.now) + at,
        )
        return seal(said, kind=Kind.UPLOAD, key=moon.private.sync)

    with client_of(place, "127.0.0.4") as site:
        for size in (-1, REQUEST_BYTES_MAX + 1, 1024 * MIB, 2**63, 2**70):
            status, said = site.begin(announced(size))
            assert (status, said["why"]) == (409, Why.DAMAGED), size
        status, asked = site.begin(announced(0))
        assert (status, asked["offset"]) == (200, 0), "it asks for the last response again"
        assert site.part(asked["upload"], 0, b"x") == (409, {"why": "offset", "offset": 0})
        _, begun = site.begin(announced(3 * MIB, 1))
        assert site.part(begun["upload"], 0, b"x" * MIB)[0] == 200
        for offset in (0, MIB - 1, MIB + 1, 10**12 - 1):
            assert site.part(begun["upload"], offset, b"x") == (
                409,
                {"why": "offset", "offset": MIB},
            )
        assert site.part(begun["upload"], MIB, b"x" * MIB)[0] == 200
        status, said = site.part(begun["upload"], 2 * MIB, b"x" * MIB)
        assert (status, said["why"]) == (409, Why.DAMAGED), "it is not what was announced"
        assert site.part(begun["upload"], 3 * MIB, b"x")[0] == 404
        _, begun = site.begin(announced(MIB + 1, 2))
        assert site.part(begun["upload"], 0, b"x" * MIB)[0] == 200
        status, said = site.part(begun["upload"], MIB, b"xx")
        assert (status, said["why"]) == (409, Why.DAMAGED)
        assert f"more than the announced {MIB + 1} bytes came" in said["text"]
    left = [name for name in spooled(place) if name.endswith(".request")]
    assert set(left) <= set(before)


@pytest.mark.nightly
def test_a_gigabyte_over_the_network(place: Town) -> None:
    """A site could fill the manager's disk or memory."""
    place.reset_peak()
    lies: dict[str, str | int] = {"digest": "B" * 43, "size": REQUEST_BYTES_MAX, "number": 10**9}
    block = b"x" * MIB
    before = spooled(place)
    most, offset, status = 0, 0, 0
    said: Any = None
    with client_of(place, "127.0.0.4") as site:
        _, begun = site.begin(place.moon.announcement(b"", lies=lies))
        for offset in range(0, 1024 * MIB, MIB):
            status, said = site.part(begun["upload"], offset, block)
            spool = place.manager.data.spool
            most = max(most, sum(path.stat().st_size for path in spool.iterdir()))
            if status != 200:
                break
    assert (status, said["why"]) == (409, Why.DAMAGED)
    assert offset == REQUEST_BYTES_MAX - MIB
    assert most < REQUEST_BYTES_MAX + MIB
    assert set(spooled(place)) <= set(before)
    assert peak_kib(place.manager.process.pid) < KIB_MAX


def test_parts_behind_the_result(place: Town) -> None:
    """Who was answered could have something else applied under the same capability."""
    with client_of(place, "127.0.0.5") as site:
        request = place.moon.request()
        sent = site.send(place.moon, request)
        letter = site.answer(sent)
        before = place.tables()
        for offset in (0, len(request), len(request) - 1):
            status, said = site.part(sent, offset, request)
            assert (status, said) == (409, {"why": "offset", "offset": len(request)})
        assert site.result(sent, len(letter) + 1)[0] == 409
        assert site.result(sent, 999_999_999_999)[0] == 409
        assert site.answer(sent) == letter
        assert place.tables() == before
        place.moon.take(letter)


def test_two_uploads_race(place: Town) -> None:
    """Parts that come twice over two lines would be mixed up, or applied twice."""
    request = place.moon.request()
    letters: list[bytes] = []
    failures: list[BaseException] = []

    def send(source: str) -> None:
        try:
            with client_of(place, source) as site:
                _, begun = site.begin(place.moon.announcement(request))
                offset = begun["offset"]
                while offset < len(request):
                    _, said = site.part(begun["upload"], offset, request[offset : offset + 50])
                    offset = said["offset"]
                letters.append(site.answer(begun["upload"]))
        except BaseException as error:  # noqa: BLE001 - the test fails with it
            failures.append(error)

    threads = [threading.Thread(target=send, args=(f"127.0.1.{one}",)) for one in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(letters)) == 1
    place.moon.take(letters[0])


def test_a_refusal_that_is_asked_for_for_ever(place: Town) -> None:
    """The manager's memory would grow with every question about what it has refused."""
    with client_of(place, "127.0.0.6") as site:
        request = edited(place.moon.request(), place.moon.private.sync, expires_at=1)
        sent = site.send(place.moon, request)
        assert site.outcome(sent)[1]["why"] == Why.EXPIRED
        for _ in range(200):
            site.result(sent)
        place.reset_peak()
        for _ in range(2_000):
            status, said = site.result(sent)
            assert (status, said["why"]) == (409, Why.EXPIRED)
        assert place.manager.resident_kib() - place.before_kib < 1024


def test_slow_parts(place: Town) -> None:
    """A few hundred bytes a minute on many lines would keep the sites and the devices out."""
    lines = []
    head = (
        f"POST {PART} HTTP/1.1\r\nHost: x\r\nContent-Type: {BYTES}\r\nContent-Length: {MIB}\r\n\r\n"
    )
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            plain = stack.enter_context(place.manager.connect(source="127.0.0.7"))
            lines.append(stack.enter_context(place.manager.secure(plain)))
            lines[-1].sendall(head.encode() + b"A" * 43 + b"\n0\n")
        begin = time.perf_counter()
        with client_of(place) as site:
            place.moon.take(site.answer(site.send(place.moon, place.moon.request())))
            assert site.client.ask("GET", "/healthz")[0] == 200
        assert time.perf_counter() - begin < 10
        for line in lines:
            line.sendall(b"x")


# --- who asks to be taken on -----------------------------------------------------------------


def test_one_code_for_two_at_once(place: Town) -> None:
    """A code that leaked would let in a second on-prem beside the first."""
    code = code_for(place, "Race")
    asks = [
        Applicant(CHANCE, place.office.now, name=f"Race-{number}", virtual_account="Race")
        for number in range(4)
    ]
    came: dict[str, int] = {}

    def register(one: Applicant) -> None:
        with client_of(place) as client:
            came[one.name] = client.register(one.request(code))[0]

    threads = [threading.Thread(target=register, args=(one,)) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came.values()) == [200, 409, 409, 409]
    [won] = [one for one in asks if came[one.name] == 200]
    on_prems = place.office.look(lambda work: work.on_prems(place.office.example.account))
    assert [one.id for one in on_prems if one.name.startswith("Race")] == [won.account.id]


def by_file(place: Town, asks: Applicant, request: bytes | None = None) -> tuple[int, str, str]:
    """Give a registration request to the manager's command line."""
    [file] = place.child.files([request or asks.request()])
    out = place.folder / "authorization.yml"
    out.unlink(missing_ok=True)
    data = ("--data", str(place.manager.data.path))
    [came] = place.child.run(("manager", "onprem", "add", file, "--output", str(out), *data))
    assert out.exists() == (came[0] == 0)
    return came


@pytest.mark.parametrize("road", ["by file", "by code"])
@pytest.mark.parametrize("whose", ["the manager's", "an account's", "a site's"])
def test_an_id_of_somebody_else(place: Town, road: str, whose: str) -> None:
    """An on-prem could be certified to speak as the manager itself, or as another customer."""
    office = place.office
    ids = {
        "the manager's": office.keys.authority,
        "an account's": office.example.account,
        "a site's": place.moon.site,
    }
    name = f"Id-{road[-4:]}-{whose.split()[1][:4]}"
    asks = Applicant(CHANCE, office.now, name=name, virtual_account=name)
    asks.account = replace(asks.account, id=AuthorityId(ids[whose]))
    code = code_for(place, name) if road == "by code" else None
    before = place.tables()
    if road == "by file":
        status, _, text = by_file(place, asks)
        assert status == 1
    else:
        with client_of(place) as client:
            status, said = client.register(asks.request(code))
        assert status == 409
        text = said["text"]
    assert "request it anew" in text or "request the local account anew" in text
    assert place.tables() == before


def test_keys_of_somebody_else(place: Town) -> None:
    """Who has read the public keys of a site could register them as their own, and take its place."""
    asks = Applicant(CHANCE, place.office.now, name="Thief", virtual_account="Thief")
    moon = place.moon.known()
    before = place.tables()
    for field, key in (
        ("sync", moon.keys.sync),
        ("sync", public_bytes(draw_key(CHANCE).public_key())),
    ):
        other: Any = {field: to_base64(key)}
        request = edited(asks.request(), asks.private.sync, form=REGISTRATION_REQUEST, **other)
        status, _, text = by_file(place, asks, request)
        assert status == 1
        assert "the registration request is damaged" in text
    assert place.tables() == before
    # Public keys that it cannot use do it no good; certificates over them are for its own name.
    taken = edited(
        asks.request(),
        asks.private.sync,
        form=REGISTRATION_REQUEST,
        sub_ca=to_base64(moon.keys.sub_ca),
        answer=to_base64(moon.keys.answer),
    )
    assert by_file(place, asks, taken)[0] == 0
    head = head_of((place.folder / "authorization.yml").read_bytes(), REGISTRATION_AUTHORIZATION)
    assert head.site == asks.account.id
    place.moon.synchronize()


def test_a_registration_file_is_swapped_on_its_way(place: Town) -> None:
    """Who carries the files could register a key of their own, and nobody would see it."""
    office = place.office
    honest = Applicant(CHANCE, office.now, name="Honest", virtual_account="Honest")
    request = honest.request()
    waits = replace(honest.account, registration=digest_of(request))
    carrier = Applicant(CHANCE, office.now, name="Honest", virtual_account="Honest")
    carrier.account = replace(carrier.account, id=honest.account.id)
    status, out, _ = by_file(place, carrier)
    assert status == 0
    authorization = (place.folder / "authorization.yml").read_bytes()
    with pytest.raises(SyncRefused) as raised:
        admit_authorization(opened(authorization), waits, invitation=None)
    assert raised.value.why is Why.SUPERSEDED
    # An authorization that the carrier's own manager has written is good in itself.
    keys = found_authority(name="Vendor", chance=CHANCE, now=office.now)
    out_file = io.BytesIO()
    site = replace(place.moon.known(), id=honest.account.id, name="Honest", keys=honest.keys)
    write_authorization(
        out_file,
        site,
        waits.registration,
        keys=keys,
        certificates=certified(
            keys, honest.private, site=honest.account.id, now=office.now, chance=CHANCE
        ),
        smart_account="Example",
        virtual_account="Honest",
        export_allowed=True,
        now=office.now,
    )
    shown = admit_authorization(opened(out_file.getvalue()), waits, invitation=None).fingerprint
    assert shown not in out, "the person sees another fingerprint than the manager shows"
    code = code_for(place, "Honest-2")
    with pytest.raises(SyncRefused) as raised:
        admit_authorization(opened(out_file.getvalue()), waits, invitation=code)
    assert raised.value.why is Why.UNTRUSTED


def test_an_authorization_for_another_request(place: Town) -> None:
    """An authorization of last year could be entered again, with certificates of last year."""
    asks = Applicant(CHANCE, place.office.now, name="Again", virtual_account="Again")
    first = asks.request()
    assert by_file(place, asks, first)[0] == 0
    authorization = (place.folder / "authorization.yml").read_bytes()
    asks.now = asks.now.replace(year=asks.now.year + 1)
    waits = replace(asks.account, registration=digest_of(asks.request()))
    with pytest.raises(SyncRefused) as raised:
        admit_authorization(opened(authorization), waits, invitation=None)
    assert raised.value.why is Why.SUPERSEDED
    right = replace(asks.account, registration=digest_of(first))
    assert admit_authorization(opened(authorization), right, invitation=None).head.name == "Again"
    [first_list, *_] = place.office.keys.trust_lists
    root = base64.b64decode(first_list.list.roots[0])
    at = root.index(b"\x02\x01\x02") + 2  # its version
    strange = root[:at] + b"\x05" + root[at + 1 :]
    roots = [base64.b64encode(one).decode() for one in (strange, root[:-1], b"\x00" * 900)]
    edits: list[dict[str, Any]] = [
        *({"trust_lists": (with_roots(first_list, one),)} for one in roots),
        {"site": place.moon.site},
        {"manager": draw_uuid(CHANCE)},
        {"removal_days": 364},
    ]
    for edit in edits:
        forged = edited(authorization, draw_key(CHANCE), form=REGISTRATION_AUTHORIZATION, **edit)
        with pytest.raises(SyncRefused) as raised:
            admit_authorization(opened(forged), right, invitation=None)
        assert raised.value.why in {Why.FOREIGN, Why.UNTRUSTED, Why.DAMAGED}


def with_roots(signed: SignedTrustList, root: str) -> SignedTrustList:
    """Return a trust list with another root, and the signatures that it had."""
    other = msgspec.structs.replace(signed.list, roots=(root,))
    return msgspec.structs.replace(signed, list=other)


def digest_of(request: bytes) -> str:
    """Return the digest of a registration request."""
    return read(io.BytesIO(request), REGISTRATION_REQUEST).digest


def opened(authorization: bytes) -> Document:
    """Return an authorization as a site opens it."""
    return read(io.BytesIO(authorization), REGISTRATION_AUTHORIZATION)
