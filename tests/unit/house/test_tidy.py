"""Small on purpose, and this says so (HOUSE, habit 12)."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CODE = sorted(
    path
    for folder in ("src", "tests", "examples", "bench")
    for path in (ROOT / folder).rglob("*.py")
)
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
# British spellings that slip in; the left part is enough to tell.
BRITISH = (
    r"licen[c]e|authori[s]|recogni[s]e|organi[s]|initiali[s]|behavio[u]r|colo[u]r|neighbo[u]r|"
    r"cance[l]led|seriali[s]|cata[l]ogue|normali[s]|synchroni[s]"
)
# Words of the field that are spelled so by their owners.
QUOTED = ("virtualaccounts", "smartlicensing", "cancelled()", "cancelled(self)", "CancelledError")


def name(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """Somebody would look for a thing and find a heap."""
    text = path.read_text()
    assert text.count("\n") <= FILE_LINES_MAX, "split the file, not the rule"
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name}: {length} lines"


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_module_says_first_what_it_is_for(path: Path) -> None:
    """A reader would have to guess the right file."""
    doc = ast.get_docstring(ast.parse(path.read_text())) or ""
    first = doc.split("\n\n")[0]
    assert first.strip().endswith((".", ":", "?")), "the first paragraph is a sentence"
    if path.name == "__init__.py":
        assert len(doc.splitlines()) == 1 or path.parent.name == "testing", "one sentence a room"


TESTS = [path for path in CODE if path.name.startswith("test_")]


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_says_what_would_be_wrong(path: Path) -> None:
    """A red test would not say what it is about."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert ast.get_docstring(node), node.name


def tracked() -> list[Path]:
    """Return every text file that git knows, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [ROOT / line for line in listed if (ROOT / line).is_file()]


def test_american_spelling() -> None:
    """Searches for one word would miss the other."""
    pattern = re.compile(BRITISH, re.IGNORECASE)
    found = []
    for path in tracked():
        if path.name in ("LICENSE", "test_tidy.py") or path.suffix == ".json":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if pattern.search(line) and not any(word in line for word in QUOTED):
                found.append(f"{name(path)}:{number}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


def test_no_file_names_where_it_was_made() -> None:
    """A lock or a script would work on one machine, or with one registry, only."""
    # In pieces, so that this file does not name them either.
    words = [
        "py" + "pi.org",
        "python" + "hosted",
        "/work" + "/main",
        "/ro" + "ot/",
        "npm" + "js",
        "deb." + "debian",
    ]
    words += ["--index" + "-url", "claude" + ".ai", "anthro" + "pic"]
    found = []
    for path in tracked():
        text = path.read_text()
        found += [f"{name(path)}: {word}" for word in words if word in text]
    assert not found, "\n".join(found)


def test_locks_are_hashed() -> None:
    """An installation could bring something else than was tested."""
    for lock in ("uv.txt", "dev.txt"):
        text = (ROOT / "requirements" / lock).read_text()
        packages = re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)
        assert packages
        assert text.count("--hash=sha256:") >= len(packages)
        assert "://" not in text


def test_ignored_rules_have_a_reason() -> None:
    """Ignoring would be a habit."""
    for path in CODE:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{name(path)}:{number}"
            assert not re.search(r"#\s*type:\s*ignore(?!\[)", line), where
            assert not re.search(r"#\s*noqa(?!: [A-Z]+\d)", line), where
