"""For every test: nothing leaves this machine, whoever tries; the small ones get no socket at all."""

from pathlib import Path

import pytest

from support.guard import guard_children, install

TESTS = Path(__file__).parent
WITHOUT_SOCKETS = ("unit", "property")

install()
guard_children()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take sockets from the tests that need none; `enable_socket` says where one does."""
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in WITHOUT_SOCKETS:
            item.add_marker(pytest.mark.disable_socket)
