"""No change of a backup goes unnoticed, and no tar that was made to hurt does."""

import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.service.archive import MANIFEST, Archive
from licet.service.problems import ServiceError
from licet.service.verify import Examined, Result, verify
from support.keeping import PASSPHRASE, Standing, silent


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with keys."""
    standing = Standing(tmp_path_factory.mktemp("whole"))
    standing.office.registered()
    path = standing.back_up()
    standing.burn()
    return path


def check(path: Path, passphrase: str | None = None) -> Examined:
    """Examine a backup."""
    return verify(path, passphrase=passphrase, report=silent)


def bad(examined: Examined) -> list[str]:
    """Return what is wrong."""
    return [f"{one.what}: {one.detail}" for one in examined.checks if one.result is Result.BAD]


def test_a_passphrase_is_told_apart_from_damage(whole: Path, tmp_path: Path) -> None:
    """Somebody would throw a good backup away for a typing mistake, or hope where there is none."""
    wrong = check(whole, "correct horse batterie")
    assert [text for text in bad(wrong) if "do not open with this passphrase" in text]
    damaged = bytearray(whole.read_bytes())
    at = damaged.rindex(b'"data":"') + 60
    damaged[at] ^= 1
    path = tmp_path / "damaged.tar"
    path.write_bytes(damaged)
    [text] = bad(check(path, PASSPHRASE))
    assert "keys.sealed: the SHA-256 does not fit; it was changed" in text


def _refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        assert bad(check(path)), "it was taken for a good backup"
    finally:
        path.unlink()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_changed_byte_is_refused(whole: Path, data: st.DataObject) -> None:
    """A rotten sector would come back as a wrong balance, or as another customer's license."""
    original = whole.read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    damaged = bytearray(original)
    damaged[at] ^= data.draw(st.integers(1, 255))
    _refused(whole.with_name("flipped.tar"), bytes(damaged))


def test_every_changed_byte_outside_the_ledger_is_refused(whole: Path) -> None:
    """The few bytes of headers, padding and sums are where a reader is lenient."""
    original = whole.read_bytes()
    with whole.open("rb") as file:
        ledger = Archive(file).members["licet.db"]
    places = [
        at
        for at in range(len(original))
        if not ledger.offset <= at < ledger.offset + ledger.size and at % 3 == 0
    ]
    for at in places:
        damaged = bytearray(original)
        damaged[at] ^= 0x01
        _refused(whole.with_name("flipped.tar"), bytes(damaged))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_every_cut_and_every_addition_is_refused(whole: Path, data: st.DataObject) -> None:
    """A copy that was broken off would be taken for the whole."""
    original = whole.read_bytes()
    path = whole.with_name("cut.tar")
    _refused(path, original[: data.draw(st.integers(0, len(original) - 1))])
    _refused(path, original + data.draw(st.binary(min_size=1, max_size=2048)))


def test_the_ends_of_blocks_are_no_exception(whole: Path) -> None:
    """At the edges of blocks a cut looks most like an end."""
    original = whole.read_bytes()
    path = whole.with_name("cut.tar")
    for length in (
        *range(0, 4096, 512),
        *(len(original) - cut for cut in (1, 511, 512, 1024, 1536)),
    ):
        _refused(path, original[:length])
    _refused(path, original + bytes(512))
    _refused(path, original + original)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../evil", tarfile.REGTYPE),
        ("/etc/evil", tarfile.REGTYPE),
        ("licet.db", tarfile.SYMTYPE),
        ("licet.db", tarfile.LNKTYPE),
        ("licet.db", tarfile.DIRTYPE),
        ("licet.db", tarfile.FIFOTYPE),
        ("licet.db", tarfile.GNUTYPE_SPARSE),
        ("licet.db", tarfile.XHDTYPE),
    ],
)
def test_tricks_of_tar_lead_nowhere(whole: Path, tmp_path: Path, name: str, kind: bytes) -> None:
    """A backup from elsewhere could write any file of the one who looks at it."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, "/etc/passwd", 4
    trick = info.tobuf(tarfile.GNU_FORMAT) + b"evil" + bytes(508)
    data = whole.read_bytes()
    before = sorted(tmp_path.iterdir())
    for crafted in (trick + data, data[: -2 * 512] + trick + bytes(1024)):
        _refused(tmp_path / "crafted.tar", crafted)
    assert sorted(tmp_path.iterdir()) == before
    assert not (tmp_path.parent / "evil").exists()


def test_sizes_that_are_not_there_are_refused(whole: Path, tmp_path: Path) -> None:
    """A few bytes that promise a terabyte would fill the disk."""
    for size in (2**40, 2**62, 10**6):
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = size, 0o600
        _refused(tmp_path / "big.tar", info.tobuf(tarfile.GNU_FORMAT) + whole.read_bytes())


def test_a_file_of_nothing_but_members_is_not_read_to_its_end(whole: Path, tmp_path: Path) -> None:
    """A gigabyte of empty members would cost minutes before it is refused."""
    data = whole.read_bytes()
    member = bytearray(data[:512])
    member[124:136] = b"00000000000\0"
    member[148:156] = b" " * 8
    member[148:156] = b"%06o\0 " % sum(member)
    path = tmp_path / "members.tar"
    path.write_bytes(bytes(member) * 10 + bytes(1024))
    [text] = bad(check(path))
    assert "more members than a backup" in text


def test_what_is_no_backup_is_told(tmp_path: Path) -> None:
    """A stack trace would be all that a mistyped name brings."""
    path = tmp_path / "letter.txt"
    path.write_text("dear " * 400)
    assert bad(check(path)) == [
        "it is a backup, unchanged: it is no backup of Licet: no tar header at its beginning"
    ]
    with pytest.raises(ServiceError, match="nothing: it is not there"):
        check(tmp_path / "nothing")
    with pytest.raises(ServiceError, match="directory, not a file"):
        check(tmp_path)
