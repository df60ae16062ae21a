"""Names and notes that people give to things: one line, and nothing that a list could choke on."""

import re

from licet.admin.refusal import AdminRefused

NAME_CHARS_MAX = 128
NOTE_CHARS_MAX = 256
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,128}\Z")
_NOTE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{0,256}\Z")


def check_domain(text: str) -> str:
    """Return the domain identifier of a smart account.

    Raises:
        AdminRefused: it is none.
    """
    if not _DOMAIN.match(text):
        raise AdminRefused(f"'{text}' is not a domain identifier such as example.com")
    return text


def check_note(text: str) -> str:
    """Return what people wrote about something; it may be empty.

    Raises:
        AdminRefused: it is too long, or has control characters in it.
    """
    if not _NOTE.match(text):
        raise AdminRefused(f"{text!r} is not one line of at most {NOTE_CHARS_MAX} characters")
    return text


def check_name(name: str) -> str:
    """Return a name that people gave to something.

    Raises:
        AdminRefused: it is empty, too long, or has blanks at its ends or control characters in it.
    """
    if name != name.strip() or not _NAME.match(name):
        raise AdminRefused(
            f"{name!r} is not a name: 1 to {NAME_CHARS_MAX} printable characters, no blanks at the ends"
        )
    return name
