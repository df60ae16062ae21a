"""Good and bad chains by name, with what is wrong in each, for the verifier and for openssl."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from licet.kernel.problems import Code
from licet.pki.issuer import Issuer, draw_serial
from licet.pki.profiles import YEAR, Profile
from licet.wire.keys import PrivateKey, draw_key, public_bytes
from support.certificates import (
    ACCOUNT,
    AUTHORITY,
    NOW,
    OTHER_ACCOUNT,
    Estate,
    Recipe,
    device_name,
    usage_of,
)

Chain = tuple[bytes, ...]
HOUR = timedelta(hours=1)
ESTATE = Estate(root_years=5)
ISSUING = x509.load_der_x509_certificate(ESTATE.issuing.chain[0])
SUBCA = x509.load_der_x509_certificate(ESTATE.subca.chain[0])
ANSWERS = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY)])
URI = x509.SubjectAlternativeName(
    [x509.UniformResourceIdentifier(f"urn:licet:authority:{AUTHORITY}")]
)


@dataclass(frozen=True)
class Bad:
    """A chain that must be refused.

    Attributes:
        make: makes it, leaf first.
        says: what stands in our reason; so that a case cannot be refused for another fault.
        openssl: the error number that `openssl verify` gives; None where it knows no such rule.
        profile: what the leaf should be.
    """

    make: Callable[[], Chain]
    says: str
    openssl: int | None = None
    profile: Profile = Profile.DEVICE
    code: Code = Code.BAD_CERTIFICATE


def made(recipe: Recipe) -> Callable[[], Chain]:
    """Return a maker of a chain to the issuing CA whose leaf comes of a recipe."""
    return lambda: (recipe.make(ISSUING, ESTATE.issuing_key, ESTATE.key), *ESTATE.issuing.chain)


def below_subca(recipe: Recipe) -> Callable[[], Chain]:
    """Return a maker of a chain to the sub-CA whose leaf comes of a recipe."""
    return lambda: (recipe.make(SUBCA, ESTATE.subca_key, ESTATE.key), *ESTATE.subca.chain)


def issuing_by(recipe: Recipe, key: PrivateKey) -> Callable[[], Chain]:
    """Return a maker of a chain whose issuing CA comes of a recipe; its leaf is good."""

    def make() -> Chain:
        root = x509.load_der_x509_certificate(ESTATE.root)
        top = recipe.make(root, ESTATE.root_key, key)
        return (Recipe().make(x509.load_der_x509_certificate(top), key, ESTATE.key), top)

    return make


def issuing_recipe(key: PrivateKey, **changes: object) -> Recipe:
    """Return the recipe of a good issuing CA, with some things changed."""
    right: dict[str, object] = {
        "subject": ISSUING.subject,
        "key": key.public_key(),
        "basic": x509.BasicConstraints(ca=True, path_length=1),
        "usages": None,
        "signs_certificates": True,
        "not_after": NOW + 2 * YEAR,
    }
    return Recipe(**{**right, **changes})  # type: ignore[arg-type]


def leaf_as_ca() -> Chain:
    """Return a device certificate that another device signed."""
    chain = ESTATE.device()
    parent = x509.load_der_x509_certificate(chain[0])
    return (Recipe().make(parent, ESTATE.key, ESTATE.other), chain[0], chain[1])


def subca_below_subca() -> tuple[PrivateKey, bytes]:
    """Return the key and certificate of a sub-CA that a sub-CA made."""
    below = draw_key(ESTATE.chance)
    constraint = SUBCA.extensions.get_extension_for_class(x509.NameConstraints).value
    middle = Recipe(
        # A name of its own: CAs of one name would not count for the path length (RFC 5280, 6.1.4).
        subject=x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, ACCOUNT),
                x509.NameAttribute(NameOID.COMMON_NAME, "Below"),
            ]
        ),
        key=below.public_key(),
        basic=x509.BasicConstraints(ca=True, path_length=0),
        usages=None,
        signs_certificates=True,
        extra=((constraint, True),),
    ).make(SUBCA, ESTATE.subca_key, below)
    return below, middle


def path_too_long() -> Chain:
    """Return a sub-CA made by a sub-CA, with the whole way up."""
    below, middle = subca_below_subca()
    leaf = Recipe().make(x509.load_der_x509_certificate(middle), below, ESTATE.key)
    return (leaf, middle, *ESTATE.subca.chain)


def path_too_long_cut() -> Chain:
    """Return the same without its issuing CA, in the length that we read."""
    return path_too_long()[:3]


def subca_as_issuing() -> Chain:
    """Return a chain in which a sub-CA's certificate stands in the place of an issuing CA's."""
    return below_subca(Recipe())()[:2]


def expired_issuer() -> Chain:
    """Return a chain whose issuing CA has ended, and its leaf with it."""
    key = draw_key(ESTATE.chance)
    top = Issuer(ESTATE.root_key, (ESTATE.root,)).issuing_certificate(
        key=public_bytes(key.public_key()),
        serial=draw_serial(ESTATE.chance),
        name="Old",
        not_before=NOW - YEAR,
        not_after=NOW - HOUR,
    )
    leaf = Recipe(not_after=NOW - HOUR)
    return (leaf.make(x509.load_der_x509_certificate(top), key, ESTATE.key), top)


def impostor() -> Chain:
    """Return a chain of somebody who gave their issuing CA all the right names."""
    key = draw_key(ESTATE.chance)
    return issuing_by(issuing_recipe(key, signer=key), key)()


def outlives_subca() -> Chain:
    """Return a device's chain that ends after the sub-CA that signed it."""
    key = draw_key(ESTATE.chance)
    short = ESTATE.issuing.subca_certificate(
        key=public_bytes(key.public_key()),
        serial=draw_serial(ESTATE.chance),
        name="Short",
        account=ACCOUNT,
        not_before=NOW - HOUR,
        not_after=NOW + YEAR,
    )
    leaf = _OUTLIVES.make(x509.load_der_x509_certificate(short), key, ESTATE.key)
    return (leaf, short, *ESTATE.issuing.chain)


def no_constraint() -> Chain:
    """Return a chain whose sub-CA may name any account."""
    key = draw_key(ESTATE.chance)
    free = Recipe(
        subject=SUBCA.subject,
        key=key.public_key(),
        basic=x509.BasicConstraints(ca=True, path_length=0),
        usages=None,
        signs_certificates=True,
    ).make(ISSUING, ESTATE.issuing_key, key)
    leaf = Recipe().make(x509.load_der_x509_certificate(free), key, ESTATE.key)
    return (leaf, free, *ESTATE.issuing.chain)


def two_accounts() -> Chain:
    """Return the chain of a sub-CA that may name a second account."""
    names = [x509.DirectoryName(x509.Name([*SUBCA.subject][:1])), _other_account()]
    constraint = x509.NameConstraints(permitted_subtrees=names, excluded_subtrees=None)
    wide = Recipe(
        subject=SUBCA.subject,
        basic=x509.BasicConstraints(ca=True, path_length=0),
        usages=None,
        signs_certificates=True,
        extra=((constraint, True),),
    )
    return made(wide)()


def sha1() -> Chain:
    """Return a leaf signed over SHA-1, which `cryptography` reads but does not make."""
    good, *above = made(Recipe())()
    tbs = x509.load_der_x509_certificate(good).tbs_certificate_bytes
    sha256_with, sha1_with = "300a06082a8648ce3d040302", "300906072a8648ce3d0401"
    algorithm = bytes.fromhex(sha1_with)
    body = tbs[4:].replace(bytes.fromhex(sha256_with), algorithm)
    tbs = b"\x30\x82" + len(body).to_bytes(2) + body
    signature = ESTATE.issuing_key.sign(tbs, ec.ECDSA(hashes.SHA1()))  # noqa: S303
    bits = b"\x03" + bytes((len(signature) + 1,)) + b"\0" + signature
    whole = tbs + algorithm + bits
    return (b"\x30\x82" + len(whole).to_bytes(2) + whole, *above)


def _other_account() -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name([*device_name(OTHER_ACCOUNT)][:1]))


def _alternative() -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DirectoryName(device_name(OTHER_ACCOUNT))])


def _unknown() -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")


def _rsa() -> rsa.RSAPublicKey:
    return rsa.generate_private_key(65537, 2048).public_key()


_D, _A = usage_of(Profile.DEVICE), usage_of(Profile.ANSWER)
_NOT_CA = x509.BasicConstraints(ca=True, path_length=None)
_SHORT = ESTATE.other  # the key of issuing CAs that are made below
_OUTLIVES = Recipe(not_after=NOW + 400 * timedelta(days=1))

# The numbers are those of `openssl verify` (x509_vfy.h).
BAD: dict[str, Bad] = {
    "expired": Bad(made(Recipe(not_after=NOW - HOUR)), "", 10, code=Code.CERTIFICATE_EXPIRED),
    "not yet valid": Bad(made(Recipe(not_before=NOW + HOUR)), "", 9, code=Code.CERTIFICATE_EXPIRED),
    "expired issuer": Bad(expired_issuer, "", 10, code=Code.CERTIFICATE_EXPIRED),
    "issuer not yet valid": Bad(
        issuing_by(issuing_recipe(_SHORT, not_before=NOW + HOUR), _SHORT),
        "",
        9,
        code=Code.CERTIFICATE_EXPIRED,
    ),
    "swapped keys": Bad(made(Recipe(signer=ESTATE.other)), "signature does not verify", 7),
    "wrong issuer name": Bad(made(Recipe(issuer_name=device_name())), "issuer name", 20),
    "no key identifiers": Bad(made(Recipe(key_ids=False)), "key identifier", 85),
    "leaf as CA": Bad(leaf_as_ca, "not a sub-ca certificate: basic constraints", 79),
    "path length exceeded": Bad(path_too_long, "a chain of 4", 25),
    "path length exceeded, cut": Bad(path_too_long_cut, "not a issuing certificate", 20),
    "a sub-CA as issuing CA": Bad(subca_as_issuing, "not a issuing certificate", 20),
    "unknown critical extension": Bad(
        made(Recipe(extra=((_unknown(), True),))), "unknown critical extension 1.2.3.4.5", 34
    ),
    "another root": Bad(impostor, "does not lead to a trusted root", 7),
    "name not permitted": Bad(
        lambda: ESTATE.device(ESTATE.subca, OTHER_ACCOUNT), "not permitted by its issuer", 47
    ),
    "second name not permitted": Bad(
        below_subca(Recipe(extra=((_alternative(), False),))), "alternative name", 47
    ),
    "sub-CA without constraint": Bad(no_constraint, "not a sub-ca certificate: name constraints"),
    "a sub-CA for two accounts": Bad(
        two_accounts, "not constrained to the one account", profile=Profile.SUBCA
    ),
    "missing usage": Bad(made(Recipe(usages=None)), "extended key usage"),
    "wrong usage": Bad(made(Recipe(usages=[_A])), "extended key usage"),
    "two usages": Bad(made(Recipe(usages=[_D, _A])), "extended key usage"),
    "usage not critical": Bad(made(Recipe(usages_critical=False)), "is not critical"),
    "a CA as leaf": Bad(made(Recipe(basic=_NOT_CA)), "basic constraints"),
    "no basic constraints": Bad(made(Recipe(basic=None)), "basic constraints"),
    "signs certificates": Bad(made(Recipe(signs_certificates=True)), "key usage"),
    "lives too long": Bad(made(Recipe(not_after=NOW + 3 * YEAR)), "valid for longer than"),
    "leaf outlives its issuer": Bad(
        lambda: (
            _OUTLIVES.make(x509.load_der_x509_certificate(_short_issuing()[1]), _SHORT, ESTATE.key),
            *_short_issuing()[1:],
        ),
        "outlives its issuer",
    ),
    "issuing CA outlives the root": Bad(
        issuing_by(issuing_recipe(_SHORT, not_before=NOW, not_after=NOW + 6 * YEAR), _SHORT),
        "outlives its issuer",
    ),
    "RSA": Bad(made(Recipe(key=_rsa())), "not a P-256 public key"),
    "P-384": Bad(
        made(Recipe(key=ec.generate_private_key(ec.SECP384R1()).public_key())),
        "not a P-256 public key",
    ),
    "SHA-384": Bad(made(Recipe(digest=hashes.SHA384())), "ecdsa-with-SHA256"),
    "SHA-1": Bad(sha1, "ecdsa-with-SHA256"),
    "a subject without its parts": Bad(
        made(Recipe(subject=x509.Name(list(device_name())[:1]))), "its subject lacks a part"
    ),
    "answer for device": Bad(ESTATE.answer, "extended key usage"),
    "device for answer": Bad(ESTATE.device, "extended key usage", profile=Profile.ANSWER),
    "answer for sync": Bad(ESTATE.answer, "extended key usage", profile=Profile.SYNC),
    "answer without a name": Bad(
        made(Recipe(usages=[_A])), "alternative name", profile=Profile.ANSWER
    ),
    "answer by a sub-CA": Bad(
        below_subca(Recipe(usages=[_A], extra=((URI, False),))),
        "a sub-ca may not issue a answer certificate",
        profile=Profile.ANSWER,
    ),
    "sync by a sub-CA": Bad(
        below_subca(Recipe(usages=[usage_of(Profile.SYNC)], extra=((URI, False),))),
        "a sub-ca may not issue a sync certificate",
        profile=Profile.SYNC,
    ),
    "answer by a sub-CA, by its name alone": Bad(
        below_subca(Recipe(subject=ANSWERS, usages=[_A], extra=((URI, False),))),
        "a sub-ca may not issue a answer certificate",
        47,
        profile=Profile.ANSWER,
    ),
    "a device outlives its sub-CA": Bad(outlives_subca, "outlives its issuer"),
    "reordered": Bad(lambda: ESTATE.device()[::-1], "not a device certificate"),
    "reordered above": Bad(
        lambda: (ESTATE.device(ESTATE.subca)[0], *ESTATE.subca.chain[::-1]), "not a sub-ca"
    ),
    "the leaf alone": Bad(lambda: ESTATE.device()[:1], "a chain of 1", 20),
    "the leaf twice": Bad(lambda: (ESTATE.device()[0], *ESTATE.device()), "not a sub-ca"),
    "the issuer twice": Bad(lambda: (*ESTATE.device(), ESTATE.issuing.chain[0]), "not a sub-ca"),
    "the root inside": Bad(lambda: (*ESTATE.device(), ESTATE.root), "not a sub-ca"),
    "the issuing CA left out": Bad(lambda: ESTATE.device(ESTATE.subca)[:2], "not a issuing", 20),
    "too long": Bad(lambda: (*ESTATE.device(ESTATE.subca), ESTATE.root), "a chain of 4"),
    "nothing": Bad(lambda: (), "a chain of 0"),
    "no certificates": Bad(lambda: (b"", b"\x30\x00"), "error parsing"),
}

GOOD: dict[str, tuple[Callable[[], Chain], Profile]] = {
    "a device below the issuing CA": (ESTATE.device, Profile.DEVICE),
    "a device below a sub-CA": (lambda: ESTATE.device(ESTATE.subca), Profile.DEVICE),
    "an answer": (ESTATE.answer, Profile.ANSWER),
    "sync": (ESTATE.sync, Profile.SYNC),
    "a sub-CA": (lambda: ESTATE.subca.chain, Profile.SUBCA),
    # The recipe itself is right, so that what is changed in it is what a bad chain is refused for.
    "the unchanged recipe": (made(Recipe()), Profile.DEVICE),
    "the unchanged recipe below a sub-CA": (below_subca(Recipe()), Profile.DEVICE),
    "the unchanged issuing CA": (issuing_by(issuing_recipe(_SHORT), _SHORT), Profile.DEVICE),
    "an answer by recipe": (
        made(Recipe(usages=[_A], extra=((URI, False),))),
        Profile.ANSWER,
    ),
}


def _short_issuing() -> Chain:
    return issuing_by(issuing_recipe(_SHORT, not_after=NOW + YEAR), _SHORT)()
