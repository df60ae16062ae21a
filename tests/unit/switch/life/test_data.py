"""The data directory of a switch: whose it is, and that what is written there is whole."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.agent.store import StoreLocked
from licet.host.files import replace_file
from licet.kernel.ids import Udi
from licet.switch.configuration import FACTORY, Configuration, Interface, TrustPoint
from licet.switch.life.box import FileBox, mac_of
from licet.switch.life.data import BOOTFLASH, RUNNING, STARTUP, UDI, Boot, Data
from licet.switch.life.problems import LifeError
from support.crash import every_crash

FULL = Configuration(
    host_name="leaf1",
    smart=True,
    features=frozenset({"bgp", "ospf"}),
    hosts=(("tools.cisco.com", ("127.0.0.1", "::1")),),
    source_interface=("mgmt0", None),
    interfaces=(Interface("mgmt0", address="192.0.2.1/24", vrf="management"),),
    trust_points=(TrustPoint("manager", (b"\x30\x00",)),),
    changed_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
)


def opened(path: Path) -> Data:
    """Return a new switch's directory."""
    return Data.open(path, sn="SN1")


def test_a_directory_keeps_who_it_is(tmp_path: Path) -> None:
    """A copied command would turn one switch into another, and its state be given to that."""
    with pytest.raises(LifeError, match="--sn"):
        Data.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    data = opened(tmp_path / "one")
    assert data.udi == Udi("N9K-C93180YC-EX", "SN1")
    with pytest.raises(StoreLocked):
        Data.open(tmp_path / "one")
    data.close()
    for pid, sn in ((None, "SN2"), ("N9K-C9336C-FX2", None)):
        with pytest.raises(LifeError, match="and not PID:"):
            Data.open(tmp_path / "one", pid=pid, sn=sn)
    with pytest.raises(LifeError, match="serial number 'a_b' is not valid"):
        Data.open(tmp_path / "two", sn="a_b")
    Data.open(tmp_path / "one", pid="N9K-C93180YC-EX", sn="SN1").close()


def test_the_running_configuration_is_kept_to_the_letter(tmp_path: Path) -> None:
    """A killed switch would come back with something else than was typed."""
    data = opened(tmp_path)
    assert data.running() is None
    for configuration in (FACTORY, FULL):
        data.save_running(configuration)
        assert data.running() == configuration
    data.close()


@pytest.mark.parametrize("name", [RUNNING, UDI])
def test_what_is_damaged_is_refused_and_left(tmp_path: Path, name: str) -> None:
    """A broken file would be replaced by a factory's, and nobody could look at it any more."""
    opened(tmp_path).close()
    (tmp_path / name).write_bytes(b'{"host_name": 7')
    with pytest.raises(LifeError, match="damaged"):
        Data.open(tmp_path).running()
    assert (tmp_path / name).read_bytes() == b'{"host_name": 7'


def test_a_directory_that_others_write_in_is_refused(tmp_path: Path) -> None:
    """Anybody on the machine could give a switch another state."""
    opened(tmp_path).close()
    tmp_path.chmod(0o777)
    with pytest.raises(LifeError, match="chmod 700"):
        Data.open(tmp_path)
    tmp_path.chmod(0o700)
    Data.open(tmp_path).close()


def test_a_power_cut_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    """Half a startup configuration would be booted."""
    path = tmp_path / STARTUP
    replace_file(path, b"old")
    for _ in every_crash(lambda: replace_file(path, b"new and longer")):
        assert path.read_bytes() in (b"old", b"new and longer")
        replace_file(path, b"old")
    assert path.read_bytes() == b"new and longer"


def boxed(path: Path, reload: Callable[[], None] = lambda: None) -> tuple[Data, FileBox]:
    """Return a directory and the box over it."""
    data = opened(path)
    return data, FileBox(data, reload=reload)


def test_a_box_keeps_files_and_checkpoints(tmp_path: Path) -> None:
    """What a person saved would be gone after a restart, or be in another order."""
    data, box = boxed(tmp_path)
    box.save_startup("hostname leaf1\n")
    box.write_file("a.txt", "text é\n")
    box.write_file("b", "")
    for name, text in (("one", "1"), ("two", "2"), ("one", "3")):
        box.save_checkpoint(name, text)
    data.save_boot(Boot(datetime(2026, 11, 1, 12, tzinfo=UTC), "reload"))
    data.close()
    data = Data.open(tmp_path)
    asked = []
    box = FileBox(data, reload=lambda: asked.append("reload"))
    assert box.startup() == "hostname leaf1\n"
    assert dict(box.files()) == {"a.txt": 8, "b": 0}
    assert box.read_file("a.txt") == "text é\n"
    assert box.read_file("none") is None
    assert list(box.checkpoints().items()) == [("two", "2"), ("one", "3")]
    assert box.boot_time() == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert (box.delete_file("b"), box.delete_file("b")) == (True, False)
    assert (box.delete_checkpoint("two"), box.delete_checkpoint("two")) == (True, False)
    box.erase_startup()
    box.erase_startup()
    assert box.startup() is None
    box.reload()
    assert asked == ["reload"]
    data.close()


@pytest.mark.parametrize("name", ["", "..", "../running-config.json", "a/b", "a\0b"])
def test_no_name_leads_out_of_bootflash(tmp_path: Path, name: str) -> None:
    """`> bootflash:../x` would write over the switch's own state, or the machine's files."""
    data, box = boxed(tmp_path)
    with pytest.raises(OSError, match="Invalid"):
        box.write_file(name, "text")
    data.close()
    assert list((tmp_path / BOOTFLASH).iterdir()) == []


def test_the_mac_address_is_nobody_elses() -> None:
    """Two switches would have one address, or a vendor's."""
    one, other = mac_of(Udi("A", "1")), mac_of(Udi("A", "2"))
    assert one == mac_of(Udi("A", "1")) != other
    assert one.startswith("02:")
    assert len(one.split(":")) == 6
