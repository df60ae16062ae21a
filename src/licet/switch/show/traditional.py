"""Traditional licensing, of which this switch has no license files.

Layouts were recalled, not found (mark M).
"""

from licet.switch.configuration import Level
from licet.switch.features import FEATURES, package_of

# NX-OS prints nothing where no license file is installed.
FILES = ""


def mapping(level: Level) -> str:
    """Return what `show license feature package mapping` prints at a license level."""
    rows = "".join(f"{name:<30}{package_of(name, level) or '-'}\n" for name in sorted(FEATURES))
    return f"{'Feature':<30}Package\n{'-' * 60}\n{rows}"
