"""What a shell completes, asked of a real shell."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.clerk import Clerk

SCRIPT = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMPREPLY=()
_shtab_licet 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(folder: Path, *words: str) -> set[str]:
    """Return what bash offers for the last of the words."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    file = folder / "completion.bash"
    file.write_text(Clerk().do("completion bash"))
    ran = subprocess.run(  # noqa: S603
        [bash, "-c", SCRIPT, "bash", file, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("licet", "man"), {"manager"}),
        (("licet", "manager", "tok"), {"token"}),
        (("licet", "manager", "token", ""), {"create", "list", "show", "revoke"}),
        (("licet", "manager", "token", "list", "--lim"), {"--limit"}),
        (("licet", "manager", "order", "add", "--kind", "TE"), {"TERM"}),
        (("licet", "manager", "completion", ""), {"bash", "zsh"}),
    ],
)
def test_bash_completes(tmp_path: Path, words: tuple[str, ...], offered: set[str]) -> None:
    """Forty commands would have to be known by heart."""
    assert complete(tmp_path, *words) == offered


def test_files_are_completed(tmp_path: Path) -> None:
    """The name of a file of orders would have to be typed."""
    (tmp_path / "orders.csv").touch()
    found = complete(tmp_path, "licet", "manager", "order", "import", "ord")
    assert "orders.csv" in found


def test_zsh_has_its_own() -> None:
    """Half of the people would have no completion."""
    assert Clerk().do("completion zsh").startswith("#compdef licet")
    assert Clerk().ask("completion bash")["shell"] == "bash"
    assert Clerk().type("completion fish").status == 2
