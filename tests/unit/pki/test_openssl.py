"""`openssl verify` as the oracle: what it refuses we refuse, and what we accept it accepts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from licet.kernel.ids import Udi
from licet.kernel.time import epoch_seconds
from licet.pki.csr import make_csr
from support.certificates import NOW
from support.chains import BAD, ESTATE, GOOD, Chain

PROGRAM = shutil.which("openssl") or "openssl"
pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the Debian package openssl is not installed"
)
ERROR = re.compile(r"error (\d+) at \d+ depth lookup")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run openssl in a folder."""
    return subprocess.run(  # noqa: S603
        [PROGRAM, *arguments], cwd=folder, capture_output=True, check=False, text=True
    )


def verify(folder: Path, chain: Chain) -> tuple[bool, set[int]]:
    """Ask `openssl verify`, which knows nothing of our profiles; return its errors too."""
    files = {"leaf": chain[:1], "between": chain[1:], "root": (ESTATE.root,)}
    for name, certificates in files.items():
        pem = b"".join(
            x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
            for der in certificates
        )
        (folder / f"{name}.pem").write_bytes(pem)
    between = ("-untrusted", "between.pem") if chain[1:] else ()
    at = ("-attime", str(epoch_seconds(NOW)))
    done = run(folder, "verify", "-x509_strict", *at, "-CAfile", "root.pem", *between, "leaf.pem")
    return done.returncode == 0, {int(number) for number in ERROR.findall(done.stderr)}


@pytest.mark.parametrize("name", GOOD)
def test_openssl_accepts_what_we_accept(name: str, tmp_path: Path) -> None:
    """Our certificates would not be X.509, and no other tool could check them."""
    make, _ = GOOD[name]
    assert verify(tmp_path, make()) == (True, set())


@pytest.mark.parametrize("name", [name for name, bad in BAD.items() if bad.openssl is not None])
def test_openssl_refuses_it_too(name: str, tmp_path: Path) -> None:
    """The bad chain would not be bad in the way that its name says."""
    bad = BAD[name]
    accepted, errors = verify(tmp_path, bad.make())
    assert not accepted
    assert bad.openssl in errors


@pytest.mark.parametrize(
    "name", ["answer by a sub-CA", "sync by a sub-CA", "a device outlives its sub-CA"]
)
def test_some_rules_are_ours_alone(name: str, tmp_path: Path) -> None:
    """Somebody would take `openssl verify` for the whole of what keeps a stolen sub-CA in bounds.

    Which usages a sub-CA may give, and that nothing outlives its issuer, is said by our table only.
    """
    assert verify(tmp_path, BAD[name].make()) == (True, set())


def test_openssl_reads_our_csr(tmp_path: Path) -> None:
    """No other CA could certify one of our devices."""
    (tmp_path / "csr.der").write_bytes(make_csr(ESTATE.key, Udi("N9K", "FDO1")))
    done = run(tmp_path, "req", "-inform", "DER", "-in", "csr.der", "-verify", "-noout", "-subject")
    assert done.returncode == 0
    assert re.search(r"serialNumber ?= ?\"?PID:N9K,SN:FDO1", done.stdout)
