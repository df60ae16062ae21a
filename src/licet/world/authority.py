"""One authority of a world: its endpoint, its store, its sweep and its keys, on its own clock."""

from datetime import datetime

from licet.admin.sweep import Sweep
from licet.endpoint.endpoint import Call, Endpoint
from licet.kernel.chance import Chance
from licet.ledger.model import Policy
from licet.ledger.ports import Store
from licet.pki.authority import AuthorityKeys, found_authority, keys_due, renew_keys
from licet.store.memory import MemoryStore
from licet.world.clock import MachineClock


class Authority:
    """A manager in memory.

    Args:
        name: what the world calls it; its root's name too.
        clock: its own clock.
        chance: where its keys, serials and ids come from.
        policy: the numbers that it decides; may be set anew at any time.
    """

    def __init__(
        self, name: str, *, clock: MachineClock, chance: Chance, policy: Policy | None = None
    ) -> None:
        self.name = name
        self.clock = clock
        self.chance = chance
        self.store: Store = MemoryStore()
        keys = found_authority(name=name, chance=chance, now=clock.wall)
        self.endpoint = Endpoint(self.store, keys, policy=policy or Policy(), chance=chance)
        self._sweep = Sweep(self.store, self.policy)

    @property
    def keys(self) -> AuthorityKeys:
        """The keys in use; set them after a rotation."""
        return self.endpoint.keys

    @keys.setter
    def keys(self, keys: AuthorityKeys) -> None:
        self.endpoint.keys = keys

    @property
    def policy(self) -> Policy:
        """The numbers that the authority decides; what it has decided already stays."""
        return self.endpoint.policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self.endpoint.policy = policy
        self._sweep = Sweep(self.store, policy)

    def respond(self, request: bytes, peer: str) -> bytes:
        """Return the signed answer to one request, at this authority's own time."""
        [reply] = self.endpoint.handle([Call(request, peer)], now=self.clock.wall)
        return reply.data

    def next_due(self) -> datetime | None:
        """Return when `tick` has something to do, in true time."""
        dues = [keys_due(self.keys)]
        swept = self._sweep.next_due()
        if swept is not None:
            dues.append(swept)
        return self.clock.true_time_of(min(dues))

    def tick(self) -> None:
        """Do what is due: renew keys, and sweep."""
        now = self.clock.wall
        if keys_due(self.keys) <= now:
            self.renew_keys()
        self._sweep.tick(now)

    def renew_keys(self) -> None:
        """Renew the certificates that are due; after its clock was set, some may be."""
        self.keys = renew_keys(self.keys, chance=self.chance, now=self.clock.wall)
