"""Words that people read: counted things, in the right number."""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, e.g. `1 license`, `2 licenses`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def agree(count: int, one: str, many: str) -> str:
    """Return a count with the words that follow it, e.g. `1 is missing`, `2 are missing`."""
    return f"{count} {one if count == 1 else many}"
