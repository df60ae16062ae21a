"""The examples run by themselves, and do what a reader is told that they do."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_the_coffee_machine() -> None:
    """A vendor who copies the example would gate a feature by something that does not work."""
    script = str(EXAMPLES / "coffee_machine.py")
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "new, in evaluation: espresso",
        "evaluation used up: only coffee, sorry",
        "registered, one license bought: espresso",
        "a month without a network: espresso",
        "three months without one: only coffee, sorry",
        "the network is back: espresso",
    ]


def test_the_how_to_of_testing() -> None:
    """A vendor who copies the page would get an error, or an assertion that does not hold."""
    page = (EXAMPLES.parent / "docs" / "how-to" / "test-a-product.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    assert "assert not agent.allows(espresso)" in code
