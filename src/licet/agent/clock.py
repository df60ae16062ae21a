"""The agent's own sense of time, made of the device's three clocks and what authorities said.

Four readings, all in whole seconds:

- `up`: powered time over all boots; evaluation, grace and the floor count in it.
- `run`: `up` plus the time spent powered off, as far as the system clock tells, at the boot or when it
  is set right after it; timers count in it, so that a device that was switched off for a week makes the
  attempts that fell due.
- `floor`: the last signed authority time plus what has elapsed since.
- `licensing`: what expiries are compared with (PROTOCOL.md 4): the later of the floor and of the
  system clock, corrected by the difference that the last accepted answer showed. The correction is
  what lets one contact heal a system clock that is far ahead.
"""

from dataclasses import dataclass
from datetime import timedelta

import msgspec

from licet.kernel.time import Moment, epoch_seconds


class TimeState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was known of time at the last observation.

    Attributes:
        wall, elapsed, boot: the observed moment (seconds since 1970, seconds since that boot).
        signed_at: the last signed authority time; None before the first accepted answer.
        signed_up: `up` when it came.
        skew: system clock minus authority time when it came.
        latest: the latest that the system clock ever said.
    """

    wall: int
    elapsed: int
    boot: str
    up: int = 0
    run: int = 0
    signed_at: int | None = None
    signed_up: int = 0
    skew: int = 0
    latest: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """What passed between two observations.

    Attributes:
        powered_s: elapsed time with power on.
        unseen_s: by how much the system clock went on beyond that over a reboot: time without power,
            or powered time that was not observed; negative where the clock went back; 0 within one boot.
        rebooted: the boot changed.
        jump_s: by how much the system clock was set, within one boot.
    """

    powered_s: int
    unseen_s: int
    rebooted: bool
    jump_s: int


def start(now: Moment) -> TimeState:
    """Return the sense of time of an agent that begins now."""
    wall = epoch_seconds(now.wall)
    return TimeState(wall=wall, elapsed=_whole(now.elapsed), boot=now.boot, latest=wall)


def observe(state: TimeState, now: Moment) -> tuple[TimeState, Passage]:
    """Return the sense of time at `now`, and what passed since the last observation."""
    wall, elapsed = epoch_seconds(now.wall), _whole(now.elapsed)
    if now.boot == state.boot:
        powered = max(elapsed - state.elapsed, 0)
        passage = Passage(powered, 0, rebooted=False, jump_s=wall - state.wall - powered)
        # Without a clock battery the time without power is known only when the clock is set.
        off = wall - max(state.latest, state.wall + powered) if passage.jump_s > 0 else 0
    else:
        powered = elapsed
        passage = Passage(powered, wall - state.wall - powered, rebooted=True, jump_s=0)
        off = passage.unseen_s
    observed = msgspec.structs.replace(
        state,
        wall=wall,
        elapsed=elapsed,
        boot=now.boot,
        up=state.up + powered,
        run=state.run + powered + max(off, 0),
        latest=max(state.latest, wall),
    )
    return observed, passage


def hear(state: TimeState, signed_at: int) -> TimeState:
    """Return the sense of time after an accepted answer, which sets the floor up or down."""
    return msgspec.structs.replace(
        state, signed_at=signed_at, signed_up=state.up, skew=state.wall - signed_at
    )


def floor(state: TimeState) -> int | None:
    """Return the earliest that it can be, in seconds since 1970; None before any answer."""
    return None if state.signed_at is None else state.signed_at + state.up - state.signed_up


def licensing(state: TimeState) -> int:
    """Return the time that expiries are compared with, in seconds since 1970."""
    corrected = state.wall - state.skew
    earliest = floor(state)
    return corrected if earliest is None else max(corrected, earliest)


def doubted(state: TimeState) -> int | None:
    """Return the earlier of the system clock and the floor: what is surely past is past for both.

    None before any answer: a system clock alone makes nothing sure.
    """
    earliest = floor(state)
    return None if earliest is None else min(state.wall, earliest)


def _whole(elapsed: timedelta) -> int:
    return int(elapsed.total_seconds())
