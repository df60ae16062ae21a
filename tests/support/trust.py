"""Certificates as a switch's trust points hold them."""

import ssl
from pathlib import Path


def anchors_of(*paths: Path) -> tuple[bytes, ...]:
    """Return the first certificate of each PEM file, in DER."""
    return tuple(ssl.PEM_cert_to_DER_cert(path.read_text()) for path in paths)
