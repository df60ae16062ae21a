"""The data directory: made safe, refused where it is not, held by one server."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from licet.service.datadir import DataDir, create_data, hold, open_data
from licet.service.files import read_secret, write_file
from licet.service.problems import ServiceError


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    """A new data directory."""
    return create_data(tmp_path / "data")


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_it_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Keys made under a loose umask would be anybody's; under a tight one, nobody's."""
    before = os.umask(umask)
    try:
        data = create_data(tmp_path / "data")
        write_file(data.tls_key, b"key")
    finally:
        os.umask(before)
    assert [mode(path) for path in (data.path, data.keys, data.tls)] == [0o700] * 3
    assert mode(data.tls_key) == 0o600


def test_making_it_again_finishes_what_was_begun(data: DataDir) -> None:
    """A first start that was interrupted would have to be cleaned up by hand."""
    data.keys.rmdir()
    assert create_data(data.path) == data
    assert data.keys.is_dir()


def test_a_directory_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """A mistyped --data would fill somebody's home directory with keys."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ServiceError, match=r"other things \(letter.txt\); choose an empty"):
        create_data(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    """An administrator would search for what a typing mistake in --data is."""
    with pytest.raises(ServiceError, match="no such data directory; the first `serve` makes it"):
        open_data(tmp_path / "nowhere")
    with pytest.raises(ServiceError, match=r"no data directory \(no keys/ in it\)"):
        open_data(tmp_path)
    file = tmp_path / "file"
    file.write_bytes(b"")
    for act in (open_data, create_data):
        with pytest.raises(ServiceError, match="not a directory"):
            act(file)


@pytest.mark.parametrize(
    "name", ["keys", "keys/authority.json", "keys/root-key.pem", "tls/key.pem"]
)
def test_loose_permissions_are_refused_with_the_command_that_mends_them(
    data: DataDir, name: str
) -> None:
    """A key that every user of the machine can read would go unnoticed for years."""
    path = data.path / name
    if name != "keys":
        write_file(path, b"")
    path.chmod(0o640)
    wanted = "700" if name == "keys" else "600"
    with pytest.raises(ServiceError) as refused:
        open_data(data.path)
    assert str(refused.value) == (
        f"{path}: others than its owner may use it (mode 0640); "
        f"if nobody has, type: chmod {wanted} {path}"
    )
    path.chmod(int(wanted, 8))
    assert open_data(data.path) == data


def test_a_directory_that_others_may_write_is_refused(data: DataDir) -> None:
    """Who may rename files in it could put keys of their own there."""
    data.path.chmod(0o770)
    with pytest.raises(ServiceError, match=f"type: chmod go-rwx {data.path}"):
        open_data(data.path)


def test_another_user_is_refused(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run once as root, files would be left that the server cannot write any more."""
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4242)
    with pytest.raises(ServiceError, match=r"belongs to .*; run it as the owner \(sudo -u"):
        open_data(data.path)


def test_one_server_holds_it(data: DataDir) -> None:
    """Two servers on one directory would each sweep, renew and count on their own."""
    with (
        hold(data),
        pytest.raises(ServiceError, match=rf"already \(process {os.getpid()}\); stop that"),
        hold(data),
    ):
        pass
    with hold(data):
        pass


def test_a_server_that_died_holds_nothing(data: DataDir) -> None:
    """After a power cut somebody would have to remove a lock file by hand."""
    code = (
        "import os, sys; from pathlib import Path\n"
        "from licet.service.datadir import hold, open_data\n"
        "with hold(open_data(Path(sys.argv[1]))): os._exit(9)"
    )
    command = [sys.executable, "-c", code, str(data.path)]
    done = subprocess.run(command, check=False)  # noqa: S603 - ourselves
    assert done.returncode == 9
    assert data.serve_lock.read_text() != f"{os.getpid()}\n"
    with hold(data):
        assert data.serve_lock.read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "no space left on the disk; make room"),
        (errno.EROFS, "mounted read-only"),
        (errno.EACCES, "run the command as the user that the server runs as"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_trouble_of_the_system_is_said_in_words(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    """A full disk would be a Python trace, and a half written file."""
    write_file(data.tls_key, b"old")

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(ServiceError, match=f"{data.tls_key}: .*{says}"):
        write_file(data.tls_key, b"new")
    assert read_secret(data.tls_key, bytes_max=10) == b"old"
    assert [path.name for path in data.tls.iterdir()] == ["key.pem"]


def test_what_is_no_secret_file_is_not_read(data: DataDir) -> None:
    """A directory, a pipe or a huge file in its place would hang or fill the server."""
    with pytest.raises(ServiceError, match="it is not there"):
        read_secret(data.tls_key, bytes_max=10)
    with pytest.raises(ServiceError, match="not a file"):
        read_secret(data.tls, bytes_max=10)
    write_file(data.tls_key, b"x" * 11)
    with pytest.raises(ServiceError, match="over 10 bytes"):
        read_secret(data.tls_key, bytes_max=10)
    data.tls_key.unlink()
    data.tls_key.symlink_to(data.tls_key)
    with pytest.raises(ServiceError, match="symbolic link"):
        read_secret(data.tls_key, bytes_max=10)
