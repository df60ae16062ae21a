"""Attacks on documents of synchronization, at the doors that users have: up by file and network, down by file.

Each is refused for the right reason, changes nothing on either side, and costs little memory.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from licet.sync.problems import Why
from licet.wire.documents import Form
from licet.wire.keys import PrivateKey
from licet.wire.sites import REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX
from support.site_client import SiteClient
from support.sync_attacks import KIB_MAX, MIB, Said, Town, edited, head_of, signed, town

DIRECTIONS = ("up by file", "up by network", "down by file")
UP, NETWORK, DOWN = DIRECTIONS
Made = Callable[[Town, bytes, PrivateKey, Form], list[bytes]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a manager with its sites; no attack changes anything of them."""
    with town(tmp_path_factory.mktemp("town")) as there:
        yield there


def attack(place: Town, direction: str, made: Made) -> list[Said]:
    """Let documents in by a door, and return why each is refused; nothing may have changed."""
    door, good, key, form = place.directions[direction]
    documents = made(place, good, key, form)
    assert documents
    before = place.tables()
    said = door(documents)
    assert place.tables() == before
    return said


def lines_of(document: bytes) -> list[bytes]:
    """Return the lines of a document, with their ends."""
    return document.splitlines(keepends=True)


def flipped(document: bytes, every: int) -> list[bytes]:
    """Return documents with one changed byte each."""
    found = []
    for at in range(0, len(document), every):
        damaged = bytearray(document)
        damaged[at] ^= 1 + at % 255
        found.append(bytes(damaged))
    return found


FLIPPED = {Why.DAMAGED, Why.WRONG_KIND, Why.FOREIGN, Why.UNTRUSTED, Why.UNKNOWN_SITE}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_byte_is_flipped_here_and_there(place: Town, direction: str) -> None:
    """A quantity or a serial number could be changed on the way."""
    said = attack(place, direction, lambda _, good, *__: flipped(good, 97))
    assert len(said) > 30
    if direction == NETWORK:
        assert {one.why for one in said} <= FLIPPED


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_every_byte_is_flipped(place: Town, direction: str) -> None:
    """Some byte of a document would not be signed, or end the process that reads it."""
    _, good, _, _ = place.directions[direction]
    at = place.manager.data if direction == UP else place.data
    [file] = place.child.files([good])
    before = place.tables()
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "support.flipping", str(at.path), file],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert sum(found["why"].values()) == len(good)
    assert set(found["why"]) <= {why.value for why in FLIPPED}
    assert found["peak_kib"] < KIB_MAX
    assert place.tables() == before


@pytest.mark.parametrize("direction", [NETWORK, DOWN])
def test_another_on_prems(place: Town, direction: str) -> None:
    """A site could report for another one, or take what another one was given.

    By file nobody knows who carries it, and a good request is good whoever does.
    """
    request = place.moon.request()
    theirs = request if direction == NETWORK else place.moon.answered(request).letter.text
    [said] = attack(place, direction, lambda *_: [theirs])
    if direction == NETWORK:
        said.check(Why.FOREIGN, "the request is another on-prem's, 'Plant'")
    else:
        said.check(Why.FOREIGN, "the response is for another on-prem, 'Moon'")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_valid_signature_over_a_foreign_account(place: Town, direction: str) -> None:
    """Who has a key that is believed could speak for, or to, every other account."""

    def made(place: Town, good: bytes, key: PrivateKey, form: Form) -> list[bytes]:
        other = edited(good, key, form=form, site=place.moon.site)
        if direction == DOWN:
            return [other]
        # Its own certificate, and the other's.
        chain = head_of(place.moon.request(), form).chain
        return [other, edited(good, key, form=form, site=place.moon.site, chain=chain)]

    said = attack(place, direction, made)
    if direction == UP:
        said[0].check(Why.FOREIGN, "it was signed by another on-prem than it names")
        said[1].check(Why.DAMAGED, "its signature does not verify")
    else:
        for one in said:
            one.check(Why.FOREIGN)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_another_managers(place: Town, direction: str) -> None:
    """Another manager could give licenses away, or a request be applied where it is not meant for."""
    other = "6f1d9c1e-0000-4000-8000-0000000000ff"
    [said] = attack(
        place, direction, lambda _, good, key, form: [edited(good, key, form=form, manager=other)]
    )
    words = "the response is from another" if direction == DOWN else "the request is for another"
    said.check(Why.FOREIGN, f"{words} manager ({other})")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_signed_by_a_key_of_somebody_else(place: Town, direction: str) -> None:
    """Who made a key at home could sign."""

    def made(place: Town, good: bytes, _: PrivateKey, form: Form) -> list[bytes]:
        return [edited(good, place.moon.private.sync, form=form)]

    [said] = attack(place, direction, made)
    said.check(Why.DAMAGED, "its signature does not verify: the file was changed on its way")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_an_older_one(place: Town, direction: str) -> None:
    """A carrier could bring back what was true a month ago."""

    def made(place: Town, good: bytes, key: PrivateKey, form: Form) -> list[bytes]:
        if direction == DOWN:
            return [edited(place.old_letter, key, form=form, reason="older")]
        return [edited(good, key, form=form, number=number, base=0) for number in (1, 2)]

    older, *same = attack(place, direction, made)
    if direction == DOWN:
        older.check(Why.OLDER, "the response to request 2 was overtaken by that to request 2")
        return
    older.check(Why.OLDER, "request 1 of 'Plant' was overtaken by request 2")
    same[0].check(Why.SUPERSEDED, "another request 2 was applied already")


@pytest.mark.parametrize("direction", [DOWN])
def test_a_response_to_a_superseded_request(place: Town, direction: str) -> None:
    """The answer to a question that was withdrawn would undo what was asked since."""
    [said] = attack(place, direction, lambda there, *_: [there.late_letter])
    said.check(Why.SUPERSEDED, "it answers request 3, which was superseded by request 4")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_twice(place: Town, direction: str) -> None:
    """What was reported would count twice; or the second time look like an error."""
    before = place.tables()
    if direction == NETWORK:
        with place.manager.client() as opened:
            client = SiteClient(opened)
            answers = {
                client.answer(client.send(place.twice, place.twice_request)) for _ in range(3)
            }
        assert len(answers) == 1
    elif direction == UP:
        [file] = place.child.files([place.twice_request])
        out = place.folder / "twice.yml"
        command = ("manager", "onprem", "sync", file, "--output", str(out))
        came = place.child.run(*[(*command, "--data", str(place.manager.data.path))] * 3)
        assert {status for status, _, _ in came} == {0}
        assert all("was applied before; nothing changed" in said for _, said, _ in came)
        assert out.read_bytes() == place.twice_letter
    else:
        [file] = place.child.files([place.old_letter])
        command = ("onprem", "sync", "response", file, "--data", str(place.data.path))
        came = place.child.run(command, command)
        assert {status for status, _, _ in came} == {0}
        assert all("it was applied before; nothing changed" in said for _, said, _ in came)
    assert place.tables() == before


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_cut_at_every_line(place: Town, direction: str) -> None:
    """Half a report would count, and what is not in it be gone."""

    def made(_: Town, good: bytes, *__: object) -> list[bytes]:
        lines = lines_of(good)
        whole = [b"".join(lines[:count]) for count in range(1, len(lines))]
        return [*whole, *(one[:-1] for one in whole[1:]), good[:-1], good[:-2]]

    for said in attack(place, direction, made):
        said.check(Why.DAMAGED, "the file ends too early")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_lines_that_are_lost_repeated_or_moved(place: Town, direction: str) -> None:
    """A report could lose an instance, or a lease gain a line."""

    def made(_: Town, good: bytes, *__: object) -> list[bytes]:
        lines = lines_of(good)
        found = [[*lines[:at], *lines[at + 1 :]] for at in range(1, len(lines) - 1)]
        found += [[*lines[:at], lines[at], *lines[at:]] for at in range(1, len(lines))]
        found += [
            [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
            for at in range(1, len(lines) - 2)
        ]
        return [b"".join(one) for one in found]

    for said in attack(place, direction, made):
        said.check(Why.DAMAGED)


def yaml_tricks(_: Town, good: bytes, key: PrivateKey, __: Form) -> list[bytes]:
    """Return documents that a YAML library would read as the same, or run."""
    body = good[: good.rindex(b"# sig ")]
    name = next(line for line in lines_of(good) if line.startswith(b"name: "))
    value = name[len(b"name: ") : -1]
    first, rest = body.partition(b"\n")[0] + b"\n", body.partition(b"\n")[2]
    item = next(line for line in lines_of(good) if line.startswith(b"- "))
    names = [
        b"name: &a %s\n" % value,
        b"name: *a\n",
        b"name: !!str %s\n" % value,
        b"name: !!python/object/apply:os.system [true]\n",
        b"<<: *a\n%s" % name,
        b"<<: {name: %s}\n" % value,
        b"name: %s\n" % value.strip(b'"'),
        b"name: '%s'\n" % value.strip(b'"'),
        b"name:  %s\n" % value,
        b"name : %s\n" % value,
        b"\tname: %s\n" % value,
        b"? name\n: %s\n" % value,
        b"name: |\n  x\n",
        b"name: >-\n  x\n",
        b"name: %s # yes\n" % value,
        b'"name": %s\n' % value,
        name + name,
        b"# note\n%s" % name,
        b"\n%s" % name,
        b'name: "%s"\n' % (b"x" * (MIB + 10)),
        b'name: "%s"\n' % (b"x" * 100_000),
        b'name: "\\u0050\\u006cant"\n',
        b'name: "\xff\xfe"\n',
        b'name: "\xed\xa0\x80"\n',
        b'name: "a\\u001b[2J"\n',
        b"name: 1e999\n",
        b"name: %s\n" % (b"9" * 100_000),
        b"name: %s\n" % (b"[" * 100_000),
        name.replace(b"\n", b"\r\n"),
    ]
    items = [
        item.replace(b"- ", b"- &a "),
        b"- *a\n",
        b"- <<: *a\n",
        b"- !!map " + item[2:],
        item.replace(b"- ", b"-  "),
        item.replace(b"- ", b"  - "),
        item.replace(b"{", b"{ "),
        item.replace(b'{"item"', b'{"item":"end","item"'),
        b'- {"item":"end","instances":%s}\n' % (b"9" * 100_000),
        b'- {"item":"end","instances":1e3}\n',
        b'- {"item":"end","instances":1.0}\n',
        b'- {"item":"end","instances":-0}\n',
        b'- {"item":"end","instances":"1"}\n',
        b'- {"item":"%s"}\n' % (b"x" * 200_000),
        b'- {"item":"nothing"}\n',
        b"- %s\n" % (b"[" * 50_000),
        b'- {"a":' * 20_000 + b"\n",
        b"- []\n",
        b"---\n",
        b"...\n",
        b"- \n",
        b"-\n",
    ]
    whole = [body.replace(name, trick, 1) for trick in names]
    whole += [body.replace(item, trick + item, 1) for trick in items]
    whole += [b"%s---\n%s" % (first, rest), body.replace(b"items:\n", b"items: []\n")]
    whole += [body.replace(b"items:\n", b"items: &x\n"), body + b"...\n", body + b"more: 1\n"]
    found = [signed(one, key) for one in whole]
    sig = good[good.rindex(b"# sig ") :]
    return [*found, good + b"\n", good + b"# more\n", good + sig, good.replace(b"# sig ", b"#sig ")]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_extra_yaml(place: Town, direction: str) -> None:
    """One reader would see another value than the next, or run what a document says."""
    for said in attack(place, direction, yaml_tricks):
        said.check(Why.DAMAGED, "the file is damaged: ")


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_another_first_line(place: Town, direction: str) -> None:
    """What is no document at all would be believed to be a damaged one, and be carried again."""

    def made(_: Town, good: bytes, *__: object) -> list[bytes]:
        return [b"", b"\n", b"%YAML 1.2\n---\n" + good, b"# " + good, b"\x00" * 100_000, b"x" * MIB]

    for said in attack(place, direction, made):
        said.check(Why.WRONG_KIND, "this is not a document of Licet")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_it_has_expired(place: Town, direction: str) -> None:
    """What lay in a drawer would undo what happened since."""
    [said] = attack(
        place, direction, lambda _, good, key, form: [edited(good, key, form=form, expires_at=1)]
    )
    said.check(Why.EXPIRED, "was good until Jan 01 00:00:01 1970")


_VERSIONS = {b"\x02\x01", b"\x06\x03"}  # behind them: an integer, an object identifier


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_chain_of_other_certificates(place: Town, direction: str) -> None:
    """Who is certified for one thing could do another, or bytes that are no certificate end the reader."""

    def made(place: Town, good: bytes, key: PrivateKey, form: Form) -> list[bytes]:
        sub_ca, *_ = place.plant.keys.issuing_chain
        chain = head_of(good, form).chain
        der = base64.b64decode(chain[0])
        texts = ["AAAA", "A", base64.b64encode(sub_ca).decode(), "MIIB" + "A" * 4000]
        # Another version, another curve, another algorithm: what libraries raise of their own for.
        places = [at for at in range(len(der)) if at < 40 or der[at - 2 : at] in _VERSIONS]
        damaged = [der[:at] + bytes([der[at] ^ 7]) + der[at + 1 :] for at in places]
        texts += [base64.b64encode(one).decode() for one in damaged]
        return [edited(good, key, form=form, chain=(text, *chain[1:])) for text in texts]

    for said in attack(place, direction, made):
        said.check(Why.UNTRUSTED, "its signer cannot be believed: ")


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_gigabyte(place: Town, direction: str) -> None:
    """A stick with a large file would take the memory of the server, or its time."""
    _, good, _, _ = place.directions[direction]
    lines = lines_of(good)
    at = lines.index(b"items:\n")
    files = []
    for number, start in enumerate((b"", b"".join(lines[:1]), b"".join(lines[: at + 1]), good)):
        path = place.folder / f"giga-{number}.yml"
        with path.open("wb") as file:
            file.write(start)
            file.truncate(1024 * MIB)
        files.append(path)
    bytes_max = RESPONSE_BYTES_MAX if direction == DOWN else REQUEST_BYTES_MAX
    before = place.tables()
    with (place.folder / "giga-4.yml").open("wb") as file:
        file.write(b"".join(lines[: at + 1]))
        file.truncate(bytes_max)
        files.append(place.folder / "giga-4.yml")
    command = (
        ("onprem", "sync", "response", "FILE", "--data", str(place.data.path))
        if direction == DOWN
        else ("manager", "onprem", "sync", "FILE", "--data", str(place.manager.data.path))
    )
    said = place.child.refused(
        *([str(file) if word == "FILE" else word for word in command] for file in files)
    )
    said[0].check(Why.WRONG_KIND)
    for one in said[1:4]:
        one.check(Why.DAMAGED, f"1073741824 bytes; at most {bytes_max} are read")
    said[4].check(Why.DAMAGED, "longer than")
    shown = place.child.run(*(("sync", "show", str(file)) for file in files))
    assert {status for status, _, _ in shown} == {1}
    assert place.child.peak_kib < KIB_MAX
    assert place.tables() == before
    for left in files:
        left.unlink()
