"""All groups of commands that every authority offers; completion, help and the reference read them."""

from collections.abc import Callable

from licet.shell.grammar.accounts import add_accounts, add_tokens, add_virtual_accounts
from licet.shell.grammar.instances import add_alerts, add_clones, add_events, add_instances
from licet.shell.grammar.licenses import add_catalog, add_licenses, add_orders
from licet.shell.options import Groups

GROUPS: tuple[Callable[[Groups], None], ...] = (
    add_accounts,
    add_virtual_accounts,
    add_tokens,
    add_catalog,
    add_orders,
    add_licenses,
    add_instances,
    add_clones,
    add_alerts,
    add_events,
)
