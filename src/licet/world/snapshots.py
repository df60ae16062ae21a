"""A snapshot store in memory, which survives whatever is done to the agent."""


class MemorySnapshots:
    """Implements `agent.runtime.SnapshotStore`.

    Attributes:
        snapshot: the last one; give it to `Agent.restore` to restart a product.
        saves: how often one was saved.
    """

    def __init__(self) -> None:
        self.snapshot: bytes | None = None
        self.saves = 0

    def load(self) -> bytes | None:
        """Return the last snapshot, or None where nothing was ever saved."""
        return self.snapshot

    def save(self, snapshot: bytes) -> None:
        """Keep a snapshot."""
        self.snapshot = snapshot
        self.saves += 1
