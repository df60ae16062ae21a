"""Trust points: the CAs that servers of TLS are trusted by, apart from the licensing root.

The texts of `crypto ca authenticate` are recalled, not found (device.md 5.3, mark M).
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from textwrap import wrap

from licet.switch.changes.model import Change, Dialogue, Refused
from licet.switch.configuration import Configuration, TrustPoint
from licet.switch.parser import Command

CERTIFICATES_MAX = 20
PEM_CHARS_MAX = 100_000
TRUST_POINTS_MAX = 16
END = "END OF INPUT"
_BEGIN_PEM, _END_PEM = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_ASK_FOR_PEM = (
    "input (cut & paste) CA certificate (chain) in PEM format;\n"
    "end the input with a line containing only END OF INPUT :\n"
)
_ACCEPT = "Do you accept this certificate? [yes/no]:"


def _trust_point(configuration: Configuration, _: str, command: Command) -> Configuration:
    name = command.values["trust_point"]
    known = configuration.trust_point(name)
    if not command.negative:
        if known is not None:
            return configuration
        if len(configuration.trust_points) >= TRUST_POINTS_MAX:
            raise Refused(f"% There can be {TRUST_POINTS_MAX} trust points")
        return _put(configuration, TrustPoint(name))
    if known is None:
        raise Refused("% There is no such trust point")
    kept = tuple(each for each in configuration.trust_points if each.name != name)
    return replace(configuration, trust_points=kept)


def _put(configuration: Configuration, trust_point: TrustPoint) -> Configuration:
    others = [each for each in configuration.trust_points if each.name != trust_point.name]
    after = tuple(sorted([*others, trust_point], key=lambda each: each.name))
    return replace(configuration, trust_points=after)


def _authenticate(configuration: Configuration, _: str, command: Command) -> Dialogue:
    name = command.values["trust_point"]
    if configuration.trust_point(name) is None:
        raise Refused("% There is no such trust point")
    return Dialogue(prompt="", take=lambda _, line: _more_pem(name, "", line), says=_ASK_FOR_PEM)


def _more_pem(name: str, before: str, line: str) -> Dialogue:
    if line.strip() != END:
        so_far = f"{before}{line.strip()}\n"
        if len(so_far) > PEM_CHARS_MAX:
            raise Refused("% That is too long for certificates")
        return Dialogue(prompt="", take=lambda _, line: _more_pem(name, so_far, line))
    certificates = read_pem(before)
    prints = "".join(f"Fingerprint(s): SHA256 {fingerprint(each)}\n" for each in certificates)
    return Dialogue(
        prompt=_ACCEPT,
        take=lambda now, line: _accepted(now, name, certificates, line),
        says=prints,
    )


def _accepted(
    configuration: Configuration, name: str, certificates: tuple[bytes, ...], line: str
) -> Configuration:
    if line.strip().lower() not in ("y", "yes"):
        raise Refused("% The certificate was not accepted")
    if configuration.trust_point(name) is None:
        raise Refused("% There is no such trust point")
    return _put(configuration, TrustPoint(name, certificates))


def read_pem(text: str) -> tuple[bytes, ...]:
    """Return the certificates (DER) of a text in PEM, each as it was encoded.

    Raises:
        Refused: there are none, too many, or one that is no certificate.
    """
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - 40 ms of a start

    found = []
    for part in text.split(_BEGIN_PEM)[1:]:
        body, end, _ = part.partition(_END_PEM)
        try:
            if not end:
                raise Refused("% A certificate is cut off")
            certificate = b64decode("".join(body.split()), validate=True)
            load_der_x509_certificate(certificate)
        except ValueError as error:
            raise Refused("% That is no certificate in PEM format") from error
        found.append(certificate)
    if not 0 < len(found) <= CERTIFICATES_MAX:
        raise Refused("% No certificate was found" if not found else "% Too many certificates")
    return tuple(dict.fromkeys(found))


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate, in pairs of digits."""
    return sha256(certificate).digest().hex(":").upper()


def print_pem(certificate: bytes) -> str:
    """Return a certificate in PEM."""
    return "\n".join([_BEGIN_PEM, *wrap(b64encode(certificate).decode(), 64), _END_PEM, ""])


TRUST_CHANGES: Mapping[str, Change] = {
    "authenticate": _authenticate,
    "trust_point": _trust_point,
}
