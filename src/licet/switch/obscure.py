"""What a line keeps secret: passwords as NX-OS's type 7 shows them, and lines without their secrets.

Type 7 hides a password from a glance, not from anybody who wants it.
"""

import re

_KEY = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_START = 7
_NONE = "it hides no password"
# The words before an ID token or a password, shortened as they may be, and what follows them.
_SECRET = re.compile(r"(\breg\w*\s+i\w*\s+|\bu\w*\s+\S+\s+p\w*\s+)\S.*", re.IGNORECASE)


def obscure(password: str) -> str:
    """Return a password so that it can be shown in a configuration, and typed again."""
    data = password.encode(errors="surrogatepass")
    hidden = bytes(byte ^ _KEY[(_START + at) % len(_KEY)] for at, byte in enumerate(data))
    return f"{_START:02d}{hidden.hex().upper()}"


def reveal(text: str) -> str:
    """Return the password that was obscured.

    Raises:
        ValueError: the text is none of that form.
    """
    try:
        start, hidden = int(text[:2]), bytes.fromhex(text[2:])
        data = bytes(byte ^ _KEY[(start + at) % len(_KEY)] for at, byte in enumerate(hidden))
        password = data.decode()
    except ValueError as error:
        raise ValueError(_NONE) from error
    if start < 0 or not password or not password.isprintable() or " " in password:
        raise ValueError(_NONE)
    return password


def veil(line: str) -> str:
    """Return a line without the ID token or the password that stands in it, for a log or a file."""
    return _SECRET.sub(r"\1...", line)
