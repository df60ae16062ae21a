"""Lines about files in a person's hands: a site and its manager may exchange nothing else."""

from licet.lab import papers
from licet.lab.grammar import Given
from licet.lab.lab import Lab
from licet.lab.rows import Row
from licet.lab.tables import grid


def _files(lab: Lab, _: Given) -> str:
    rows = [(name, papers.title(paper)) for name, paper in lab.files.items()]
    return grid(("File", "What it is"), rows)


def _read(lab: Lab, given: Given) -> str:
    return papers.describe(lab.file(given.text("file")))


def _edit(lab: Lab, given: Given) -> None:
    paper = lab.file(given.text("file"))
    changed = papers.edited(paper, given.text("old"), given.text("new"))
    lab.files[given.text("copy")] = changed


ROWS: tuple[Row[Lab], ...] = (
    Row("files", "list the files in your hands", _files),
    Row("read <file:name>", "print what a file says", _read),
    Row(
        "edit <file:name> replace <old:text> with <new:text> as <copy:name>",
        "keep a copy in which a text was replaced everywhere",
        _edit,
    ),
)
