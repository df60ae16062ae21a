"""How an administrative use case says no."""


class AdminRefused(Exception):  # noqa: N818 - as the house's other families
    """What was asked cannot be done; nothing was changed. The text says why, and what to do."""
