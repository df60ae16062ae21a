"""`agent.allows(tag)` in nanoseconds, beside an attribute load plus a clock read.

Run `python bench/allows.py`. A product asks `allows` wherever a feature begins, so it must cost
about as much as looking at an attribute and at the time, which is the least that any check costs.
"""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, perf_counter_ns

from licet.agent.events import Enable, Register, Request
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Runtime
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Tag, Udi
from licet.testing import FakeClock, MemorySnapshots, MemoryTransport, PocketManager, run

ROUNDS = 200_000
REPEATS = 7


@dataclass
class Until:
    """The least that a licensed product could keep: until when it may go on."""

    until: float


def licensed(count: int) -> tuple[Agent, list[Tag]]:
    """Return a registered agent that uses `count` entitlements, and their tags."""
    clock = FakeClock()
    manager = PocketManager(clock)
    agent = Agent.fresh(
        Udi("BENCH", "1"),
        settings=AgentSettings(product=manager.product, jitter_s_max=0),
        chance=SeededChance("bench"),
        now=clock.now(),
    )
    runtime = Runtime(
        agent,
        store=MemorySnapshots(),
        transport=MemoryTransport(manager, clock),
        clock=clock,
    )
    runtime.handle(Enable())
    tags = [manager.tag(f"FEATURE_{number}") for number in range(count)]
    for tag in tags:
        manager.give(tag)
        runtime.handle(Request(tag))
    runtime.handle(Register(manager.token()))
    run(clock, timedelta(minutes=1), runtime)
    assert all(agent.allows(tag) for tag in tags)
    return agent, tags


def nothing_ns() -> float:
    """Return what the loop itself costs."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = perf_counter_ns()
        for _ in range(ROUNDS):
            pass
        best = min(best, (perf_counter_ns() - begun) / ROUNDS)
    return best


def allows_ns(agent: Agent, tag: Tag) -> float:
    """Return what one `allows` costs, with the loop."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = perf_counter_ns()
        for _ in range(ROUNDS):
            agent.allows(tag)
        best = min(best, (perf_counter_ns() - begun) / ROUNDS)
    return best


def until_ns(kept: Until) -> float:
    """Return what an attribute load and a clock read cost, with the loop."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = perf_counter_ns()
        for _ in range(ROUNDS):
            kept.until > monotonic()  # noqa: B015 - the comparison is what is measured
        best = min(best, (perf_counter_ns() - begun) / ROUNDS)
    return best


def main() -> None:
    """Measure and print."""
    loop = nothing_ns()
    floor = until_ns(Until(monotonic() + 1e6)) - loop
    print(f"attribute load + clock read   {floor:7.1f} ns")
    for count in (1, 16, 256):
        agent, tags = licensed(count)
        cost = allows_ns(agent, tags[-1]) - loop
        print(f"allows, {count:3} entitlements     {cost:7.1f} ns   {cost / floor:4.2f} times that")


if __name__ == "__main__":
    main()
