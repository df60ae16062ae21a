"""Says in a file that the server serves, and where."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from licet.service.files import write_file

_READABLE = 0o644


def write_ready_file(path: Path, addresses: Sequence[str]) -> None:
    """Write where the server listens, once it does, for programs that start one on any port."""
    ready = {"pid": os.getpid(), "listen": list(addresses)}
    write_file(path, json.dumps(ready).encode() + b"\n", mode=_READABLE)
