"""The four state machines of an agent, as tables (HOUSE, habit 1).

Code asks a table where an occurrence leads, and never decides a move by itself. What has no entry
is not legal. Registration states are those of `device.md` 4.1, authorization states those of 4.2
without reservation.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class Registration(StrEnum):
    """Whether the product belongs to an account."""

    NOT_REGISTERED = "not-registered"
    IN_PROGRESS = "in-progress"
    RETRY = "retry"
    FAILED = "failed"
    COMPLETE = "complete"


class Authorization(StrEnum):
    """How the product's entitlements stand, taken together."""

    NONE = "none"
    EVAL = "eval"
    EVAL_EXPIRED = "eval-expired"
    AUTHORIZED = "authorized"
    OUT_OF_COMPLIANCE = "out-of-compliance"
    AUTHORIZATION_EXPIRED = "authorization-expired"


class Certificate(StrEnum):
    """The ID certificate."""

    NONE = "none"
    VALID = "valid"
    RENEWING = "renewing"
    RETRY = "retry"
    OUT_OF_RANGE = "out-of-range"


class Evaluation(StrEnum):
    """The evaluation meter."""

    FROZEN = "frozen"
    RUNNING = "running"
    EXPIRED = "expired"


class Entitlement(StrEnum):
    """How one entitlement stands (YANG enforcement modes, device.md 4.2)."""

    WAITING = "waiting"
    IN_COMPLIANCE = "in-compliance"
    OUT_OF_COMPLIANCE = "out-of-compliance"
    EVALUATION = "evaluation"
    EVALUATION_EXPIRED = "evaluation-expired"
    AUTHORIZATION_EXPIRED = "authorization-expired"
    INVALID_TAG = "invalid-tag"
    DISABLED = "disabled"


class Occurrence(StrEnum):
    """What can happen to a machine."""

    COMMANDED = "a person typed the command"
    RETRIED = "the schedule made an attempt"
    ACCEPTED = "the authority accepted"
    REFUSED = "the authority refused for good"
    UNSENT = "no answer came, or it said later"
    ABANDONED = "the attempt failed outside the schedule"
    CANCELED = "smart licensing was disabled"
    UNREGISTERED = "the registration ended"
    UNUSED = "nothing is in use"
    METER_RUNS = "in use, never authorized, evaluation time left"
    METER_EMPTY = "in use, never authorized, no evaluation time left"
    IN_COMPLIANCE = "in use, the last answer said in compliance"
    OUT_OF_COMPLIANCE = "in use, the last answer said out of compliance"
    DEADLINE_PASSED = "in use, the last answer has lapsed"
    LEFT_RANGE = "the clock was set outside the validity"
    BACK_IN_RANGE = "the clock was set back into the validity"


R, A, C, E, O = Registration, Authorization, Certificate, Evaluation, Occurrence  # noqa: E741

REGISTRATION: Mapping[Registration, Mapping[Occurrence, Registration]] = {
    R.NOT_REGISTERED: {O.COMMANDED: R.IN_PROGRESS},
    R.IN_PROGRESS: {
        O.ACCEPTED: R.COMPLETE,
        O.REFUSED: R.FAILED,
        O.UNSENT: R.RETRY,
        O.CANCELED: R.NOT_REGISTERED,
    },
    R.RETRY: {
        O.RETRIED: R.IN_PROGRESS,
        O.COMMANDED: R.IN_PROGRESS,
        O.CANCELED: R.NOT_REGISTERED,
    },
    R.FAILED: {O.COMMANDED: R.IN_PROGRESS, O.CANCELED: R.NOT_REGISTERED},
    # With `force` the old registration stands until the new one is accepted (RULES.md 10).
    R.COMPLETE: {
        O.COMMANDED: R.COMPLETE,
        O.RETRIED: R.COMPLETE,
        O.ACCEPTED: R.COMPLETE,
        O.REFUSED: R.COMPLETE,
        O.UNSENT: R.COMPLETE,
        O.UNREGISTERED: R.NOT_REGISTERED,
    },
}

# Where the facts lead is the same from everywhere; what differs is which facts can follow which.
_NEVER_AUTHORIZED = {O.UNUSED: A.NONE, O.METER_RUNS: A.EVAL, O.METER_EMPTY: A.EVAL_EXPIRED}
_ANSWERED = {O.IN_COMPLIANCE: A.AUTHORIZED, O.OUT_OF_COMPLIANCE: A.OUT_OF_COMPLIANCE}
_LAPSED = {O.DEADLINE_PASSED: A.AUTHORIZATION_EXPIRED}
_ENDED = {O.UNREGISTERED: A.NONE}

AUTHORIZATION: Mapping[Authorization, Mapping[Occurrence, Authorization]] = {
    A.NONE: {**_NEVER_AUTHORIZED, **_ANSWERED, **_LAPSED, **_ENDED},
    A.EVAL: {**_NEVER_AUTHORIZED, **_ANSWERED, **_ENDED},
    # Evaluation time is never given back, so the meter cannot run again (device.md 4.3).
    A.EVAL_EXPIRED: {
        O.UNUSED: A.NONE,
        O.METER_EMPTY: A.EVAL_EXPIRED,
        **_ANSWERED,
        **_ENDED,
    },
    # After one authorization answer there is no evaluation until unregistered (RULES.md 2, 3).
    A.AUTHORIZED: {O.UNUSED: A.NONE, **_ANSWERED, **_LAPSED, **_ENDED},
    A.OUT_OF_COMPLIANCE: {O.UNUSED: A.NONE, **_ANSWERED, **_LAPSED, **_ENDED},
    A.AUTHORIZATION_EXPIRED: {O.UNUSED: A.NONE, **_ANSWERED, **_LAPSED, **_ENDED},
}

CERTIFICATE: Mapping[Certificate, Mapping[Occurrence, Certificate]] = {
    C.NONE: {O.ACCEPTED: C.VALID},
    C.VALID: {
        O.ACCEPTED: C.VALID,
        O.COMMANDED: C.RENEWING,
        O.RETRIED: C.RENEWING,
        O.LEFT_RANGE: C.OUT_OF_RANGE,
        O.UNREGISTERED: C.NONE,
    },
    C.RENEWING: {
        O.ACCEPTED: C.VALID,
        O.UNSENT: C.RETRY,
        O.ABANDONED: C.VALID,
        O.LEFT_RANGE: C.OUT_OF_RANGE,
        O.UNREGISTERED: C.NONE,
    },
    C.RETRY: {
        O.ACCEPTED: C.VALID,
        O.COMMANDED: C.RENEWING,
        O.RETRIED: C.RENEWING,
        O.LEFT_RANGE: C.OUT_OF_RANGE,
        O.UNREGISTERED: C.NONE,
    },
    # One hour of grace (device.md 4.3, system clock); attempts go on inside it.
    C.OUT_OF_RANGE: {
        O.ACCEPTED: C.VALID,
        O.COMMANDED: C.OUT_OF_RANGE,
        O.RETRIED: C.OUT_OF_RANGE,
        O.UNSENT: C.OUT_OF_RANGE,
        O.ABANDONED: C.OUT_OF_RANGE,
        O.BACK_IN_RANGE: C.VALID,
        O.UNREGISTERED: C.NONE,
    },
}

_FREEZES = dict.fromkeys(
    (O.UNUSED, O.IN_COMPLIANCE, O.OUT_OF_COMPLIANCE, O.DEADLINE_PASSED), E.FROZEN
)

EVALUATION: Mapping[Evaluation, Mapping[Occurrence, Evaluation]] = {
    E.FROZEN: {**_FREEZES, O.METER_RUNS: E.RUNNING, O.METER_EMPTY: E.EXPIRED},
    E.RUNNING: {**_FREEZES, O.METER_RUNS: E.RUNNING, O.METER_EMPTY: E.EXPIRED},
    E.EXPIRED: {**dict.fromkeys(_FREEZES, E.EXPIRED), O.METER_EMPTY: E.EXPIRED},
}

State = TypeVar("State", Registration, Authorization, Certificate, Evaluation)


class IllegalMove(AssertionError):  # noqa: N818
    """A machine was asked for a move that its table does not have: a defect of the agent."""


def move(
    table: Mapping[State, Mapping[Occurrence, State]], state: State, occurrence: Occurrence
) -> State:
    """Return where `occurrence` leads from `state`.

    Raises:
        IllegalMove: the table has no such entry.
    """
    try:
        return table[state][occurrence]
    except KeyError:
        raise IllegalMove(f"{type(state).__name__} {state}: {occurrence} is not legal") from None
