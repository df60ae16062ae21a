"""What the papers name is there: links lead somewhere, and files have the names that are told."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAPERS = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
SOURCE = ROOT / "src" / "licet"


def name(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_links_lead_somewhere(paper: Path) -> None:
    """A reader would stand before a wall."""
    for target in re.findall(r"\]\(([^)#\s]+)", paper.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("paper", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/divergences.md"])
def test_files_have_the_names_that_are_told(paper: str) -> None:
    """The path of a registration would be a story about another house."""
    told = re.findall(r"`([\w./-]+\.(?:py|md|json))`", (ROOT / paper).read_text())
    there = {"/" + name(path) for path in ROOT.glob("*.md")}
    for folder in ("src", "tests", "docs", "examples", "bench"):
        there |= {"/" + name(path) for path in (ROOT / folder).rglob("*.*")}
    missing = [word for word in told if not any(path.endswith("/" + word) for path in there)]
    assert not missing


def test_every_room_has_its_row() -> None:
    """Somebody would look for the purpose of a room and find no word of it."""
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    rows = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE))
    assert rows == rooms


def test_every_decision_and_guide_is_in_the_index() -> None:
    """It would be written and never be read."""
    index = (ROOT / "docs" / "README.md").read_text()
    for path in (ROOT / "docs").rglob("*.*"):
        if path.suffix in (".md", ".lab") and path.name != "README.md":
            assert f"({path.relative_to(ROOT / 'docs')})" in index, path.name


def test_fragments_of_the_changelog_have_a_kind() -> None:
    """A change would be left out of the changelog."""
    for path in (ROOT / "changes").glob("*.md"):
        assert re.fullmatch(r"\+[\w-]+\.(added|changed|fixed|removed)\.md", path.name), path.name
        assert path.read_text().strip()


def test_what_it_stands_on_is_named() -> None:
    """A library would be used without its license being told."""
    notice = (ROOT / "NOTICE").read_text()
    used = "".join((ROOT / "requirements" / name).read_text() for name in ("dev.in", "uv.in"))
    packages = re.findall(r"^[a-z][\w-]*", used, re.MULTILINE)
    assert "uv" in packages
    assert [package for package in packages if not re.search(rf"\b{package}\b", notice)] == []
