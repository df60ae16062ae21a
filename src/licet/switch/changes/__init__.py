"""What configuration commands change, as pure functions of a configuration."""

from collections.abc import Mapping

from licet.switch.changes.callhome import CALLHOME_CHANGES
from licet.switch.changes.general import GENERAL_CHANGES
from licet.switch.changes.model import Change, Dialogue, Place, Refused
from licet.switch.changes.network import NETWORK_CHANGES
from licet.switch.changes.profiles import PROFILE_CHANGES
from licet.switch.changes.trust import TRUST_CHANGES

__all__ = ["CHANGES", "Change", "Dialogue", "Place", "Refused"]

# By the names that the grammar gives them.
CHANGES: Mapping[str, Change] = {
    **GENERAL_CHANGES,
    **CALLHOME_CHANGES,
    **PROFILE_CHANGES,
    **NETWORK_CHANGES,
    **TRUST_CHANGES,
}
