"""The size of everything that crosses the wire, in one place."""

from typing import Annotated

from msgspec import Meta

MAX_REQUEST_BYTES = 160 * 1024
MAX_ANSWER_BYTES = 256 * 1024
MAX_CHAIN = 3
MAX_CERTIFICATE_CHARS = 4096
MAX_WANTED = 256
MAX_PREVIOUS = 8
MAX_NOTES = 8
MAX_TRUST_LISTS = 16
MAX_ROOTS = 4
MAX_FINDINGS = 64
MAX_LINE_CHARS = 256
MAX_NOTE_CHARS = 1024

# Whole seconds since 1970-01-01 00:00:00 UTC, to the end of the year 9999.
EpochSeconds = Annotated[int, Meta(ge=0, le=253_402_300_799)]
# A length of time, to ten years.
Seconds = Annotated[int, Meta(ge=0, le=315_360_000)]
# Fits a 64-bit database column with room to spare.
Counter = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Quantity = Annotated[int, Meta(ge=0, le=1_000_000_000)]

# One line of text for a person: no control characters.
Line = Annotated[
    str,
    Meta(min_length=1, max_length=MAX_LINE_CHARS, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"),
]
Note = Annotated[
    str, Meta(max_length=MAX_NOTE_CHARS, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z")
]
Identifier = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
]
Digest = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
RootMark = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Mark = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
TagText = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[!-~]+\Z")]
CertificateText = Annotated[
    str, Meta(min_length=1, max_length=MAX_CERTIFICATE_CHARS, pattern=r"^[A-Za-z0-9+/]+={0,2}\Z")
]
UdiText = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9./+-]{0,63}\Z")]
