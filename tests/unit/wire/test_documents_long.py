"""Documents of the largest sites: every line has its room, and length costs no memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from licet.wire import limits
from licet.wire.codec import Part
from licet.wire.documents import Form
from licet.wire.messages import Compliance
from licet.wire.sites import (
    SYNC_REQUEST,
    SYNC_RESPONSE,
    AlertItem,
    EventItem,
    InstanceItem,
    LeaseItem,
    NoteItem,
    ProductItem,
    RemoveItem,
    UsedPart,
)
from support.papers import HEAD, Head, write

MIB = 1024 * 1024
ID = "6f1d9c1e-0000-4000-8000-00000000000a"
LATE = 253_402_300_799
# The characters that take most room: six bytes in a text, two in a tag.
LINE, NOTE, TAG = "\ufeff" * 256, "\ufeff" * 1024, '"' * 255

# In a program of its own, so that only its document is in its memory.
LONG = """
import resource, sys
from pathlib import Path
from licet.wire.documents import Form, open_document, write_document
from support.papers import HEAD, PUBLIC, End, Head, Row, sign

path, count, width = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
form = Form("test-report", Head, Row | End, 2**30)
row = Row(id="6f1d9c1e-0000-4000-8000-00000000000a", text="x" * width, counts=(1, 2))
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
with path.open("w+b") as file:
    written = write_document(file, form, HEAD, (row for _ in range(count)), sign=sign)
    document = open_document(file, (form,))
    document.check(PUBLIC)
    assert sum(1 for item in document.items() if item == row) == count == document.count
path.unlink()
print(written.size, (peak() - before) * 1024)
"""


@pytest.mark.parametrize(
    ("count", "width"),
    [(20_000, 400), pytest.param(2_000_000, 20, marks=pytest.mark.nightly)],
)
def test_a_site_of_any_size_takes_no_more_memory(tmp_path: Path, count: int, width: int) -> None:
    """A manager would be ended by its system when the largest customer synchronizes."""
    command = [sys.executable, "-c", LONG, str(tmp_path / "long.yml"), str(count), str(width)]
    support = Path(__file__).parents[2]
    ran = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=True, cwd=support
    )
    size, grown = map(int, ran.stdout.split())
    assert size > (count * (width + 80))
    assert grown < 8 * MIB


@pytest.mark.parametrize(
    ("form", "item"),
    [
        (
            SYNC_REQUEST,
            InstanceItem(
                id=ID,
                pid="P" * 64,
                sn="S" * 64,
                key="k" * 43,
                host_name=LINE,
                product=TAG,
                export_allowed=False,
                registered_at=LATE,
                last_contact_at=LATE,
                certified_until=LATE,
                deadline=LATE,
                released=False,
                alerted=False,
                cloned=False,
                usage=(UsedPart(tag=TAG, count=1_000_000, status=max(Compliance, key=len)),)
                * limits.MAX_WANTED,
            ),
        ),
        (SYNC_REQUEST, NoteItem(authority=ID, instance=ID, note="n" * 16_384)),
        (SYNC_REQUEST, EventItem(at=LATE, who=NOTE, subject=NOTE, text=NOTE)),
        (
            SYNC_RESPONSE,
            LeaseItem(
                line=ID,
                tag=TAG,
                kind="SUBSCRIPTION",
                quantity=1_000_000_000,
                starts_at=LATE,
                ends_at=LATE,
                order=LINE,
            ),
        ),
        (SYNC_RESPONSE, ProductItem(tag=TAG, name=LINE, description=NOTE)),
        (SYNC_RESPONSE, RemoveItem(instance=ID, who=NOTE, note="n" * 16_384)),
        (
            SYNC_RESPONSE,
            AlertItem(
                key=NOTE,
                kind=LINE,
                severity="Informational",
                message=NOTE,
                raised_at=LATE,
                action_due_at=LATE,
            ),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Part) else "",
)
def test_the_longest_of_every_item_has_its_room(form: Form, item: Part) -> None:
    """One switch with many licenses would keep its whole site from ever synchronizing."""
    write([item], head=HEAD, form=Form(form.kind, Head, form.items, form.bytes_max, form.line_max))
