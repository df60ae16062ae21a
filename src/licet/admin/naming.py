"""What people are told who named a thing that is not there: similar names, and those that there are."""

import difflib
from collections.abc import Iterable
from itertools import islice

# Names that are told, and names that are looked through for similar ones.
TOLD = 8
COMPARED = 5000


def suggest(name: str, names: Iterable[str]) -> str:
    """Return `; did you mean ...?` where there are similar names, otherwise nothing."""
    known = {one.casefold(): one for one in islice(names, COMPARED)}
    near = difflib.get_close_matches(name.casefold(), known, n=3)
    if not near:
        return ""
    listed = " or ".join(f"'{known[one]}'" for one in near)
    return f"; did you mean {listed}?"


def offer(names: Iterable[str]) -> str:
    """Return names that there are, as many as a person reads."""
    listed = list(islice(names, TOLD + 1))
    return ", ".join([*listed[:TOLD], *(["and more"] if len(listed) > TOLD else [])])
