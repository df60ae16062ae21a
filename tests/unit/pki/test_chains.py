"""Good and bad chains, judged by the verifier and, where it can, by `openssl verify`."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from licet.kernel.problems import Code, RulesBroken
from licet.kernel.time import epoch_seconds
from licet.pki.issuer import Issuer, draw_serial
from licet.pki.profiles import RULES, YEAR, Profile
from licet.pki.verifier import verify_chain
from licet.wire.keys import draw_key, public_bytes
from support.certificates import (
    ACCOUNT,
    AUTHORITY,
    INSTANCE,
    NOW,
    OTHER_ACCOUNT,
    UDI,
    Estate,
    Recipe,
    device_name,
)

ESTATE = Estate()
Chain = tuple[bytes, ...]


def wrong(recipe: Recipe) -> Chain:
    """Return a chain to the issuing CA whose leaf is made by a recipe."""
    issuer = x509.load_der_x509_certificate(ESTATE.issuing.chain[0])
    return (recipe.make(issuer, ESTATE.issuing_key, ESTATE.key), *ESTATE.issuing.chain)


def leaf_as_ca() -> Chain:
    """Return a device certificate that another device signed."""
    chain = ESTATE.device()
    parent = x509.load_der_x509_certificate(chain[0])
    return (Recipe().make(parent, ESTATE.key, draw_key(ESTATE.chance)), chain[0], chain[1])


def path_too_long() -> Chain:
    """Return a sub-CA made by a sub-CA, which `openssl` must see whole and we never accept."""
    below = draw_key(ESTATE.chance)
    issuer = x509.load_der_x509_certificate(ESTATE.subca.chain[0])
    constraint = issuer.extensions.get_extension_for_class(x509.NameConstraints).value
    middle = Recipe(
        subject=issuer.subject,
        key=below.public_key(),
        basic=x509.BasicConstraints(ca=True, path_length=0),
        usages=None,
        signs_certificates=True,
        extra=((constraint, True),),
    ).make(issuer, ESTATE.subca_key, below)
    leaf = Recipe().make(x509.load_der_x509_certificate(middle), below, ESTATE.key)
    return (leaf, middle, *ESTATE.subca.chain)


def unknown_critical() -> Chain:
    """Return a leaf with a critical extension that nobody knows."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    return wrong(Recipe(extra=((unknown, True),)))


def expired_issuer() -> Chain:
    """Return a chain whose issuing CA has ended, while the leaf claims to go on."""
    key = draw_key(ESTATE.chance)
    old = Issuer(ESTATE.root_key, (ESTATE.root,)).issuing_certificate(
        key=public_bytes(key.public_key()),
        serial=draw_serial(ESTATE.chance),
        name="Old",
        not_before=NOW - YEAR,
        not_after=NOW - timedelta(days=2),
    )
    issuer = x509.load_der_x509_certificate(old)
    return (Recipe().make(issuer, key, ESTATE.key), old)


def other_root() -> Chain:
    """Return a good chain of somebody else."""
    key = draw_key(ESTATE.chance)
    issuer = x509.load_der_x509_certificate(ESTATE.issuing.chain[0])
    impostor = Recipe(
        subject=issuer.subject,
        key=key.public_key(),
        issuer_name=issuer.issuer,
        basic=x509.BasicConstraints(ca=True, path_length=1),
        usages=None,
        signs_certificates=True,
        not_after=NOW + 2 * YEAR,
    ).make(issuer, key, key)
    return (Recipe().make(x509.load_der_x509_certificate(impostor), key, ESTATE.key), impostor)


def swapped(chain: Chain) -> Chain:
    """Return a chain in the wrong order."""
    return (chain[1], chain[0], *chain[2:])


# The name of a case, the chain, and whether openssl can judge it too.
BAD: list[tuple[str, Callable[[], Chain], bool]] = [
    ("expired", lambda: wrong(Recipe(not_after=NOW - timedelta(hours=1))), True),
    ("not yet valid", lambda: wrong(Recipe(not_before=NOW + timedelta(hours=1))), True),
    ("wrong key", lambda: wrong(Recipe(signer=draw_key(ESTATE.chance))), True),
    ("wrong issuer name", lambda: wrong(Recipe(issuer_name=device_name())), True),
    ("leaf as CA", leaf_as_ca, True),
    ("path too long", path_too_long, True),
    ("unknown critical extension", unknown_critical, True),
    ("expired issuer", expired_issuer, True),
    ("another root", other_root, True),
    ("name not permitted", lambda: ESTATE.device(ESTATE.subca, OTHER_ACCOUNT), True),
    ("no usage", lambda: wrong(Recipe(usages=None)), False),
    ("answer usage", lambda: wrong(Recipe(usages=[_usage(Profile.ANSWER)])), False),
    (
        "two usages",
        lambda: wrong(Recipe(usages=[_usage(Profile.DEVICE), _usage(Profile.ANSWER)])),
        False,
    ),
    ("a CA as leaf", lambda: wrong(Recipe(basic=x509.BasicConstraints(True, None))), False),  # noqa: FBT003
    ("no basic constraints", lambda: wrong(Recipe(basic=None)), False),
    ("signs certificates", lambda: wrong(Recipe(signs_certificates=True)), False),
    ("lives too long", lambda: wrong(Recipe(not_after=NOW + 3 * YEAR)), False),
    ("outlives its issuer", lambda: wrong(Recipe(not_before=NOW, not_after=NOW + 6 * YEAR)), False),
    ("RSA", lambda: wrong(Recipe(key=rsa.generate_private_key(65537, 2048).public_key())), False),
    (
        "P-384",
        lambda: wrong(Recipe(key=ec.generate_private_key(ec.SECP384R1()).public_key())),
        False,
    ),
    ("SHA-384", lambda: wrong(Recipe(digest=hashes.SHA384())), False),
    (
        "a nameless subject",
        lambda: wrong(Recipe(subject=x509.Name(list(device_name())[:1]))),
        False,
    ),
    ("an answer certificate", ESTATE.answer, False),
    ("the wrong order", lambda: swapped(ESTATE.device()), False),
    ("the leaf alone", lambda: ESTATE.device()[:1], False),
    ("the leaf twice", lambda: (ESTATE.device()[0], *ESTATE.device()), False),
    ("nothing", lambda: (), False),
    ("the root inside", lambda: (*ESTATE.device(), ESTATE.root), False),
]
GOOD: list[tuple[str, Callable[[], Chain]]] = [
    ("issuing CA", ESTATE.device),
    ("sub-CA", lambda: ESTATE.device(ESTATE.subca)),
]


def _usage(profile: Profile) -> x509.ObjectIdentifier:
    usage = RULES[profile].usage
    assert usage is not None
    return usage


def openssl_accepts(folder: Path, chain: Chain) -> bool:
    """Ask `openssl verify`, which knows nothing of our profiles."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the Debian package openssl is not installed")
    for name, certificates in (
        ("leaf", chain[:1]),
        ("between", chain[1:]),
        ("root", (ESTATE.root,)),
    ):
        pem = b"".join(
            x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
            for der in certificates
        )
        (folder / f"{name}.pem").write_bytes(pem)
    command = [program, "verify", "-x509_strict", "-attime", str(epoch_seconds(NOW))]
    command += ["-CAfile", "root.pem", "-untrusted", "between.pem", "leaf.pem"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize(("_name", "make"), GOOD, ids=[name for name, _ in GOOD])
def test_a_good_chain_is_accepted_by_both(
    _name: str, make: Callable[[], Chain], tmp_path: Path
) -> None:
    """Honest devices would be refused, or our certificates would not be X.509."""
    verified = verify_chain(make(), roots=(ESTATE.root,), profile=Profile.DEVICE, at=NOW)
    assert (verified.instance, verified.udi, verified.account) == (INSTANCE, UDI, ACCOUNT)
    assert verified.key.public_numbers() == ESTATE.key.public_key().public_numbers()
    assert openssl_accepts(tmp_path, make())


def test_a_good_answer_chain_names_its_authority(tmp_path: Path) -> None:
    """A device could not tell who answered."""
    verified = verify_chain(ESTATE.answer(), roots=(ESTATE.root,), profile=Profile.ANSWER, at=NOW)
    assert verified.authority == AUTHORITY
    assert openssl_accepts(tmp_path, ESTATE.answer())


@pytest.mark.parametrize(("_name", "make", "judged"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_chain_is_refused(
    _name: str,
    make: Callable[[], Chain],
    judged: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    """Somebody could speak as a device who is none."""
    with pytest.raises(RulesBroken) as broken:
        verify_chain(make(), roots=(ESTATE.root,), profile=Profile.DEVICE, at=NOW)
    assert broken.value.code in (Code.BAD_CERTIFICATE, Code.CERTIFICATE_EXPIRED)
    if judged:
        assert not openssl_accepts(tmp_path, make())


def test_an_answer_signed_by_a_sub_ca_is_refused() -> None:
    """An on-prem could make itself answer certificates that outlive its lease."""
    issuer = x509.load_der_x509_certificate(ESTATE.subca.chain[0])
    name = x509.UniformResourceIdentifier(f"urn:licet:authority:{AUTHORITY}")
    leaf = Recipe(
        usages=[_usage(Profile.ANSWER)], extra=((x509.SubjectAlternativeName([name]), False),)
    ).make(issuer, ESTATE.subca_key, ESTATE.key)
    chain = (leaf, *ESTATE.subca.chain)
    with pytest.raises(RulesBroken):
        verify_chain(chain, roots=(ESTATE.root,), profile=Profile.ANSWER, at=NOW)


def test_every_flipped_byte_of_a_certificate_is_refused() -> None:
    """A certificate could be changed and still be good."""
    chain = ESTATE.device(ESTATE.subca)
    for place, der in enumerate(chain):
        for position in range(len(der)):
            for bit in (0x01, 0x80):
                damaged = bytearray(der)
                damaged[position] ^= bit
                flipped = (*chain[:place], bytes(damaged), *chain[place + 1 :])
                with pytest.raises(RulesBroken):
                    verify_chain(flipped, roots=(ESTATE.root,), profile=Profile.DEVICE, at=NOW)


def test_an_issuing_ca_issues_nothing_in_its_last_13_months() -> None:
    """A certificate would outlive its issuer, or end early without anybody having chosen that."""
    with pytest.raises(ValueError, match="issues nothing any more"):
        ESTATE.issuing.device_certificate(
            key=public_bytes(ESTATE.key.public_key()),
            serial=1,
            instance=INSTANCE,
            udi=UDI,
            account=ACCOUNT,
            not_before=NOW + 4 * YEAR,
            not_after=NOW + 5 * YEAR,
        )


def test_a_ca_cache_never_hides_the_end_of_a_certificate() -> None:
    """A chain that was good once would be good for ever."""
    chain = ESTATE.device()
    verify_chain(chain, roots=(ESTATE.root,), profile=Profile.DEVICE, at=NOW)
    for late in (NOW + YEAR, NOW + 30 * YEAR, NOW - 2 * YEAR):
        with pytest.raises(RulesBroken) as broken:
            verify_chain(chain, roots=(ESTATE.root,), profile=Profile.DEVICE, at=late)
        assert broken.value.code is Code.CERTIFICATE_EXPIRED
