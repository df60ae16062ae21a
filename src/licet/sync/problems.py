"""How a synchronization says no: each reason, and what a person does about it."""

from enum import StrEnum


class Why(StrEnum):
    """The reasons; over the network they are the `code` of a refusal."""

    WRONG_KIND = "wrong-kind"
    DAMAGED = "damaged"
    FOREIGN = "foreign"
    UNTRUSTED = "untrusted"
    OLDER = "older"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CLOCKS = "clocks"
    NOT_ASKED = "not-asked"
    NEEDS_FULL = "needs-full"
    UNEQUAL = "unequal"
    UNKNOWN_SITE = "unknown-site"
    NOT_READY = "not-ready"
    TOO_LARGE = "too-large"


REMEDIES: dict[Why, str] = {
    Why.WRONG_KIND: "give the file that is due here",
    Why.DAMAGED: "carry the file again, as it was written",
    Why.FOREIGN: "take the file to where it is addressed to",
    Why.UNTRUSTED: "compare the fingerprints of both sides; it was not signed by who it names",
    Why.OLDER: "give the newest file; this one was overtaken",
    Why.SUPERSEDED: "give the file that belongs to the newest request",
    Why.EXPIRED: (
        "make a new request (sync request --new); if this one is new, the clock of one side is wrong"
    ),
    Why.CLOCKS: "set the clock of the side that is wrong",
    Why.NOT_ASKED: "make a request first",
    Why.NEEDS_FULL: "make a full synchronization (sync request --full)",
    Why.UNEQUAL: "make a full synchronization (sync request --full)",
    Why.UNKNOWN_SITE: "register the local account again",
    Why.NOT_READY: "account show tells what it waits for",
    Why.TOO_LARGE: "tell the people of the manager what it says",
}


class SyncRefused(Exception):  # noqa: N818 - as the house's other families
    """A document was not accepted; nothing was changed.

    Attributes:
        why: the reason.
        text: what was found, for a person.
    """

    def __init__(self, why: Why, text: str) -> None:
        self.why = why
        self.text = text
        super().__init__(f"{text}; {REMEDIES[why]}")
