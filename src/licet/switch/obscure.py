"""Passwords as NX-OS's type 7 shows them: hidden from a glance, not from anybody who wants them."""

_KEY = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_START = 7


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
    start, hidden = int(text[:2]), bytes.fromhex(text[2:])
    data = bytes(byte ^ _KEY[(start + at) % len(_KEY)] for at, byte in enumerate(hidden))
    password = data.decode()
    if not password or not password.isprintable() or " " in password:
        raise ValueError("it hides no password")
    return password
