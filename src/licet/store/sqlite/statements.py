"""The SQL of this store, read from the `.sql` files beside it: all that is SQLite's own is there."""

from functools import cache
from importlib import resources

_MARK = "-- name: "


@cache
def statements(name: str) -> dict[str, str]:
    """Return the statements of `sql/<name>.sql` by their names."""
    text = resources.files(__package__).joinpath("sql", f"{name}.sql").read_text()
    pieces = text.split(_MARK)[1:]
    named = (piece.split("\n", 1) for piece in pieces)
    return {title.strip(): body.strip() for title, body in named}
