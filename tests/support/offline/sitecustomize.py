"""Guard a process that a test started; Python imports this module, by its name, at the start."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "guard.py"))["install"]()
