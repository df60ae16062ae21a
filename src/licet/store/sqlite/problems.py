"""What a database file can be that no store can work on."""


class StoreError(Exception):
    """The database cannot be opened, migrated or written; the text says why, and what to do."""
