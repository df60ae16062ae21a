"""What a person is told to do where the manager's TLS certificate is not accepted, or nothing is there yet."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.rough import Rough, response, rough, says
from support.two_sides import TwoSides


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager, and an on-prem with a registered local account."""
    sides = TwoSides(tmp_path)
    sides.register("Plant 1")
    return sides


@pytest.fixture
def server(sides: TwoSides) -> Iterator[Rough]:
    """A server that shows the manager's certificate, which is for `localhost`."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    data = sides.manager.data
    tls.load_cert_chain(data.tls_certificate, data.tls_key)
    with rough(says(response()), tls) as running:
        yield running


def failure(sides: TwoSides, way: str) -> str:
    """Return what a synchronization over a way is told; `sync status` says the same."""
    sides.sat.do(f"account reach 'Plant 1' {way}")
    ran = sides.sat.type("sync now")
    assert ran.status == 1
    said: str = sides.sat.ask("sync status")["last_failure"]
    assert ran.err == f"licet onprem: 'Plant 1': {said}\n"
    return said


@pytest.mark.enable_socket
def test_a_ca_that_is_not_known_is_named_with_a_command_that_takes_it(
    sides: TwoSides, server: Rough
) -> None:
    """Who does what the sentence says would be told that there is no such option."""
    said = failure(sides, f"--manager https://localhost:{server.port}")
    assert "its TLS certificate cannot be validated" in said
    assert said.endswith("name the CA that signed it: account reach 'Plant 1' --ca FILE")


@pytest.mark.enable_socket
def test_a_name_that_the_certificate_lacks_is_said(sides: TwoSides, server: Rough) -> None:
    """A person would name one CA after the other, and it was the right one from the beginning."""
    ca = sides.manager.data.tls_certificate
    said = failure(sides, f"--manager https://127.0.0.1:{server.port} --ca {ca}")
    assert "its TLS certificate is not for '127.0.0.1'" in said
    assert said.endswith("as it is named there: account reach 'Plant 1' --manager URL")
    assert "--ca" not in said


def test_where_licenses_and_the_catalog_come_from(sides: TwoSides) -> None:
    """An empty table would send people to commands that an on-prem does not have."""
    for line in ("license list", "catalog list"):
        said = sides.sat.do(line)
        assert "come with the next synchronization" in said or "comes with" in said, said
        assert "import" not in said
    assert "order import FILE" in sides.manager.do("license list")


def test_one_that_is_reached_by_file_only(sides: TwoSides) -> None:
    """Somebody would look for a registration by file that there never was."""
    sides.sat.do("account reach 'Plant 1' --manager https://localhost")
    sides.sat.do("account reach 'Plant 1' --by-file")
    said = sides.sat.refuses("sync now 'Plant 1'")
    assert "'Plant 1' is reached by file only: carry files" in said
    assert said.endswith("or name its manager: account reach 'Plant 1' --manager URL")
