"""The examples run by themselves, and do what a reader is told that they do."""

import subprocess
import sys
from pathlib import Path

from licet.ledger.model import License
from licet.switch.features import TAGS
from support.live import token
from support.standing import PATH, WITHIN_S, eventually, standing

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


def test_the_how_to_of_a_product(tmp_path: Path) -> None:
    """A vendor who copies the page would have a product that reaches no authority."""
    page = (EXAMPLES.parent / "docs" / "how-to" / "put-the-agent-into-a-product.md").read_text(
        "utf-8"
    )
    script = tmp_path / "product.py"
    script.write_text(page.split("```python\n")[1].split("```")[0])
    with standing(tmp_path) as manager, (tmp_path / "said").open("w") as said:
        essentials = TAGS["NXOS_ESSENTIALS"]
        with manager.office.store.begin() as work:
            work.put_license(License(essentials, "Essentials", "The level essentials"))
            work.commit()
        manager.office.give(essentials, 1)
        product = subprocess.Popen(  # noqa: S603
            [
                *(sys.executable, "-u", script, manager.url + PATH),
                *(manager.data.tls_certificate, token(manager)),
            ],
            cwd=tmp_path,
            stdout=said,
        )
        try:
            eventually(lambda: "AuthRenewSuccess" in (tmp_path / "said").read_text())
            assert product.poll() is None
        finally:
            product.kill()
            product.wait(WITHIN_S)
