"""The devices that are registered, and what is to be watched."""

from licet.shell.grammar.words import ALL_PLACES, INSTANCE, STATUSES
from licet.shell.options import Groups, Noun, of_account, of_list, of_place


def add_instances(groups: Groups) -> None:
    """Add `instance`."""
    noun = Noun(groups, "instance", "product instances: the devices that are registered")
    listed = noun.verb(
        "list",
        "instance_list.list_",
        "list product instances, by UDI",
        of_account(),
        of_place(ALL_PLACES),
        of_list(),
    )
    listed.add_argument("--status", choices=STATUSES, help="those that stand so")
    listed.add_argument("--license", metavar="LICENSE", help="those that use it")
    listed.add_argument(
        "--match", metavar="TEXT", help="those with this text in their UDI or host name"
    )
    listed.add_argument(
        "--silent-days", metavar="N", type=int, help="those that were not heard for N days"
    )
    for name, act, text in (
        ("show", "instances.show", "show a product instance, what it uses, and its history"),
        ("explain", "instances.explain", "explain why a product instance is out of compliance"),
        ("transfer", "instances.transfer", "move a product instance to another virtual account"),
        ("remove", "instances.remove", "remove a product instance: it must register again"),
    ):
        verb = noun.verb(name, act, text, of_account())
        verb.add_argument("instance", metavar="INSTANCE", help=INSTANCE)
        if name == "transfer":
            verb.add_argument("--to", metavar="NAME", required=True, help="virtual account")


def add_clones(groups: Groups) -> None:
    """Add `clone`."""
    noun = Noun(groups, "clone", "product instances as which two products speak")
    noun.verb("list", "clones.list_", "list what may be copies", of_account(), of_list())
    for name, act, text in (
        ("keep", "clones.keep", "let it speak again; whichever product speaks first goes on"),
        ("remove", "clones.remove", "remove it: both products must register again"),
    ):
        verb = noun.verb(name, act, text, of_account())
        verb.add_argument("instance", metavar="INSTANCE", help=INSTANCE)


def add_alerts(groups: Groups) -> None:
    """Add `alert`."""
    noun = Noun(groups, "alert", "alerts: what a person should act on")
    noun.verb(
        "list",
        "alerts.list_",
        "list alerts: Major first, then by when action is due",
        of_account(),
        of_place(ALL_PLACES),
        of_list(),
    )
    dismissed = noun.verb("dismiss", "alerts.dismiss", "dismiss an alert", of_account())
    dismissed.add_argument(
        "alert", metavar="ALERT", help="id of the alert, or its first characters"
    )


def add_events(groups: Groups) -> None:
    """Add `event`."""
    noun = Noun(groups, "event", "events: who did what, and when")
    listed = noun.verb(
        "list",
        "events.list_",
        "list events, the newest first",
        of_account(),
        of_place(ALL_PLACES),
        of_list(),
    )
    listed.add_argument("--since", metavar="DATE", help="not before then; UTC")
    listed.add_argument(
        "--who", metavar="TEXT", help="those by somebody with this text in the name"
    )
    listed.add_argument("--match", metavar="TEXT", help="those with this text in them")
