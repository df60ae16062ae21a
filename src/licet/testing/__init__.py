"""What a vendor's own tests need: a clock, a transport and a manager that fit into a pocket."""

from licet.testing.clock import FakeClock
from licet.testing.manager import PocketManager
from licet.testing.run import run
from licet.testing.transport import MemoryTransport, Sent
from licet.world.snapshots import MemorySnapshots

__all__ = ["FakeClock", "MemorySnapshots", "MemoryTransport", "PocketManager", "Sent", "run"]
