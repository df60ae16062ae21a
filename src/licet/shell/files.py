"""Reads the files that people name, up to a size; `-` is what comes in."""

import json
import sys
from pathlib import Path

from licet.admin.refusal import AdminRefused

BYTES_MAX = 64 * 1024 * 1024
INPUT = "-"


def read_bytes(name: str) -> bytes:
    """Return what a file holds.

    Raises:
        AdminRefused: it is not there, cannot be read, or is too large.
    """
    try:
        if name == INPUT:
            data = sys.stdin.buffer.read(BYTES_MAX + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AdminRefused(f"{name}: it cannot be read: {why}") from error
    if len(data) > BYTES_MAX:
        raise AdminRefused(f"{name}: it is larger than {BYTES_MAX // 2**20} MiB; split it")
    return data


def read_json(name: str) -> bytes:
    """Return a JSON document, read but not yet understood.

    Raises:
        AdminRefused: as `read_text`, or it is not JSON; the text says where not.
    """
    text = read_text(name)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        why = "it ends too early" if error.pos >= len(text.rstrip()) else error.msg
        raise AdminRefused(f"{name}: line {error.lineno}: it is not JSON: {why}") from error
    except (ValueError, RecursionError) as error:
        raise AdminRefused(f"{name}: it is not JSON that can be read: {error}") from error
    return text.encode()


def read_text(name: str) -> str:
    """Return the text in a file; a mark of the byte order at its beginning is passed over.

    Raises:
        AdminRefused: as `read_bytes`, or it is not UTF-8; the text says where not.
    """
    data = read_bytes(name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AdminRefused(
            f"{name}: line {line} is not text in UTF-8; save the file as UTF-8"
        ) from error
