"""Words of the on-prem's commands, and what they show of the ledger's values."""

from licet.ledger.sites import Every, Privacy

ACCOUNT = "local account"
EVERY = tuple(every.value for every in Every)
# What can be withheld, as people type it.
WITHHELD = {
    "host-names": "host_names",
    "addresses": "addresses",
    "instance-names": "instance_names",
    "user-names": "user_names",
}
NONE = "none"
# The certificates that the machine trusts.
SYSTEM = "system"


def withheld(privacy: Privacy) -> list[str]:
    """Return what is withheld, in the words of the command line."""
    return [word for word, field in WITHHELD.items() if getattr(privacy, field)]
